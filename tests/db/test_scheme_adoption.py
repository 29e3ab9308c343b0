"""A register takes a newer version of its scheme."""

import datetime
import uuid

import pytest
from audit_check import verify
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from makers import (
    days_ago,
    make_assessment,
    make_organisation,
    make_register,
    make_risk,
    make_scheme,
    make_user,
    preset,
    seal_rows,
)

from registers.models import (
    AuditEntry,
    DuplicateSubmission,
    InvalidTransition,
    Register,
    SchemeAdoption,
)

pytestmark = pytest.mark.django_db

ADOPTIONS = {"verb": "register.scheme-adopted"}


@pytest.fixture
def register():
    return make_register()


@pytest.fixture
def newer():
    """Likelihood 1, impact 3 is Low by version 1."""
    cells = [row[:] for row in preset().cells]
    cells[0][2] = "moderate"
    return make_scheme(slug="five-by-five", version=2, cells=cells)


def adopt(register, scheme, *, by=None, reason="The board asked for it.", **options):
    return register.adopt_scheme(by=by or make_user(), scheme=scheme, reason=reason, **options)


def scheme_of(register):
    return Register.objects.get(pk=register.pk).scheme


def test_a_newer_version_is_in_force(register, newer):
    adopt(register, newer)
    assert scheme_of(register) == newer


def test_a_register_that_holds_risks_takes_it(register, newer):
    make_risk(register, assessed=(3, 3))
    adopt(register, newer)
    assert scheme_of(register) == newer


def test_a_rating_keeps_its_scheme_and_is_to_re_assess(register, newer):
    risk = make_risk(register, assessed=(1, 3))
    adopt(register, newer)
    risk.refresh_from_db()
    assert (risk.current.scheme, risk.current.band_now.label) == (preset(), "Low")
    assert [row.risk_id for row in register.positions.to_re_assess(newer)] == [risk.pk]


def test_a_risk_that_is_judged_again_is_no_longer_to_re_assess(register, newer):
    risk = make_risk(register, assessed=(3, 3))
    adopt(register, newer)
    assert make_assessment(risk).scheme == newer
    assert not register.positions.on_record().to_re_assess(newer).exists()


def test_a_version_of_the_organisations_own_may_follow_a_preset(register):
    scheme = make_scheme(slug="five-by-five", version=2, organisation=register.organisation)
    adopt(register, scheme)
    assert scheme_of(register) == scheme


def test_a_number_that_was_taken_since_stays_taken(register, newer):
    copy = Register.objects.get(pk=register.pk)
    make_risk(register)
    adopt(copy, newer)
    assert Register.objects.get(pk=register.pk).next_number == 2


# Refusals


def test_a_scheme_of_another_organisation_is_refused(register):
    other = make_scheme(slug="five-by-five", version=2, organisation=make_organisation())
    with pytest.raises(InvalidTransition, match="not newer"):
        adopt(register, other)


def test_a_scheme_of_another_name_is_refused(register):
    with pytest.raises(InvalidTransition, match="not newer"):
        adopt(register, make_scheme(version=2))


def test_an_older_version_is_refused(newer):
    register = make_register(scheme=newer)
    with pytest.raises(InvalidTransition, match="not newer"):
        adopt(register, preset())


def test_a_scheme_that_is_in_force_by_another_form_is_refused(register, newer):
    adopt(register, newer, token=uuid.uuid4())
    with pytest.raises(InvalidTransition, match="in force"):
        adopt(register, newer, token=uuid.uuid4())


def test_an_old_copy_of_the_register_does_not_go_back(register):
    second, third = (make_scheme(slug="five-by-five", version=version) for version in (2, 3))
    copy = Register.objects.get(pk=register.pk)
    adopt(register, third)
    with pytest.raises(InvalidTransition, match="not newer"):
        adopt(copy, second)
    assert scheme_of(register) == third


def test_a_reason_is_needed(register, newer):
    with pytest.raises(ValueError, match="reason"):
        adopt(register, newer, reason=" ")
    assert scheme_of(register) == preset()


def test_the_form_of_a_register_with_risks_says_who_takes_another_scheme(register, newer):
    """The admin site calls full_clean."""
    make_risk(register)
    register.scheme = newer
    with pytest.raises(ValidationError, match="a risk manager does so"):
        register.full_clean()


def test_a_register_that_took_a_scheme_takes_another_by_no_form_even_without_risks(register, newer):
    """Its last adoption is the scheme in force, by which its days are read."""
    adopt(register, newer)
    register.scheme = preset("four-by-four")
    with pytest.raises(ValidationError, match="a risk manager does so"):
        register.full_clean()


# The same form again


def test_the_same_form_twice_is_one_adoption(register, newer):
    form = {"by": make_user(), "token": uuid.uuid4()}
    first = adopt(register, newer, **form)
    assert adopt(register, newer, **form) == first
    assert AuditEntry.objects.filter(**ADOPTIONS).count() == 1


def test_the_same_form_is_done_after_a_later_version_too(register, newer):
    form = {"by": make_user(), "token": uuid.uuid4()}
    first = adopt(register, newer, **form)
    third = make_scheme(slug="five-by-five", version=3)
    adopt(register, third)
    assert (adopt(register, newer, **form), scheme_of(register)) == (first, third)


def test_the_same_form_with_another_reason_is_a_conflict(register, newer):
    form = {"by": make_user(), "token": uuid.uuid4()}
    adopt(register, newer, **form)
    with pytest.raises(DuplicateSubmission):
        adopt(register, newer, reason="Another reason.", **form)


def test_the_token_of_another_person_is_another_form(register, newer):
    token = uuid.uuid4()
    adopt(register, newer, token=token)
    with pytest.raises(InvalidTransition):
        adopt(register, newer, token=token)


def test_one_token_serves_two_registers(register, newer):
    form, other = {"by": make_user(), "token": uuid.uuid4()}, make_register()
    adopt(register, newer, **form)
    adopt(other, newer, **form)
    assert scheme_of(other) == newer


# The audit trail


def test_the_audit_entry_says_from_which_scheme_to_which_and_why(register, newer):
    by = make_user("Robin Ash")
    adopt(register, newer, by=by)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.subject, entry.by) == (
        "register.scheme-adopted",
        f"register:{register.pk}",
        by,
    )
    assert entry.chain.organisation == register.organisation
    assert (entry.facts["from"], entry.facts["to"]) == (preset().pk, newer.pk)
    assert entry.text.content["reason"] == "The board asked for it."


def test_the_entry_seals_the_register(register, newer):
    by = make_user()
    make_risk(register, by=by, assessed=(3, 3))
    seal_rows()
    adopt(register, newer, by=by)
    assert verify() == ""


def test_a_scheme_that_was_changed_behind_it_is_found(register, newer):
    adopt(register, newer)
    seal_rows()
    Register.objects.filter(pk=register.pk).update(scheme=preset())
    assert f"register:{register.pk}" in verify()


# The scheme of an earlier day


def adopted_on(register, scheme, ago):
    """Adopted that many days ago, as no form can say."""
    row = adopt(register, scheme)
    at = timezone.now() - datetime.timedelta(days=ago)
    models.QuerySet(SchemeAdoption).filter(pk=row.pk).update(
        effective_on=days_ago(ago), recorded_at=at
    )


@pytest.mark.parametrize(("ago", "version"), [(0, 3), (5, 3), (6, 2), (10, 2), (11, 1), (400, 1)])
def test_the_scheme_of_a_day_is_the_one_that_was_in_force(register, ago, version):
    for number, adopted_ago in ((2, 10), (3, 5)):
        adopted_on(register, make_scheme(slug="five-by-five", version=number), adopted_ago)
    assert Register.objects.get(pk=register.pk).scheme_on(days_ago(ago)).version == version


def test_the_register_that_adopts_reads_its_days_anew(register, newer):
    assert register.scheme_on(days_ago(0)) == preset()
    adopt(register, newer)
    assert [register.scheme_on(days_ago(ago)) for ago in (0, 1)] == [newer, preset()]


def test_what_was_adopted_later_that_day_was_not_in_force(register, newer):
    before = timezone.now()
    adopt(register, newer)
    assert Register.objects.get(pk=register.pk).scheme_on(days_ago(0), before) == preset()


def test_a_register_that_adopted_none_has_one_scheme(register):
    assert register.as_rated_on(days_ago(400)) is register
