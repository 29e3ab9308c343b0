"""What a page speaks of, the pages behind its links speak of too: today, a past day, or what a body
agreed.
"""

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
    """A register that a committee agreed, with risks that moved before and since, and one taken up
    from another.
    """

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
        make_revision(closed, status="closed", what="closed", **by)
        self.client = Client()
        self.client.force_login(make_person(self.organisation, Role.MEMBER))

    def links(self, page, **asked):
        """Addresses of risks and of lists of risks or actions, with what they carry."""
        answer = self.client.get(page, asked)
        assert answer.status_code == 200
        found = (
            html.unescape(href) for href in re.findall(r'href="(/registers/[^"]*)"', answer.text)
        )
        parts = re.compile(r"/registers/\w+/(risks/\d+/)?$|/registers/\w+/actions/$")
        return {
            href: parse_qs(urlsplit(href).query)
            for href in found
            if parts.match(urlsplit(href).path)
        }


@pytest.fixture
def ours():
    return Council()


PLACES = pytest.mark.parametrize(
    "place", ["dashboard/", "", "actions/", "assurance/", "escalations/", "risks/1/"]
)


def is_ours(href):
    return href.startswith("/registers/ours/")


@PLACES
def test_a_member_who_looks_at_today_stays_on_today(ours, place):
    links = ours.links(f"/registers/ours/{place}", as_at=days_ago(0).isoformat())
    here = f"/registers/ours/{place}"  # back to what was agreed
    assert links and all("as_at" in asked for href, asked in links.items() if href != here)


@PLACES
def test_a_member_who_looks_at_what_was_agreed_stays_there(ours, place):
    """But for another day behind a number of that day, and the way to today."""
    links = ours.links(f"/registers/ours/{place}")
    today = days_ago(0).isoformat()
    leads = [
        href for href, asked in links.items() if asked.get("as_at") == [today] and is_ours(href)
    ]
    assert links and leads in ([], [f"/registers/ours/{place}?as_at={today}"])


@PLACES
def test_who_looks_at_an_agreement_by_its_number_stays_there(ours, place):
    manager = make_person(ours.organisation, Role.MANAGER)
    ours.client.force_login(manager)
    links = ours.links(f"/registers/ours/{place}", agreed=ours.agreement.pk)
    others = {f"/registers/ours/{place}", "/registers/ours/"}
    kept = {"agreed", "as_at"}
    assert links and all(kept & asked.keys() for href, asked in links.items() if href not in others)


def test_what_changed_since_an_agreement_leads_a_member_to_today(ours):
    """The page tells how they stand now: a risk that opened as agreed would say something else."""
    links = ours.links("/registers/ours/agreements/")
    risks = {href: asked for href, asked in links.items() if "/risks/" in href}
    assert len(risks) == 2 and all(
        asked.get("as_at") == [days_ago(0).isoformat()] for asked in risks.values()
    )


@pytest.mark.parametrize("place", ["dashboard/", "", "escalations/"])
def test_a_risk_of_another_register_opens_on_the_day_that_is_told_here(ours, place):
    """That register was agreed as well: without the day a member would see what was
    agreed of it.
    """
    day = ours.agreement.on.isoformat()
    links = ours.links(f"/registers/ours/{place}")
    assert [
        asked for href, asked in links.items() if href.startswith("/registers/below/risks/")
    ] == [{"as_at": [day]}]
