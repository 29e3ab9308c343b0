"""Every row of a sheet is named exactly once, with what it is read as and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spreadsheets import make_reference_data, read_all, sheet_of

from registers.imports.account_rows import account_rows
from registers.imports.detect_table import layout_at
from registers.imports.mapping import guess_plan

HEADS = ["Ref", "Risk title", "Likelihood", "Impact", "Score", "Controls"]
FLOOD = ["1", "Flood", "4", "5", "20", "A wall"]
FIRE = ["2", "Fire", "2", "5", "10", "Alarms"]
FROST = ["3", "Frost", "2", "2", "4", ""]


def account(*rows, merged=(), roles=None, **changes):
    """Number of a row, or the first and last of empty ones -> outcome."""
    sheet = sheet_of(*rows, merged=merged)
    plan = guess_plan(sheet, make_reference_data())
    plan.roles = roles or {}
    for name, value in changes.items():
        setattr(plan, name, value)
    return {
        each.row if each.row == each.last else (each.row, each.last): str(each.outcome)
        for each in account_rows(sheet, plan)
    }


def below_headings(*rows, **options):
    """Outcomes of rows below HEADS and two risks: from row 4 on."""
    outcomes = account(HEADS, FLOOD, FIRE, *rows, **options)
    assert [outcomes.pop(number) for number in (1, 2, 3)] == ["heading", "risk", "risk"]
    return outcomes


# A row is named once, whatever a sheet holds

CELLS = st.sampled_from(["", "", "0", "5", "Flood", "Ref", "Risk title", "#REF!", "Key", "A. B"])
ROWS = st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=14)
ROLES = st.dictionaries(
    st.integers(1, 16).map(str),
    st.sampled_from(["risk", "continuation", "section", "left-out"]),
    max_size=3,
)


@given(ROWS, ROLES, st.sampled_from([(), ((3, 1, 4, 1),), ((2, 1, 2, 3),), ((3, 2, 5, 2),)]))
def test_every_row_of_any_sheet_is_named_once(rows, roles, merged):
    sheet = sheet_of(*rows, merged=merged)
    plan = guess_plan(sheet, make_reference_data())
    plan.roles = roles
    numbers = [number for each in account_rows(sheet, plan) for number in each.numbers]
    last = max((row.number for row in sheet.rows), default=0)
    assert numbers == list(range(1, last + 1))


@given(ROWS)
def test_the_rows_named_as_risks_are_those_that_are_read(rows):
    sheet = sheet_of(*rows)
    plan, read = read_all(sheet, make_reference_data())
    numbers = [each.row for each in account_rows(sheet, plan) if each.outcome == "risk"]
    assert numbers == [row.sheet_row.number for row in read]


def test_every_row_but_a_risks_first_has_a_reason():
    more = ["", "", "", "", "", "Pumps"]
    sheet = sheet_of(["Register"], [], HEADS, FLOOD, more, ["Section"], FIRE, [], ["Key: high"])
    accounts = account_rows(sheet, guess_plan(sheet, make_reference_data()))
    reasons = {each.row: each.reason for each in accounts if each.outcome != "risk"}
    assert list(reasons) == [1, 2, 3, 5, 6, 8, 9] and all(reasons.values())
    assert reasons[5] == "It continues the risk in row 4."


# What rows are


def test_a_first_row_with_a_long_number_is_a_risk_and_no_guidance():
    first = ["1", "Flood", "3.3333333333333335", "3.3333333333333335", "11.111111111111112", ""]
    assert account(HEADS, first, FLOOD, FIRE)[2] == "risk"


def test_a_row_that_explains_the_columns_is_guidance():
    guide = ["Unique", "A name", "How probable it is, 1 to 5", "How bad it is, 1 to 5", "", ""]
    assert account(HEADS, guide, FLOOD, FIRE)[2] == "guidance"


def test_a_heading_that_is_repeated_on_every_page_is_no_risk():
    assert below_headings(HEADS, FROST) == {4: "heading", 5: "risk"}


def test_a_title_that_is_repeated_on_every_page_is_no_risk():
    outcomes = account(["Register"], HEADS, FLOOD, FIRE, ["Register"], HEADS, FROST)
    assert [outcomes[number] for number in (5, 6, 7)] == ["heading", "heading", "risk"]


@pytest.mark.parametrize("merged", [(), ((4, 1, 4, 6),)])
def test_a_text_alone_at_the_left_is_a_section_heading(merged):
    assert below_headings(["Resources"], FROST, merged=merged) == {4: "section", 5: "risk"}


def test_a_title_alone_in_its_row_is_in_doubt_and_left_out():
    assert below_headings(["", "Resources"], FROST) == {4: "left-out", 5: "risk"}


@pytest.mark.parametrize("cells", [["", "", "0", "0", "0"], ["4", "", "#REF!", "#REF!", ""], ["9"]])
def test_a_row_without_words_is_left_out(cells):
    assert below_headings(cells, FROST) == {4: "left-out", 5: "risk"}


def test_nine_hundred_rows_of_zeros_are_below_the_table():
    zeros = [[str(n), "", "0", "0", "0", ""] for n in range(900)]
    outcomes = below_headings(FROST, *zeros)
    assert (outcomes[4], set(list(outcomes.values())[1:])) == ("risk", {"below"})


def test_a_second_table_is_below_the_first():
    actions = ["Actions", "Owner", "Due date"]
    rows = [[], ["Actions of the board"], actions, ["Buy a pump", "Clerk", "1/2/2027"]]
    assert below_headings(*rows) == {4: "empty", 5: "below", 6: "below", 7: "below"}


def test_footnotes_and_a_bibliography_are_below_the_table():
    rows = [[], ["Notes"], ["1. Scored in May"], ["Bibliography"], ["A book of risks, 2023"]]
    assert set(list(below_headings(FROST, *rows).values())[2:]) == {"below"}


def test_a_line_that_looks_like_a_footnote_does_not_end_the_table_where_references_go_on():
    assert below_headings(["Total risks: 2"], FROST, ["4", "Fraud", "3", "3", "9", "Audit"]) == {
        4: "section",
        5: "risk",
        6: "risk",
    }


def test_a_row_that_adds_a_control_is_more_of_the_risk_above():
    assert below_headings(["", "", "", "", "", "Pumps"]) == {4: "continuation"}


def test_a_row_that_names_no_risk_and_adds_nothing_sure_is_not_glued_to_the_risk_above():
    sheet = sheet_of(HEADS, FLOOD, FIRE, ["", "", "3", "4", "12", ""])
    plan, read = read_all(sheet, make_reference_data())
    assert (plan.goes_on, [row.is_refused for row in read]) == (False, [False, False, True])


def test_cells_merged_downwards_make_a_continuation():
    more = ["", "", "2", "2", "4", ""]
    assert below_headings(FROST, more, merged=((4, 1, 5, 1), (4, 2, 5, 2))) == {
        4: "risk",
        5: "continuation",
    }


def test_empty_rows_are_named_in_runs():
    assert below_headings([], [], [], FROST) == {(4, 6): "empty", 7: "risk"}


# The user's word


@pytest.mark.parametrize("role", ["section", "left-out", "continuation", "risk"])
def test_what_the_user_decides_for_a_row_is_done(role):
    assert below_headings(FROST, roles={"4": role}) == {4: role}


def test_a_row_below_a_gap_continues_the_risk_above_where_the_user_says_so():
    assert below_headings([], FROST, roles={"5": "continuation"}) == {4: "empty", 5: "continuation"}


def test_the_users_first_and_last_row_are_those_of_the_table():
    assert below_headings(FROST, FROST, footer_from=5) == {4: "risk", 5: "below"}
    assert account(HEADS, FLOOD, FIRE, FROST, first_line=3) == {
        **{1: "heading", 2: "guidance"},
        **{3: "risk", 4: "risk"},
    }


def test_the_users_rows_of_headings_are_joined_and_the_guess_does_not_move_them():
    sheet = sheet_of(["Risk", "", "Now"], ["Ref", "Title", "Score"], HEADS, FLOOD, FIRE)
    plan = guess_plan(sheet, make_reference_data(), layout=layout_at(sheet, (1, 2), None, None))
    assert plan.names[:3] == ["Risk: Ref", "Title", "Now: Score"]
    assert (plan.headings, plan.first_line, plan.footer_from) == ([1, 2], 3, None)


def test_a_section_heading_fills_a_column_of_the_rows_below_it():
    sheet = sheet_of(HEADS, FLOOD, ["Money"], FIRE, FROST, ["Staff"], FLOOD)
    plan = guess_plan(sheet, make_reference_data())
    assert (plan.names[-1], plan.columns[-1]) == ("Section heading", "ignore")
    plan.columns[-1] = "objective"
    read = read_all(sheet, make_reference_data(), plan)[1]
    assert [row.values.get("objective") for row in read] == [None, "Money", "Money", "Staff"]


def test_what_a_section_heading_is_read_as_is_remembered():
    sheet = sheet_of(HEADS, FLOOD, ["Money"], FIRE)
    remembered = guess_plan(sheet, make_reference_data())
    remembered.columns[-1], remembered.roles = "category", {"2": "left-out"}
    plan = guess_plan(sheet, make_reference_data(), remembered)
    assert (plan.columns[-1], plan.roles) == ("category", {})
