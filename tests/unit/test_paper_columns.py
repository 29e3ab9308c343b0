"""How wide the columns of a paper's table are."""

import pytest

from registers.papers.columns import column_widths


def test_each_column_has_room_for_its_longest_word():
    widths = column_widths([("Reference", "Risk"), ("CORP-001", "word " * 400)], 100)
    assert widths[0] >= len("Reference") + 3


def test_words_with_a_space_that_does_not_break_are_one():
    rows = [("Due", "Action"), ("25\u00a0Sep\u00a02026", "word " * 400)]
    assert column_widths(rows, 100)[0] >= len("25 Sep 2026") + 3


def test_a_longer_text_has_more_of_the_rest():
    widths = column_widths(
        [("Name", "Text"), ("Ash", "A text of some more words than the name")], 100
    )
    assert widths[1] > 1.5 * widths[0]


@pytest.mark.parametrize("total", [50, 100, 5000])
@pytest.mark.parametrize(
    "rows", [[("",)], [("", "")], [("x" * 20_000, "a", "b")], [tuple("abcdefghijklmnopqrst")]]
)
def test_they_make_the_total(rows, total):
    widths = column_widths(rows, total)
    assert sum(widths) == total
    assert min(widths) >= 1


def test_a_table_without_columns_has_no_widths():
    assert column_widths([()], 100) == []
