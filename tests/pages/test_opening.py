"""The default reading: members see the latest agreement, everybody else today."""

import copy
import datetime
import functools
import html
import re

import pytest
from dashboard_pages import counts_behind, numbers
from django.test import Client
from django.utils import timezone
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_membership,
    make_organisation,
    make_person,
    make_register,
    make_risk,
)
from recorded_risks import effective_and_recorded

from registers.models import Role
from registers.permissions import defaults_to_agreed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_register(module_db):
    """A register agreed a week ago with one risk, which rose since; a second risk is newer."""
    register = make_register(make_organisation(), slug="ours")
    instant = timezone.now() - datetime.timedelta(days=30)
    risen = make_risk(
        register, title="Reserves run out", assessed=(2, 2), on=days_ago(30), recorded_at=instant
    )
    make_agreement(register, on=days_ago(7))
    make_assessment(risen, (5, 5), on=days_ago(2))
    make_risk(register, title="A newer risk", on=days_ago(1))
    return register


@pytest.fixture
def register(module_register):
    return copy.deepcopy(module_register)


@pytest.fixture(scope="module")
def module_readers(module_register):
    """{role: (a person with it, their client)}"""
    people = {role: make_person(module_register.organisation, role) for role in Role}
    clients = {role: Client() for role in Role}
    for role, client in clients.items():
        client.force_login(people[role])
    return {role: (people[role], clients[role]) for role in Role}


@pytest.fixture
def readers(module_readers):
    return copy.deepcopy(module_readers)


@pytest.fixture(scope="module")
def text_of(module_readers):
    """The words of a page as the module's records leave it, read once for each role. Not for a
    test that changes them.
    """

    @functools.cache
    def text_of(role, address="", **query):
        return read(module_readers[role][1], address, **query)

    return text_of


def read(client, address, **query):
    answer = client.get(f"/registers/ours/{address}", query)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


TODAY = timezone.localdate().isoformat


@pytest.mark.parametrize("address", ["", "dashboard/", "risks/1/", "risks/1/history/"])
class TestEachPage:
    def test_a_member_sees_what_was_agreed(self, text_of, address):
        text = text_of(Role.MEMBER, address)
        assert "As reported to the Audit and governance committee: position at" in text

    def test_a_member_can_see_today(self, text_of, address):
        text = text_of(Role.MEMBER, address, as_at=TODAY())
        assert "not yet reported to the Audit and governance committee" in text
        assert f"See the position at {days_ago(7):%-d %B %Y}" in text

    def test_an_officer_sees_today(self, text_of, address):
        assert not TITLED.search(text_of(Role.OFFICER, address))


TITLED = re.compile("As reported to|not yet reported to")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MEMBER])
def test_everybody_else_sees_today(text_of, role):
    assert not TITLED.search(text_of(role))


def test_an_agreement_shows_nothing_later(text_of):
    text = text_of(Role.MEMBER)
    assert ("Reserves run out" in text, "A newer risk" in text) == (True, False)


def test_a_risk_has_the_rating_that_was_agreed(text_of):
    assert "Moderate likelihood 2 x impact 2 = 4" in text_of(Role.MEMBER, "risks/1/")


def test_a_risk_as_at_today_has_todays_rating(text_of):
    assert "Severe likelihood 5 x impact 5 = 25" in text_of(Role.MEMBER, "risks/1/", as_at=TODAY())


def test_today_shows_the_later_risk(text_of):
    assert "A newer risk" in text_of(Role.MEMBER, as_at=TODAY())


def test_a_later_risk_links_to_today(text_of):
    text = text_of(Role.MEMBER, "risks/2/")
    assert "This risk was not on" in text
    assert "See today\u2019s position" in text


def switch_of(client, address, query):
    page = client.get(f"/registers/ours/{address}?{query}").text
    return html.unescape(re.search(r'app-as-at__switch.*? href="([^"]*)"', page, re.DOTALL)[1])


@pytest.mark.parametrize(
    ("address", "query"),
    [("", "q=reserves&band=moderate&sort=title"), ("dashboard/", "band=moderate&more=narrow")],
)
def test_the_other_position_keeps_the_filters_and_begins_at_page_1(readers, address, query):
    _, client = readers[Role.MEMBER]
    today = switch_of(client, address, f"{query}&page=2")
    assert today == f"/registers/ours/{address}?{query}&as_at={TODAY()}"
    assert switch_of(client, *today.removeprefix("/registers/ours/").split("?")) == (
        f"/registers/ours/{address}?{query}"
    )


POSITION_TODAY = "Today\u2019s position,"


@pytest.mark.parametrize(
    "address", ["", "actions/", "assurance/", "escalations/", "risks/1/", "risks/1/history/"]
)
def test_a_page_that_opens_on_today_says_so_once(text_of, address):
    assert text_of(Role.OFFICER, address).count(POSITION_TODAY) == 1


@pytest.mark.parametrize("address", ["dashboard/", "settings/", "worklist/"])
def test_a_page_with_no_other_position_or_that_names_it_in_its_heading_has_no_bar(text_of, address):
    assert POSITION_TODAY not in text_of(Role.OFFICER, address)


def test_a_past_day_is_the_same_for_every_reader(text_of):
    assert "As at" in text_of(Role.MEMBER, as_at=days_ago(3).isoformat())


def test_the_dashboard_shows_changes_since_the_agreement(text_of):
    assert "One risk has changed band since." in text_of(Role.MEMBER, "dashboard/")


def test_a_register_that_nobody_agreed_opens_on_today():
    register = make_register(make_organisation())
    make_risk(register)
    client = Client()
    client.force_login(make_person(register.organisation, Role.MEMBER))
    page = client.get(register.get_absolute_url()).text
    assert ("As reported to" in page, "not yet reported to any body" in page) == (False, True)


def test_a_member_who_works_on_the_register_opens_on_today(register):
    both = make_person(register.organisation, Role.MEMBER)
    make_membership(both, register.organisation, Role.OFFICER)
    assert not defaults_to_agreed(both, register)


@pytest.mark.parametrize(
    "address", ["/", "/registers/ours/dashboard/", f"/registers/ours/dashboard/?as_at={TODAY()}"]
)
def test_numbers_of_a_member_lead_to_as_many_risks(register, readers, address):
    member, client = readers[Role.MEMBER]
    links = numbers(client.get(address).text)
    assert links and counts_behind(links, [register], client, member) == links


def test_recent_changes_link_a_member_to_today(readers):
    _, client = readers[Role.MEMBER]
    assert f'href="/registers/ours/risks/2/?as_at={TODAY()}&amp;"' in client.get("/").text


def test_an_agreement_is_compared_with_the_one_before(register, readers):
    _, client = readers[Role.MEMBER]
    make_agreement(register, body="Management team", **effective_and_recorded(20))
    day = days_ago(20)
    assert f"What changed since {day:%-d %B %Y}" in read(client, "dashboard/")


def test_another_day_can_be_compared_with(register, readers):
    _, client = readers[Role.MEMBER]
    make_agreement(register, on=days_ago(20))
    day = days_ago(25)
    text = read(client, "dashboard/", since=day.isoformat())
    assert f"What changed since {day:%-d %B %Y}" in text
