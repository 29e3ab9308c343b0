"""Rows of a sheet that are no risks: on the preview, in reports, and decided on by the manager."""

import csv
import io

import pytest
from django.test import Client
from makers import make_organisation, make_person, make_register
from workbooks import PLAIN, columns_form, csv_of, latest, plain_rows, send, take_in, to_preview

from registers.forms.imports import ImportColumnsForm
from registers.models import ImportedRow, Role

pytestmark = pytest.mark.django_db
SHEET = csv_of(
    ["Corporate register"],
    PLAIN,
    plain_rows(1)[0],
    ["Resources"],
    ["FIN 2", "Roof", "It leaks", "Head of finance", "2", "2"],
    ["", "Doubtful words"],
    ["", "", "", "Head of finance", "2", "2"],
    [],
    ["Key: 1 is rare"],
)
OUTCOMES = "above heading new section new left-out refused empty below".split()


@pytest.fixture
def register():
    return make_register(make_organisation(), slug="ours", prefix="CORP")


@pytest.fixture
def manager(register):
    client = Client()
    client.user = make_person(register.organisation, Role.MANAGER)
    client.force_login(client.user)
    return client


def read_csv(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def decide(manager, batch, **roles):
    """Send the decisions of the page of rows to decide; returns the import."""
    fields = {"step": "rows", "row_6": "left-out", "row_7": "", **roles}
    manager.post(f"{batch.get_absolute_url()}?show=decide", fields)
    batch.refresh_from_db()
    return batch


def outcomes_of(batch):
    outcomes = dict(batch.rows.values_list("number", "outcome"))
    outcomes |= {entry["row"]: entry["outcome"] for entry in batch.non_risk_rows}
    return [outcomes[number] for number in sorted(outcomes)]


def test_every_row_is_in_a_list_of_the_preview(manager, register):
    batch = to_preview(manager, register, SHEET)
    page = manager.get(batch.get_absolute_url()).text
    assert outcomes_of(batch) == OUTCOMES
    for label in (
        "To decide (2)",
        "Left out (1)",
        "Section headings (1)",
        "Below the table (1)",
    ):
        assert label in page
    below = manager.get(batch.get_absolute_url(), {"show": "below"}).text
    assert "Key: 1 is rare" in below and "It is below the last row of the table." in below


def test_the_lists_outlive_the_sheet(manager, register):
    batch = to_preview(manager, register, SHEET)
    take_in(manager, batch)
    batch.refresh_from_db()
    page = manager.get(batch.get_absolute_url(), {"show": "section"}).text
    assert (batch.sheets, "Resources" in page, "<select" in page) == (None, True, False)


def test_the_whole_report_names_each_row_with_its_reason(manager, register):
    batch = to_preview(manager, register, SHEET)
    answer = manager.get(f"{batch.get_absolute_url()}report.csv", {"rows": "all"})
    _, *lines = read_csv(answer)
    assert [line[0] for line in lines] == [str(n) for n in range(1, 10)]
    assert [line[1] for line in lines] == OUTCOMES
    assert all(line[2] for line in lines) and lines[3][3] == "Resources"
    assert 'filename="risks-rows.csv"' in answer["Content-Disposition"]


def test_rows_in_doubt_are_given_back_with_those_refused(manager, register):
    batch = to_preview(manager, register, SHEET)
    _, *lines = read_csv(manager.get(f"{batch.get_absolute_url()}report.csv"))
    assert [line[-2] for line in lines] == ["6", "7"]


def test_one_page_holds_all_decisions(manager, register):
    rows = [
        row
        for n, risk in enumerate(plain_rows(45))
        for row in ([risk] if n > 39 else [risk, ["", f"Word {n}"]])
    ]
    batch = to_preview(manager, register, csv_of(PLAIN, *rows))
    page = manager.get(batch.get_absolute_url(), {"show": "decide"}).text
    assert (page.count("<select"), "40 decisions left" in page) == (40, True)


def test_decisions_are_done_and_the_rows_read_again(manager, register):
    batch = to_preview(manager, register, SHEET)
    batch = decide(manager, batch, row_6="risk", row_7="continuation")
    assert outcomes_of(batch) == [*OUTCOMES[:5], "new", "continuation", "empty", "below"]
    assert batch.plan["roles"] == {"6": "risk", "7": "continuation"}
    assert "You have no decisions left in this step" in manager.get(batch.get_absolute_url()).text


def test_a_row_that_stays_left_out_is_no_decision_any_more(manager, register):
    batch = decide(manager, to_preview(manager, register, SHEET), row_7="left-out")
    assert outcomes_of(batch) == [*OUTCOMES[:6], "left-out", "empty", "below"]
    assert "To decide" not in manager.get(batch.get_absolute_url()).text


def test_a_guess_can_be_taken_back(manager, register):
    batch = to_preview(manager, register, SHEET)
    address = f"{batch.get_absolute_url()}?show=section"
    manager.post(address, {"step": "rows", "row_4": "left-out"})
    batch.refresh_from_db()
    assert outcomes_of(batch)[3] == "left-out"
    assert batch.plan["names"] == PLAIN  # there is no section any more


def test_decisions_are_not_remembered_for_the_next_file(manager, register):
    batch = decide(manager, to_preview(manager, register, SHEET), row_7="left-out")
    take_in(manager, batch)
    send(manager, register, csv_of(PLAIN, *plain_rows(2)))
    assert latest(register).plan["roles"] == {}


@pytest.mark.parametrize("role", ["strange", "heading"])
def test_a_decision_that_is_none_is_refused(manager, register, role):
    batch = to_preview(manager, register, SHEET)
    answer = manager.post(
        f"{batch.get_absolute_url()}?show=decide", {"step": "rows", "row_6": role, "row_7": ""}
    )
    batch.refresh_from_db()
    assert ("Select what row 6 is" in answer.text, batch.plan["roles"]) == (True, {})


def test_a_section_heading_can_be_the_objective_of_the_rows_below_it(manager, register):
    batch = to_preview(manager, register, SHEET, column_6="objective")
    take_in(manager, batch)
    assert [risk.objective for risk in register.risks.order_by("number")] == ["", "Resources"]


def test_a_row_left_out_for_a_reason_of_its_own_is_listed_and_given_back(manager, register):
    """As duplicates are."""
    batch = to_preview(manager, register, csv_of(PLAIN, *plain_rows(2)))
    problem = {"column": "Title", "said": "", "problem": "It is on the register", "refuses": True}
    batch.rows.filter(number=3).update(outcome=ImportedRow.Outcome.LEFT_OUT, problems=[problem])
    page = manager.get(batch.get_absolute_url(), {"show": "left-out"}).text
    assert "Left out (1)" in page and "It is on the register" in page
    assert len(read_csv(manager.get(f"{batch.get_absolute_url()}report.csv"))) == 2


# Where the table is


def columns_page(manager, register, content, **changes):
    send(manager, register, content)
    batch = latest(register)
    return ImportColumnsForm(columns_form(batch, **changes), batch=batch)


def test_the_first_and_last_row_of_risks_are_those_that_are_typed(manager, register):
    form = columns_page(manager, register, csv_of(PLAIN, *plain_rows(6)), first_row=3, last_row=5)
    assert form.is_valid(), form.errors
    assert (form.is_elsewhere, form.plan.first_line, form.plan.footer_from) == (False, 3, 6)


def test_two_rows_of_headings_are_joined_as_typed(manager, register):
    heads = [["", "Now", ""], ["Ref", "Title", "Owner"], ["1", "Roof", "Caretaker"]]
    form = columns_page(manager, register, csv_of(*heads), heading_row=1, heading_row_last=2)
    assert form.is_valid(), form.errors
    assert (form.plan.names, form.plan.headings, form.plan.first_line) == (
        ["Ref", "Now: Title", "Owner"],
        [1, 2],
        3,
    )


def test_a_remembered_plan_moves_no_row_that_is_typed(manager, register):
    take_in(manager, to_preview(manager, register, csv_of(PLAIN, *plain_rows(2))))
    content = csv_of(["Ref", "Title"], PLAIN, *plain_rows(3))
    form = columns_page(manager, register, content, heading_row=1, heading_row_last=1)
    assert form.is_valid(), form.errors
    assert (form.plan.headings, form.plan.first_line) == ([1, 1], 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"heading_row_last": 77}, "heading_row_last"),
        ({"first_row": 1, "heading_row": 1}, "first_row"),
        ({"first_row": 4, "last_row": 3}, "last_row"),
        ({"first_row": "x"}, "first_row"),
        ({"last_row": ""}, "last_row"),
        ({"first_row": 50, "last_row": 60}, "first_row"),
    ],
)
def test_rows_that_cannot_be_are_refused_at_their_field(manager, register, changes, field):
    form = columns_page(manager, register, csv_of(PLAIN, *plain_rows(6)), **changes)
    assert [*form.errors] == [field]
