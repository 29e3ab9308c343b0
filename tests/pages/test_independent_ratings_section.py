"""The dashboard's section of independent ratings that differ from the organisation's own."""

import copy
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

    def risk(self, ratings=(3, 3), **fields):
        return make_risk(
            self.register, by=self.manager, assessed=ratings, on=days_ago(200), **fields
        )

    def rate_independently(self, risk, ratings, perspective="peer", ago=10, **fields):
        return make_assessment(
            risk, ratings, by=self.peer, on=days_ago(ago), perspective=perspective, **fields
        )

    def section(self, **query):
        page = self.client.get("/registers/ours/dashboard/", query).text
        section = re.search(r'aria-labelledby="outside">(.*?)</section>', page, re.DOTALL)[1]
        return " ".join(html.unescape(re.sub("<[^>]*>", " ", section)).split()).replace(" .", ".")


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def test_a_peer_rating_in_another_band_shows_both_bands(council):
    council.rate_independently(council.risk(title="Reserves run out"), (5, 5))
    sentence = (
        "One of these risks has an independent rating, which differs from ours. "
        "R-001 Reserves run out"
    )
    assert f"{sentence} The peer reviewer says Severe and we say High" in council.section()


def test_an_auditor_rating_in_a_lower_band_shows_both_bands(council):
    council.rate_independently(council.risk(), (1, 1), "internal-audit")
    assert "Internal audit says Low and we say High" in council.section()


def test_a_rating_in_the_same_band_is_counted_and_not_named(council):
    council.rate_independently(council.risk(), (3, 4))
    assert (
        council.section()
        == "Independent ratings One of these risks has an independent rating, the same as ours."
    )


def test_without_independent_ratings_it_asks_who_could_give_one(council):
    council.risk()
    question = "Ask: who could rate them before the next meeting?"
    assert f"No independent rating of these risks yet. {question}" in council.section()


def test_a_risk_without_an_own_rating_is_named(council):
    council.rate_independently(council.risk(None), (5, 5))
    assert "The peer reviewer says Severe and we have not rated it yet" in council.section()


def test_the_latest_independent_rating_counts(council):
    risk = council.risk()
    council.rate_independently(risk, (5, 5), ago=90)
    council.rate_independently(risk, (3, 3), ago=10)
    assert "the same as ours" in council.section()


def test_an_independent_target_is_not_compared(council):
    council.rate_independently(council.risk(), (1, 1), kind="target")
    assert "No independent rating" in council.section()


def test_an_independent_rating_by_another_scheme_is_not_compared(council):
    council.rate_independently(council.risk(), (4, 4))
    council.register.scheme = preset("four-by-four")
    council.register.save()
    assert "No independent rating" in council.section()


def test_a_day_before_the_rating_does_not_show_it(council):
    council.rate_independently(council.risk(), (5, 5), ago=10)
    assert "No independent rating" in council.section(as_at=days_ago(20).isoformat())


def test_a_rating_recorded_after_an_agreement_is_not_in_it(council):
    risk = council.risk()
    agreement = make_agreement(council.register, by=council.manager)
    council.rate_independently(risk, (5, 5), ago=30)
    assert (
        "No independent rating" in council.section(agreed=agreement.pk)
        and "says Severe" in council.section()
    )


def test_an_exempt_risk_is_hidden_from_a_peer(council):
    council.rate_independently(council.risk(is_exempt=True), (5, 5)), council.risk()
    council.client.force_login(council.peer)
    assert "No independent rating" in council.section()


def test_a_filtered_page_counts_the_risks_that_fit(council):
    children = make_directorate(council.organisation, "Children")
    risk = council.risk(owner=make_post(council.organisation, directorate=children))
    council.rate_independently(council.risk(), (5, 5)), council.rate_independently(risk, (1, 1))
    text = council.section(directorate=children.pk)
    assert "One of these risks" in text and "says Low" in text and "says Severe" not in text


def test_three_are_named_the_furthest_apart_first(council):
    for ratings in ((3, 4), (5, 5), (3, 2), (1, 1), (2, 5)):
        council.rate_independently(council.risk((2, 2)), ratings)
    text = council.section()
    assert text.startswith(
        "Independent ratings Five of these risks have an independent rating, four of them different"
    )
    assert re.findall(r"R-\d+", text) == ["R-002", "R-001", "R-004"] and text.endswith("and 1 more")


def test_the_section_makes_as_many_queries_for_many_risks_as_for_one(council):
    def query_count():
        with CaptureQueriesContext(connection) as queries:
            council.section()
        return len(queries)

    council.rate_independently(council.risk(), (5, 5))
    query_count()
    baseline = query_count()
    for _ in range(2):
        council.rate_independently(council.risk(), (5, 5))
    assert query_count() == baseline
