"""manage.py import_register: what it prints, what it changes, and how it ends."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from makers import make_organisation, make_person, make_register, make_risk
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
    """What it printed and with which number it ended."""
    out, ended = io.StringIO(), 0
    try:
        call_command("import_register", path, "--register", "ours", *options, stdout=out)
    except SystemExit as end:
        ended = end.code
    return out.getvalue(), ended


def everything():
    models = (Risk, Post, AuditEntry, RegisterImport, ImportedRow)
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def test_a_workbook_becomes_risks(register, file_of):
    said, ended = run(file_of(PLAIN, *plain_rows(3)))
    assert ("3 rows read: 3 new" in said, "Taken in by manager@example.org" in said, ended) == (
        True,
        True,
        0,
    )
    assert register.risks.count() == 3
    assert register.imports.get().is_done


def test_it_prints_json(register, file_of):
    said, ended = run(
        file_of(PLAIN, *plain_rows(3, row_3=["FIN 2", "", "", "", "3", "4"])), "--json"
    )
    told = json.loads(said)
    assert told["columns"][1] == {"column": "B", "heading": "Risk title", "read_as": "title"}
    assert {
        name: told[name]
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
    assert [(one["row"], one["column"]) for one in told["refused"]] == [(3, "Risk title (B)")]
    assert all(
        set(one) == {"row", "column", "said", "problem"} for one in told["refused"] + told["noted"]
    )
    assert (told["posts_added"], ended) == (["Head of finance"], 3)


def test_a_check_changes_nothing(register, file_of):
    make_risk(register)
    before = everything()
    said, ended = run(file_of(PLAIN, *plain_rows(3)), "--check", "--json")
    assert (json.loads(said)["imported"], json.loads(said)["is_check"], ended) == (3, True, 0)
    assert everything() == before


def test_the_same_workbook_again_writes_nothing(register, file_of):
    path = file_of(PLAIN, *plain_rows(3))
    run(path)
    before = everything()
    said, ended = run(path)
    assert ("3 the same" in said, "Taken in" in said, ended) == (True, False, 0)
    assert everything() == before


def test_it_counts_what_comes_in_unrated(register, file_of):
    rows = plain_rows(3, row_3=["FIN 2", "Roof", "", "", "", ""])
    assert json.loads(run(file_of(PLAIN, *rows), "--check", "--json")[0])["unrated"] == 1


def test_somebodys_import_of_the_same_file_is_left_alone(register, file_of):
    from registers.import_files import begin_import

    path = file_of(PLAIN, *plain_rows(3))
    said = {"file_name": "x.csv", "content": Path(path).read_bytes()}
    begun = begin_import(register, by=make_person(register.organisation), **said)
    run(path, "--check")
    run(path)
    assert sorted(register.imports.values_list("pk", "stage"))[0] == (begun.pk, "mapping")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--by", "officer@example.org"], "no risk manager"),
        (["--by", "nobody@example.org"], "no risk manager"),
        (["--sheet", "Other"], "has no sheet Other"),
    ],
)
def test_what_cannot_be_done_is_said(register, file_of, options, words):
    before = everything()
    with pytest.raises(CommandError, match=words):
        run(file_of(PLAIN, *plain_rows(3)), *options)
    assert everything() == before


def test_a_file_that_cannot_be_read_changes_nothing(register, tmp_path):
    (tmp_path / "risks.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(CommandError, match="Nothing was changed"):
        run(str(tmp_path / "risks.xlsx"))
    with pytest.raises(CommandError, match="cannot be opened"):
        run(str(tmp_path / "none.csv"))
    assert not register.imports.exists()


def test_an_unknown_register_is_said(file_of):
    with pytest.raises(CommandError, match="no register ours"):
        run(file_of(PLAIN))


def test_an_organisation_without_a_manager_needs_a_name(file_of):
    make_register(slug="ours")
    with pytest.raises(CommandError, match="--by"):
        run(file_of(PLAIN, *plain_rows(1)))


def test_a_fault_leaves_no_import_behind(register, file_of, monkeypatch):
    from registers.management.commands import import_register

    monkeypatch.setattr(import_register, "commit_import", lambda *args, **options: 1 / 0)
    before = everything()
    with pytest.raises(ZeroDivisionError):
        run(file_of(PLAIN, *plain_rows(3)))
    assert everything() == before
