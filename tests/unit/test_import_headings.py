"""What a column is: by underscores, scales, spelling, Welsh, its contents and its neighbours."""

import pytest
from spreadsheets import make_reference_data, read_all, sheet_of

from registers.imports.detect_columns import detect_target
from registers.imports.heading_words import scale_of
from registers.imports.mapping import guess_plan
from registers.imports.owners import looks_like_person


def columns(*rows, **options):
    return guess_plan(sheet_of(*rows, **options), make_reference_data()).columns


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("risk_owner", "owner"),
        ("Likelihood_1_5", "?.likelihood"),
        ("Impact (1-10)", "?.impact"),
        ("Impact 1 to 10", "?.impact"),
        ("Likelihood out of 10", "?.likelihood"),
        ("Responsibiliy", "owner"),
        ("Consequnces", "consequence"),
        ("Preference", ""),  # no reference
        ("Risk identified", "title"),
        ("Risk area", "category"),
        ("Risk and effects", "statement"),
        ("Management of risk", "controls"),
        ("Comments and progress", "progress"),
        ("Action progress", "progress"),
        ("Quarterly update", "progress"),
        ("Actions and progress", "actions"),
        ("Date of last update", "notes"),
        ("Last reviewed", "current.on"),
        ("Date assessed", "current.on"),
        ("Portfolio holder", "portfolio"),
        ("Lead member (risk owner)", "portfolio"),
        ("Committee member responsible", "portfolio"),
        ("Risg", "title"),
        ("Disgrifiad o'r risg", "statement"),
        ("Tebygolrwydd", "?.likelihood"),
        ("Effaith", "?.impact"),
        ("Sg\u00f4r gweddilliol", "current.score"),
        ("Perchennog y risg", "owner"),
        ("Rheolaethau", "controls"),
        ("Camau gweithredu", "actions"),
        ("Dyddiad adolygu", "next_review_on"),
        ("Deiliad portffolio", "portfolio"),
    ],
)
def test_headings_are_read_in_spite_of_how_they_are_written(heading, target):
    assert detect_target(heading) == target


@pytest.mark.parametrize(
    ("heading", "scale"),
    [
        ("Likelihood (1-10)", (1, 10)),
        ("Likelihood_1_5", (1, 5)),
        ("Impact 0 to 4", (0, 4)),
        ("Impact out of 10", (1, 10)),
        ("Score/100", (1, 100)),
        ("Q1 2026/27", None),
        ("Risk 1", None),
        ("Score at 1/10/26", None),
    ],
)
def test_a_heading_can_give_its_scale(heading, scale):
    assert scale_of(heading) == scale


def test_headings_of_three_rows_are_joined():
    sheet = sheet_of(
        ["Ref", "Risk", "Assessment", "", "", ""],
        ["", "", "Gross", "", "Residual", ""],
        ["", "", "L (1-5)", "I (1-5)", "L (1-5)", "I (1-5)"],
        ["1", "Flood", "4", "5", "2", "5"],
        ["2", "Fire", "3", "5", "1", "5"],
        merged=[(1, 3, 1, 6), (2, 3, 2, 4), (2, 5, 2, 6), (1, 1, 3, 1), (1, 2, 3, 2)],
    )
    assert guess_plan(sheet, make_reference_data()).columns[2:] == [
        *("inherent.likelihood", "inherent.impact", "current.likelihood", "current.impact")
    ]


@pytest.mark.parametrize("cells", [("6", "10", "4"), ("Yes", "No", "Yes"), ("C1", "C2", "n/a")])
def test_numbers_answers_and_references_are_no_controls(cells):
    rows = [[str(n), f"Flood {n}", cell] for n, cell in enumerate(cells)]
    assert columns(["Ref", "Risk", "Mitigation"], *rows)[2] == "notes"
    _, read = read_all(sheet_of(["Ref", "Risk", "Mitigation"], *rows), make_reference_data())
    assert [row.controls for row in read] == [[], [], []]


def test_a_score_after_the_controls_is_the_current_one():
    rows = [[f"Flood {n}", "Walls", str(4 * n)] for n in (1, 2, 3)]
    assert columns(["Risk", "Controls", "Controls: score"], *rows)[2] == "current.score"


def test_one_number_among_controls_stays_with_the_notes():
    rows = [["Flood", "Walls"], ["Fire", "6"], ["Theft", "Alarms; a guard at night; None"]]
    _, read = read_all(sheet_of(["Risk", "Controls"], *rows), make_reference_data())
    assert [[title for title, _ in row.controls] for row in read] == [
        ["Walls"],
        [],
        ["Alarms", "a guard at night"],
    ]
    assert [row.values.get("notes") for row in read] == [
        None,
        "Controls: 6",
        "Controls: Alarms; a guard at night; None",
    ]


def test_a_ranking_is_no_score():
    heads = ["Risk", "Likelihood", "Impact", "Rank"]
    rows = [["Flood", "4", "5", "1"], ["Fire", "2", "5", "2"], ["Theft", "1", "1", "3"]]
    assert columns(heads, *rows)[3] == "notes"
    assert columns(["Risk", "Priority order"], *[[r[0], r[3]] for r in rows])[1] == "notes"
    assert columns(["Risk", "Risk ranking"], ["Flood", "12"], ["Fire", "12"])[1] == "current.score"


def test_a_product_of_two_ratings_is_the_score():
    heads = ["Risk", "Likelihood", "Severity", "Impact"]
    rows = [["Flood", "4", "5", "20"], ["Fire", "2", "4", "8"], ["Theft", "1", "3", "3"]]
    assert columns(heads, *rows)[1:] == ["current.likelihood", "current.impact", "current.score"]


def test_a_day_beside_an_actions_owner_is_the_actions():
    heads = ["Risk", "Risk owner", "Actions", "Owner", "Target date"]
    row = ["Flood", "Head of Legal", "Build a wall", "Director of Finance", "1/3/27"]
    assert columns(heads, row)[1:] == ["owner", "actions", "action_owner", "action_due_on"]
    assert columns(["Risk", "Target score", "Target date"], ["Flood", "4x4", "1/3/27"])[2] == (
        "target_on"
    )


def test_a_column_that_only_our_own_files_work_out_is_kept_in_another_file():
    assert columns(["Risk", "Directorate"], ["Flood", "Place"])[1] == "notes"


@pytest.mark.parametrize(
    "name", ["Jo Green", "J Green", "Mrs A. Hughes", "Dr Green", "Rhys ap Huw"]
)
def test_names_of_people_are_told_from_posts(name):
    assert looks_like_person(name)


@pytest.mark.parametrize(
    "text",
    ["Town Clerk", "Human Resources", "HR", "Finance", "Head of IT", "All staff", "Adult Care", ""],
)
def test_posts_and_teams_are_no_people(text):
    assert not looks_like_person(text)
