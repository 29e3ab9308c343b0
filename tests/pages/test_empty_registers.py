"""Pages with nothing on them, and forms that carry a token."""

import re

import pytest
from makers import (
    make_person,
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
