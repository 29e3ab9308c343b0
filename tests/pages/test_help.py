"""Help for readers: the guide of each role, the glossary, what is new and its notice."""

import datetime
import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from makers import days_ago, make_membership, make_organisation, make_person, make_register

import failing_well
from registers.help.glossary import GLOSSARY
from registers.help.releases import LATEST, RELEASES
from registers.help.role_guides import START_PAGES
from registers.models import Role, User

pytestmark = pytest.mark.django_db

ROOT = Path(settings.BASE_DIR)
GUIDES = ROOT / "templates" / "help" / "roles"
NOTICE = "See what is new"


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def test_every_role_has_a_guide_a_picture_and_pages_to_start_from():
    for role in Role:
        assert (GUIDES / f"{role}.html").exists()
        assert (ROOT / f"static/images/help/{role}.png").exists()
    assert set(START_PAGES) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_the_guide_of_a_role_has_five_steps_and_a_picture_that_is_described(client, role):
    page = client.get(f"/help/{role}/").text
    steps = re.search(r"<ol[^>]*list--number.*?</ol>", page, re.DOTALL)[0]
    assert steps.count("<li>") == 5
    assert re.search(r'<img [^>]*alt="[^"]{40,}"', page)
    assert all(title in page for title in ("What you see", "What you do not see", "Whom to ask"))
    assert "Your registers" not in page


def test_a_guide_names_buttons_and_pages_as_they_are_called():
    elsewhere = [
        " ".join(file.read_text().split())
        for folder, pattern in (("templates", "*.html"), ("registers", "*.py"))
        for file in (ROOT / folder).rglob(pattern)
        if "help" not in file.relative_to(ROOT).parts
    ]
    labels = {
        html.unescape(" ".join(label.split()))
        for guide in GUIDES.glob("*.html")
        for label in re.findall(r"<strong>(.*?)</strong>", guide.read_text(), re.DOTALL)
    }
    assert len(labels) >= 8
    assert {label for label in labels if not any(label in text for text in elsewhere)} == set()


def test_a_role_that_does_not_exist_has_no_guide(client):
    for role in ("nobody", "new-role", "x" * 10_000):
        assert client.get(f"/help/{role}/").status_code == 404


@pytest.mark.parametrize("role", Role)
def test_a_guide_leads_to_pages_that_its_reader_may_open(role):
    register = make_register(make_organisation(), slug="ours")
    client = signed_in(make_person(register.organisation, role))
    page = client.get(f"/help/{role}/").text
    addresses = re.findall(r'href="(/registers/ours/[^"]*)"', page)
    assert len(addresses) == len(START_PAGES[role])
    assert {client.get(address).status_code for address in addresses} == {200}


def test_a_guide_leads_to_no_register_on_which_the_reader_has_another_role_or_none():
    register, neighbour = make_register(slug="ours"), make_register(slug="theirs")
    person = make_person(register.organisation, Role.OFFICER)
    make_membership(person, neighbour.organisation, Role.PEER, until=days_ago(1))
    client = signed_in(person)
    assert "/registers/" not in client.get("/help/manager/").text
    assert "/registers/" not in client.get("/help/peer/").text
    assert "/registers/ours/" in client.get("/help/officer/").text


def test_help_marks_the_roles_of_its_reader(client):
    person = make_person(make_organisation(), Role.OFFICER)
    assert signed_in(person).get("/help/").text.count("Your role") == 1
    assert "Your role" not in client.get("/help/").text


def test_every_term_has_an_anchor_of_its_own(client):
    page = client.get("/help/glossary/").text
    anchors = [anchor for group in GLOSSARY for anchor in (group.anchor, *_anchors(group))]
    assert len(anchors) == len(set(anchors))
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def _anchors(group):
    return [term.anchor for term in group.terms]


def test_what_is_new_tells_of_every_version_and_of_the_one_in_use_first():
    in_document = re.findall(r"^## (\d\S*)", (ROOT / "docs/releases.md").read_text(), re.M)
    assert [release.version for release in RELEASES] == in_document
    assert LATEST.version == failing_well.__version__


@pytest.fixture
def reader(monkeypatch):
    """A client of somebody who knew the version before: the latest one is of tomorrow."""
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr("registers.views.help.LATEST", replace(LATEST, on=tomorrow))
    return signed_in(make_person(make_organisation()))


def test_a_release_is_news_to_accounts_that_are_older():
    person = User(date_joined=datetime.datetime(2026, 5, 3, 23, 30, tzinfo=datetime.UTC))
    days = [None, datetime.date(2026, 5, 4), datetime.date(2026, 5, 5)]
    news = [replace(LATEST, on=day).is_news_to(person) for day in days]
    assert news == [False, False, True], "in London they joined on 4 May"


def test_the_home_page_tells_of_a_release_until_it_is_dismissed(reader):
    assert NOTICE in reader.get("/").text
    assert NOTICE in reader.get("/").text, "reading it dismisses nothing"
    answer = reader.post("/help/new/dismiss/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert NOTICE not in reader.get("/").text


def test_a_later_release_is_told_of_to_who_dismissed_an_earlier_one(reader):
    for version in (RELEASES[1].version, "", "\x00", "x" * 4000):
        reader.cookies[settings.RELEASE_COOKIE_NAME] = version
        assert NOTICE in reader.get("/").text
