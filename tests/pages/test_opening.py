"""The default reading: members see the latest agreement, everybody else today."""

import copy
import datetime
import re

import pytest
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


def text_of(register, role, address="", **query):
    client = Client()
    client.force_login(make_person(register.organisation, role))
    response = client.get(f"/registers/ours/{address}", query)
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


TODAY = timezone.localdate().isoformat


@pytest.mark.parametrize("address", ["", "dashboard/", "risks/1/", "risks/1/history/"])
class TestEachPage:
    def test_a_member_sees_what_was_agreed(self, register, address):
        assert "As agreed by Audit and governance committee" in text_of(
            register, Role.MEMBER, address
        )

    def test_a_member_can_see_today(self, register, address):
        text = text_of(register, Role.MEMBER, address, as_at=TODAY())
        assert "As it stands today" in text
        assert "See what Audit and governance committee agreed on" in text

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.PEER, Role.ADMINISTRATOR])
    def test_everybody_else_sees_today(self, register, address, role):
        text = text_of(register, role, address)
        assert "As agreed by" not in text
        assert "As it stands today" not in text


def test_an_agreement_shows_nothing_later(register):
    text = text_of(register, Role.MEMBER)
    assert ("Reserves run out" in text, "A newer risk" in text) == (True, False)


def test_a_risk_has_the_rating_that_was_agreed(register):
    assert "Moderate likelihood 2 x impact 2 = 4" in text_of(register, Role.MEMBER, "risks/1/")


def test_a_risk_as_at_today_has_todays_rating(register):
    assert "Severe likelihood 5 x impact 5 = 25" in text_of(
        register, Role.MEMBER, "risks/1/", as_at=TODAY()
    )


def test_today_shows_the_later_risk(register):
    assert "A newer risk" in text_of(register, Role.MEMBER, as_at=TODAY())


def test_a_later_risk_links_to_today(register):
    text = text_of(register, Role.MEMBER, "risks/2/")
    assert "not yet on" in text
    assert "See it as it stands today" in text


def test_a_past_day_is_the_same_for_every_reader(register):
    assert "As at" in text_of(register, Role.MEMBER, as_at=days_ago(3).isoformat())


def test_the_dashboard_shows_changes_since_the_agreement(register):
    assert "One risk has changed band since." in text_of(register, Role.MEMBER, "dashboard/")


def test_a_register_that_nobody_agreed_opens_on_today():
    register = make_register(make_organisation())
    make_risk(register)
    client = Client()
    client.force_login(make_person(register.organisation, Role.MEMBER))
    assert "As agreed by" not in client.get(register.get_absolute_url()).text


def test_a_member_who_works_on_the_register_opens_on_today(register):
    both = make_person(register.organisation, Role.MEMBER)
    make_membership(both, register.organisation, Role.OFFICER)
    assert not defaults_to_agreed(both, register)


def links(page):
    """(href, data-count) of every number that leads to a list."""
    matches = re.findall(r'href="([^"]+)" data-count="(\d+)"', page)
    return [(href.replace("&amp;", "&"), int(count)) for href, count in matches]


@pytest.mark.parametrize(
    "address", ["/", "/registers/ours/dashboard/", f"/registers/ours/dashboard/?as_at={TODAY()}"]
)
def test_numbers_of_a_member_lead_to_as_many_risks(register, address):
    client = Client()
    client.force_login(make_person(register.organisation, Role.MEMBER))
    hrefs = links(client.get(address).text)
    assert hrefs
    for href, count in hrefs:
        total = re.search(r'data-total="(\d+)"', client.get(href).text)
        assert (href, int(total[1])) == (href, count)


def test_recent_changes_link_a_member_to_today(register):
    client = Client()
    client.force_login(make_person(register.organisation, Role.MEMBER))
    assert f'href="/registers/ours/risks/2/?as_at={TODAY()}&amp;"' in client.get("/").text


def test_an_agreement_is_compared_with_the_one_before(register):
    make_agreement(register, body="Management team", **effective_and_recorded(20))
    day = days_ago(20)
    assert f"What moved since {day:%-d %B %Y}" in text_of(register, Role.MEMBER, "dashboard/")


def test_another_day_can_be_compared_with(register):
    make_agreement(register, on=days_ago(20))
    day = days_ago(25)
    text = text_of(register, Role.MEMBER, "dashboard/", since=day.isoformat())
    assert f"What moved since {day:%-d %B %Y}" in text
