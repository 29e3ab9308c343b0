"""Plurals, numbers and lists in words, at the counts where they change."""

import datetime

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from registers.models import AssuranceLevel
from registers.phrases import files
from registers.phrases.dashboard import (
    arrow_in_words,
    band_since_in_words,
    empty_sentence,
    fit_sentences,
    highest_band_running,
    independent_ratings_sentence,
    most_often_sentence,
    movement_counts_sentence,
    other_scheme_sentence,
    rated_after_it_happened,
    reversals_sentence,
    tier_in_words,
    unrated_sentence,
    without_sentence,
)
from registers.phrases.numbers import (
    count_history_in_words,
    duration_between_in_words,
    figures,
    join_names,
    join_with_and,
    join_with_or,
    number_in_words,
    number_to_begin,
    range_in_words,
    times_in_words,
)
from registers.phrases.register import (
    action_counts_sentence,
    adopted_sentence,
    assurance_gap_in_words,
    changed_band_sentence,
    changes_sentence,
    decision_in_words,
    due_in_words,
    earlier_scheme_sentence,
    matrix_in_words,
    missing_part_sentence,
    open_actions_sentence,
    put_off_in_words,
    reassigned_sentence,
    review_days_in_words,
    reviewed_sentence,
    signs_to_look_at,
    slippage_sentence,
    stuck_source,
    to_re_assess_sentence,
    untested_sentence,
    worklist_sentence,
)

COUNTS = (0, 1, 2, 9, 10, 1000)
WORDS = ("none", "one", "two", "nine", "10", "1,000")


@pytest.mark.parametrize(("n", "words"), [*zip(COUNTS, WORDS, strict=True)])
def test_a_number_is_a_word_up_to_nine(n, words):
    assert number_in_words(n) == words
    assert number_to_begin(n) == words[:1].upper() + words[1:]


def test_figures_have_a_comma_at_a_thousand():
    assert [figures(n) for n in COUNTS] == ["0", "1", "2", "9", "10", "1,000"]


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "once"), (2, "twice"), (9, "nine times"), (10, "10 times"), (1000, "1,000 times")],
)
def test_times_are_counted(count, words):
    assert times_in_words(count) == words
    assert put_off_in_words(count) == f"due date changed {words}"
    assert put_off_in_words(count, actions=2) == f"due date of one changed {words}"


def test_what_was_never_put_off_is_not_mentioned():
    assert put_off_in_words(0) == ""


@pytest.mark.parametrize(
    ("names", "by_commas", "by_and", "by_or"),
    [
        ([], "", "", ""),
        (["A"], "A", "A", "A"),
        (["A", "B"], "A and B", "A and B", "A or B"),
        (["A", "B", "C"], "A, B and C", "A and B and C", "A or B or C"),
    ],
)
def test_names_are_joined(names, by_commas, by_and, by_or):
    assert (join_names(names), join_with_and(names), join_with_or(names)) == (
        by_commas,
        by_and,
        by_or,
    )


def test_a_range_of_scores_names_its_ends():
    assert [range_in_words(scores) for scores in ((), {8}, {8, 12, 9})] == [
        "no score",
        "8",
        "8 to 12",
    ]


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (0, 0, "The same day"),
        (1, 1, "One day"),
        (2, 2, "Two days"),
        (0, 9, "Up to about one week"),
        (7, 14, "About one to two weeks"),
        (370, 1000, "About one to three years"),
        (20, None, "At least about three weeks"),
        (None, 40, "At most about six weeks"),
        (0, None, "Not known: the dates are open"),
    ],
)
def test_a_time_between_two_bounds(least, most, words):
    assert duration_between_in_words(least, most) == words


def test_a_count_over_time_names_its_peak():
    names = ["1 Jan", "1 Apr", "1 Jul"]
    assert count_history_in_words([0, 1000, 1], names) == (
        "none on 1 Jan, 1,000 on 1 Apr, one on 1 Jul"
    )


@pytest.mark.parametrize(
    ("sentence", "counts", "expected"),
    [
        (unrated_sentence, (1,), "One has no residual rating."),
        (unrated_sentence, (2,), "Two have no residual rating."),
        (
            other_scheme_sentence,
            (1,),
            "One was rated under an earlier scheme and has to be assessed again.",
        ),
        (
            other_scheme_sentence,
            (10,),
            "10 were rated under an earlier scheme and have to be assessed again.",
        ),
        (to_re_assess_sentence, (0, "A"), "No risk is rated under A."),
        (
            to_re_assess_sentence,
            (1, "A"),
            "One risk is rated under A and will read “to re-assess”.",
        ),
        (
            to_re_assess_sentence,
            (2, "A"),
            "Two risks are rated under A and will read “to re-assess”.",
        ),
        (earlier_scheme_sentence, (0,), ""),
        (earlier_scheme_sentence, (1,), "One more already reads “to re-assess”."),
        (earlier_scheme_sentence, (2,), "Two more already read “to re-assess”."),
        (adopted_sentence, ("A", 0), "A is in force. No risk needs a new assessment."),
        (adopted_sentence, ("A", 1), "A is in force. One risk needs a new assessment."),
        (adopted_sentence, ("A", 10), "A is in force. 10 risks need a new assessment."),
        (matrix_in_words, (4, 5), "4 by 5"),
        (matrix_in_words, (4, 5, 1), "4 by 5, one pair of ratings in another band"),
        (matrix_in_words, (4, 5, 2), "4 by 5, two pairs of ratings in another band"),
        (review_days_in_words, (1,), "within 1 day"),
        (review_days_in_words, (31,), "within 31 days"),
        (empty_sentence, (0,), "No risks were on this register on that day."),
        (empty_sentence, (1,), "The one risk on this register does not match."),
        (empty_sentence, (1000,), "None of the 1,000 risks matches."),
        (without_sentence, (1,), "One has none."),
        (without_sentence, (9,), "Nine have none."),
        (most_often_sentence, (["A"], 3, 9), "Most often A: 3 of 9."),
        (most_often_sentence, (["A", "B"], 3, 9), "Most often A and B: 3 of 9 each."),
        (
            independent_ratings_sentence,
            (0, 0),
            "No independent rating of these risks yet.",
        ),
        (
            independent_ratings_sentence,
            (1, 0),
            "One of these risks has an independent rating, the same as ours.",
        ),
        (
            independent_ratings_sentence,
            (1, 1),
            "One of these risks has an independent rating, which differs from ours.",
        ),
        (
            independent_ratings_sentence,
            (9, 0),
            "Nine of these risks have an independent rating, each the same as ours.",
        ),
        (
            independent_ratings_sentence,
            (10, 2),
            "10 of these risks have an independent rating, two of them different from ours.",
        ),
        (reversals_sentence, (0, 0), "No two risks differ in score."),
        (
            reversals_sentence,
            (0, 1),
            "The scores put 1 pair of risks in order, and no range would reverse any of them.",
        ),
        (
            reversals_sentence,
            (2, 1000),
            "The scores put 1,000 pairs of risks in order; within the ranges given, two of them "
            "could be the other way round.",
        ),
        (tier_in_words, (1,), "1, the highest"),
        (tier_in_words, (2,), "2"),
        (arrow_in_words, (1, 1, 0), "1 from a lower likelihood"),
        (arrow_in_words, (2, -1, 1), "2 from a higher likelihood and a lower impact"),
        (highest_band_running, (9,), "the highest band at nine quarter ends in a row"),
        (band_since_in_words, (datetime.date(2024, 3, 5),), "since March 2024"),
        (
            rated_after_it_happened,
            (datetime.date(2024, 3, 5), datetime.date(2024, 3, 5)),
            "rated after it happened on 5 March 2024",
        ),
        (
            rated_after_it_happened,
            (datetime.date(2024, 3, 4), datetime.date(2024, 3, 5)),
            "rated before it happened on 5 March 2024",
        ),
    ],
)
def test_a_dashboard_counts(sentence, counts, expected):
    assert sentence(*counts) == expected


@pytest.mark.parametrize(
    ("entered", "left", "sentences"),
    [
        (0, 0, []),
        (1, 0, ["One of them matches now and did not then."]),
        (2, 1, ["Two of them match now and did not then and one matched then and does not now."]),
        (0, 10, ["10 matched then and do not now."]),
    ],
)
def test_risks_that_fit_on_one_day_alone(entered, left, sentences):
    assert fit_sentences(entered, left) == sentences


@pytest.mark.parametrize(
    ("scored", "rated_otherwise", "clause"),
    [
        (0, 0, ""),
        (1, 0, "one rated for the first time, "),
        (0, 1, "one rated under another scheme and not compared, "),
    ],
)
def test_what_moved_leaves_out_what_seldom_happens(scored, rated_otherwise, clause):
    counts = {"new": 0, "up": 1, "down": 2, "left": 9, "unchanged": 1000}
    counts |= {"scored": scored, "rated-otherwise": rated_otherwise}
    assert movement_counts_sentence("30 June", 1000, 10, counts) == (
        f"Since 30 June: none new, one up a band or more, two down, {clause}"
        "nine closed or taken off, 1,000 unchanged. Risks then: 1,000, now: 10."
    )


@pytest.mark.parametrize(
    ("count", "late", "sentence"),
    [
        (0, 0, ""),
        (1, 0, "One is open."),
        (1, 1, "One is open, and overdue."),
        (2, 0, "Two are open."),
        (10, 1, "10 are open, one overdue."),
    ],
)
def test_open_actions_of_a_risk(count, late, sentence):
    assert open_actions_sentence(count, late) == sentence


@pytest.mark.parametrize(
    ("count", "late", "late_before", "sentence"),
    [
        (0, 0, 0, "No action is open."),
        (1, 0, 0, "One action is open. It is not overdue."),
        (2, 0, 0, "None of 2 open actions is overdue."),
        (1, 1, 0, "One action is open. It is overdue."),
        (1, 1, 1, "One action is open. It is overdue. Its due date was changed before."),
        (9, 1, 0, "One of 9 open actions is overdue."),
        (9, 1, 1, "One of 9 open actions is overdue. Its due date was changed before."),
        (10, 2, 0, "Two of 10 open actions are overdue."),
        (10, 2, 1, "Two of 10 open actions are overdue. One had its due date changed before."),
        (
            31,
            9,
            6,
            "Nine of 31 open actions are overdue. Six had their due date changed before.",
        ),
    ],
)
def test_open_actions_of_a_register(count, late, late_before, sentence):
    assert action_counts_sentence(count, late, late_before) == sentence


@pytest.mark.parametrize(
    ("sentence", "counts", "expected"),
    [
        (changed_band_sentence, (0,), "No risk has changed band since."),
        (changed_band_sentence, (1,), "One risk has changed band since."),
        (changed_band_sentence, (10,), "10 risks have changed band since."),
        (
            changes_sentence,
            (0, 1, 0, 2, 0),
            "No risk has changed band since, one is rated for the first time, two are new.",
        ),
        (
            changes_sentence,
            (0, 0, 3, 0, 0),
            "Three are rated under another scheme.",
        ),
        (changes_sentence, (2, 0, 0, 0, 9), "Two risks have changed band since, nine are closed."),
        (assurance_gap_in_words, (AssuranceLevel.NONE, 1), "has no assurance"),
        (assurance_gap_in_words, (AssuranceLevel.NONE, 2), "have no assurance"),
        (untested_sentence, (1, 1, 12), "Not tested for 12 months: 1 of 1 control."),
        (untested_sentence, (1, 2, 12), "Not tested for 12 months: 1 of 2 controls."),
        (slippage_sentence, (0, 0, 3, 2), ""),
        (
            slippage_sentence,
            (1, 0, 1, 2),
            "Of 1 open action: 1 with the due date changed 2 times or more.",
        ),
        (
            slippage_sentence,
            (1, 2, 9, 2),
            "Of 9 open actions: 1 with the due date changed 2 times or more, "
            "2 past the first due date.",
        ),
        (missing_part_sentence, (["cause", "event"],), "It has no cause or event."),
        (worklist_sentence, (0, 0), "No data quality issues found."),
        (worklist_sentence, (1, 1), "One data quality issue, on one risk."),
        (worklist_sentence, (1000, 9), "1,000 data quality issues, on nine risks."),
        (stuck_source, ("Severe", 9), "It is stuck: Severe at the end of the last nine quarters."),
        (signs_to_look_at, (1,), "Compare with one warning sign from other cases"),
        (signs_to_look_at, (2,), "Compare with two warning signs from other cases"),
        (
            reviewed_sentence,
            (1,),
            "1 risk is reviewed today with no change.",
        ),
        (
            reviewed_sentence,
            (10,),
            "10 risks are reviewed today with no change.",
        ),
        (reassigned_sentence, (1, "Head"), "1 record reassigned. Head owns it now."),
        (reassigned_sentence, (2, "Head"), "2 records reassigned. Head owns them now."),
    ],
)
def test_a_register_counts(sentence, counts, expected):
    assert sentence(*counts) == expected


@pytest.mark.parametrize(
    ("sentence", "counts", "expected"),
    [
        (files.in_rows, (1,), "In 1 row"),
        (files.in_rows, (1000,), "In 1000 rows"),
        (files.in_rows_of_column, ([5], "C"), "In row 5, column C"),
        (files.in_rows_of_column, ([5, 7, 8], "C"), "In rows 5, 7 and 8, column C"),
        (files.rows_and_others, ("rows 2 and 3", 0), "rows 2 and 3"),
        (files.rows_and_others, ("rows 2 and 3", 1000), "rows 2 and 3 and 1,000 others"),
        (files.several_in_one_cell, (2, "numbered"), "2 items in one cell, split at their numbers"),
        (files.several_in_one_cell, (2, "lines"), "2 items in one cell, split at lines"),
        (files.library_totals, (0, 1, 2, 0), "0 added, 1 changed, 2 unchanged"),
        (
            files.library_totals,
            (0, 1, 2, 9),
            "0 added, 1 changed, 2 unchanged, 9 no longer in the files",
        ),
        (files.timeline_sentence, (1, 0), "One dated event on a line of years"),
        (
            files.timeline_sentence,
            (9, 1),
            "Nine dated events on a line of years, and one without a date in any source",
        ),
        (files.exempt_sentence, (0,), "This file has no exempt risks."),
        (files.exempt_sentence, (1,), "One risk in this file is exempt: do not publish it."),
        (files.exempt_sentence, (10,), "10 risks in this file are exempt: do not publish them."),
        (files.reminder_subject, (1, 0, 0), "Your risk registers: 1 overdue"),
        (
            files.reminder_subject,
            (2, 1000, 3),
            "Your risk registers: 2 overdue, 1,000 due soon and 3 waiting",
        ),
        (
            files.missing_date_parts,
            ("The day", ["day", "year"]),
            "The day must include a day and a year",
        ),
    ],
)
def test_a_file_or_a_mail_counts(sentence, counts, expected):
    assert sentence(*counts) == expected


@pytest.fixture
def welsh(monkeypatch):
    """Welsh, with a translation of one sentence in its four plurals."""
    messages = trans_real.translation("cy")._catalog._catalogs[0]
    forms = ("mae gan %(count)s", "mae gan ddau", "gan %(count)s", "gan wyth neu un ar ddeg")
    for n, form in enumerate(forms):
        monkeypatch.setitem(messages, ("%(count)s has none.", n), form)
    with translation.override("cy"):
        yield


def test_another_language_has_other_plurals(welsh):
    assert [without_sentence(n) for n in (2, 8, 10)] == [
        "mae gan ddau",
        "gan wyth neu un ar ddeg",
        "gan 10",
    ]


JUNE = datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (JUNE, "Due today, 30 June 2026"),
        (datetime.date(2026, 7, 1), "Was due on 30 June 2026"),
        (datetime.date(2026, 6, 29), "Due on 30 June 2026"),
    ],
)
def test_a_day_is_due(today, words):
    assert due_in_words(JUNE, today) == words


@pytest.mark.parametrize(
    ("is_up", "is_approved", "words"),
    [
        (True, True, "escalation to Corporate approved"),
        (True, False, "escalation to Corporate refused"),
        (False, True, "de-escalation from Corporate approved"),
        (False, False, "de-escalation from Corporate refused"),
    ],
)
def test_a_decision_in_words(is_up, is_approved, words):
    assert decision_in_words("Corporate", is_up=is_up, is_approved=is_approved) == words
