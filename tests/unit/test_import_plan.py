"""Guessing columns from headings, from contents and from earlier plans."""

import pytest
from spreadsheets import make_reference_data, read_all, sheet_of

from registers.import_fields import TARGETS
from registers.imports.account_rows import account_rows
from registers.imports.detect_columns import detect_target
from registers.imports.mapping import (
    Plan,
    data_rows,
    guess_plan,
    likeliest_sheet,
    unmapped_words,
)
from registers.spreadsheet import Sheet, SheetRow

ROW = ["1", "Flood", "4", "5"]


def columns(*rows, **options):
    return guess_plan(sheet_of(*rows, **options), make_reference_data()).columns


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_our_own_headings_are_recognised_in_any_case(target):
    assert detect_target(target.label) == detect_target(target.label.upper()) == target.name


def test_our_own_headings_are_mapped_to_their_fields():
    targets = [target for target in TARGETS if target.name != "ignore"]
    assert columns([t.label for t in targets], ["x"] * len(targets)) == [t.name for t in targets]


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Risk Ref.", "reference"),
        ("Current risk: L", "current.likelihood"),
        ("Gross Score (L x I)", "inherent.score"),
        ("Residual likelihood (after controls)", "current.likelihood"),
        ("Q1 2026/27", "current.score@2026-06-30"),
        ("Jun-26 score", "current.score@2026-06-30"),
        ("Q4 2025/26: Impact", "current.impact@2026-03-31"),
        ("Direction of travel", "notes"),
        ("Previous score", "notes"),
        ("Risk appetite", "notes"),
        ("Gaps in control", "notes"),
        ("Current controls", "controls"),
        ("Further mitigating actions", "actions"),
        ("Action owner", "action_owner"),
        ("Current risk owner", "owner"),
        ("Likelihood", "?.likelihood"),
        ("Estimated cost (£)", "estimated_cost"),
        ("Estimated cost (£m)", "notes"),
        ("Estimated cost £000", ""),
        ("Financial impact", ""),
        ("Date raised", "raised_on"),
        ("Q1", ""),
        ("Ward", ""),
        ("", ""),
    ],
)
def test_headings_of_other_registers_are_mapped(heading, target):
    assert detect_target(heading) == target


def test_rows_above_the_headings_and_notes_below_the_table_hold_no_risks():
    sheet = sheet_of(
        ["Corporate risk register", "", "", ""],
        ["Owner: the risk team", "", "", ""],
        ["Ref", "Risk title", "Likelihood", "Impact"],
        ["1", "Flood", "4", "5"],
        ["2", "Fire", "2", "5"],
        ["", "", "", ""],
        ["Key: 1 is rare, 5 is almost certain", "", "", ""],
        ["Impact", "1 Minor", "5 Severe", ""],
    )
    plan = guess_plan(sheet, make_reference_data())
    assert (plan.first_line, plan.footer_from) == (4, 7)
    assert [line.number for line in data_rows(sheet, plan)] == [4, 5]
    assert [(account.row, str(account.outcome)) for account in account_rows(sheet, plan)] == [
        *[(1, "above"), (2, "above"), (3, "heading"), (4, "risk"), (5, "risk"), (6, "empty")],
        *[(7, "below"), (8, "below")],
    ]


def test_a_sentence_right_below_the_table_is_no_risk():
    agreed = "This register was agreed by the board in May and is looked at each quarter"
    rows = [[str(n), "Flood", "4", "5"] for n in range(1, 4)]
    sheet = sheet_of(["Ref", "Risk title", "Likelihood", "Impact"], *rows, [agreed, "", "", ""])
    assert guess_plan(sheet, make_reference_data()).footer_from == 5


def test_a_sparse_last_row_is_a_risk_and_no_footer():
    sheet = sheet_of(
        ["Ref", "Risk title", "Likelihood", "Impact"],
        ["1", "Flood", "4", "5"],
        ["2", "Fire", "", ""],
    )
    assert guess_plan(sheet, make_reference_data()).footer_from is None


def test_headings_of_two_rows_are_joined_under_merged_cells():
    sheet = sheet_of(
        ["Ref", "Risk", "Current risk", "", "", "Target risk", "", ""],
        ["", "", "L", "I", "Score", "L", "I", "Score"],
        ["1", "Flood", "4", "5", "20", "2", "5", "10"],
        merged=[(1, 3, 1, 5), (1, 6, 1, 8), (1, 1, 2, 1)],
    )
    plan = guess_plan(sheet, make_reference_data())
    assert plan.names[2:5] == ["Current risk: L", "Current risk: I", "Current risk: Score"]
    assert plan.columns[2:] == [
        f"{kind}.{part}"
        for kind in ("current", "target")
        for part in ("likelihood", "impact", "score")
    ]
    assert plan.first_line == 3


def test_without_headings_columns_are_named_by_letters_and_guessed_by_contents():
    sheet = sheet_of(
        [
            "CRR001",
            "A care provider stops trading and visits are missed for weeks",
            "4 x 5",
            "Director of Adults",
        ],
        [
            "CRR002",
            "The data centre floods and no payments can be made for a month",
            "3 x 5",
            "Head of IT",
        ],
        [
            "CRR003",
            "The savings plan slips and the reserves are spent in one year",
            "5 x 5",
            "Chief Finance Officer",
        ],
    )
    plan = guess_plan(sheet, make_reference_data())
    assert plan.names == ["Column A", "Column B", "Column C", "Column D"]
    assert plan.columns == ["reference", "title", "current.score", "owner"]
    assert plan.first_line == 1


def test_one_column_of_risks_is_read_as_their_titles():
    plan, read = read_all(
        sheet_of(["Risk"], ["Flooding of the depot"], ["Loss of staff"]), make_reference_data()
    )
    assert (plan.columns, [row.values["title"] for row in read]) == (
        ["title"],
        ["Flooding of the depot", "Loss of staff"],
    )


def test_an_impact_in_sentences_is_a_consequence():
    sentence = "People are not visited and some of them come to harm because nobody notices"
    assert (
        columns(["Ref", "Risk", "Impact"], ["1", "Flood", sentence], ["2", "Fire", sentence + "."])[
            2
        ]
        == "consequence"
    )


def test_a_title_that_holds_long_texts_is_the_statement():
    assert (
        columns(["Ref", "Risk"], ["1", "There is a risk " * 20], ["2", "There is a threat " * 20])[
            1
        ]
        == "statement"
    )


def test_ratings_before_and_after_the_controls_are_inherent_and_current():
    heads = ["Ref", "Risk", "Likelihood", "Impact", "Controls", "Likelihood", "Impact"]
    targets = columns(
        heads,
        ["1", "Flood", "5", "5", "A wall", "3", "4"],
        ["2", "Fire", "4", "4", "Alarms", "2", "4"],
    )
    assert targets[2:] == [
        "inherent.likelihood",
        "inherent.impact",
        "controls",
        "current.likelihood",
        "current.impact",
    ]


def test_two_indistinguishable_sets_of_ratings_go_to_the_notes():
    heads = ["Ref", "Risk", "Likelihood", "Impact", "Owner", "Likelihood", "Impact"]
    targets = columns(heads, ["1", "Flood", "5", "5", "Head of Legal", "3", "4"])
    assert targets[2:] == ["notes", "notes", "owner", "notes", "notes"]


def test_current_and_residual_ratings_in_one_sheet_are_kept_apart():
    rows = [[str(n), "Flood", "20", "20"] for n in range(30)]  # alike by chance
    targets = columns(["Ref", "Risk", "Current score", "Residual score"], *rows)
    assert targets[2:] == ["current.score", "notes"]


def test_two_columns_of_one_rating_that_differ_are_two_ratings():
    heads = ["Ref", "Risk", "Current likelihood", "Current impact", "Current likelihood"]
    assert columns(heads, ["1", "Flood", "4", "5", "2"])[4] == "notes"
    assert columns(heads, ["1", "Flood", "4", "5", "4 - Likely"])[4] == "current.likelihood"


def test_arrows_are_kept_with_the_notes_under_any_heading():
    assert (
        columns(
            ["Ref", "Risk", "Since last time"], ["1", "Flood", "\u2191"], ["2", "Fire", "\u2194"]
        )[2]
        == "notes"
    )


def test_a_row_of_instructions_is_no_risk():
    sheet = sheet_of(
        ["Ref", "Risk title", "Date raised", "Likelihood", "Impact"],
        [
            "Unique",
            "A short name",
            "The day when it was entered",
            "How probable it is, 1 to 5",
            "How bad it is, 1 to 5",
        ],
        ["1", "Flood", "1/4/26", "4", "5"],
        ["2", "Fire", "2/4/26", "3", "5"],
    )
    assert guess_plan(sheet, make_reference_data()).first_line == 3


def test_unambiguous_month_first_days_are_detected():
    assert not guess_plan(
        sheet_of(["Ref", "Date raised"], ["1", "01/31/2026"]), make_reference_data()
    ).is_day_first
    assert guess_plan(
        sheet_of(["Ref", "Date raised"], ["1", "01/02/2026"]), make_reference_data()
    ).is_day_first


@pytest.mark.parametrize("likelihood", ["5", "4 - Rare", "9"])
def test_another_scale_is_detected(likelihood):
    sheet = sheet_of(["Ref", "Risk", "Likelihood", "Impact"], ["1", "Flood", likelihood, "2"])
    assert guess_plan(sheet, make_reference_data("four-by-four")).another_scale
    assert not guess_plan(
        sheet_of(["Ref", "Risk", "Likelihood", "Impact"], ROW), make_reference_data()
    ).another_scale


def test_one_number_beyond_the_scale_is_a_slip_and_asked_about():
    rows = [[str(n), f"Risk {n}", "3", "4"] for n in range(1, 8)]
    rows[4][2] = "9"
    sheet = sheet_of(["Ref", "Risk", "Likelihood", "Impact"], *rows)
    plan, read = read_all(sheet, make_reference_data())
    assert not plan.another_scale
    assert unmapped_words(sheet, plan, make_reference_data()) == {"likelihood": {"9": 1}}
    assert [len(row.ratings) for row in read] == [1, 1, 1, 1, 0, 1, 1]
    assert [(p.column, p.text) for p in read[4].problems] == [("Likelihood (C)", "9")]
    plan.words = {"likelihood": {"9": ""}}  # "leave unrated" is an answer, and no problem any more
    assert read_all(sheet, make_reference_data(), plan)[1][4].problems == []
    rows[5][3] = "8"
    assert guess_plan(
        sheet_of(["Ref", "Risk", "Likelihood", "Impact"], *rows), make_reference_data()
    ).another_scale


def test_numbers_of_another_scale_are_asked_for_and_not_read():
    sheet = sheet_of(
        ["Ref", "Risk", "Likelihood", "Impact"], ["1", "Flood", "5", "2"], ["2", "Fire", "2", "2"]
    )
    register = make_reference_data("four-by-four")
    plan, read = read_all(sheet, register)
    assert [row.ratings for row in read] == [[], []]
    assert unmapped_words(sheet, plan, register) == {
        "likelihood": {"5": 1, "2": 1},
        "impact": {"2": 2},
    }
    plan.words = {"likelihood": {"5": 4, "2": 2}, "impact": {"2": 1}}
    levels = [
        (rating.likelihood, rating.impact)
        for row in read_all(sheet, register, plan)[1]
        for rating in row.ratings
    ]
    assert levels == [(4, 1), (2, 1)]
    assert unmapped_words(sheet, plan, register) == {}


def test_scores_of_another_scale_are_not_read_even_where_the_scheme_could_give_them():
    sheet = sheet_of(
        ["Ref", "Risk", "Current score"],
        ["1", "Flood", "16"],
        ["2", "Fire", "5 x 5"],
        ["3", "Frost", "2x2"],
    )
    register = make_reference_data("four-by-four")
    plan, read = read_all(sheet, register)
    assert [row.ratings for row in read] == [[], [], []]
    plan.words = {"score": {"5 x 5": [4, 4]}}
    assert [len(row.ratings) for row in read_all(sheet, register, plan)[1]] == [0, 1, 0]


def test_unknown_words_are_counted_and_known_ones_are_not_asked_for():
    sheet = sheet_of(
        ["Ref", "Risk", "Category", "Current score", "Owner", "Status"],
        ["1", "a", "Finance", "Amber", "Head of Legal (vacant)", "Live"],
        ["2", "b", "Pensions", "Amber", "Town Clerk", "Open"],
        ["3", "c", "Pensions", "12", "Town Clerk", "Parked"],
        ["4", "d", "Financial", "25", "", ""],
    )
    plan = guess_plan(sheet, make_reference_data())
    assert unmapped_words(sheet, plan, make_reference_data()) == {
        "score": {"Amber": 2, "12": 1},
        "category": {"Pensions": 2},
        "owner": {"Town Clerk": 2},
        "status": {"Parked": 1},
    }


def test_a_band_is_not_asked_for_where_ratings_are_complete():
    sheet = sheet_of(["Ref", "Risk", "Likelihood", "Impact", "RAG"], ["1", "a", "4", "5", "Red"])
    assert (
        unmapped_words(sheet, guess_plan(sheet, make_reference_data()), make_reference_data()) == {}
    )


def test_a_remembered_plan_is_followed_where_the_headings_are_the_same():
    first = sheet_of(["Ref", "Ward", "Risk"], ["1", "North", "Flood"])
    remembered = guess_plan(first, make_reference_data())
    remembered.columns[1] = "portfolio"
    remembered.words = {"status": {"Parked": "open"}}
    later = sheet_of(["Register"], [], ["REF", "Ward ", "Risk"], ["1", "North", "Flood"])
    plan = guess_plan(later, make_reference_data(), Plan.from_json(remembered.as_json()))
    assert (plan.columns, plan.words, plan.first_line) == (remembered.columns, remembered.words, 4)
    other = guess_plan(
        sheet_of(["No", "Parish", "Risk"], ["1", "North", "Flood"]),
        make_reference_data(),
        remembered,
    )
    assert (other.columns[1], other.words) == ("notes", {})


def test_a_new_column_among_remembered_ones_is_guessed_and_the_others_are_followed():
    remembered = guess_plan(
        sheet_of(["Ref", "Ward", "Risk", "Who"], ["1", "North", "Flood", "Ash"]),
        make_reference_data(),
    )
    remembered.columns[1], remembered.columns[3] = "portfolio", "owner"
    heads = ["Ref", "Q4 2025/26", "Risk", "Risk owner", "Ward", "Who"]
    plan = guess_plan(
        sheet_of(heads, ["1", "4 x 5", "Flood", "x", "North", "Ash"]),
        make_reference_data(),
        remembered,
    )
    assert plan.columns == [
        "reference",
        "current.score@2026-03-31",
        "title",
        "notes",
        "portfolio",
        "owner",
    ]


def test_a_cell_merged_downwards_speaks_for_each_row_and_one_risk_over_several_rows_is_one():
    sheet = sheet_of(
        ["Ref", "Risk title", "Category", "Actions"],
        ["1", "Flood", "Finance", "Build a wall"],
        ["", "", "", "Move the archive"],
        ["2", "Fire", "", "Fit alarms"],
        merged=[(2, 1, 3, 1), (2, 2, 3, 2), (2, 3, 4, 3)],
    )
    _, (first, second) = read_all(sheet, make_reference_data())
    assert [action.title for action in first.actions] == ["Build a wall", "Move the archive"]
    assert [row.values["category"] for row in (first, second)] == ["financial", "financial"]


def test_the_sheet_most_like_a_register_is_found():
    guidance = sheet_of(["How to use this workbook", ""], ["Fill it in", "each month"])
    assert (
        likeliest_sheet(
            [guidance, sheet_of(["Ref", "Risk title", "Owner"], ["1", "a", "b"])],
            make_reference_data(),
        )
        == 1
    )


@pytest.mark.parametrize(
    "lines", [(), (SheetRow(1, ()),), (SheetRow(5, ("x",)),), (SheetRow(1, ("Ref", "Title")),)]
)
def test_sheets_with_hardly_anything_have_a_plan(lines):
    sheet = Sheet("S", lines)
    plan = guess_plan(sheet, make_reference_data())
    assert unmapped_words(sheet, plan, make_reference_data()) == {}
    assert [n for account in account_rows(sheet, plan) for n in account.numbers] == list(
        range(1, 1 + max((line.number for line in lines if any(line.cells)), default=0))
    )
