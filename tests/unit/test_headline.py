"""The sentences at the top of a dashboard, with figures worked out by hand."""

import datetime

import pytest

from registers.dates import quarter_ends_before, quarter_ends_between
from registers.phrases.dashboard import (
    AboveCount,
    above_tolerance_sentence,
    none_above_clause,
    stuck_sentence,
)

JUNE = datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("count", "total", "earlier", "sentence"),
    [
        (4, 31, 3, "Four of 31 risks are above tolerance (Severe), one more than on 30 June 2026."),
        (1, 31, 3, "One of 31 risks is above tolerance (Severe), two fewer than on 30 June 2026."),
        (
            0,
            1,
            0,
            "The one risk is within tolerance (Severe would be above it), as many as on 30 June "
            "2026.",
        ),
        (12, 1200, None, "12 of 1,200 risks are above tolerance (Severe)."),
    ],
)
def test_the_count_above_tolerance_has_its_base_and_comparison_day(count, total, earlier, sentence):
    assert (
        above_tolerance_sentence(AboveCount(count, total, "Severe", earlier, 9, JUNE)) == sentence
    )


def test_nothing_is_compared_with_a_day_on_which_nothing_was_recorded():
    sentence = above_tolerance_sentence(AboveCount(1, 2, "Severe", 0, 0, JUNE))
    assert sentence == (
        "One of 2 risks is above tolerance (Severe). No risk was recorded on 30 June 2026."
    )


@pytest.mark.parametrize(
    ("count", "total", "to_re_assess", "sentence"),
    [
        (2, 3, 1, "Two of 3 rated risks are above tolerance (Severe)."),
        (0, 3, 1, "None of 3 rated risks are above tolerance (Severe)."),
        (1, 1, 2, "The one rated risk is above tolerance (Severe)."),
        (
            0,
            1,
            1,
            "The one rated risk is within tolerance (Severe would be above it).",
        ),
        (0, 0, 1, "No risk is rated under the new scheme yet."),
        (0, 0, 0, "No risk is rated yet."),
    ],
)
def test_a_risk_without_a_rating_by_the_scheme_is_not_called_within(
    count, total, to_re_assess, sentence
):
    above = AboveCount(count, total, "Severe", None, 9, JUNE, to_re_assess=to_re_assess)
    assert above_tolerance_sentence(above) == sentence


@pytest.mark.parametrize(
    ("rated", "clause"),
    [
        (0, "none rated under its scheme yet"),
        (1, "the one rated risk is within tolerance"),
        (2, "none of the 2 rated risks above tolerance"),
        (3, "none above tolerance"),
    ],
)
def test_a_card_says_of_how_many_risks_none_is_above_tolerance(rated, clause):
    assert none_above_clause(rated, 3) == clause


@pytest.mark.parametrize(
    ("stuck", "rated", "sentence"),
    [
        ([], 0, "No risk is Severe."),
        ([], 3, "No risk has been Severe at four quarter ends in a row."),
        ([("A-1", 5)], 3, "A-1 has been Severe at the end of the last five quarters."),
        (
            [("A-1", 4), ("A-2", 4)],
            3,
            "Two have been Severe at four quarter ends in a row or more.",
        ),
        (
            [("A-1", 8), ("A-2", 8)],
            3,
            "Two have been Severe at four quarter ends in a row or more, both at eight.",
        ),
        (
            [("A-1", 8), ("A-2", 5)],
            3,
            "Two have been Severe at four quarter ends in a row or more, "
            "A-1 the longest, at eight.",
        ),
        (
            [("A-1", 8), ("A-2", 8), ("A-3", 4)],
            3,
            "Three have been Severe at four quarter ends in a row or more, "
            "A-1 and A-2 the longest, at eight.",
        ),
        (
            [("A-1", 9), ("A-2", 9), ("A-3", 9), ("A-4", 5)],
            9,
            "Four have been Severe at four quarter ends in a row or more, "
            "three of them the longest, at nine.",
        ),
        (
            [("A-1", 6), ("A-2", 6), ("A-3", 6)],
            3,
            "Three have been Severe at four quarter ends in a row or more, all at six.",
        ),
    ],
)
def test_stuck_risks_are_counted_and_the_longest_named(stuck, rated, sentence):
    assert stuck_sentence("Severe", stuck, rated) == sentence


def test_no_risk_is_stuck_by_a_scheme_that_is_newer():
    sentence = (
        "No risk can have been Severe at four quarter ends in a row: the scheme is newer than"
    )
    assert stuck_sentence("Severe", [], 1, is_scheme_newer=True) == f"{sentence} that."


@pytest.mark.parametrize(
    "since", [datetime.date(2025, 3, 31), datetime.date(2025, 4, 1), datetime.date(2026, 6, 30)]
)
@pytest.mark.parametrize(
    "day", [datetime.date(2026, 6, 30), datetime.date(2026, 7, 1), datetime.date(2026, 11, 25)]
)
def test_quarter_ends_between_two_days_are_those_that_are_listed(since, day):
    ends = [end for end in quarter_ends_before(day, 40) if end >= since]
    assert quarter_ends_between(since, day) == len(ends)
