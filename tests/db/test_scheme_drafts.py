"""A scheme is copied to a draft, edited, published and adopted."""

import uuid

import pytest
from audit_check import verify
from django.core.exceptions import ValidationError
from makers import (
    make_organisation,
    make_register,
    make_risk,
    make_scheme,
    make_scheme_draft,
    make_user,
    preset,
    seal_rows,
)

from registers.models import (
    AuditEntry,
    EditConflict,
    InvalidTransition,
    NameTaken,
    SchemeDraft,
    ScoringScheme,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def organisation():
    return make_organisation(slug="northmoor")


@pytest.fixture
def draft(organisation):
    return make_scheme_draft(organisation, name="Our matrix")


def publish(draft):
    return draft.publish(by=make_user(), version=draft.version)


def new_version_of(scheme, **options):
    return make_scheme_draft(scheme.organisation, scheme, name=scheme.name, **options)


def published_with_label(draft, label):
    """The highest band of the scheme, once the draft's has that label."""
    draft.bands[3]["label"] = label
    draft.save()
    return publish(draft).bands[3]


def verbs_about(draft):
    entries = AuditEntry.objects.filter(subject=f"schemedraft:{draft.pk}").order_by("pk")
    return [entry.verb for entry in entries]


# Copies


def test_a_copy_gives_the_same_ratings(draft):
    assert draft.rules == preset().rules


@pytest.mark.parametrize("size", [4, 5])
@pytest.mark.parametrize("slug", ["five-by-five", "four-by-four"])
def test_a_copy_has_the_levels_that_were_chosen(organisation, slug, size):
    draft = make_scheme_draft(organisation, preset(slug), likelihood=size, impact=4)
    assert [level["value"] for level in draft.likelihood] == [*range(1, size + 1)]
    assert [len(row) for row in draft.cells] == [4] * size


def test_a_level_that_the_source_lacks_has_no_label_yet(organisation):
    draft = make_scheme_draft(organisation, preset("four-by-four"), impact=5)
    assert [level["label"] for level in draft.impact].count("") == 1
    assert "Each level and each band needs a label, in words." in draft.problems


@pytest.mark.parametrize(
    ("bands", "labels", "ranks"),
    [
        (3, ["Low", "High", "Severe"], {0, 1, 2}),
        (5, ["Low", "Moderate", "High", "", "Severe"], {0, 1, 2, 4}),
    ],
)
def test_a_copy_has_the_bands_that_were_chosen(organisation, bands, labels, ranks):
    """The lowest stays the lowest, the highest the highest; a further one is to be named."""
    draft = make_scheme_draft(organisation, bands=bands)
    assert [band["label"] for band in draft.bands] == labels
    assert {rank for row in draft.cells for rank in row} == ranks


def test_a_further_band_of_a_next_version_has_a_slug_of_its_label(draft):
    next_draft = make_scheme_draft(draft.organisation, publish(draft), bands=5, name=draft.name)
    next_draft.bands[3]["label"] = "Very high"
    slugs = [band.slug for band in next_draft.rules.bands]
    assert slugs == ["low", "moderate", "high", "very-high", "severe"]


def test_the_same_form_twice_is_one_draft(organisation):
    options = {"by": make_user(), "organisation": organisation, "name": "Twice"}
    options |= {"likelihood": 5, "impact": 5, "bands": 4, "token": uuid.uuid4()}
    assert SchemeDraft.copy(preset(), **options) == SchemeDraft.copy(preset(), **options)


@pytest.mark.parametrize("name", ["Our matrix", "OUR MATRIX"])
def test_two_drafts_of_an_organisation_have_two_names(organisation, draft, name):
    with pytest.raises(NameTaken):
        make_scheme_draft(organisation, name=name)


def test_another_organisations_scheme_is_not_copied(organisation):
    with pytest.raises(InvalidTransition, match="another organisation"):
        make_scheme_draft(organisation, make_scheme(organisation=make_organisation()))


# Changes


def test_a_change_of_an_older_draft_is_refused(draft):
    first = make_user("Robin Ash")
    draft.revise(by=first, version=1, name="Ours", tolerance=1)
    with pytest.raises(EditConflict) as conflict:
        draft.revise(by=make_user(), version=1, name="Mine")
    assert conflict.value.people == [first]
    assert SchemeDraft.objects.get().name == "Ours"


def test_each_step_of_a_draft_is_audited_and_sealed(draft):
    draft.revise(by=make_user(), version=1, name="Ours", tolerance=1)
    publish(SchemeDraft.objects.get())
    seal_rows()
    assert verbs_about(draft) == [
        f"schemedraft.{verb}" for verb in ("copied", "changed", "published")
    ]
    assert verify() == ""


def test_a_draft_is_deleted_with_an_entry(draft):
    draft.discard(by=make_user(), version=1)
    assert not SchemeDraft.objects.exists()
    assert verbs_about(draft)[-1] == "schemedraft.deleted"


# Publishing


def test_a_copy_of_a_preset_becomes_a_scheme_of_its_own(draft, organisation):
    scheme = publish(draft)
    assert (scheme.slug, scheme.version) == ("northmoor-our-matrix", 1)
    assert (scheme.organisation, scheme.rules) == (organisation, preset().rules)


def test_a_slug_that_is_taken_gets_a_number(draft):
    make_scheme(slug="northmoor-our-matrix")
    assert publish(draft).slug == "northmoor-our-matrix-2"


def test_a_copy_of_an_own_scheme_becomes_its_next_version(draft):
    first = publish(draft)
    second = publish(new_version_of(first))
    assert (second.slug, second.version) == (first.slug, 2)


def test_a_band_with_another_label_gets_a_slug_of_it(draft):
    assert published_with_label(draft, "Not scored")["slug"] == "not-scored-2"


def test_a_band_that_has_been_in_use_keeps_its_slug(draft):
    version = new_version_of(publish(draft))
    assert published_with_label(version, "Extreme")["slug"] == "severe"


def test_a_draft_is_published_once(draft):
    publish(draft)
    with pytest.raises(InvalidTransition, match="published this draft already"):
        publish(draft)
    assert ScoringScheme.objects.filter(draft=draft).count() == 1


def test_a_draft_whose_band_falls_is_not_published(draft):
    draft.cells[0][0] = 3
    draft.save()
    with pytest.raises(ValidationError, match="The band falls"):
        publish(draft)


# Adoption


def newer_schemes_of(register):
    return [*register.newer_schemes()]


def test_a_draft_is_not_offered_to_registers(draft, organisation):
    assert newer_schemes_of(make_register(organisation)) == []


def test_a_register_adopts_a_copy_of_its_preset_and_its_next_version(draft, organisation):
    register, first = make_register(organisation), publish(draft)
    assert newer_schemes_of(register) == [first]
    for scheme in (first, publish(new_version_of(first))):
        register.adopt_scheme(by=make_user(), scheme=scheme, reason="The board asked for it.")
    assert newer_schemes_of(register) == []


def test_a_copy_is_offered_to_registers_of_its_source_alone(draft, organisation):
    register = make_register(organisation, preset("four-by-four"))
    publish(draft)
    assert newer_schemes_of(register) == []


def test_a_copy_is_not_offered_to_another_organisation(draft):
    register = make_register(make_organisation())
    publish(draft)
    assert newer_schemes_of(register) == []


def test_a_register_reads_an_earlier_day_by_the_preset_that_was_in_force(draft, organisation):
    register = make_register(organisation)
    make_risk(register, assessed=(3, 3))
    register.adopt_scheme(by=make_user(), scheme=publish(draft), reason="The board asked for it.")
    day = register.scheme_adoptions.get().effective_on
    assert register.scheme_on(day.replace(year=day.year - 1)) == preset()
