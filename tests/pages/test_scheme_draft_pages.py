"""The pages on which an administrator reads, copies, edits and publishes scoring schemes."""

import copy
import html
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from makers import (
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_scheme,
    make_scheme_draft,
    make_user,
    preset,
)
from query_counts import queries_for

from registers.forms.scheme_drafts import SchemeDraftForm
from registers.models import SchemeDraft, ScoringScheme

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    """An organisation whose register uses the default preset: a risk, an exempt one, a draft."""
    organisation = make_organisation("Southmoor Council", slug="southmoor")
    administrator = make_person(organisation, "administrator", name="Robin Ash")
    register = make_register(organisation, name="Corporate risks")
    make_risk(register, assessed=(1, 3))
    make_risk(register, assessed=(5, 5), is_exempt=True, title="Quokka in the vault")
    draft = make_scheme_draft(organisation, by=administrator, name="Our matrix")
    return SimpleNamespace(
        organisation=organisation, administrator=administrator, register=register, draft=draft
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


@pytest.fixture
def client(records):
    client = Client()
    client.force_login(records.administrator)
    return client


def path_of(name, *arguments):
    return reverse(name, args=["southmoor", *arguments])


def words_of(answer):
    return " ".join(html.unescape(strip_tags(answer.text)).split())


def form_data(draft, **changes):
    """What the page of the draft sends, some of it changed."""
    form = SchemeDraftForm(draft=draft)
    return {field.html_name: field.value() for field in form} | changes


def errors_of(draft, **changes):
    form = SchemeDraftForm(form_data(draft, **changes), draft=draft)
    return {name: list(errors) for name, errors in form.errors.items()}


# The list and the page of a scheme


def test_the_list_says_which_registers_use_a_scheme(client):
    page = words_of(client.get(path_of("scheme_list")))
    assert "5 x 5, four bands (version 1) Low Moderate" not in page  # the highest band first
    assert "Corporate risks Copy 5 x 5, four bands (version 1)" in page


def test_a_page_shows_levels_bands_and_matrix(client):
    page = words_of(client.get(path_of("scheme_detail", preset().pk)))
    assert "Used by Corporate risks" in page
    assert "Not expected in the next five years" in page and "within 31 days" in page


@pytest.mark.parametrize("name", ["scheme_detail", "scheme_copy"])
def test_another_organisations_scheme_is_not_there(client, name):
    scheme = make_scheme(organisation=make_organisation())
    assert client.get(path_of(name, scheme.pk)).status_code == 404


@pytest.mark.parametrize("name", ["scheme_edit", "scheme_publish", "scheme_discard"])
def test_another_organisations_draft_is_not_there(client, name):
    assert client.post(path_of(name, make_scheme_draft().pk)).status_code == 404


def test_the_list_makes_as_many_queries_for_three_schemes_as_for_one(client, records):
    for number in range(3):
        if number < 2:
            counts = queries_for(client, [path_of("scheme_list")])
        scheme = make_scheme(organisation=records.organisation)
        make_register(records.organisation, scheme)
        make_scheme_draft(records.organisation, scheme, by=records.administrator, name=f"{number}")
    assert queries_for(client, [path_of("scheme_list")]) == counts


# Copies


def copy_form(**fields):
    return {
        "name": "Another",
        "likelihood": 4,
        "impact": 5,
        "bands": 3,
        "token": uuid.uuid4(),
        **fields,
    }


def test_a_copy_leads_to_its_draft(client):
    answer = client.post(path_of("scheme_copy", preset().pk), copy_form())
    draft = SchemeDraft.objects.latest("pk")
    assert answer["Location"] == path_of("scheme_edit", draft.pk)
    assert (len(draft.likelihood), len(draft.impact), len(draft.bands)) == (4, 5, 3)


def test_a_name_that_is_taken_is_refused_in_words(client):
    answer = client.post(path_of("scheme_copy", preset().pk), copy_form(name="our matrix"))
    assert answer.status_code == 409
    assert "your organisation has a scheme or a draft of this name" in answer.text


# The form


def test_what_the_page_sends_is_what_is_stored(records):
    form = SchemeDraftForm(form_data(records.draft), draft=records.draft)
    assert form.is_valid()
    stored = {part: getattr(records.draft, part) for part in ("name", *SchemeDraft.PARTS)}
    assert form.content == stored


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Enter a name for the scheme"),
        ("likelihood_2_label", " ", "Enter a label for likelihood 2"),
        (
            "impact_1_label",
            "x" * 60,
            "The label of impact 1 must be 40 characters or fewer: it has 60",
        ),
        ("impact_5_label", "MINOR", "Enter a label that no other impact has"),
        ("band_3_label", "low", "Enter a label that no other band has"),
        ("band_0_days", "0", "Enter the days until the review of band 1, from 1 to 3,660"),
        ("band_0_days", "soon", "Enter the days until the review of band 1, from 1 to 3,660"),
        ("cell_2_2", "9", "Select a band for likelihood 2, impact 2"),
        ("tolerance", "", "Select a band for tolerance: the highest band that the scheme allows"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(records, field, value, message):
    assert errors_of(records.draft, **{field: value}) == {field: [message]}


def test_a_band_that_falls_is_said_at_its_cell(records):
    assert errors_of(records.draft, cell_1_1="3")["cell_1_1"][0] == (
        "The band falls as a rating rises from likelihood 1, impact 1."
    )


def test_a_band_that_falls_is_said_beside_another_error(records):
    assert {*errors_of(records.draft, cell_5_5="0", name="")} >= {"name", "cell_4_5"}


def test_the_lowest_band_beside_the_highest_is_said_at_its_cell(records):
    assert errors_of(records.draft, cell_1_4="0", cell_2_5="3")["cell_1_4"] == [
        "The lowest band touches the highest at likelihood 1, impact 4."
    ]


def test_saving_keeps_what_was_typed(client, records):
    changes = {"likelihood_1_label": "Remote", "cell_1_3": "1", "band_3_days": "14"}
    path = path_of("scheme_edit", records.draft.pk)
    client.post(path, form_data(records.draft, **changes))
    draft = SchemeDraft.objects.get(pk=records.draft.pk)
    assert (draft.likelihood[0]["label"], draft.cells[0][2]) == ("Remote", 1)
    assert (draft.bands[3]["review_days"], draft.version) == (14, 2)


def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(client, records):
    other = make_user("Sasha Birch")
    data = form_data(records.draft, impact_1_label="Tiny")
    records.draft.revise(by=other, version=1, name="Theirs")
    answer = client.post(path_of("scheme_edit", records.draft.pk), data)
    page = words_of(answer)
    assert answer.status_code == 409
    assert "Sasha Birch changed this draft after you opened it" in page
    assert "Name of the scheme Label of impact 1 Check the page" in page
    assert SchemeDraft.objects.get(pk=records.draft.pk).name == "Theirs"
    assert 'value="Tiny"' in answer.text and 'name="version" value="2"' in answer.text


# Publishing


def test_the_preview_counts_the_risks_that_the_administrator_may_see(client, records):
    cells = copy.deepcopy(records.draft.cells)
    cells[0][2] = 1
    records.draft.revise(by=records.administrator, version=1, name="Our matrix", cells=cells)
    answer = client.get(path_of("scheme_publish", records.draft.pk))
    assert "Corporate risks: 1 rated risk Band Now Under the draft Severe 0 0 High 0 0" in (
        words_of(answer)
    )
    assert "Moderate 0 1 Low 1 0" in words_of(answer)
    assert "Quokka" not in answer.text


def test_the_preview_counts_a_level_that_the_draft_lacks(client, records):
    make_risk(records.register, assessed=(5, 1))
    draft = make_scheme_draft(records.organisation, likelihood=4, name="Smaller")
    page = words_of(client.get(path_of("scheme_publish", draft.pk)))
    assert "A level that the draft does not have 0 1" in page


def test_the_preview_makes_as_many_queries_for_three_registers_as_for_one(client, records):
    path = path_of("scheme_publish", records.draft.pk)
    counts = queries_for(client, [path])
    for _ in range(2):
        make_risk(make_register(records.organisation), assessed=(2, 2))
    assert queries_for(client, [path], is_warm=True) == counts


def test_publishing_makes_a_scheme_and_leads_to_it(client, records):
    answer = client.post(path_of("scheme_publish", records.draft.pk), {"version": 1})
    scheme = ScoringScheme.objects.get(draft=records.draft)
    assert answer["Location"] == path_of("scheme_detail", scheme.pk)
    again = client.post(path_of("scheme_publish", records.draft.pk), {"version": 1})
    assert again["Location"] == answer["Location"]


def test_a_draft_is_published_as_it_was_read(client, records):
    records.draft.revise(by=make_user(), version=1, name="Theirs")
    answer = client.post(path_of("scheme_publish", records.draft.pk), {"version": 1})
    assert answer.status_code == 409
    assert not ScoringScheme.objects.filter(draft=records.draft).exists()


def test_a_draft_with_problems_has_no_button_to_publish(client, records):
    records.draft.cells[0][0] = 3
    records.draft.save()
    page = client.get(path_of("scheme_publish", records.draft.pk)).text
    assert "You cannot publish the draft yet" in page and "Publish this version" not in page


def test_a_draft_is_deleted(client, records):
    client.post(path_of("scheme_discard", records.draft.pk), {"version": 1})
    assert not SchemeDraft.objects.filter(pk=records.draft.pk).exists()
