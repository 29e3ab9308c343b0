"""A risk in several rows of a workbook: named once, its controls and actions below each other."""

import contextlib
import csv
import io
import json

import pytest
from django.core.management import call_command
from hypothesis import example, given
from hypothesis import strategies as st
from makers import make_organisation, make_register, make_risk
from spreadsheets import lost_cells, make_reference_data, read_all, sheet_of
from workbooks import columns_form, csv_of, import_workbook, latest, send, take_in, to_preview

from registers.imports.mapping import Plan, data_rows, guess_plan
from registers.imports.rejected_rows import rejected_rows_csv
from registers.imports.row_parser import RowParser
from registers.imports.staging import restart_staging, stage_rows

HEADS = [
    "Ref",
    "Risk title",
    "Cause",
    "Risk owner",
    "Likelihood",
    "Impact",
    "Controls",
    "Actions",
    "Action owner",
    "Due",
]
FLOOD = [
    "1",
    "Flood",
    "It rains",
    "Head of Legal",
    "4",
    "5",
    "A wall",
    "Build a pump",
    "Head of Legal",
    "1/2/2027",
]
FIRE = ["2", "Fire", "It is dry", "Head of Legal", "2", "5", "Alarms", "", "", ""]


def row(**cells):
    """A row below HEADS with these cells, by column: cause="..."."""
    names = [name.lower().replace(" ", "_") for name in HEADS]
    assert set(cells) <= set(names)
    return [cells.get(name, "") for name in names]


MORE = row(
    controls="Sandbags",
    actions="Move the archive",
    action_owner="Director of Finance",
    due="1/3/2027",
)


def read(*rows, merged=(), **changes):
    """The risks that are read from rows below HEADS. changes: to the plan that is guessed."""
    sheet = sheet_of(HEADS, *rows, merged=merged)
    plan = guess_plan(sheet, make_reference_data())
    for name, value in changes.items():
        setattr(plan, name, value)
    read_rows = read_all(sheet, make_reference_data(), plan)[1]
    assert [word for risk_row in read_rows for word in lost_cells(risk_row, plan)] == []
    return read_rows


def rows_of(read_rows):
    return [
        [each.number for each in risk_row.sheet_row.source_rows] or risk_row.sheet_row.number
        for risk_row in read_rows
    ]


# Which rows go on with the risk above


def test_a_row_that_names_no_risk_continues_the_one_above():
    first, second = read(FLOOD, MORE, FIRE)
    assert [title for title, _ in first.controls] == ["A wall", "Sandbags"]
    assert [title for title, _ in second.controls] == ["Alarms"]


def test_a_row_that_repeats_reference_and_title_continues_the_risk():
    again = [*FLOOD[:6], *MORE[6:]]
    assert rows_of(read(FLOOD, again, FIRE)) == [[2, 3], 4]


def test_another_title_under_the_same_reference_is_another_risk():
    assert rows_of(read(FLOOD, ["1", "Drought", *FLOOD[2:]])) == [2, 3]


def test_the_same_title_without_a_reference_is_another_risk():
    unnumbered = ["", *FLOOD[1:]]
    assert rows_of(read(FIRE, unnumbered, unnumbered)) == [2, 3, 4]


def test_rows_are_read_alone_where_the_plan_says_so():
    first, more, second = read(FLOOD, MORE, FIRE, goes_on=False)
    assert [risk_row.is_refused for risk_row in (first, more, second)] == [False, True, False]


def test_the_plan_decides_nothing_where_each_row_names_its_risk():
    assert guess_plan(sheet_of(HEADS, FLOOD, FIRE), make_reference_data()).goes_on is None


def test_a_remembered_decision_applies_to_the_next_file():
    remembered = guess_plan(sheet_of(HEADS, FLOOD, MORE), make_reference_data())
    remembered.goes_on = False
    plan = guess_plan(
        sheet_of(HEADS, FLOOD, MORE, FIRE),
        make_reference_data(),
        Plan.from_json(remembered.as_json()),
    )
    assert plan.goes_on is False


def test_a_heading_between_risks_ends_the_risk_above():
    heads = ["Directorate", *HEADS]
    sheet = sheet_of(heads, ["", *FLOOD], ["Resources"], ["", *MORE], ["", *FIRE], ["", *MORE])
    assert rows_of(read_all(sheet, make_reference_data())[1]) == [2, 4, [5, 6]]


def test_a_bar_over_several_columns_is_a_heading():
    bar = row(cause="Resources directorate")
    assert rows_of(read(FLOOD, bar, FIRE, MORE, merged=[(3, 3, 3, 10)])) == [2, [4, 5]]


def test_a_control_alone_in_the_first_column_continues_the_risk():
    sheet = sheet_of(
        ["Controls", "Ref", "Risk title"], ["A wall", "1", "Flood"], ["Sandbags", "", ""]
    )
    assert rows_of(read_all(sheet, make_reference_data())[1]) == [[2, 3]]


def test_a_row_below_a_gap_continues_no_risk():
    assert rows_of(read(FLOOD, [""], MORE, FIRE, MORE)) == [2, 4, [5, 6]]


@pytest.mark.parametrize(
    "words", ["Guidance for all staff", "The emergency plan is tested with the brigade each May"]
)
def test_a_last_control_alone_in_its_row_is_not_a_footnote(words):
    risk_rows = [[str(n), *FIRE[1:]] for n in range(3, 9)]
    last = read(*risk_rows, FLOOD, row(controls=words))[-1]
    assert [title for title, _ in last.controls] == ["A wall", words]


# The content of the rows together


def test_each_action_has_the_owner_and_the_day_of_its_own_row():
    (flood,) = read(FLOOD, MORE, row(actions="Insure it"))
    assert [
        (action.title, action.owner, action.due_on and action.due_on.isoformat())
        for action in flood.actions
    ] == [
        ("Build a pump", "Head of Legal", "2027-02-01"),
        ("Move the archive", "Director of Finance", "2027-03-01"),
        ("Insure it", "", None),
    ]


def test_an_action_that_is_repeated_with_each_control_is_one():
    (flood,) = read(FLOOD, [*FLOOD[:6], "Sandbags", *FLOOD[7:]])
    assert [action.title for action in flood.actions] == ["Build a pump"]


def test_a_further_text_is_a_further_paragraph():
    (flood,) = read(FLOOD, row(cause="The river is high", controls="Sandbags"))
    assert flood.values["cause"] == "It rains\nThe river is high"


def test_another_owner_in_a_further_row_is_named_and_kept_with_the_notes():
    (flood,) = read(FLOOD, row(risk_owner="Director of Finance", controls="Sandbags"))
    assert flood.values["owner"] == "Head of Legal"
    assert "Risk owner: Director of Finance" in flood.values["notes"]
    assert [(problem.column, problem.text, problem.problem[:5]) for problem in flood.problems] == [
        ("Risk owner (D)", "Director of Finance", "Row 3")
    ]


def test_a_further_row_fills_what_the_first_leaves_empty():
    (fire,) = read(
        [*FIRE[:3], "", *FIRE[4:]], row(risk_owner="Director of Finance", controls="Sandbags")
    )
    assert (fire.values["owner"], fire.problems) == ("Director of Finance", [])


def test_a_rating_is_read_whole_from_the_row_that_rates():
    unrated = [*FLOOD[:4], "3", "", *FLOOD[6:]]
    (flood,) = read(unrated, row(likelihood="5", impact="4"), goes_on=True)
    assert flood.ratings == []
    assert "Likelihood: 5" in flood.values["notes"]


LEVELS = st.sampled_from(["", "1", "2", "3", "4", "5"])
PLACES = st.lists(st.booleans(), min_size=len(HEADS) - 2, max_size=len(HEADS) - 2)


@given(st.lists(st.tuples(PLACES, LEVELS, LEVELS), min_size=1, max_size=5))
@example([([True] * 8, "4", "5"), ([True] * 8, "1", "1")])
def test_every_word_of_every_row_is_found_in_the_risk(further):
    """Each text is one unique word."""
    lines = [FLOOD]
    for n, (places, likelihood, impact) in enumerate(further):
        cells = [
            "",
            "",
            *(f"Word{n}x{at}" if is_filled else "" for at, is_filled in enumerate(places)),
        ]
        cells[4:6] = [likelihood, impact]
        lines.append(cells)
    for risk_row in read(*lines):
        content = json.dumps(
            [
                risk_row.values,
                risk_row.ratings,
                risk_row.controls,
                risk_row.actions,
                risk_row.sheet_row.number,
            ],
            default=str,
        )
        texts = [
            text for each in risk_row.sheet_row.source_rows for text in each.cells if "Word" in text
        ]
        assert [text for text in texts if f"{text}" not in content] == []
        for each in risk_row.sheet_row.source_rows:
            levels = [(rating.likelihood, rating.impact) for rating in risk_row.ratings]
            for at, part in ((4, 0), (5, 1)):
                level = each.cells[at]
                is_in_notes = f"{HEADS[at]}: {level}" in risk_row.values.get("notes", "")
                assert not level or is_in_notes or int(level) in [pair[part] for pair in levels]


def test_an_older_plan_reads_a_further_row_alone():
    sheet = sheet_of(HEADS, FLOOD, MORE)
    plan = Plan.from_json(
        {
            k: v
            for k, v in guess_plan(sheet, make_reference_data()).as_json().items()
            if k != "goes_on"
        }
    )
    reader = RowParser(plan, make_reference_data())
    assert [reader.parse(line).is_refused for line in data_rows(sheet, plan)] == [False, True]


# Through the pages


@pytest.fixture
def register(db):
    return make_register(make_organisation(), slug="ours", prefix="CORP")


SPREAD = csv_of(HEADS, FLOOD, MORE, row(controls="Pumps"), FIRE)


def test_a_spread_risk_becomes_one_risk(manager, register):
    import_workbook(manager, register, SPREAD)
    assert [
        (risk.title, risk.controls.count(), risk.actions.count()) for risk in register.risks.all()
    ] == [
        ("Flood", 3, 2),
        ("Fire", 1, 0),
    ]


def test_the_page_of_columns_asks_and_names_the_rows(manager, register):
    send(manager, register, SPREAD)
    page = manager.get(latest(register).get_absolute_url()).text
    assert "They have no reference and title, or repeat those above: rows 3 and 4." in page


def test_the_page_of_columns_does_not_ask_without_further_rows(manager, register):
    send(manager, register, csv_of(HEADS, FLOOD, FIRE))
    assert (
        "rows that do not name a risk" not in manager.get(latest(register).get_absolute_url()).text
    )


def test_further_rows_read_alone_are_left_out(manager, register):
    batch = to_preview(manager, register, SPREAD, goes_on="no")
    assert list(batch.rows.values_list("number", "outcome")) == [
        (2, "new"),
        (3, "refused"),
        (4, "refused"),
        (5, "new"),
    ]


def test_the_question_is_asked_where_a_change_of_columns_raises_it(manager, register):
    send(
        manager,
        register,
        csv_of(["Ref", "Ward", "Controls"], ["1", "North", "A wall"], ["", "", "Sandbags"]),
    )
    batch = latest(register)
    changes = {"column_0": "notes", "column_1": "title"}
    fields = {k: v for k, v in columns_form(batch, **changes).items() if k != "goes_on"}
    answer = manager.post(batch.get_absolute_url(), fields)
    assert "Select what to do with rows that do not name a risk" in answer.text


def test_the_preview_says_which_rows_make_up_a_risk(manager, register):
    batch = to_preview(manager, register, SPREAD)
    page = manager.get(batch.get_absolute_url()).text
    assert "We read 4 rows, of which 2 continue the risk above" in page
    assert "Rows 2 to 4" in page


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_a_risk_comes_out_whole_wherever_a_request_ends(manager, register, chunk):
    batch = to_preview(
        manager, register, csv_of(HEADS, FIRE, FLOOD, MORE, row(controls="Pumps"), ["3", *FIRE[1:]])
    )
    restart_staging(batch)
    batch.refresh_from_db()
    while batch.stage == "staging":
        batch = stage_rows(batch, after=batch.rows_read, chunk=chunk)
    rows = [(row.number, len(row.further), len(row.reads["controls"])) for row in batch.rows.all()]
    assert rows == [(2, 0, 1), (3, 2, 3), (6, 0, 1)]
    assert batch.report["counts"]["further"] == 2


def test_a_rejected_spread_risk_is_returned_in_all_its_rows(manager, register):
    rows = [FLOOD, MORE, FIRE, FLOOD]
    batch = to_preview(manager, register, csv_of(HEADS, *rows))
    _, *rejected = csv.reader(io.StringIO(rejected_rows_csv(batch).decode("utf-8-sig")))
    assert [line[:10] for line in rejected] == [FLOOD, MORE, FLOOD]
    assert [line[10] for line in rejected] == ["2", "3", "5"]


def test_corrected_rows_are_imported_together(manager, register):
    batch = to_preview(manager, register, csv_of(HEADS, FLOOD, MORE, FIRE, FLOOD))
    rows = list(csv.reader(io.StringIO(rejected_rows_csv(batch).decode("utf-8-sig"))))
    rows[3][0] = "7"
    import_workbook(manager, register, csv_of(*rows), name="left-out.csv")
    assert [risk.controls.count() for risk in register.risks.all()] == [2, 1]


def test_the_same_workbook_again_changes_nothing(manager, register):
    import_workbook(manager, register, SPREAD)
    batch = to_preview(manager, register, SPREAD)
    assert set(batch.rows.values_list("outcome", flat=True)) == {"unchanged"}


def test_a_risk_on_the_register_gains_what_a_further_row_adds(manager, register):
    risk = make_risk(register)
    heads = ["Reference", "Title", "Cause", "Controls", "Other notes"]
    further = [["", "", "A leak", "Pumps", ""], ["", "", "", "", "Seen in May"]]
    batch = to_preview(
        manager, register, csv_of(heads, [risk.reference, risk.title, "", "A wall", ""], *further)
    )
    take_in(manager, batch)
    risk.refresh_from_db()
    assert (risk.cause, risk.notes) == ("A leak", "Seen in May")
    assert [control.title for control in risk.controls.all()] == ["A wall", "Pumps"]


def test_every_row_stays_with_the_risk_word_for_word(manager, register):
    import_workbook(manager, register, SPREAD)
    page = manager.get(register.risks.get(number=1).get_absolute_url()).text
    assert "rows 2 to 4" in page
    assert "Controls, row 4" in page


def run(path, *options):
    out = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command(
            "import_register", str(path), "--register", "ours", "--json", *options, stdout=out
        )
    return json.loads(out.getvalue())


def test_the_command_says_which_rows_make_up_a_risk(manager, register, tmp_path):
    path = tmp_path / "risks.csv"
    path.write_bytes(SPREAD)
    report = run(path, "--check")
    assert (report["rows_go_on"], report["spread"], report["rows_read"], report["new"]) == (
        True,
        [[2, 3, 4]],
        4,
        2,
    )


def test_the_command_reads_rows_alone_with_the_option(manager, register, tmp_path):
    path = tmp_path / "risks.csv"
    path.write_bytes(SPREAD)
    report = run(path, "--check", "--rows-alone")
    assert (
        report["rows_go_on"],
        report["spread"],
        [line["row"] for line in report["refused"]],
    ) == (
        False,
        [],
        [3, 4],
    )
