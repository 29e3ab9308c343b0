"""Controls and actions in one cell: what is written is read back as it was."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.cell_lists import action_line, number_lines, read_action, single_line

POSTS = [
    "Head of Legal",
    "Director of Finance (section 151 officer)",
    "Head of Place, Housing and Growth",
]
DAY = datetime.date(2026, 9, 30)
titles = (
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)
    .map(single_line)
    .filter(bool)
)
dates = st.none() | st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1))


def test_an_action_line_is_plain_text():
    assert number_lines(
        [action_line("Write it", "Head of Legal", DAY), action_line("Train\n(phase 2)", "", None)]
    ) == (
        "1. Write it (Head of Legal, due 30 September 2026)\n"
        "2. Train (phase 2) (nobody yet, no date)"
    )


@given(title=titles, owner=st.sampled_from(["", *POSTS]), due_on=dates, done_on=dates)
def test_an_action_is_read_back_exactly(title, owner, due_on, done_on):
    assert read_action(action_line(title, owner, due_on, done_on), POSTS) == (
        title,
        owner,
        due_on,
        done_on,
    )


@pytest.mark.parametrize(
    "title", ["Do it (Head of Legal, no date)", "Train (phase 2)", "a (b", "x) (y"]
)
def test_brackets_of_a_title_stay_in_it(title):
    assert read_action(action_line(title, POSTS[1], DAY), POSTS) == (title, POSTS[1], DAY, None)


def test_an_unknown_post_is_read_as_well():
    assert read_action(action_line("Do it", POSTS[1], DAY), []) == ("Do it", POSTS[1], DAY, None)


@pytest.mark.parametrize(
    "line", ["Do it", "Do it (Head of Legal)", "Do it (Q3)", "(Head of Legal, no date)", ""]
)
def test_a_line_of_another_format_is_not_an_action_line(line):
    assert read_action(line, POSTS) is None


def test_a_line_with_an_impossible_day_is_not_an_action_line():
    assert read_action("Do it (Head of Legal, due 31 June 2026)", POSTS) is None


def test_a_single_line_with_numbers_gets_no_number():
    assert (
        number_lines(["Follow section 2. The board decides"])
        == "Follow section 2. The board decides"
    )
