"""The public pages that the footer links to, and whether their claims are true."""

import re

import pytest
from django.conf import settings
from django.test import Client
from makers import make_organisation, make_person, make_post, make_register, make_risk

PAGES = {
    "/help/": "How this works",
    "/help/glossary/": "Glossary",
    "/help/new/": "What is new",
    "/accessibility/": "Accessibility",
    "/privacy/": "Privacy",
    "/cookies/": "Cookies",
}


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_the_page_opens_without_signing_in(client, db, path, title):
    assert f">{title}</h1>" in client.get(path).text


@pytest.mark.parametrize("path", ["/accounts/login/", *PAGES])
def test_every_footer_links_to_the_page(client, db, path):
    footer = client.get(path).text.partition("<footer")[2]
    assert set(re.findall(r'href="(/[^"]*)"', footer)) == set(PAGES)


@pytest.mark.parametrize("path", PAGES)
def test_reading_it_sets_no_cookie(client, db, path):
    assert not client.get(path).cookies


@pytest.mark.parametrize("secure", ["", "__Host-"])
def test_cookies_are_named_as_they_are_set(client, db, settings, secure):
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = (
        f"{secure}sessionid",
        f"{secure}csrftoken",
    )
    page = client.get("/cookies/").text
    assert f">{secure}sessionid</th>" in page and f">{secure}csrftoken</th>" in page


def test_no_other_cookie_is_set(officer_with_a_risk):
    """Signing in, saving something, reading on and dismissing a notice."""
    client, risk = officer_with_a_risk
    described = set(
        re.findall(
            r'scope="row" class="govuk-table__header">([^<]*)</th>', client.get("/cookies/").text
        )
    )
    cookies = set(client.cookies)
    form = {**edit_form(risk), "title": "Another title"}
    answer = client.post(f"{risk.get_absolute_url()}edit/", form)
    cookies |= set(answer.cookies) | set(client.get(risk.get_absolute_url()).cookies)
    cookies |= set(client.post("/help/new/dismiss/").cookies)
    assert answer.status_code == 302
    assert (
        cookies
        == described
        == {
            settings.SESSION_COOKIE_NAME,
            settings.CSRF_COOKIE_NAME,
            settings.KNOWN_DEVICE_COOKIE_NAME,
            settings.RELEASE_COOKIE_NAME,
            "messages",
        }
    )


@pytest.fixture
def officer_with_a_risk(db):
    register = make_register(make_organisation(), slug="ours")
    officer = make_person(register.organisation, password="a long enough password")
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": officer.email, "password": "a long enough password"})
    return client, make_risk(register, owner=make_post(register.organisation))


def edit_form(risk):
    return {
        "title": risk.title,
        "event": risk.event,
        "consequence": risk.consequence,
        "owner": risk.owner.pk,
        "version": risk.version,
    }
