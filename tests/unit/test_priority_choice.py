"""The choice of priority risks by reasons in a fixed order, never by a mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.dashboard.priority_risks import choose, first_sentence
from registers.priorities import QUESTIONS, Reason

R = Reason


def test_one_of_each_reason_comes_before_a_second_of_any():
    candidates = {R.STUCK: [1, 2, 3], R.ROSE: [4, 5], R.UNSEEN: [6]}
    assert [key for key, _ in choose(candidates, 5)] == [4, 1, 6, 5, 2]


def test_a_risk_with_two_reasons_is_named_once_with_both():
    assert choose({R.ROSE: [1], R.UNSEEN: [1, 2]}) == [(1, [R.ROSE, R.UNSEEN]), (2, [R.UNSEEN])]


def test_a_risk_already_chosen_makes_room_for_another_reason():
    assert [
        key for key, _ in choose({R.HAPPENED: [1], R.ROSE: [1], R.STUCK: [2], R.UNSEEN: [3]})
    ] == [1, 2, 3]


def test_without_candidates_nothing_is_chosen():
    assert choose({}) == [] == choose({R.STUCK: []})


candidate_lists = st.dictionaries(
    st.sampled_from(Reason), st.lists(st.integers(1, 8), unique=True, max_size=6)
)


@given(candidate_lists, st.integers(1, 4))
def test_the_number_chosen_is_capped_and_each_has_its_reasons(candidates, count):
    chosen = choose(candidates, count)
    keys = {key for keys in candidates.values() for key in keys}
    assert len(chosen) == min(count, len(keys)) == len({key for key, _ in chosen})
    assert all(
        reasons == [r for r in Reason if key in candidates.get(r, ())] and reasons
        for key, reasons in chosen
    )


@given(candidate_lists, st.sampled_from(Reason))
def test_another_risk_at_the_end_changes_nothing(candidates, reason):
    """An unrelated risk at the end of a list never displaces one that was chosen before."""
    more = {**candidates, reason: [*candidates.get(reason, ()), 99]}
    assert [key for key, _ in choose(more, 99) if key != 99] == [
        key for key, _ in choose(candidates, 99)
    ]


def test_there_is_a_question_for_every_reason():
    assert all(QUESTIONS[reason].endswith("?") for reason in Reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Children wait longer for a place. Families pay.", "Children wait longer for a place."),
        (
            "Late. Nobody is told and the delay grows. More.",
            "Late. Nobody is told and the delay grows.",
        ),
        ("word " * 40, ("word " * 40).strip()),
        ("word " * 41, "word " * 40 + "…"),
    ],
)
def test_a_notice_is_a_sentence_or_forty_words(text, expected):
    assert first_sentence(text) == expected
