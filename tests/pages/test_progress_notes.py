"""Progress notes: from a workbook, on the page, on past days, and in files."""

import pytest
from makers import days_ago, make_person, make_register, make_risk
from reimport import client_of
from workbooks import csv_of, import_workbook, to_preview

from registers.forms.import_values import KEEP, NEW, ImportWordsForm
from registers.forms.imports import ImportColumnsForm
from registers.import_files import begin_import
from registers.imports.staging import match_words
from registers.models import Action, Post, ProgressNote, Role

pytestmark = pytest.mark.django_db
HEADS = ["Ref", "Risk", "Comments and progress", "Likelihood", "Impact"]
FIRST = ["A1", "Flood", "1/3/2026: walls built\n2/4/2026: pump bought", "3", "4"]


@pytest.fixture
def register():
    return make_register(slug="ours", prefix="R")


@pytest.fixture
def manager(register):
    return client_of(make_person(register.organisation, Role.MANAGER))


def notes_of(risk):
    return [(str(note.effective_on), note.note) for note in risk.progress_notes.all()]


def test_comments_in_a_workbook_become_notes_of_their_days_and_no_actions(register, manager):
    import_workbook(manager, register, csv_of(HEADS, FIRST))
    (risk,) = register.risks.all()
    assert notes_of(risk) == [
        ("2026-03-01", "1/3/2026: walls built"),
        ("2026-04-02", "2/4/2026: pump bought"),
    ]
    assert not Action.objects.exists()
    assert "Imported from risks.csv, row 2." in manager.get(risk.get_absolute_url()).text


def test_the_same_words_come_in_once_and_new_ones_are_added(register, manager):
    import_workbook(manager, register, csv_of(HEADS, FIRST))
    assert to_preview(manager, register, csv_of(HEADS, FIRST)).rows.get().outcome == "unchanged"
    later = [*FIRST[:2], FIRST[2] + "\n3/4/2026: pump broken", *FIRST[3:]]
    import_workbook(manager, register, csv_of(HEADS, later), "later.csv")
    (risk,) = register.risks.all()
    assert [note.split(": ")[-1] for _, note in notes_of(risk)][-1] == "pump broken"
    assert risk.progress_notes.count() == 3


def test_a_file_of_ours_comes_back_unchanged(register, manager):
    import_workbook(manager, register, csv_of(HEADS, FIRST, ["A2", "Fire", "On\nplan.", "2", "2"]))
    for ending in ("csv", "xlsx"):
        content = manager.get(f"{register.get_absolute_url()}export.{ending}").content
        rows = to_preview(manager, register, content, f"ours.{ending}").rows.all()
        assert [row.outcome for row in rows] == ["unchanged", "unchanged"]


def test_a_note_is_read_on_the_day_it_was_of(register, manager):
    risk = make_risk(register, on=days_ago(9))
    ProgressNote.put(risk, by=risk.raised_by, note="Walls built.", effective_on=days_ago(3))
    page = risk.get_absolute_url()
    assert "Walls built." in manager.get(page).text
    assert "Walls built." in manager.get(f"{page}?as_at={days_ago(3)}").text
    assert "Walls built." not in manager.get(f"{page}?as_at={days_ago(4)}").text
    assert "Walls built." in manager.get(f"{page}history/").text


def test_what_was_noted_on_a_draft_is_for_those_who_edit(register, manager):
    risk = make_risk(register, status="draft", on=days_ago(9))
    ProgressNote.put(risk, by=risk.raised_by, note="Only an idea.")
    risk.refresh_from_db()
    risk.open(by=risk.raised_by, version=risk.version)
    peer = client_of(make_person(register.organisation, Role.PEER))
    for path in (risk.get_absolute_url(), f"{register.get_absolute_url()}export.csv"):
        assert b"Only an idea." in manager.get(path).content
        assert b"Only an idea." not in peer.get(path).content


def words_form_of(register, manager, *rows):
    """The form for the words of a workbook."""
    batch = begin_import(
        register, by=make_person(register.organisation, Role.MANAGER), file_name="w.csv",
        content=csv_of(*rows),
    )  # fmt: skip
    form = ImportColumnsForm(data=None, batch=batch)
    match_words(batch, form.before)
    batch.refresh_from_db()
    return ImportWordsForm(batch=batch)


def presets_of(form):
    return {field.label: field.initial for field in form.fields.values()}


def test_a_person_is_proposed_for_the_notes_and_an_unknown_post_as_a_new_one(register, manager):
    form = words_form_of(
        register, manager, ["Risk", "Owner"], ["Flood", "Jo Green"], ["Fire", "Town Clerk"]
    )
    assert presets_of(form) == {"Jo Green": KEEP, "Town Clerk": NEW}
    import_workbook(manager, register, csv_of(["Risk", "Owner"], ["Flood", "Jo Green"]))
    (risk,) = register.risks.all()
    assert (risk.owner, risk.notes) == (None, "Owner: Jo Green")
    assert not Post.objects.filter(title="Jo Green").exists()


def test_no_number_of_another_scale_is_preset(register, manager):
    heads = ["Risk", "Likelihood (1-10)", "Impact"]
    form = words_form_of(register, manager, heads, ["Flood", "4", "VH"], ["Fire", "9", "Low"])
    assert presets_of(form) == {"4": KEEP, "9": KEEP, "VH": "5", "Low": "2"}
    assert [group["is_scale"] for group in form.groups] == [True, True]


def test_the_day_above_the_table_is_offered_and_the_ratings_are_judged_on_it(register, manager):
    rows = csv_of(["As at 31 March 2026"], ["Risk", "Likelihood", "Impact"], ["Flood", "3", "4"])
    import_workbook(manager, register, rows)
    (risk,) = register.risks.all()
    assert str(risk.current.effective_on) == str(risk.raised_on) == "2026-03-31"
    assert to_preview(manager, register, rows, "again.csv", judged_on="").plan["judged_on"] is None
