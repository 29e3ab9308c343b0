"""Another scale of ratings is recognised, asked about, and never read by its numbers."""

import pytest
from spreadsheets import make_reference_data, preset, sheet_of

from registers.imports.mapping import guess_plan, unmapped_words
from registers.imports.scales import find_key, highest_of_shorter_scale, ranks
from registers.scoring import Level
from registers.spreadsheet import Sheet, SheetRow

HEADS = ["Risk", "Likelihood", "Impact"]
ROWS = [["Flood", "4", "5"], ["Fire", "2", "3"], ["Theft", "1", "2"]]


def plan_of(heads=HEADS, rows=ROWS, key=None):
    return guess_plan(sheet_of(heads, *rows), make_reference_data(), key=key)


@pytest.mark.parametrize(
    "heads",
    [
        ["Risk", "Likelihood (1-10)", "Impact (1-10)"],
        ["Risk", "Likelihood_1_4", "Impact_1_4"],
        ["Risk", "Likelihood (0-5)", "Impact"],
        ["Risk", "Likelihood", "Impact", "Score (1-100)"],
    ],
)
def test_a_scale_in_a_heading_is_another(heads):
    assert plan_of(heads, [[*row, "20"][: len(heads)] for row in ROWS]).another_scale


def test_the_registers_own_scale_in_a_heading_is_none():
    heads = ["Risk", "Likelihood (1-5)", "Impact_1_5", "Score (1-25)"]
    assert not plan_of(heads, [[*row, "20"] for row in ROWS]).another_scale


def test_a_nought_is_of_another_scale():
    rows = [*ROWS, ["Storm", "0", "0"], ["Snow", "0", "1"]]
    assert plan_of(HEADS, rows).another_scale


KEYS = [
    [["Likelihood", ""], ["1", "Rare"], ["2", "Likely"], ["3", "Sure"], ["4", "Now"]],
    [
        ["Score", "Likelihood", "Impact"],
        *[[str(n), f"L{'x' * n}", f"I{'x' * n}"] for n in (3, 2, 1)],
    ],
    [["Impact", "1 - Minor", "2 - Major", "3 - Severe", "4 - Fatal"]],
    [["Probability key"], ["4 = Now"], ["3 = Sure"], ["2 = Likely"], ["1 = Rare"]],
]


@pytest.mark.parametrize("rows", KEYS)
def test_a_key_on_another_sheet_gives_the_scale(rows):
    key = find_key([sheet_of(*rows)])
    assert key and all(min(levels) == 1 for levels in key.values())
    assert plan_of(key=key).another_scale


def test_a_key_names_its_levels():
    assert find_key([sheet_of(*KEYS[0])]) == {
        "likelihood": {1: "Rare", 2: "Likely", 3: "Sure", 4: "Now"}
    }


def test_a_key_of_as_many_levels_as_ours_is_the_same_scale():
    rows = [["Impact", ""], *[[str(n), f"I{'x' * n}"] for n in range(1, 6)]]
    assert not plan_of(key=find_key([sheet_of(*rows)])).another_scale


@pytest.mark.parametrize(
    "rows",
    [
        [["Likelihood", "Risk"], ["3", "Flood"], ["1", "Fire"], ["2", "Theft"]],
        [["Likelihood", ""], ["1", "Rare"], ["5", "Sure"]],
        [["Likelihood"], ["We say how likely it is"]],
    ],
)
def test_what_counts_not_up_or_down_is_no_key(rows):
    assert find_key([sheet_of(*rows)]) == {}


def test_a_key_below_the_table_counts_too():
    sheet = sheet_of(
        HEADS, *ROWS, ["", "", ""], ["Likelihood", "", ""], ["1", "Rare", ""], ["2", "Likely", ""],
        ["3", "Sure", ""]
    )  # fmt: skip
    assert guess_plan(sheet, make_reference_data()).another_scale


def test_each_number_of_another_scale_is_asked_about_and_none_is_read():
    sheet = sheet_of(["Risk", "Likelihood (1-10)", "Impact (1-10)"], *ROWS)
    plan = guess_plan(sheet, make_reference_data())
    assert unmapped_words(sheet, plan, make_reference_data()) == {
        "likelihood": {"4": 1, "2": 1, "1": 1},
        "impact": {"5": 1, "3": 1, "2": 1},
    }


def test_words_in_a_sure_order_are_as_many_levels_of_ours():
    levels = preset().likelihood
    assert ranks(["VL", "V. High", "moderate"], levels) == {"VL": 1, "V. High": 5, "moderate": 3}
    assert ranks(["Low", "Often"], levels) == {}
    three = tuple(Level(n, f"Level {n}") for n in (1, 2, 3))
    assert ranks(["H", "M", "L"], three) == {"H": 3, "M": 2, "L": 1}
    assert ranks(["H", "M", "L"], levels[:4]) == {}


def test_a_new_heading_with_another_scale_counts_in_spite_of_the_last_file():
    heads = ["Risk", "Likelihood", "Impact (1-10)"]
    last = plan_of()
    sheet = sheet_of(heads, *ROWS)
    assert guess_plan(sheet, make_reference_data(), last).another_scale
    decided = plan_of(heads)
    decided.another_scale = False
    assert not guess_plan(sheet, make_reference_data(), decided).another_scale


def test_a_sheet_without_rows_has_no_key():
    assert find_key([Sheet("Empty", ())]) == {}


@pytest.mark.parametrize(
    ("highest", "rows", "expected"),
    [(4, 20, 4), (3, 20, 3), (5, 20, None), (4, 19, None)],
)
def test_a_scale_may_end_where_the_numbers_of_many_rows_end(highest, rows, expected):
    columns = ["title", "current.likelihood", "current.impact"]
    lines = [SheetRow(at, ("Flood", str(highest), "2")) for at in range(2, rows + 2)]
    assert highest_of_shorter_scale(columns, lines, make_reference_data().scheme) == expected
