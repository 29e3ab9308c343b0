"""The pages behind a page's links show the same basis: today, a past day, or an agreement."""

import copy
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assessment,
    make_escalation,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
)

from registers.models import Role

pytestmark = pytest.mark.django_db


class Council:
    """An agreed register with risks that moved before and since, and one escalated to it."""

    def __init__(self):
        self.organisation = make_organisation()
        manager = make_person(self.organisation, Role.MANAGER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        below = make_register(self.organisation, slug="below", prefix="B", parent=self.register)
        by = {"by": manager}

        def risk(register, ratings):
            return make_risk(register, assessed=ratings, on=days_ago(500), **by)

        stuck, rose, closed = (risk(self.register, pair) for pair in ((5, 5), (1, 1), (2, 2)))
        make_action(stuck, due_on=days_ago(9))
        make_assessment(stuck, (1, 1), on=days_ago(20), perspective="peer", **by)
        taken = risk(below, (4, 4))
        make_escalation(taken, self.register, approved_by=manager, on=days_ago(200), **by)
        make_agreement(below, **by)
        self.agreement = make_agreement(self.register, **by)
        make_assessment(rose, (5, 5), **by)
        make_revision(closed, status="closed", revision_event="closed", **by)
        self.client = Client()
        self.client.force_login(make_person(self.organisation, Role.MEMBER))

    def links(self, page, **query):
        """Addresses of risks and of lists of risks or actions, with what they carry."""
        answer = self.client.get(page, query)
        assert answer.status_code == 200
        hrefs = (
            html.unescape(href) for href in re.findall(r'href="(/registers/[^"]*)"', answer.text)
        )
        parts = re.compile(r"/registers/\w+/(risks/\d+/)?$|/registers/\w+/actions/$")
        return {
            href: parse_qs(urlsplit(href).query)
            for href in hrefs
            if parts.match(urlsplit(href).path)
        }


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


PLACES = pytest.mark.parametrize(
    "place", ["dashboard/", "", "actions/", "assurance/", "escalations/", "risks/1/"]
)


def is_in_register(href):
    return href.startswith("/registers/ours/")


@PLACES
def test_a_member_who_looks_at_today_stays_on_today(council, place):
    links = council.links(f"/registers/ours/{place}", as_at=days_ago(0).isoformat())
    agreed_page = f"/registers/ours/{place}"  # back to the agreement
    assert links and all("as_at" in query for href, query in links.items() if href != agreed_page)


@PLACES
def test_a_member_who_looks_at_an_agreement_stays_there(council, place):
    """Except for a link to another day behind its number, and the link to today."""
    links = council.links(f"/registers/ours/{place}")
    today = days_ago(0).isoformat()
    leads = [
        href
        for href, query in links.items()
        if query.get("as_at") == [today] and is_in_register(href)
    ]
    assert links and leads in ([], [f"/registers/ours/{place}?as_at={today}"])


@PLACES
def test_a_manager_who_looks_at_an_agreement_stays_there(council, place):
    manager = make_person(council.organisation, Role.MANAGER)
    council.client.force_login(manager)
    links = council.links(f"/registers/ours/{place}", agreed=council.agreement.pk)
    exceptions = {f"/registers/ours/{place}", "/registers/ours/"}
    days = {"agreed", "as_at"}
    assert links and all(
        days & query.keys() for href, query in links.items() if href not in exceptions
    )


def test_changes_since_an_agreement_link_to_today(council):
    """The page shows today's ratings, which a risk as agreed would contradict."""
    links = council.links("/registers/ours/agreements/")
    risks = {href: query for href, query in links.items() if "/risks/" in href}
    assert len(risks) == 2 and all(
        query.get("as_at") == [days_ago(0).isoformat()] for query in risks.values()
    )


@pytest.mark.parametrize("place", ["dashboard/", "", "escalations/"])
def test_a_risk_of_another_register_opens_on_the_day_of_the_page(council, place):
    """That register was agreed as well: without the day a member would see it as agreed."""
    day = council.agreement.on.isoformat()
    links = council.links(f"/registers/ours/{place}")
    assert [
        query for href, query in links.items() if href.startswith("/registers/below/risks/")
    ] == [{"as_at": [day]}]
