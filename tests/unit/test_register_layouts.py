"""Registers as public bodies lay them out: nothing is lost, and nothing is invented."""

from functools import cache

import pytest
from register_layouts import (
    ALL,
    CONTINUATION,
    EMPTY,
    GUIDANCE,
    HEADING,
    OUTSIDE,
    READ,
    SECTION,
)
from spreadsheets import lost_cells, make_reference_data, read_all

from registers.imports.account_rows import account_rows
from registers.imports.mapping import likeliest_sheet
from registers.imports.upload import read_sheets
from registers.spreadsheet import column_letter

REGISTER = make_reference_data(
    posts=("Head of Estates", "Head of Archives", "Head of Trade", "Head of Energy")
)
KINDS = ("inherent", "current", "target")


@cache
def reading(make):
    """(layout, sheet, plan, parsed rows)."""
    layout = make()
    sheets = read_sheets(layout.file_name, layout.content)
    sheet = sheets[likeliest_sheet(sheets, REGISTER)]
    return layout, sheet, *read_all(sheet, REGISTER)


def layouts_with(name):
    """A parameter for each layout that says something of `name`."""
    makers = [make for make in ALL if getattr(make(), name)]
    return pytest.mark.parametrize("make", makers, ids=[make.__name__ for make in makers])


def rows_by_name(read):
    """Reference or title -> parsed row."""
    return {row.values.get(name): row for name in ("title", "reference") for row in read}


def ratings_of(row):
    return {rating.kind: (rating.likelihood, rating.impact) for rating in row.ratings}


@layouts_with("rows")
def test_each_risk_is_read_and_no_other_row_becomes_one(make):
    layout, _, _, read = reading(make)
    numbers = {row.sheet_row.number for row in read if not row.is_refused}
    assert numbers == layout.numbers(READ)


OUTCOMES = {
    **{"risk": READ, "continuation": CONTINUATION, "heading": HEADING, "section": SECTION},
    **{"guidance": GUIDANCE, "empty": EMPTY},
    **dict.fromkeys(("above", "below", "left-out"), OUTSIDE),
}


def outcomes_of(sheet, plan):
    return {
        number: OUTCOMES[account.outcome]
        for account in account_rows(sheet, plan)
        for number in account.numbers
    }


@layouts_with("rows")
def test_each_row_is_named_for_what_it_is(make):
    layout, sheet, plan, _ = reading(make)
    outcomes = outcomes_of(sheet, plan)
    assert {number: outcomes[number] for number in layout.rows} == layout.rows


@layouts_with("rows")
def test_as_many_rows_are_named_as_the_sheet_has(make):
    layout, sheet, plan, _ = reading(make)
    outcomes = outcomes_of(sheet, plan)
    assert [*outcomes] == [*range(1, sheet.rows[-1].number + 1)]
    assert {number for number, outcome in outcomes.items() if outcome != EMPTY} == {*layout.rows}


@layouts_with("rows")
def test_no_cell_of_a_risk_is_lost(make):
    _, _, plan, read = reading(make)
    assert [cell for row in read if not row.is_refused for cell in lost_cells(row, plan)] == []


@layouts_with("columns")
def test_columns_are_recognised(make):
    layout, _, plan, _ = reading(make)
    targets = {column_letter(at): target for at, target in enumerate(plan.columns)}
    assert {letter: targets.get(letter) for letter in layout.columns} == layout.columns


@layouts_with("ratings")
def test_each_rating_is_right(make):
    layout, _, _, read = reading(make)
    rows = rows_by_name(read)
    assert {name: ratings_of(rows[name]) for name in layout.ratings} == layout.ratings


@layouts_with("other_scale")
def test_a_rating_of_another_scale_is_not_guessed(make):
    layout, _, _, read = reading(make)
    rows = rows_by_name(read)
    assert [name for name in layout.other_scale if ratings_of(rows[name])] == []


@layouts_with("controls")
def test_each_control_is_read_and_no_number_becomes_one(make):
    layout, _, _, read = reading(make)
    rows = rows_by_name(read)
    controls = {name: [title for title, _ in rows[name].controls] for name in layout.controls}
    assert controls == layout.controls


@layouts_with("actions")
def test_each_action_has_its_owner_and_day(make):
    layout, _, _, read = reading(make)
    rows = rows_by_name(read)
    actions = {
        name: [(a.title, a.owner, str(a.due_on or "")) for a in rows[name].actions]
        for name in layout.actions
    }
    assert actions == layout.actions


@layouts_with("notes")
def test_what_has_no_field_stands_in_the_notes(make):
    layout, _, _, read = reading(make)
    rows = rows_by_name(read)
    missing = [
        text
        for name, wanted in layout.notes.items()
        for text in wanted
        if text not in rows[name].values.get("notes", "")
        and text not in [note.text for note in rows[name].progress]
    ]
    assert missing == []
