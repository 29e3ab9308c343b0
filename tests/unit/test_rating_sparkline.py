"""The sparkline of a rating: hand-worked examples of the picture and of its words."""

import re
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import day, days_ago, make_assessment, make_person, make_register, make_risk

from registers.models import Assessment, Role
from registers.rating_sparkline import build_rating_sparkline
from registers.scoring import Band

LABELS = ("Low", "Moderate", "High", "Severe")
BANDS = {
    label: Band(label.lower(), label, review_days=90, rank=rank, of=4)
    for rank, label in enumerate(LABELS)
}
QUARTERS = [day(f"{end}") for end in ("2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30")]
DAYS = [*QUARTERS, day("2025-11-22")]


@dataclass
class Judged:
    effective_on: object
    score: int
    band_now: Band
    pk: int = 1
    kind: str = "current"
    perspective: str = "own"
    scheme_id: int = 1


def judged(*pairs):
    """Assessments from ("2025-03-10", "High") pairs, each with a higher key than the one before."""
    return [Judged(day(on), 9, BANDS[label], number) for number, (on, label) in enumerate(pairs)]


def labels(sparkline):
    return [point.band.label for point in sparkline.points]


def test_without_assessments_there_is_no_picture():
    sparkline = build_rating_sparkline([], DAYS)
    assert (sparkline.points, sparkline.path, sparkline.words) == ((), "", "Not scored yet")


def test_one_assessment_counts_from_its_day():
    sparkline = build_rating_sparkline(judged(("2024-12-31", "High")), DAYS)
    assert labels(sparkline) == ["High"] * 5
    assert sparkline.words == "High since December 2024, when it was first judged"


def test_the_quarters_before_the_first_assessment_are_a_gap():
    sparkline = build_rating_sparkline(judged(("2025-07-01", "Low")), DAYS)
    assert [point.day for point in sparkline.points] == DAYS[3:]
    assert sparkline.points[0].x == 117  # three quarters of the way from 6 to 154


def test_a_climb():
    sparkline = build_rating_sparkline(
        judged(("2024-12-01", "Low"), ("2025-06-12", "High"), ("2025-09-03", "Severe")), DAYS
    )
    assert labels(sparkline) == ["Low", "Low", "High", "Severe", "Severe"]
    assert sparkline.words == "Severe since September 2025; was High in June 2025"


def test_a_fall():
    sparkline = build_rating_sparkline(
        judged(("2024-12-01", "Severe"), ("2025-11-20", "Moderate")), DAYS
    )
    assert labels(sparkline) == ["Severe"] * 4 + ["Moderate"]
    assert sparkline.words == "Moderate since November 2025; was Severe in December 2024"


def test_stuck_in_the_highest_band():
    pairs = [(on, "Severe") for on in ("2024-12-20", "2025-03-20", "2025-06-20", "2025-09-20")]
    assert build_rating_sparkline(judged(*pairs), DAYS).words == (
        "Severe since December 2024; the highest band at four quarter ends in a row"
    )


def test_three_quarter_ends_are_not_stuck_yet():
    sparkline = build_rating_sparkline(
        judged(("2025-01-20", "Severe"), ("2025-09-20", "Severe")), DAYS
    )
    assert sparkline.words == "Severe since January 2025"


def test_long_in_another_band_is_not_stuck():
    assert (
        "running"
        not in build_rating_sparkline(
            judged(("2024-12-20", "High"), ("2025-09-20", "High")), DAYS
        ).words
    )


def test_the_band_before_counts_from_when_it_was_last_judged():
    sparkline = build_rating_sparkline(
        judged(("2024-12-01", "High"), ("2025-06-30", "High"), ("2025-10-01", "Severe")), DAYS
    )
    assert sparkline.words == "Severe since October 2025; was High in June 2025"


def test_two_changes_in_one_month():
    sparkline = build_rating_sparkline(
        judged(("2025-09-02", "High"), ("2025-09-28", "Severe")), DAYS
    )
    assert sparkline.words == "Severe since September 2025; was High earlier that month"


def test_the_later_of_two_on_one_day_counts():
    both = judged(("2025-09-30", "High"), ("2025-09-30", "Low"))
    assert labels(build_rating_sparkline(both[::-1], DAYS)) == ["Low", "Low"]


@pytest.mark.parametrize(
    "other", [{"kind": "target"}, {"kind": "inherent"}, {"perspective": "peer"}]
)
def test_only_current_ratings_of_our_own_count(other):
    target = Judged(day("2025-10-01"), 1, BANDS["Low"], 9, **other)
    assert labels(build_rating_sparkline([*judged(("2025-09-01", "High")), target], DAYS)) == [
        "High",
        "High",
    ]


def test_the_line_goes_in_steps_from_the_bottom_to_the_top():
    sparkline = build_rating_sparkline(
        judged(("2024-12-01", "Low"), ("2025-04-01", "Severe")), DAYS
    )
    assert sparkline.path == "M6 30H43V30H80V6H117V6H154V6"


def test_the_same_word_by_another_scheme_is_another_band_and_breaks_the_line():
    earlier = Judged(day("2025-01-10"), 9, BANDS["Severe"], 0, scheme_id=2)
    ratings = [earlier, *judged(("2025-08-01", "Severe"))]
    sparkline = build_rating_sparkline(ratings, DAYS)
    words = "Severe since August 2025; was Severe under another scheme in January 2025"
    assert sparkline.words == words
    assert sparkline.path == "M43 6H80V6M117 6H154V6"


# On the page


@pytest.fixture
def risk(db):
    return make_risk(make_register(slug="ours"), assessed=(5, 5), on=days_ago(400))


@pytest.fixture
def reader(risk):
    client = Client()
    client.force_login(make_person(risk.register.organisation, Role.MEMBER))
    return client


def words_on(page):
    match = re.search(r'<span id="course">([^<]*)</span>', page)
    return match and match[1]


def test_a_risk_page_shows_its_sparkline(reader, risk):
    make_assessment(risk, (1, 1), on=days_ago(1))
    page = reader.get(risk.get_absolute_url()).text
    assert words_on(page) == f"Low since {days_ago(1):%B %Y}; was Severe in {days_ago(400):%B %Y}."
    assert 'role="img" aria-labelledby="course"' in page


def test_the_sparkline_ends_on_the_day_read(reader, risk):
    make_assessment(risk, (1, 1), on=days_ago(1))
    page = reader.get(f"{risk.get_absolute_url()}?as_at={days_ago(2)}").text
    assert words_on(page).startswith("Severe since")


def test_an_unrated_risk_shows_no_sparkline(reader, risk):
    unscored = make_risk(risk.register)
    assert words_on(reader.get(unscored.get_absolute_url()).text) is None


def test_a_long_history_takes_no_more_queries(reader, risk):
    def queries():
        with CaptureQueriesContext(connection) as context:
            reader.get(risk.get_absolute_url())
        return len(context)

    few = queries()
    for age in range(300, 0, -20):
        make_assessment(risk, (3, 3), on=days_ago(age), kind=Assessment.Kind.CURRENT)
    assert queries() <= few
