"""Nothing is doubled: files and rows that came in before, and what a file leaves out."""

import json

import pytest
from makers import make_register, make_risk
from workbooks import csv_of, import_workbook, send, take_in, to_preview

from registers.import_files import begin_import
from registers.imports.staging import decide_lookalikes

pytestmark = pytest.mark.django_db

HEADINGS = ["Risk title", "Risk description", "Current likelihood", "Current impact"]
HOMES = "The homes that the plan asks for are not built in time"
FLOOD = "The depot floods and no vehicle leaves it"
ROWS = [["Homes", HOMES, "3", "4"], ["Flood at the depot", FLOOD, "2", "5"]]
NEARLY = ["Homes", f"{HOMES} at all", "3", "4"]


@pytest.fixture
def register():
    return make_register(slug="ours", prefix="CORP")


@pytest.fixture
def came_in(manager, register):
    """An import of two risks without references."""
    return import_workbook(manager, register, csv_of(HEADINGS, *ROWS))


def outcomes(batch):
    return list(batch.rows.order_by("number").values_list("outcome", flat=True))


def lookalikes_page(client, batch, **choices):
    path = f"{batch.get_absolute_url()}lookalikes/"
    return client.post(path, choices) if choices else client.get(path)


def test_a_second_time_without_references_nothing_is_doubled(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, *ROWS))
    assert outcomes(batch) == ["unchanged", "unchanged"]


def test_case_and_punctuation_and_numbers_in_front_do_not_double(came_in, manager, register):
    rows = [[f"{n}. {row[0].upper()}", f"{row[1]}!", *row[2:]] for n, row in enumerate(ROWS, 1)]
    batch = to_preview(manager, register, csv_of(HEADINGS, *rows))
    assert [row.risk.number for row in batch.rows.order_by("number")] == [1, 2]


def test_a_rating_of_a_risk_known_by_its_words_comes_in(came_in, manager, register):
    import_workbook(manager, register, csv_of(HEADINGS, [*ROWS[0][:2], "5", "5"]))
    assert register.risks.count() == 2
    assert register.risks.get(number=1).current.likelihood == 5


def test_a_row_that_is_nearly_a_risk_waits_for_a_decision(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, NEARLY))
    row = batch.rows.get()
    assert row.outcome == "left-out"
    assert "It has the title of CORP-001 and 9" in row.problems[-1]["problem"]


@pytest.mark.parametrize(
    ("decision", "outcome", "risks"), [(1, "changed", 2), (0, "new", 3), (None, "left-out", 2)]
)
def test_a_decision_says_what_becomes_of_the_row(
    came_in, manager, register, decision, outcome, risks
):
    batch = to_preview(manager, register, csv_of(HEADINGS, NEARLY))
    decide_lookalikes(batch, {2: decision})
    assert outcomes(batch) == [outcome]
    take_in(manager, batch)
    assert register.risks.count() == risks


def test_a_decision_can_be_taken_back(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, NEARLY, ["Pay", "Pay is late", "", ""]))
    decide_lookalikes(batch, {2: 0})
    decide_lookalikes(batch, {2: None})
    batch.refresh_from_db()
    assert outcomes(batch) == ["left-out", "new"]
    assert batch.report["counts"]["unrated"] == 1


def test_the_same_words_under_an_unknown_reference_wait_too(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(["Ref", *HEADINGS], ["X 9", *ROWS[0]]))
    assert outcomes(batch) == ["left-out"]
    assert "It says the same as CORP-001" in batch.rows.get().problems[-1]["problem"]


def test_a_risk_is_one_row_of_a_file(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, ROWS[0], [ROWS[0][0], "", "5", "5"]))
    assert outcomes(batch) == ["unchanged", "left-out"]
    assert "but row 2 is already that risk" in batch.rows.get(number=3).problems[-1]["problem"]


def test_a_risk_that_another_row_refers_to_is_not_looked_for(came_in, manager, register):
    rows = [["", *ROWS[0]], ["CORP-001", *ROWS[0]]]
    batch = to_preview(manager, register, csv_of(["Ref", *HEADINGS], *rows))
    assert outcomes(batch) == ["new", "unchanged"]


def test_the_page_of_lookalikes_takes_all_decisions_at_once(came_in, manager, register):
    other = [ROWS[1][0], f"{FLOOD} today", "2", "5"]
    batch = to_preview(manager, register, csv_of(HEADINGS, NEARLY, other))
    page = manager.get(batch.get_absolute_url()).text
    assert "2 rows look like risks on the register" in page
    assert "The same risk as CORP-001" in lookalikes_page(manager, batch).text
    lookalikes_page(manager, batch, row_2="1", row_3="0")
    assert outcomes(batch) == ["changed", "new"]


def test_two_rows_cannot_be_the_same_risk(came_in, manager, register):
    other = ["Homes", f"{HOMES} anywhere", "3", "4"]
    batch = to_preview(manager, register, csv_of(HEADINGS, NEARLY, other))
    page = lookalikes_page(manager, batch, row_2="1", row_3="1")
    assert "row 2 is already that risk" in page.text
    assert outcomes(batch) == ["left-out", "left-out"]


def test_a_row_known_by_its_words_can_be_made_a_risk_of_its_own(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, ROWS[0]))
    assert "leave it out" not in lookalikes_page(manager, batch).text
    lookalikes_page(manager, batch, row_2="0")
    assert outcomes(batch) == ["new"]


def test_a_file_that_came_in_before_is_recognised(came_in, manager, register):
    send(manager, register, csv_of(HEADINGS, *ROWS))
    page = manager.get(register.imports.latest("pk").get_absolute_url()).text
    assert "imported exactly the same file before" in page
    assert f'href="{came_in.get_absolute_url()}"' in page


def test_another_file_is_not_taken_for_it(came_in, manager, register):
    fields = {"file_name": "risks.csv", "content": csv_of(HEADINGS, *ROWS[:1])}
    batch = begin_import(register, by=manager.user, **fields)
    assert "imported exactly the same file before" not in manager.get(batch.get_absolute_url()).text


def test_what_is_not_in_the_file_is_named_and_stays(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, [*ROWS[0][:2], "5", "5"]))
    page = manager.get(batch.get_absolute_url()).text
    assert "On the register, not in this file: 1" in page
    assert 'href="/registers/ours/risks/2/"' in page
    take_in(manager, batch)
    assert "not in this file: 1" in manager.get(batch.get_absolute_url()).text
    assert register.risks.get(number=2).status == "open"


def test_a_file_of_other_risks_leaves_none_out(came_in, manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, ["Pay", "Pay is late", "", ""]))
    assert batch.report["not_in_file"] == []


def test_closed_risks_and_undecided_ones_are_not_missing(came_in, manager, register):
    risk = make_risk(register, title="Over", event="It is over")
    risk.close(by=manager.user, version=risk.version, reason="It is over")
    other = [ROWS[1][0], f"{FLOOD} today", "2", "5"]
    batch = to_preview(manager, register, csv_of(HEADINGS, ROWS[0], other))
    assert batch.report["not_in_file"] == []


def test_the_command_names_what_is_not_in_the_file_and_leaves_lookalikes_out(
    came_in, register, tmp_path, capsys
):
    from django.core.management import call_command

    path = tmp_path / "risks.csv"
    path.write_bytes(csv_of(HEADINGS, [*ROWS[1][:2], "5", "5"], ["Homes", f"{HOMES} ever", "", ""]))
    make_risk(register, title="Pay", event="Pay is late")
    with pytest.raises(SystemExit) as end:
        call_command("import_register", str(path), "--register", "ours", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (end.value.code, report["not_in_file"], report["new"]) == (3, ["CORP-003"], 0)


def test_a_file_that_was_read_before_another_came_in_is_read_again(manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, *ROWS))
    import_workbook(manager, register, csv_of(HEADINGS, *ROWS[::-1]))
    assert take_in(manager, batch).status_code == 409
    assert register.risks.count() == 2
