"""Which risks to look at first, and why: chosen by reasons in a fixed order, never by a mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.dashboard.priority_risks import choose, first_sentence
from registers.priorities import QUESTIONS, Reason

R = Reason


def test_one_of_each_reason_comes_before_a_second_of_any():
    found = {R.STUCK: [1, 2, 3], R.ROSE: [4, 5], R.UNSEEN: [6]}
    assert [key for key, _ in choose(found, 5)] == [4, 1, 6, 5, 2]


def test_a_risk_that_is_found_twice_is_named_once_with_both_reasons():
    assert choose({R.ROSE: [1], R.UNSEEN: [1, 2]}) == [(1, [R.ROSE, R.UNSEEN]), (2, [R.UNSEEN])]


def test_the_first_of_a_reason_that_was_named_already_makes_room_for_another_reason():
    assert [
        key for key, _ in choose({R.HAPPENED: [1], R.ROSE: [1], R.STUCK: [2], R.UNSEEN: [3]})
    ] == [1, 2, 3]


def test_nothing_found_is_nothing_to_look_at():
    assert choose({}) == [] == choose({R.STUCK: []})


some = st.dictionaries(
    st.sampled_from(Reason), st.lists(st.integers(1, 8), unique=True, max_size=6)
)


@given(some, st.integers(1, 4))
def test_as_many_are_chosen_as_there_are_and_each_for_a_reason(found, count):
    chosen = choose(found, count)
    keys = {key for keys in found.values() for key in keys}
    assert len(chosen) == min(count, len(keys)) == len({key for key, _ in chosen})
    assert all(
        reasons == [r for r in Reason if key in found.get(r, ())] and reasons
        for key, reasons in chosen
    )


@given(some, st.sampled_from(Reason))
def test_a_risk_found_for_nothing_new_changes_nothing(found, reason):
    """An unrelated risk at the end of a list never takes the place of what was chosen before it."""
    more = {**found, reason: [*found.get(reason, ()), 99]}
    assert [key for key, _ in choose(more, 99) if key != 99] == [
        key for key, _ in choose(found, 99)
    ]


def test_there_is_a_question_for_every_reason():
    assert all(QUESTIONS[reason].endswith("?") for reason in Reason)


@pytest.mark.parametrize(
    ("text", "said"),
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
def test_what_people_would_notice_is_a_sentence_or_forty_words(text, said):
    assert first_sentence(text) == said
