"""How the ratings of the risks that a dashboard names went: hand-worked examples, and
on the page.
"""

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
    """Opens the dashboard as its manager, a hundred days later."""

    def __post_init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        self.client = Client()
        self.client.force_login(self.manager)
        self.ends = quarter_ends_before(days_ago(0), 4)

    def risk(self, ratings=(5, 5), ago=900, **said):
        return make_risk(self.register, by=self.manager, assessed=ratings, on=days_ago(ago), **said)

    def judged(self, risk, ratings, on):
        return make_assessment(risk, ratings, by=self.manager, on=on)

    def page(self, **asked):
        answer = self.client.get("/registers/ours/dashboard/", asked)
        assert answer.status_code == 200
        return answer.text

    def moved(self, **asked):
        """The courses under what moved, in words."""
        section = re.search(r'aria-labelledby="moved".*?</section>', self.page(**asked), re.DOTALL)[
            0
        ]
        return re.findall(
            r'app-short-course.*?<span class="app-quiet">(.*?)</span>', section, re.DOTALL
        )


@pytest.fixture
def ours():
    return Council()


def course(*labels):
    """y: the lower the band, the greater."""
    height = {"Low": 23, "Severe": 5}
    return CompactSparkline(
        tuple(
            Step(on, said, 5 + 10 * n, height.get(said))
            for n, (on, said) in enumerate(zip(QUARTERS, labels, strict=True))
        )
    )


def test_what_stood_long_and_moved_now_is_said_in_two_parts():
    assert course("Low", "Low", "Low", "Low", "Severe").words == "Low in December 2024, Severe now"


def test_a_change_at_a_quarter_end_is_said_from_it_on():
    said = "Low in December 2024, Severe from March 2025, Low from June 2025"
    assert course("Low", "Severe", "Low", "Low", "Low").words == said


def test_what_never_moved_is_said_to_be_so_since_the_first_day_or_before():
    assert course(*["Severe"] * 5).words == "Severe since December 2024 or before"


def test_a_day_without_a_band_begins_the_sentence_with_a_capital():
    said = "Not scored in December 2024, Low from March 2025, Severe now"
    assert course("not scored", "Low", "Low", "Low", "Severe").words == said


def test_the_line_goes_in_steps():
    assert course("Low", "Low", "Severe", "Severe", "Severe").path == "M5 23H15V23H25V5H35V5H45V5"


def test_the_line_is_broken_where_there_was_no_band():
    assert course("Low", "not scored", "not scored", "Low", "Severe").path == "M5 23M35 23H45V5"


def test_before_the_first_band_there_is_no_line():
    assert course("not scored", "not scored", "Low", "Low", "Low").path == "M25 23H35V23H45V23"


def test_a_risk_that_went_up_says_how_it_went_until_now(ours):
    risk = ours.risk((1, 1))
    ours.judged(risk, (4, 3), ours.ends[2])
    ours.judged(risk, (5, 5), days_ago(0))
    first, third = ours.ends[0], ours.ends[2]
    said = f"Low in {first:%B %Y}, High from {third:%B %Y}, Severe now"
    assert ours.moved(since=ours.ends[2].isoformat()) == [said]


def test_a_risk_that_was_off_the_register_says_so(ours):
    risk = ours.risk((1, 1))
    make_revision(risk, by=ours.manager, on=ours.ends[1], status="closed", what="closed")
    make_revision(risk, by=ours.manager, on=ours.ends[2], status="open", what="reopened")
    ours.judged(risk, (5, 5), days_ago(0))
    [said] = ours.moved(since=ours.ends[3].isoformat())
    assert (
        f"Low in {ours.ends[0]:%B %Y}, not on the register from {ours.ends[1]:%B %Y}, Low from"
        in said
    )


def test_a_rating_by_another_scheme_is_no_band_of_this_one(ours):
    ours.register.scheme = preset("four-by-four")
    ours.register.save()
    risk = ours.risk((1, 1))
    ours.register.scheme = preset("five-by-five")
    ours.register.save()
    risk = type(risk).objects.get(pk=risk.pk)
    ours.judged(risk, (1, 1), ours.ends[1])
    ours.judged(risk, (5, 5), days_ago(0))
    [said] = ours.moved(since=ours.ends[3].isoformat())
    assert (
        said
        == f"Rated by another scheme in {ours.ends[0]:%B %Y}, Low from {ours.ends[1]:%B %Y}, Severe now"
    )


def test_a_risk_above_tolerance_shows_its_course_and_a_screen_reader_has_the_words(ours):
    ours.risk((5, 5))
    section = re.search(r'aria-labelledby="above".*?</section>', ours.page(), re.DOTALL)[0]
    assert 'class="app-short-course__picture"' in section and 'aria-hidden="true"' in section
    said = f'<span class="govuk-visually-hidden">Severe since {ours.ends[0]:%B %Y} or before</span>'
    assert said in section


def test_as_agreed_the_course_is_as_known_by_the_agreement(ours):
    """Afterwards a judgement is entered late, for a day before a quarter end: today's page tells
    it, the agreed not.
    """
    risk = ours.risk((1, 1))
    ours.judged(risk, (5, 5), days_ago(0))
    agreement = make_agreement(ours.register, by=ours.manager)
    ours.judged(risk, (4, 3), ours.ends[1])
    since = ours.ends[0].isoformat()
    assert "High" in ours.moved(since=since)[0]
    assert ours.moved(agreed=agreement.pk, since=since) == [
        f"Low in {ours.ends[0]:%B %Y}, Severe now"
    ]


def test_the_courses_are_one_query_however_many_there_are(ours):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            ours.page(since=ours.ends[3].isoformat())
        return sum(f'FROM "{Position._meta.db_table}"' in one["sql"] for one in asked), len(asked)

    def grow(n):
        for _ in range(n):
            ours.judged(ours.risk((1, 1)), (5, 5), days_ago(0))

    grow(1)
    queries()
    one = queries()
    grow(12)
    assert queries() == one
