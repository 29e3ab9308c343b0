"""On the dashboard: whom outside sees a risk otherwise than we do, or that nobody outside has rated
any.
"""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_directorate,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    preset,
)

from registers.models import Role

pytestmark = pytest.mark.django_db


class Council:
    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.peer = make_person(self.organisation, Role.PEER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        self.client = Client()
        self.client.force_login(self.manager)

    def risk(self, ratings=(3, 3), **said):
        return make_risk(self.register, by=self.manager, assessed=ratings, on=days_ago(200), **said)

    def outside(self, risk, ratings, who="peer", ago=10, **said):
        return make_assessment(
            risk, ratings, by=self.peer, on=days_ago(ago), perspective=who, **said
        )

    def said(self, **asked):
        page = self.client.get("/registers/ours/dashboard/", asked).text
        section = re.search(r'aria-labelledby="outside">(.*?)</section>', page, re.DOTALL)[1]
        return " ".join(html.unescape(re.sub("<[^>]*>", " ", section)).split()).replace(" .", ".")


@pytest.fixture
def ours():
    return Council()


def test_a_peer_who_says_another_band_is_told_with_both_bands(ours):
    ours.outside(ours.risk(title="Reserves run out"), (5, 5))
    said = "One of these risks has been rated from outside, and otherwise than by us. R-001 Reserves run out"
    assert f"{said} The peer reviewer says Severe and we say High" in ours.said()


def test_an_auditor_who_says_a_lower_band_is_told_as_well(ours):
    ours.outside(ours.risk(), (1, 1), "internal-audit")
    assert "Internal audit says Low and we say High" in ours.said()


def test_who_rates_as_we_do_is_counted_and_not_named(ours):
    ours.outside(ours.risk(), (3, 4))
    assert (
        ours.said()
        == "Seen from outside One of these risks has been rated from outside: as we rate it."
    )


def test_where_nobody_outside_has_rated_anything_it_asks_who_could(ours):
    ours.risk()
    said = "Nobody from outside has rated any of these risks. Ask: who could, before we meet again?"
    assert said in ours.said()


def test_a_risk_that_we_have_not_rated_is_told(ours):
    ours.outside(ours.risk(None), (5, 5))
    assert "The peer reviewer says Severe and we have not rated it yet" in ours.said()


def test_the_latest_that_they_said_counts(ours):
    risk = ours.risk()
    ours.outside(risk, (5, 5), ago=90)
    ours.outside(risk, (3, 3), ago=10)
    assert "as we rate it" in ours.said()


def test_a_target_from_outside_is_no_rating_of_how_it_stands(ours):
    ours.outside(ours.risk(), (1, 1), kind="target")
    assert "Nobody from outside" in ours.said()


def test_a_rating_from_outside_by_another_scheme_is_not_compared(ours):
    ours.outside(ours.risk(), (4, 4))
    ours.register.scheme = preset("four-by-four")
    ours.register.save()
    assert "Nobody from outside" in ours.said()


def test_a_day_before_they_said_it_does_not_tell_it(ours):
    ours.outside(ours.risk(), (5, 5), ago=10)
    assert "Nobody from outside" in ours.said(as_at=days_ago(20).isoformat())


def test_as_agreed_what_was_recorded_afterwards_is_not_told(ours):
    risk = ours.risk()
    agreement = make_agreement(ours.register, by=ours.manager)
    ours.outside(risk, (5, 5), ago=30)
    assert "Nobody from outside" in ours.said(agreed=agreement.pk) and "says Severe" in ours.said()


def test_an_exempt_risk_is_not_told_to_who_may_not_see_it(ours):
    ours.outside(ours.risk(is_exempt=True), (5, 5)), ours.risk()
    ours.client.force_login(ours.peer)
    assert "Nobody from outside" in ours.said()


def test_a_narrowed_page_tells_those_that_fit(ours):
    children = make_directorate(ours.organisation, "Children")
    theirs = ours.risk(owner=make_post(ours.organisation, directorate=children))
    ours.outside(ours.risk(), (5, 5)), ours.outside(theirs, (1, 1))
    said = ours.said(directorate=children.pk)
    assert "One of these risks" in said and "says Low" in said and "says Severe" not in said


def test_three_are_named_the_furthest_apart_first(ours):
    for ratings in ((3, 4), (5, 5), (3, 2), (1, 1), (2, 5)):
        ours.outside(ours.risk((2, 2)), ratings)
    said = ours.said()
    assert said.startswith(
        "Seen from outside Five of these risks have been rated from outside, four of them otherwise"
    )
    assert re.findall(r"R-\d+", said) == ["R-002", "R-001", "R-004"] and said.endswith("and 1 more")


def test_it_asks_as_often_of_one_as_of_many(ours):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            ours.said()
        return len(asked)

    ours.outside(ours.risk(), (5, 5))
    queries()
    one = queries()
    for _ in range(8):
        ours.outside(ours.risk(), (5, 5))
    assert queries() == one
