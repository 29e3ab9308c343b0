"""The small sparklines of a dashboard: hand-worked examples, and on the page."""

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

from registers.dates import quarter_ends_before
from registers.models import Position, Role
from registers.rating_sparkline import CompactSparkline, Step

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
        """The sparklines of the movement section, in words."""
        section = re.search(r'aria-labelledby="moved".*?</section>', self.page(**query), re.DOTALL)[
            0
        ]
        return re.findall(
            r'app-short-course.*?<span class="app-quiet">(.*?)</span>', section, re.DOTALL
        )


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def sparkline(*labels, schemes=(1, 1, 1, 1, 1)):
    """A sparkline of these labels; the lower the band, the greater its y."""
    height = {"Low": 23, "Severe": 5}
    return CompactSparkline(
        tuple(
            Step(on, label, 5 + 10 * n, height.get(label), scheme)
            for n, (on, label, scheme) in enumerate(zip(QUARTERS, labels, schemes, strict=True))
        )
    )


def test_a_single_late_change_takes_two_parts():
    assert (
        sparkline("Low", "Low", "Low", "Low", "Severe").words == "Low in December 2024, Severe now"
    )


def test_a_change_at_a_quarter_end_counts_from_that_day():
    words = "Low in December 2024, Severe from March 2025, Low from June 2025"
    assert sparkline("Low", "Severe", "Low", "Low", "Low").words == words


def test_a_constant_band_holds_since_the_first_day_or_before():
    assert sparkline(*["Severe"] * 5).words == "Severe since December 2024 or before"


def test_a_sentence_begins_with_a_capital_without_a_band():
    words = "Not scored in December 2024, Low from March 2025, Severe now"
    assert sparkline("not scored", "Low", "Low", "Low", "Severe").words == words


def test_the_line_goes_in_steps():
    assert (
        sparkline("Low", "Low", "Severe", "Severe", "Severe").path == "M5 23H15V23H25V5H35V5H45V5"
    )


def test_the_line_is_broken_where_there_was_no_band():
    assert sparkline("Low", "not scored", "not scored", "Low", "Severe").path == "M5 23M35 23H45V5"


def test_the_line_is_broken_where_another_scheme_came_into_force():
    path = sparkline(*["Low"] * 5, schemes=(1, 1, 1, 2, 2)).path
    assert path == "M5 23H15V23H25V23M35 23H45V23"


def test_a_band_by_an_earlier_scheme_is_named_as_one():
    words = sparkline(*["Severe"] * 5, schemes=(1, 1, 1, 2, 2)).words
    assert words == "Severe by another scheme in December 2024, Severe from September 2025"


def test_before_the_first_band_there_is_no_line():
    assert sparkline("not scored", "not scored", "Low", "Low", "Low").path == "M25 23H35V23H45V23"


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


def test_a_risk_above_tolerance_shows_its_sparkline_with_words_for_screen_readers(council):
    council.risk((5, 5))
    section = re.search(r'aria-labelledby="above".*?</section>', council.page(), re.DOTALL)[0]
    assert 'class="app-short-course__picture"' in section and 'aria-hidden="true"' in section
    caption = (
        f'<span class="govuk-visually-hidden">Severe since {council.ends[0]:%B %Y} or before</span>'
    )
    assert caption in section


def test_as_agreed_the_sparkline_leaves_out_later_ratings(council):
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


def test_any_number_of_sparklines_takes_one_query(council):
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
