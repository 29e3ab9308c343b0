"""manage.py import_register: its output, its changes and its exit code."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from documents import docx, docx_table, paragraph
from makers import make_organisation, make_person, make_register, make_risk
from spreadsheets import workbook
from workbooks import PLAIN, csv_of, plain_rows

from registers.models import AuditEntry, ImportedRow, Post, RegisterImport, Risk, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    register = make_register(make_organisation(), slug="ours", prefix="CORP")
    make_person(register.organisation, Role.OFFICER, email="officer@example.org")
    make_person(register.organisation, Role.MANAGER, email="manager@example.org")
    return register


@pytest.fixture
def file_of(tmp_path):
    def file_of(*rows, name="risks.csv"):
        path = tmp_path / name
        path.write_bytes(csv_of(*rows))
        return str(path)

    return file_of


def run(path, *options):
    """Output and exit code of the command."""
    out, exit_code = io.StringIO(), 0
    try:
        call_command("import_register", path, "--register", "ours", *options, stdout=out)
    except SystemExit as end:
        exit_code = end.code
    return out.getvalue(), exit_code


def all_rows():
    models = (Risk, Post, AuditEntry, RegisterImport, ImportedRow)
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def test_a_workbook_becomes_risks(register, file_of):
    output, exit_code = run(file_of(PLAIN, *plain_rows(3)))
    assert (
        "3 rows read: 3 new" in output,
        "Imported by manager@example.org" in output,
        exit_code,
    ) == (
        True,
        True,
        0,
    )
    assert register.risks.count() == 3
    assert register.imports.get().is_done


def test_it_prints_json(register, file_of):
    output, exit_code = run(
        file_of(PLAIN, *plain_rows(3, row_3=["FIN 2", "", "", "", "3", "4"])), "--json"
    )
    report = json.loads(output)
    assert report["columns"][1] == {"column": "B", "heading": "Risk title", "read_as": "title"}
    assert {
        name: report[name]
        for name in ("rows_read", "imported", "new", "changed", "unchanged", "is_check", "by")
    } == {
        **{
            "rows_read": 3,
            "imported": 2,
            "new": 2,
            "changed": 0,
            "unchanged": 0,
            "is_check": False,
        },
        "by": "manager@example.org",
    }
    assert [(row["row"], row["column"]) for row in report["refused"]] == [(3, "Risk title (B)")]
    assert all(
        set(row) == {"row", "column", "said", "problem"}
        for row in report["refused"] + report["noted"]
    )
    assert (report["posts_added"], exit_code) == (["Head of finance"], 3)


def test_it_names_the_sheets_and_what_a_sheet_could_not_carry(register, tmp_path):
    path = tmp_path / "risks.xlsx"
    rows = [PLAIN, *plain_rows(2, row_3=["FIN 2", "Roof", "#REF!", "", "3", "4"])]
    path.write_bytes(workbook(rows, title="Risks", more={"Key": [["High"]]}))
    report = json.loads(run(str(path), "--check", "--json")[0])
    assert report["sheets"] == [{"name": "Risks", "read": True}, {"name": "Key", "read": False}]
    assert [remark[:25] for remark in report["remarks"]] == ["The formula in C3 (#REF!)"]
    assert "Sheets not read: Key." in run(str(path), "--check")[0]


def test_another_table_of_a_document_is_read_by_its_name(register, tmp_path):
    path = tmp_path / "risks.docx"
    table = docx_table(PLAIN, *plain_rows(2))
    path.write_bytes(docx(docx_table(PLAIN, *plain_rows(1)), paragraph("Money"), table))
    run(str(path), "--sheet", "Table 2: Money")
    assert register.risks.count() == 2


def test_a_check_changes_nothing(register, file_of):
    make_risk(register)
    before = all_rows()
    output, exit_code = run(file_of(PLAIN, *plain_rows(3)), "--check", "--json")
    assert (json.loads(output)["imported"], json.loads(output)["is_check"], exit_code) == (
        3,
        True,
        0,
    )
    assert all_rows() == before


def test_the_same_workbook_again_writes_nothing(register, file_of):
    path = file_of(PLAIN, *plain_rows(3))
    run(path)
    before = all_rows()
    output, exit_code = run(path)
    assert ("3 unchanged" in output, "Imported by" in output, exit_code) == (True, False, 0)
    assert all_rows() == before


def test_the_same_file_without_references_is_not_taken_in_twice(register, file_of):
    path = file_of(["Risk title", "Risk owner"], ["Flood", "Clerk"], ["Fire", "Clerk"])
    run(path)
    before = all_rows()
    output, exit_code = run(path, "--json")
    report = json.loads(output)
    assert [report[name] for name in ("new", "changed", "unchanged")] == [0, 0, 2]
    assert report["taken_in_before"]["by"] == "manager@example.org"
    assert {row["outcome"] for row in report["rows"]} == {"heading", "unchanged"}
    assert (all_rows() == before, exit_code) == (True, 0)


def test_a_file_that_was_taken_in_before_ends_with_0_though_it_had_a_bad_row(register, file_of):
    path = file_of(PLAIN, *plain_rows(3, row_3=["FIN 2", "", "", "", "3", "4"]))
    assert [run(path)[1], run(path)[1]] == [3, 0]
    assert "nothing is new" in run(path)[0]


def test_a_file_without_a_column_that_names_the_risks_is_refused(register, file_of):
    before = all_rows()
    path = file_of(["Ref", "Likelihood", "Impact"], ["1", "3", "4"], ["2", "2", "2"])
    for options in ([], ["--check"], ["--json"]):
        with pytest.raises(CommandError, match="No column names the risks"):
            run(path, *options)
    assert all_rows() == before


def test_each_row_of_the_sheet_is_named_with_its_reason(register, file_of):
    rows = [["Register"], [], PLAIN, plain_rows(1)[0], ["", "In doubt"], [""] * 6, ["Key: 1 rare"]]
    report = json.loads(run(file_of(*rows), "--check", "--json")[0])
    assert [row["row"] for row in report["rows"]] == list(range(1, 8))
    assert [row["outcome"] for row in report["rows"]] == [
        *("above", "empty", "heading", "new", "left-out", "empty", "below")
    ]
    assert all(row["reason"] for row in report["rows"])


def test_a_row_that_is_left_out_ends_with_3(register, file_of):
    output, exit_code = run(file_of(PLAIN, *plain_rows(2), ["", "In doubt"]))
    assert ("Row 4 left out" in output, "1 left out" in output, exit_code) == (True, True, 3)
    assert register.risks.count() == 2


def test_effects_that_no_word_tells_apart_are_listed_and_kept_whole(register, file_of):
    path = file_of(["Risk title", "Risk and effects"], ["Flood", "It rains. Homes are lost."])
    report = json.loads(run(path, "--json", "--check")[0])
    assert report["questions"] == [{"about": "statement_goes_to", "word": "", "rows": 1}]
    assert "the risk and its effects (in 1 row). All of it is in the event" in run(path)[0]
    assert register.risks.get().latest.event == "It rains. Homes are lost."


def test_words_that_a_page_would_ask_about_are_listed_and_kept_with_the_notes(register, file_of):
    rows = [[*row, "Odd word"] for row in plain_rows(2)]
    path = file_of([*PLAIN, "Category"], *rows)
    report = json.loads(run(path, "--json", "--check")[0])
    question = {"about": "category", "word": "Odd word", "rows": 2}
    assert question in report["questions"]
    assert "Not decided: what “Odd word” means (category, in 2 rows)" in run(path)[0]
    assert all("Odd word" in risk.notes for risk in register.risks.all())


def test_it_counts_unrated_risks(register, file_of):
    rows = plain_rows(3, row_3=["FIN 2", "Roof", "", "", "", ""])
    assert json.loads(run(file_of(PLAIN, *rows), "--check", "--json")[0])["unrated"] == 1


def test_another_persons_import_of_the_same_file_is_unchanged(register, file_of):
    from registers.import_files import begin_import

    path = file_of(PLAIN, *plain_rows(3))
    fields = {"file_name": "x.csv", "content": Path(path).read_bytes()}
    other_import = begin_import(register, by=make_person(register.organisation), **fields)
    run(path, "--check")
    run(path)
    assert sorted(register.imports.values_list("pk", "stage"))[0] == (other_import.pk, "mapping")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--by", "officer@example.org"], "not a risk manager"),
        (["--by", "nobody@example.org"], "not a risk manager"),
        (["--sheet", "Other"], "has no sheet Other"),
    ],
)
def test_impossible_requests_have_a_message(register, file_of, options, words):
    before = all_rows()
    with pytest.raises(CommandError, match=words):
        run(file_of(PLAIN, *plain_rows(3)), *options)
    assert all_rows() == before


def test_a_file_that_cannot_be_read_changes_nothing(register, tmp_path):
    (tmp_path / "risks.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(CommandError, match="Nothing has changed"):
        run(str(tmp_path / "risks.xlsx"))
    with pytest.raises(CommandError, match="Cannot open"):
        run(str(tmp_path / "none.csv"))
    assert not register.imports.exists()


def test_an_unknown_register_has_a_message(file_of):
    with pytest.raises(CommandError, match="no register ours"):
        run(file_of(PLAIN))


def test_an_organisation_without_a_manager_needs_a_name(file_of):
    make_register(slug="ours")
    with pytest.raises(CommandError, match="--by"):
        run(file_of(PLAIN, *plain_rows(1)))


def test_a_fault_leaves_no_import_behind(register, file_of, monkeypatch):
    from registers.management.commands import import_register

    monkeypatch.setattr(import_register, "commit_import", lambda *args, **options: 1 / 0)
    before = all_rows()
    with pytest.raises(ZeroDivisionError):
        run(file_of(PLAIN, *plain_rows(3)))
    assert all_rows() == before
