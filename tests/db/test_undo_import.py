"""Undoing an import: what is closed, put back, kept, and recorded."""

import datetime
from io import StringIO

import pytest
from database import in_parallel
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from makers import make_assessment, make_person, make_register, make_risk, seal_rows
from workbooks import PLAIN, csv_of, import_workbook, plain_rows, to_preview

from registers.imports.commit import ImportOutdated
from registers.imports.undo import plan_undo, undo_import
from registers.models import AuditEntry, Position, ProgressNote, RegisterImport, Risk, Role

pytestmark = pytest.mark.django_db

LISTS = [*PLAIN, "Existing controls", "Further actions"]


@pytest.fixture
def register():
    return make_register(slug="ours", prefix="OURS")


@pytest.fixture
def manager(register):
    client = Client()
    client.user = make_person(register.organisation, Role.MANAGER)
    client.force_login(client.user)
    return client


def undo(batch, by, version=None):
    version = version or plan_undo(batch).version
    return undo_import(batch, by=by, reason="Wrong file", shown_version=version)


def assert_sound():
    seal_rows()
    call_command("verify_audit", stdout=StringIO())
    call_command("rebuild_positions", check=True, stdout=StringIO())


def on_register(register, day):
    rows = Position.objects.as_at(day).filter(register=register, is_on_register=True)
    return sorted(rows.values_list("number", flat=True))


def change_by_import(manager, register, **options):
    """A rated risk, and an import that changes all of it; returns (risk before, import)."""
    risk = make_risk(register, title="Reserves run out", assessed=(2, 2))
    row = [risk.reference, "Reserves are gone", "Nothing is left.", "Head of finance", "3", "4"]
    batch = import_workbook(
        manager, register, csv_of(LISTS, [*row, "Monthly forecast", "Sell a building"])
    )
    return risk, batch


def test_risks_that_it_made_leave_the_register_on_every_day(manager, register):
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(3)))
    undo(batch, manager.user)
    assert on_register(register, timezone.localdate()) == []
    latest = Risk.objects.get(register=register, number=2).latest
    assert (latest.what, latest.reason) == ("closed", "Import undone. Wrong file")
    assert_sound()


def test_progress_notes_of_a_risk_that_was_there_stay_and_are_named(manager, register):
    risk = make_risk(register, title="Reserves run out")
    rows = [[risk.reference, risk.title, "We meet in May"]]
    batch = import_workbook(manager, register, csv_of(["Ref", "Title", "Progress"], *rows))
    batch = undo(batch, manager.user)
    assert [note.note for note in risk.progress_notes.all()] == ["We meet in May"]
    assert batch.report["undo"]["leftovers"] == ["OURS-001: its progress notes stay"]


def test_a_progress_note_that_somebody_added_since_keeps_the_risk(manager, register):
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(1)))
    risk = Risk.objects.get(register=register)
    ProgressNote.put(risk, by=manager.user, note="We meet in May")
    assert [leftover.risk for leftover in plan_undo(batch).leftovers] == [risk]


def test_a_past_register_leaves_its_past_days_too(manager, register):
    batch = to_preview(manager, register, csv_of(PLAIN, *plain_rows(1)), as_at="2024-06-30")
    from registers.import_files import commit_import

    batch = commit_import(batch, by=manager.user)
    day = datetime.date(2024, 7, 1)
    assert on_register(register, day) == [1]
    undo(batch, manager.user)
    assert on_register(register, day) == []


def test_a_changed_risk_says_what_it_said_before(manager, register):
    before, batch = change_by_import(manager, register)
    content, rating, day = before.content(), before.current, before.next_review_on
    undo(batch, manager.user)
    risk = Risk.objects.get(pk=before.pk)
    assert risk.content() == content
    assert (risk.current.likelihood, risk.current.impact) == (rating.likelihood, rating.impact)
    assert risk.next_review_on == day
    assert_sound()


def test_what_it_put_beside_a_risk_is_taken_out_of_use(manager, register):
    risk, batch = change_by_import(manager, register)
    undo(batch, manager.user)
    assert [control.status for control in risk.controls.all()] == ["retired"]
    assert [action.status for action in risk.actions.all()] == ["dropped"]


def test_a_first_rating_stays_and_is_named(manager, register):
    risk = make_risk(register, title="Reserves run out")
    batch = import_workbook(
        manager, register, csv_of(PLAIN, [risk.reference, "Reserves run out", "", "", "3", "4"])
    )
    undo(batch, manager.user)
    risk = Risk.objects.get(pk=risk.pk)
    batch.refresh_from_db()
    assert (risk.current.likelihood, risk.next_review_on is None) == (3, False)
    assert "because it had none before" in batch.report["undo"]["leftovers"][0]


@pytest.mark.parametrize("kind", ["risk", "control", "assessment"])
def test_what_changed_since_stays_and_is_named(manager, register, kind):
    row = [*plain_rows(1)[0], "Monthly forecast", ""]
    batch = import_workbook(manager, register, csv_of(LISTS, row, [*plain_rows(2)[1], "", ""]))
    risk = register.risks.get(number=1)
    if kind == "risk":
        risk.revise(by=manager.user, version=risk.version, title="Mended")
    elif kind == "control":
        control = risk.controls.get()
        control.revise(by=manager.user, version=control.version, detail="By the treasurer")
    else:
        make_assessment(risk, by=manager.user)
    undo(batch, manager.user)
    batch.refresh_from_db()
    statuses = dict(register.risks.values_list("number", "latest__status"))
    assert statuses == {1: "open", 2: "closed"}
    (words,) = batch.report["undo"]["leftovers"]
    assert words.startswith("OURS-001: it has changed since")


def test_an_import_before_imports_could_be_undone_stays(manager, register):
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(1)))
    later = batch.done_at + datetime.timedelta(seconds=1)
    RegisterImport.objects.filter(pk=batch.pk).update(done_at=later)
    batch.refresh_from_db()
    assert plan_undo(batch).is_empty


def test_undoing_twice_is_undoing_once(manager, register):
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(2)))
    version = plan_undo(batch).version
    undo(batch, manager.user, version)
    undo(batch, manager.user, version)
    assert register.risks.filter(version=3).count() == 2
    assert AuditEntry.objects.filter(verb="register.import-undone").count() == 1


def test_a_change_after_the_page_was_opened_refuses_the_undoing(manager, register):
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(2)))
    version = plan_undo(batch).version
    risk = register.risks.get(number=1)
    risk.revise(by=manager.user, version=risk.version, title="Mended")
    with pytest.raises(ImportOutdated):
        undo(batch, manager.user, version)
    assert register.risks.filter(latest__status="closed").count() == 0


def test_the_file_comes_in_again_after_its_import_was_undone(manager, register):
    content = csv_of(PLAIN, *plain_rows(2))
    undo(import_workbook(manager, register, content), manager.user)
    import_workbook(manager, register, content)
    numbers = register.risks.filter(latest__status="open").values_list("number", flat=True)
    assert sorted(numbers) == [3, 4]


def test_own_references_of_an_undone_import_are_given_anew(manager, register):
    content = csv_of(PLAIN, ["OURS-001", *plain_rows(1)[0][1:]])
    undo(import_workbook(manager, register, content), manager.user)
    batch = import_workbook(manager, register, content)
    assert [row.risk.number for row in batch.rows.all()] == [2]
    again = to_preview(manager, register, content)
    assert [row.outcome for row in again.rows.all()] == ["unchanged"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
def test_two_people_undo_once(manager, register):
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(3)))
    version = plan_undo(batch).version
    in_parallel(3, lambda number: undo(batch, manager.user, version))
    assert AuditEntry.objects.filter(verb="register.import-undone").count() == 1
    assert register.risks.filter(version=3).count() == 3
