"""Registers in the layouts of real public bodies are imported without losing a cell."""

import pytest
from layouts import ALL
from spreadsheets import csv_of, lost_cells, make_reference_data, read_all, workbook
from untidy_layouts import ALL as UNTIDY

from registers.imports.account_rows import account_rows
from registers.imports.mapping import guess_plan, unmapped_words
from registers.imports.upload import read_sheets


@pytest.fixture(params=ALL, ids=lambda layout: layout.__name__)
def layout(request):
    rows, merged, expected = request.param()
    sheet = read_sheets("register.xlsx", workbook(rows, merged=merged))[0]
    return rows, sheet, expected, make_reference_data(expected.get("scheme", "five-by-five"))


def test_its_columns_are_guessed(layout):
    _, sheet, expected, register = layout
    plan, _ = read_all(sheet, register)
    guessed = dict(zip(plan.names, plan.columns, strict=True))
    assert {name: guessed.get(name) for name in expected["columns"]} == expected["columns"]


def test_every_risk_is_read_and_none_is_refused(layout):
    _, sheet, expected, register = layout
    _, read = read_all(sheet, register)
    assert len(read) == expected["risks"]
    assert [row.problems for row in read if row.is_refused] == []


def test_no_cell_is_lost(layout):
    _, sheet, _, register = layout
    plan, read = read_all(sheet, register)
    assert [cell for row in read for cell in lost_cells(row, plan)] == []


def test_every_row_is_named_once(layout):
    rows, sheet, expected, register = layout
    accounts = account_rows(sheet, guess_plan(sheet, register))
    last = max(number for number, row in enumerate(rows, 1) if any(cell != "" for cell in row))
    assert [n for account in accounts for n in account.numbers] == list(range(1, last + 1))
    assert sum(account.outcome == "risk" for account in accounts) == expected["risks"]


@pytest.mark.parametrize("layout", UNTIDY, ids=lambda layout: layout.__name__)
def test_rows_that_are_no_risks_are_told_apart_and_named(layout):
    rows, merged, expected = layout()
    sheet = read_sheets("register.xlsx", workbook(rows, merged=merged))[0]
    plan, read = read_all(sheet, make_reference_data())
    outcomes = {
        number: str(account.outcome)
        for account in account_rows(sheet, plan)
        for number in account.numbers
    }
    assert list(outcomes) == list(range(1, len(rows) + 1))
    risks = [number for number, outcome in outcomes.items() if outcome == "risk"]
    assert (len(risks), [row.is_refused for row in read]) == (
        expected["risks"],
        [False] * expected["risks"],
    )
    assert outcomes == dict.fromkeys(risks, "risk") | expected["asides"]
    assert [cell for row in read for cell in lost_cells(row, plan)] == []


def test_unknown_words_are_asked_for(layout):
    _, sheet, expected, register = layout
    plan, _ = read_all(sheet, register)
    words_by_field = unmapped_words(sheet, plan, register)
    for key, words in expected.get("decide", {}).items():
        assert words <= set(words_by_field[key])


def test_a_csv_file_has_the_same_cells(layout):
    rows, sheet, _, _ = layout
    rows = [[str(cell) for cell in row] for row in rows]
    from_csv = read_sheets("register.csv", csv_of(rows))[0]
    assert [line.cells for line in from_csv.rows] == [line.cells for line in sheet.rows]


def read_of(layout, scheme="five-by-five"):
    rows, merged, _ = layout()
    return read_all(
        read_sheets("r.xlsx", workbook(rows, merged=merged))[0], make_reference_data(scheme)
    )[1]


def pairs(row, kind="current"):
    return [(rating.likelihood, rating.impact) for rating in row.ratings if rating.kind == kind]


def test_scores_of_several_spellings_are_read():
    from layouts import kent

    assert [pairs(row) for row in read_of(kent)] == [[(4, 5)], [], [(5, 5)]]
    assert [pairs(row, "target") for row in read_of(kent)] == [[], [(3, 3)], []]


def test_inherent_and_residual_are_distinguished_under_merged_headings():
    from layouts import east_devon

    read = read_of(east_devon, "four-by-four")
    assert [pairs(row, "inherent") for row in read] == [[(4, 4)], [(2, 3)], [(3, 2)]]
    assert [pairs(row) for row in read] == [[(3, 3)], [(1, 3)], [(2, 2)]]


def test_words_are_read_where_the_scheme_has_them():
    from layouts import south_lakeland

    assert [pairs(row) for row in read_of(south_lakeland)] == [[(4, 3)], [(1, 2)], []]


def test_quarters_become_ratings_of_their_days():
    from layouts import bracknell

    row = read_of(bracknell)[0]
    dated = [
        (str(rating.on), rating.likelihood, rating.impact) for rating in row.ratings if rating.on
    ]
    assert dated == [
        ("2025-06-30", 4, 4),
        ("2025-09-30", 4, 4),
        ("2025-12-31", 4, 3),
        ("2026-03-31", 4, 3),
    ]


def test_a_score_that_contradicts_its_ratings_is_named():
    from layouts import north_norfolk

    row = read_of(north_norfolk)[2]
    assert pairs(row) == [(2, 3)]
    assert [(p.column, p.text) for p in row.problems if "does not match" in p.problem] == [
        ("Current Score (H)", "8")
    ]


def test_a_statement_with_labels_is_split():
    from layouts import assurance_framework

    first, second, _ = read_of(assurance_framework)
    parts = ("cause", "event", "consequence")
    assert [first.values[part] for part in parts] == [
        "vacancies",
        "There is a risk that wards are unsafe",
        "harm to patients",
    ]
    assert [second.values[part] for part in parts] == [
        "savings slip.",
        "cash runs out.",
        "suppliers stop",
    ]
    assert first.values["title"].endswith("leading to harm to patients")


def test_actions_take_their_post_and_day_from_brackets_or_matching_lines():
    from layouts import reading, three_boroughs

    buy, review = read_of(three_boroughs)[0].actions
    assert (buy.title, buy.owner, str(buy.due_on)) == (
        "Buy forty homes",
        "Director of Finance",
        "2026-09-30",
    )
    assert (review.owner, review.due_on) == ("", None)
    assert [a.owner for a in read_of(reading)[0].actions] == [
        "Director of Children",
        "Head of Procurement",
    ]
