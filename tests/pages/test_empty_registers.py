"""Pages with nothing on them, and forms that carry a token."""

import re

import pytest
from makers import (
    days_ago,
    make_control,
    make_membership,
    make_person,
    make_post,
    make_risk,
    make_user,
)

from registers.models import FailureType, Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("/registers/ours/", "does not mean that there are no risks"),
        ("/registers/ours/dashboard/", "When officers have logged and rated risks"),
        ("/", "No risks on the register yet"),
    ],
)
def test_an_empty_register_explains_the_next_step(reader, register, place, words):
    answer = reader.get(place)
    assert (answer.status_code, words in answer.text) == (200, True)


def test_an_empty_register_is_not_called_filtered(reader, register):
    assert "No matching risks" not in reader.get("/registers/ours/").text


def test_a_filter_that_fits_nothing_says_so(reader, register):
    make_risk(register)
    assert "No matching risks" in reader.get("/registers/ours/?band=severe").text


def test_a_person_without_an_organisation_reads_what_to_do(client):
    client.force_login(make_user())
    answer = client.get("/")
    assert (answer.status_code, "You belong to no organisation yet" in answer.text) == (200, True)


def test_the_dashboard_links_to_what_is_missing(reader, register):
    make_risk(register)
    page = reader.get("/registers/ours/dashboard/").text
    assert 'href="/registers/ours/?gap=no-rating" data-count="1"' in page


def test_a_risk_with_few_fields_has_a_page(reader, register):
    make_risk(register, cause="")
    text = reader.get("/registers/ours/risks/1/").text
    assert (
        "No residual rating yet" in text,
        text.count("Not decided yet"),
        "Not recorded yet" in text,
    ) == (True, 2, True)


# Forms


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/library/",
        "/library/load/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/email/",
        *(f"/registers/ours/{p}" for p in ("", "dashboard/", "risks/new/")),
        *(f"/registers/ours/risks/1/{p}" for p in ("", "edit/", "assess/", "history/")),
    ],
)
def test_every_form_that_is_posted_carries_a_token(client, organisation, register, path):
    make_risk(register)
    person = make_person(
        organisation, Role.MANAGER, is_staff=True, password="a long enough password"
    )
    FailureType.objects.filter(slug="governance").update(
        meaning="So that there is something to load."
    )
    client.force_login(person)
    forms = re.findall(
        r'<form[^>]*method="post".*?</form>', client.get(path).text, re.IGNORECASE | re.DOTALL
    )
    assert forms and [form for form in forms if 'name="csrfmiddlewaretoken"' not in form] == []


def test_nobody_signs_in_without_a_token(client):
    forms = re.findall(
        r'<form[^>]*method="post".*?</form>', client.get("/accounts/login/").text, re.DOTALL
    )
    assert forms and all('name="csrfmiddlewaretoken"' in form for form in forms)


# The next step, on a register that is new


@pytest.fixture
def editor(client, register):
    client.force_login(make_person(register.organisation, Role.OFFICER))
    return client


LOG = "/registers/ours/risks/new/"


def primary_step(client):
    """The words of the first button of a risk's page."""
    steps = client.get("/registers/ours/risks/1/").text.partition('app-steps"')[2]
    return re.search(r'class="govuk-button"[^>]*>([^<]*)<', steps)[1]


def test_a_rated_risk_asks_for_a_control_first(editor, register):
    make_risk(register, assessed=(2, 2))
    assert primary_step(editor) == "Add a control"


def test_a_risk_above_tolerance_then_asks_for_an_action(editor, register):
    make_control(make_risk(register, assessed=(5, 5)))
    assert primary_step(editor) == "Add an action"


@pytest.mark.parametrize("ratings", [None, (2, 2)])
def test_a_risk_within_tolerance_or_unrated_asks_for_a_rating(editor, register, ratings):
    risk = make_risk(register, assessed=ratings)
    if ratings:
        make_control(risk)
    assert primary_step(editor).startswith("Assess")


def test_a_form_without_any_owner_to_choose_says_whom_to_ask(editor, register):
    page = editor.get(LOG).text
    assert "has no posts yet" in page and "Ask an administrator of" in page
    make_post(register.organisation)
    assert "has no posts yet" not in editor.get(LOG).text


def test_who_may_add_a_post_is_led_there(client, register):
    person = make_person(register.organisation, Role.OFFICER)
    make_membership(person, register.organisation, Role.ADMINISTRATOR)
    client.force_login(person)
    assert f'href="/organisations/{register.organisation.slug}/posts/new/"' in client.get(LOG).text


@pytest.mark.parametrize(("days", "is_old"), [(1, False), (400, True)])
def test_only_an_old_register_was_silent_for_a_year(reader, register, days, is_old):
    make_risk(register, raised_on=days_ago(days))
    page = reader.get("/registers/ours/dashboard/").text
    assert ("For a year nothing was recorded" in page) == is_old
    assert ("Ask whether one is missing" in page) != is_old
