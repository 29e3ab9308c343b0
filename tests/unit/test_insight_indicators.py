"""Each indicator of the eight insights, worked by hand on a few rows."""

import datetime
from types import SimpleNamespace

import pytest
from makers import preset

from registers.insights.data import ActionRow, InsightData, MarkRow, PeriodRow, RatingRow, RiskRow
from registers.insights.indicator import Indicator
from registers.insights.outside_view import days_since_outside
from registers.insights.reading import INSIGHTS
from registers.scoring import Tolerance

pytestmark = pytest.mark.django_db  # for the preset scheme

DAY = datetime.date(2026, 12, 1)
SCORES = {"low": 2, "moderate": 5, "high": 10, "severe": 20}


def before(days):
    return DAY - datetime.timedelta(days=days)


def rating(days, band, perspective="own", *, has_evidence=False):
    return RatingRow(before(days), perspective, band, SCORES[band], has_evidence)


def a_risk(number, band="moderate", **fields):
    fields = {"told_by": "", "told_on": None, "raised_on": before(400), **fields}
    return RiskRow(
        number,
        number,
        f"Risk {number}",
        category="",
        band=band,
        owner_title="Director",
        is_owner_temporary=fields.pop("is_owner_temporary", False),
        **fields,
    )


def read(insight, risks=(), *, histories=None, sees_tellers=True):
    """Slug -> the indicator."""
    scheme = preset().rules
    data = InsightData(
        day=DAY,
        since=before(90),
        scheme=scheme,
        tolerance=Tolerance.from_statements(scheme, {}),
        risks=[*risks],
        histories=histories or {},
        sees_tellers=sees_tellers,
    )
    return SimpleNamespace(
        data=data, **{row.slug.replace("-", "_"): row for row in INSIGHTS[insight].indicators(data)}
    )


def counts(indicator):
    return [row.number for row in indicator.rows], indicator.total


def severe_twice(number, **fields):
    ratings = [rating(200, "severe"), rating(20, "severe")]
    return a_risk(number, "severe", ratings=ratings, **fields)


# 1. Peers


def test_risks_above_tolerance_twice_running_say_whom_they_asked():
    """Of four severe risks three were severe before: 1 asked a peer, 2 nobody, 3 says nothing."""
    risks = [
        severe_twice(1, asked_outside="The county council, in May."),
        severe_twice(2, asked_outside="Nobody yet, because the audit is due."),
        severe_twice(3),
        a_risk(4, "severe", ratings=[rating(200, "low"), rating(20, "severe")]),
    ]
    panel = read(1, risks)
    assert (counts(panel.advice), counts(panel.nobody)) == (([1], 3), ([2], 3))


def test_a_review_after_the_rating_is_a_second_look():
    risk = a_risk(1, "severe", ratings=[rating(20, "severe")], looks=[before(5)])
    assert read(1, [risk]).advice.total == 1


def test_a_review_of_the_day_of_the_rating_is_the_same_look():
    risk = a_risk(1, "severe", ratings=[rating(20, "severe")], looks=[before(20)])
    assert read(1, [risk]).advice.total == 0


# 2. Leaving an intervention


def test_assurance_of_line_one_alone_is_not_beyond_management():
    risks = [a_risk(1, "severe", lines={1}), a_risk(2, "severe", lines={1, 3}), a_risk(3, "low")]
    assert counts(read(2, risks).assured) == ([2], 2)


# 3. The view from outside


def test_the_latest_rating_from_outside_is_compared_with_our_band():
    """The peer is above us on risk 1, below on 2, and agrees at last on 3. Nobody rated 4."""
    risks = [
        a_risk(1, "moderate", ratings=[rating(50, "high", "peer")]),
        a_risk(2, "high", ratings=[rating(60, "low", "internal-audit")]),
        a_risk(3, "low", ratings=[rating(90, "high", "peer"), rating(10, "low", "peer")]),
        a_risk(4, "low", ratings=[rating(5, "severe")]),
    ]
    panel = read(3, risks)
    assert (counts(panel.higher), counts(panel.lower)) == (([1], 3), ([2], 3))
    assert days_since_outside(panel.data) == 10


def test_where_nobody_outside_rated_there_are_no_days():
    assert days_since_outside(read(3, [a_risk(1)]).data) is None


def test_a_risk_that_only_management_assures_is_not_assured_from_beyond():
    risks = [a_risk(1), a_risk(2, lines={1}), a_risk(3, lines={2})]
    assert counts(read(3, risks).unassured) == ([1, 2], 3)


# 4. Reorganising


def test_structural_actions_are_counted_among_open_and_finished_ones():
    """Three open actions, two of them structural; two finished structural ones, one says more."""
    risks = [
        a_risk(1, actions=[ActionRow("Merge", "structural", "open", False)]),
        a_risk(
            2,
            actions=[
                ActionRow("Move", "structural", "open", False),
                ActionRow("Train", "capability", "open", False),
                ActionRow("Split", "structural", "done", True),
                ActionRow("Rename", "structural", "done", False),
            ],
        ),
        a_risk(3),
    ]
    panel = read(4, risks)
    assert counts(panel.structural) == ([1, 2], 3)
    assert counts(panel.changed) == ([2], 2)
    assert counts(panel.only) == ([1], 2)


# 5. No blame


def test_who_told_us_is_counted_among_risks_that_say_so():
    risks = [
        a_risk(1, told_by="front-line", told_on=before(440), raised_on=before(400)),
        a_risk(2, told_by="press", told_on=before(410), raised_on=before(400)),
        a_risk(3),
    ]
    panel = read(5, risks)
    assert (counts(panel.front_line), counts(panel.late)) == (([1], 2), ([1], 2))


def test_a_reader_who_edits_no_risk_reads_nothing_of_who_told_us():
    panel = read(5, [a_risk(1, told_by="press")], sees_tellers=False)
    assert not hasattr(panel, "front_line")
    assert not hasattr(panel, "late")


def test_a_fall_is_explained_by_its_rating_or_by_evidence_since_the_one_before():
    risks = [
        a_risk(1, ratings=[rating(90, "high"), rating(30, "low")]),
        a_risk(2, ratings=[rating(90, "high"), rating(30, "low", has_evidence=True)]),
        a_risk(3, ratings=[rating(90, "high"), rating(30, "low")], evidence_on=[before(40)]),
        a_risk(4, ratings=[rating(90, "high"), rating(30, "low")], evidence_on=[before(90)]),
        a_risk(5, ratings=[rating(500, "high"), rating(400, "low")]),
        a_risk(6, ratings=[rating(90, "low"), rating(30, "high")]),
    ]
    assert counts(read(5, risks).falls) == ([1, 4], 4)


@pytest.mark.parametrize(("count", "shown"), [(9, 0), (10, 10)])
def test_below_ten_neither_number_nor_rows_point_at_people(count, shown):
    risks = [a_risk(n, told_by="front-line") for n in range(1, count + 1)]
    indicator = read(5, risks).front_line
    assert len(indicator.shown_rows) == shown
    assert ("fewer than 10" in indicator.sentence) == (not shown)


# 6. Learning from others


def test_marks_are_counted_by_what_they_say():
    """Three marks; of the two that are relevant one stands on a risk with an action."""
    risks = [
        a_risk(
            1,
            marks=[MarkRow("Silence", "Basildon", "relevant"), MarkRow("Debt", "Eltham", "unsure")],
            actions=[ActionRow("Ask", "culture", "done", False)],
        ),
        a_risk(2, marks=[MarkRow("Denial", "Rotherham", "relevant")]),
    ]
    panel = read(6, risks)
    assert (counts(panel.relevant), counts(panel.unsure)) == (([1, 2], 3), ([1], 3))
    assert (panel.not_relevant.count, counts(panel.acted)) == (0, ([1], 2))


# 7. Worse before better


def test_new_risks_and_risen_ones_are_counted_apart():
    risks = [
        a_risk(1, "high", raised_on=before(10), ratings=[rating(10, "high")]),
        a_risk(2, "high", ratings=[rating(200, "low"), rating(10, "high")]),
        a_risk(3, "low", ratings=[rating(200, "high"), rating(10, "low")]),
    ]
    panel = read(7, risks)
    assert (counts(panel.new), counts(panel.risen)) == (([1], 3), ([2], 2))


# 8. Keeping it


def period(start, end, band, *, is_on_register=True):
    return PeriodRow(before(start), before(end), is_on_register, band, SCORES.get(band, 0), "")


def test_a_risk_is_back_where_it_came_down_and_is_above_again():
    """1 is back; 2 came down and stays; 3 came down more than two years ago; 4 was closed."""
    histories = {
        (1, "Back"): [
            period(600, 400, "severe"),
            period(400, 100, "low"),
            period(100, -1, "severe"),
        ],
        (2, "Down"): [period(600, 400, "severe"), period(400, -1, "low")],
        (3, "Long ago"): [period(900, 800, "severe"), period(800, -1, "low")],
        (4, "Closed"): [
            period(600, 300, "severe"),
            period(300, -1, "severe", is_on_register=False),
        ],
    }
    assert counts(read(8, histories=histories).back) == ([1], 3)


def test_top_risks_and_their_controls_rest_on_temporary_people():
    resting = {"is_owner_temporary": True, "temporary_controls": ["Rota"]}
    risks = [
        a_risk(1, "severe", controls_in_place=2, **resting),
        a_risk(2, "severe", controls_in_place=1),
        a_risk(3, "high", controls_in_place=1, **resting),
    ]
    panel = read(8, risks)
    assert (counts(panel.posts), counts(panel.controls)) == (([1], 2), ([1], 3))


# All of them


@pytest.mark.parametrize("insight", INSIGHTS)
def test_a_register_without_risks_says_what_to_record(insight):
    rows = [row for row in vars(read(insight)).values() if isinstance(row, Indicator)]
    assert rows
    assert all(row.is_empty and row.hint == row.missing for row in rows)


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (0, 0, "There are no risks."),
        (0, 12, "None of 12 risks rest on luck."),
        (1, 12, "1 of 12 risks rests on luck."),
        (2, 9, "2 of 9 risks rest on luck. That is too few to compare."),
        (1, 1, "1 of 1 risk rests on luck. That is too few to compare."),
    ],
)
def test_a_count_in_words(count, total, words):
    predicate = ("rests on luck", "rest on luck")
    indicator = Indicator("x", "X", predicate, ("risk", "risks"), (None,) * count, total, "", "")
    assert indicator.sentence == words
