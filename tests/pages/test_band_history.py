"""The bands of a risk over time on a dashboard: hand-worked examples, and on the page."""

import copy
import re
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    day,
    days_ago,
    make_agreement,
    make_assessment,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
    preset,
)

from registers.band_history import BandHistory, Step
from registers.dates import quarter_ends_before
from registers.models import Position, Role

pytestmark = pytest.mark.django_db
QUARTERS = [
    day(end) for end in ("2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30", "2025-11-22")
]


@dataclass
class Council:
    """A register whose dashboard is opened as its manager."""

    def __post_init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        self.client = Client()
        self.client.force_login(self.manager)
        self.ends = quarter_ends_before(days_ago(0), 4)

    def risk(self, ratings=(5, 5), ago=900, **fields):
        return make_risk(
            self.register, by=self.manager, assessed=ratings, on=days_ago(ago), **fields
        )

    def assess(self, risk, ratings, on):
        return make_assessment(risk, ratings, by=self.manager, on=on)

    def page(self, **query):
        answer = self.client.get("/registers/ours/dashboard/", query)
        assert answer.status_code == 200
        return answer.text

    def movement_words(self, **query):
        """The histories in the lead, in words."""
        lead = re.search(r'aria-labelledby="position".*?</section>', self.page(**query), re.DOTALL)
        pattern = r'app-band-steps.*?<span class="govuk-visually-hidden">(.*?)</span>'
        return re.findall(pattern, lead[0], re.DOTALL)


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def history(*labels, schemes=(1, 1, 1, 1, 1)):
    rows = zip(QUARTERS, labels, schemes, strict=True)
    return BandHistory(tuple(Step(*row) for row in rows))


def test_a_single_late_change_takes_two_parts():
    assert history("Low", "Low", "Low", "Low", "Severe").words == "Low in December 2024, Severe now"


def test_a_change_at_a_quarter_end_counts_from_that_day():
    words = "Low in December 2024, Severe from March 2025, Low from June 2025"
    assert history("Low", "Severe", "Low", "Low", "Low").words == words


def test_a_constant_band_holds_since_the_first_day_or_before():
    assert history(*["Severe"] * 5).words == "Severe since December 2024 or before"


def test_a_sentence_begins_with_a_capital_without_a_band():
    words = "Not scored in December 2024, Low from March 2025, Severe now"
    assert history("not scored", "Low", "Low", "Low", "Severe").words == words


def test_each_band_comes_once_the_oldest_first():
    labels = history("not scored", "Low", "Low", "Severe", "Low").labels
    assert labels == ["Not scored", "Low", "Severe", "Low"]


def test_a_band_by_an_earlier_scheme_is_named_as_one():
    words = history(*["Severe"] * 5, schemes=(1, 1, 1, 2, 2)).words
    assert words == "Severe under another scheme in December 2024, Severe from September 2025"


def test_a_risk_that_rose_shows_each_band_until_now(council):
    risk = council.risk((1, 1))
    council.assess(risk, (4, 3), council.ends[2])
    council.assess(risk, (5, 5), days_ago(0))
    first, third = council.ends[0], council.ends[2]
    words = f"Low in {first:%B %Y}, High from {third:%B %Y}, Severe now"
    assert council.movement_words(since=council.ends[2].isoformat()) == [words]


def test_a_time_off_the_register_is_mentioned(council):
    risk = council.risk((1, 1))
    make_revision(
        risk, by=council.manager, on=council.ends[1], status="closed", revision_event="closed"
    )
    make_revision(
        risk, by=council.manager, on=council.ends[2], status="open", revision_event="reopened"
    )
    council.assess(risk, (5, 5), days_ago(0))
    [words] = council.movement_words(since=council.ends[3].isoformat())
    start = f"Low in {council.ends[0]:%B %Y}"
    assert f"{start}, not on the register from {council.ends[1]:%B %Y}, Low from" in words


def test_a_rating_by_another_scheme_is_no_band_of_this_one(council):
    council.register.scheme = preset("four-by-four")
    council.register.save()
    risk = council.risk((1, 1))
    council.register.scheme = preset("five-by-five")
    council.register.save()
    risk = type(risk).objects.get(pk=risk.pk)
    council.assess(risk, (1, 1), council.ends[1])
    council.assess(risk, (5, 5), days_ago(0))
    [words] = council.movement_words(since=council.ends[3].isoformat())
    start = f"Rated under another scheme in {council.ends[0]:%B %Y}"
    assert words == f"{start}, Low from {council.ends[1]:%B %Y}, Severe now"


def test_a_risk_above_tolerance_shows_its_bands_with_arrows(council):
    risk = council.risk((1, 1))
    council.assess(risk, (4, 3), council.ends[2])
    council.assess(risk, (5, 5), days_ago(0))
    section = re.search(r'aria-labelledby="above".*?</section>', council.page(), re.DOTALL)[0]
    words = " ".join(re.sub("<[^>]*>", " ", section).split())
    assert "Low → High → Severe" in words


def test_as_agreed_the_history_leaves_out_later_ratings(council):
    """A rating entered after the agreement for an earlier day shows today, not as agreed."""
    risk = council.risk((1, 1))
    council.assess(risk, (5, 5), days_ago(0))
    agreement = make_agreement(council.register, by=council.manager)
    council.assess(risk, (4, 3), council.ends[1])
    since = council.ends[0].isoformat()
    assert "High" in council.movement_words(since=since)[0]
    assert council.movement_words(agreed=agreement.pk, since=since) == [
        f"Low in {council.ends[0]:%B %Y}, Severe now"
    ]


def test_any_number_of_histories_takes_one_query(council):
    def queries():
        with CaptureQueriesContext(connection) as context:
            council.page(since=council.ends[3].isoformat())
        return sum(f'FROM "{Position._meta.db_table}"' in query["sql"] for query in context), len(
            context
        )

    def grow(n):
        for _ in range(n):
            council.assess(council.risk((1, 1)), (5, 5), days_ago(0))

    grow(1)
    queries()
    expected = queries()
    grow(12)
    assert queries() == expected
