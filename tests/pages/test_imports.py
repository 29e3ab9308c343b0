"""A workbook comes in through the pages: from the file to the register, all good rows or none."""

import copy
import csv
import io
import re
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client
from makers import (
    make_import,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    seal_rows,
)
from workbooks import (
    PLAIN,
    columns_form,
    csv_of,
    import_workbook,
    latest,
    plain_rows,
    send,
    take_in,
    to_preview,
    words_form,
)

from registers.forms.import_values import ImportWordsForm
from registers.forms.imports import ImportColumnsForm
from registers.imports import commit
from registers.imports.staging import stage_rows
from registers.models import AuditEntry, ImportedRow, Post, RegisterImport, Risk, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    """A manager of two organisations: an empty register, and one with three risks of a file."""
    register = make_register(make_organisation(), slug="ours", prefix="CORP")
    manager = client_of(register, Role.MANAGER)
    filled = make_register(make_organisation(), slug="filled")
    make_membership(manager.user, filled.organisation, Role.MANAGER)
    content = csv_of(PLAIN, *plain_rows(3))
    done = import_workbook(copy.deepcopy(manager), filled, content)
    return SimpleNamespace(register=register, manager=manager, filled=filled, done=done)


def client_of(register, role):
    client = Client()
    client.user = make_person(register.organisation, role)
    client.force_login(client.user)
    return client


@pytest.fixture
def manager(records):
    return records.manager


@pytest.fixture
def filled(records):
    return records.filled


@pytest.fixture
def done(records):
    return records.done


def counts():
    return [model.objects.count() for model in (Risk, Post, AuditEntry)]


# From the file to the register


def test_the_pages_lead_from_a_file_to_risks(manager, register):
    batch = started(manager, register, 2)
    manager.post(batch.get_absolute_url(), {"step": "staging", "after": 0})
    batch.refresh_from_db()
    assert (take_in(manager, batch).status_code, register.risks.count()) == (302, 2)


def test_a_workbook_becomes_risks(filled, done):
    risks = list(filled.risks.order_by("number"))
    assert [risk.title for risk in risks] == [f"Reserves run out in year {n}" for n in (1, 2, 3)]
    assert [(risk.current.likelihood, risk.current.impact) for risk in risks] == [(3, 4)] * 3
    assert {risk.owner.title for risk in risks} == {"Head of finance"}
    assert (done.is_done, done.sheets, done.rows.count()) == (True, None, 3)


def test_the_page_afterwards_leads_to_the_worklist_and_the_dashboard(manager, done):
    page = manager.get(done.get_absolute_url()).text
    assert "3 risks imported" in page
    assert re.search(r": \d+ issues?", page)
    assert all(f'href="/registers/filled/{name}/"' in page for name in ("worklist", "dashboard"))


def test_a_day_of_identification_leaves_the_day_an_existing_risk_was_raised(manager, register):
    risk = make_risk(register)
    content = csv_of(
        ["Reference", "Title", "Date identified"], [risk.reference, risk.title, "1/4/2026"]
    )
    row = to_preview(manager, register, content, "risks.csv").rows.get()
    changes = [name for name, *_ in row.reads["held"]["changes"]]
    assert (row.problems, changes) == ([], ["identified_on"])


def test_a_judgement_without_a_reason_says_where_it_is_from(manager, register):
    import_workbook(manager, register, csv_of(PLAIN, *plain_rows(1)), name="Register 2026.csv")
    assert register.risks.get().current.rationale == "Imported from Register 2026.csv, row 2."


def test_the_import_is_audited(manager, done):
    entry = AuditEntry.objects.get(verb="register.imported")
    zeros = dict.fromkeys(("changed", "unchanged", "refused", "left-out"), 0)
    assert entry.facts["rows"] == {"new": 3, **zeros}
    assert entry.text.content["posts"] == ["Head of finance"]
    assert entry.by == manager.user
    seal_rows()
    call_command("verify_audit", verbosity=0)
    call_command("rebuild_positions", "--check", verbosity=0)


def test_a_post_that_is_added_is_vacant_and_one_that_is_there_is_used(manager, register):
    treasurer = make_post(register.organisation, "Treasurer")
    rows = plain_rows(2)
    rows[1][3] = "treasurer"
    page = manager.get(to_preview(manager, register, csv_of(PLAIN, *rows)).get_absolute_url()).text
    assert "We add 1 vacant post" in page
    take_in(manager, latest(register))
    risks = list(register.risks.order_by("number"))
    assert (risks[0].owner.holder, risks[1].owner) == (None, treasurer)


def test_a_closed_risk_comes_in_and_is_closed(manager, register):
    import_workbook(manager, register, csv_of([*PLAIN, "Status"], [*plain_rows(1)[0], "Closed"]))
    risk = register.risks.get()
    assert (risk.status, risk.current.score) == ("closed", 12)
    assert "Already closed in the file" in risk.revisions.latest().reason


def test_the_next_review_is_the_day_that_the_file_says(manager, register):
    import_workbook(
        manager, register, csv_of([*PLAIN, "Next review"], [*plain_rows(1)[0], "15/01/2027"])
    )
    risk = register.risks.get()
    assert (risk.next_review_on.isoformat(), risk.version) == (
        "2027-01-15",
        2,
    )  # logged, then judged
    assert risk.revisions.latest().next_review_on == risk.next_review_on


def test_what_stands_in_a_cell_stays_with_the_risk(manager, register):
    batch = import_workbook(
        manager, register, csv_of([*PLAIN, "Mood"], [*plain_rows(1)[0], "Getting quokka"])
    )
    risk = register.risks.get()
    assert "Mood: Getting quokka" in risk.notes
    assert batch.rows.get().cells[-1] == "Getting quokka"
    page = manager.get(risk.get_absolute_url()).text
    assert "As imported: risks.csv, row 2" in page


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.OFFICER, True), (Role.MEMBER, False), (Role.PEER, False)]
)
def test_only_those_who_edit_risks_see_them_as_they_came_in(filled, role, shown):
    page = client_of(filled, role).get(filled.risks.first().get_absolute_url())
    assert (page.status_code, "As imported" in page.text) == (200, shown)


# Columns and words


def test_a_column_may_be_named_otherwise_than_it_was_guessed(manager, register):
    headings = ["Ref", "What worries us", "Thoughts"]
    import_workbook(
        manager,
        register,
        csv_of(headings, ["1", "The roof leaks", "Badly"]),
        column_1="title",
        column_2="cause",
    )
    risk = register.risks.get()
    assert (risk.title, risk.cause) == ("The roof leaks", "Badly")


def test_two_columns_cannot_both_be_the_owner(manager, register):
    send(manager, register, csv_of(PLAIN, *plain_rows(2)))
    batch = latest(register)
    answer = manager.post(batch.get_absolute_url(), columns_form(batch, column_2="owner"))
    assert "Risk description (C) is already" in answer.text
    assert 'href="#id_column_3"' in answer.text


def test_a_file_without_headings_says_so_and_loses_no_row(manager, register):
    send(manager, register, csv_of(*plain_rows(3)))
    page = manager.get(latest(register).get_absolute_url()).text
    assert "3 rows and no headings" in page and page.count("No heading<") == len(PLAIN)
    import_workbook(manager, register, csv_of(*plain_rows(3)))
    assert register.risks.count() == 3


def test_a_rating_may_stand_in_words_and_in_figures(manager, register):
    headings = ["Ref", "Title", "Likelihood", "Likelihood score", "Impact"]
    content = csv_of(
        headings, ["1", "Roof", "Possible", "3", "4"], ["2", "Boiler", "Likely", "2", "4"]
    )
    batch = to_preview(manager, register, content, column_3="current.likelihood")
    first, second = batch.rows.order_by("number")
    assert [len(row.reads["held"]["judged"]) for row in (first, second)] == [1, 0]
    assert "different levels of likelihood" in second.problems[0]["problem"]


def test_a_word_that_is_asked_about_says_where_it_stands_and_no_other_post_is_proposed(
    manager, register
):
    for title in ("Director of place", "Head of legal services"):
        make_post(register.organisation, title)
    rows = [
        ["1", "Roof", "Director of finance", "12"],
        ["2", "Boiler", "Head of legal service", "4"],
    ]
    send(manager, register, csv_of(["Ref", "Title", "Owner", "Current score"], *rows))
    batch = latest(register)
    manager.post(batch.get_absolute_url(), columns_form(batch))
    batch.refresh_from_db()
    form = ImportWordsForm(batch=batch)
    shown = {field.label: (field.initial, field.help_text) for field in form.fields.values()}
    assert shown["Director of finance"] == ("+", "In row 2, column C")
    assert shown["Head of legal service"] == ("Head of legal services", "In row 3, column C")
    pairs = [
        label for field in form.fields.values() if field.label == "12" for _, label in field.choices
    ]
    assert [label[:2] for label in pairs[:4]] == ["Le", "12", "12", "1 "]


def test_some_column_must_say_what_the_risk_is(manager, register):
    send(manager, register, csv_of(PLAIN, *plain_rows(2)))
    batch = latest(register)
    answer = manager.post(
        batch.get_absolute_url(), columns_form(batch, column_1="notes", column_2="notes")
    )
    assert "Select which column holds the title or the description" in answer.text


def test_other_headings_are_read_anew(manager, register):
    content = csv_of(
        ["", "", ""],
        ["Corporate risks", "", ""],
        ["Title", "Owner", "Notes"],
        ["Roof", "Caretaker", ""],
    )
    send(manager, register, csv_of(["Title", "Cause"], ["Ref", "Owner"], ["Roof", "Caretaker"]))
    batch = latest(register)
    manager.post(batch.get_absolute_url(), columns_form(batch, heading_row=2))
    batch.refresh_from_db()
    assert (batch.plan["first_line"], batch.plan["names"], batch.stage) == (
        3,
        ["Ref", "Owner"],
        "mapping",
    )
    assert content


def test_a_row_without_headings_is_refused_in_words(manager, register):
    send(manager, register, csv_of(PLAIN, *plain_rows(2)))
    batch = latest(register)
    for row in ("0", "-1", "x", "", "99999999", "77"):
        form = ImportColumnsForm(columns_form(batch, heading_row=row), batch=batch)
        assert [*form.errors] == ["heading_row"], row
    answer = manager.post(batch.get_absolute_url(), columns_form(batch, heading_row=row))
    assert answer.status_code == 200 and 'href="#id_heading_row"' in answer.text


def test_a_word_is_asked_about_and_remembered(manager, register):
    make_post(register.organisation, "Director of finance")
    content = csv_of([*PLAIN, "Category"], [*plain_rows(1)[0], "Money matters"])
    send(manager, register, content)
    batch = latest(register)
    manager.post(batch.get_absolute_url(), columns_form(batch))
    page = manager.get(batch.get_absolute_url()).text
    assert "Money matters" in page and "Head of finance" in page
    batch.refresh_from_db()
    form = words_form(batch)
    fields = {key.split("_")[0]: key for key in form if key != "step"}
    manager.post(batch.get_absolute_url(), form | {fields["category"]: "financial"})
    batch.refresh_from_db()
    manager.post(batch.get_absolute_url(), {"step": "staging", "after": 0})
    batch.refresh_from_db()
    take_in(manager, batch)
    assert register.risks.get().category == "financial"
    send(
        manager,
        register,
        csv_of([*PLAIN, "Category"], ["B2", "Roof", "It leaks", "", "2", "2", "Money matters"]),
    )
    second = latest(register)
    manager.post(second.get_absolute_url(), columns_form(second))
    second.refresh_from_db()
    assert second.stage == "staging"  # no word is left to ask about


def test_another_registers_plan_is_not_remembered(manager, register):
    import_workbook(manager, register, csv_of(PLAIN, *plain_rows(1)))
    other = make_register(register.organisation)
    send(manager, other, csv_of(PLAIN, *plain_rows(1)))
    assert latest(other).plan["words"] == {}


# Rows that cannot be taken in


def test_a_bad_row_is_left_out_and_given_back_untouched(manager, register):
    bad = ["CORP-", "", "", "Head of finance", "=cmd|' /C calc'!A0", "9"]
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(20, row_11=bad)))
    assert register.risks.count() == 19
    answer = manager.get(f"{batch.get_absolute_url()}report.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="risks-left-out.csv"', answer["Content-Disposition"])
    headings, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert headings == [*PLAIN, "Row in the file", "Why it was not taken in"]
    assert row[4] == "'=cmd|' /C calc'!A0"  # text to a spreadsheet program, and read back as it was
    assert [row[0], row[5], row[6]] == ["CORP-", "9", "11"]
    assert "the row names no risk" in row[7]


def test_rows_are_given_back_in_their_order_with_the_reasons_that_keep_them_out_and_no_others(
    manager, register
):
    rows = [[*row, "31/02/2027"] for row in plain_rows(4)]
    rows[3][0] = rows[0][0]
    batch = to_preview(manager, register, csv_of([*PLAIN, "Next review"], *rows))
    assert "31/02/2027 is not a real date" in manager.get(batch.get_absolute_url()).text
    report = manager.get(f"{batch.get_absolute_url()}report.csv").content.decode("utf-8-sig")
    _, *rejected_rows = csv.reader(io.StringIO(report))
    assert [row[-2] for row in rejected_rows] == ["2", "5"]
    assert [
        "Row 5 has the same reference" in rejected_rows[0][-1],
        "31/02" in rejected_rows[0][-1],
    ] == [
        True,
        False,
    ]


def test_the_rows_left_out_come_in_once_they_are_put_right(manager, register):
    bad = ["A 99", "", "", "Head of finance", "4", "4"]
    batch = import_workbook(manager, register, csv_of(PLAIN, *plain_rows(3, row_3=bad)))
    report = manager.get(f"{batch.get_absolute_url()}report.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(report)))
    rows[1][1] = "The roof leaks"
    import_workbook(manager, register, csv_of(*rows), name="risks-left-out.csv")
    risk = register.risks.latest("pk")
    assert (risk.title, risk.current.score, risk.notes) == (
        "The roof leaks",
        16,
        "Reference there: A 99",
    )


def test_a_reference_that_stands_twice_is_refused_with_both_rows(manager, register):
    rows = plain_rows(3)
    rows[2][0] = "fin 1"
    batch = to_preview(manager, register, csv_of(PLAIN, *rows))
    refused = {
        row.number: [p["problem"] for p in row.problems if p["refuses"]] for row in batch.rows.all()
    }
    doubles = {
        number: re.findall(r"Row (\d+)", words[0]) for number, words in refused.items() if words
    }
    assert doubles == {2: ["4"], 4: ["2"]}


def test_a_bad_row_among_those_read_later_keeps_only_itself_out(manager, register):
    bad = ["CORP-", "", "", "Head of finance", "", "9"]
    send(manager, register, csv_of(PLAIN, *plain_rows(10, row_9=bad, row_10=[""] * 6)))
    batch = latest(register)
    manager.post(batch.get_absolute_url(), columns_form(batch))
    batch.refresh_from_db()
    manager.post(batch.get_absolute_url(), words_form(batch))
    for after in (0, 5):
        batch = stage_rows(batch, after=after, chunk=5)
    outcomes = dict(batch.rows.values_list("number", "outcome"))
    assert outcomes == dict.fromkeys((*range(2, 9), 11), "new") | {9: "refused"}


# The same file again


def test_the_same_workbook_again_changes_nothing(manager, register):
    content = csv_of(
        [*PLAIN, "Controls", "Actions"],
        *[[*row, "Monthly board", "Write it down"] for row in plain_rows(3)],
    )
    import_workbook(manager, register, content)
    batch = to_preview(manager, register, content)
    assert set(batch.rows.values_list("outcome", "is_problem")) == {("unchanged", False)}
    assert "There is nothing to import" in manager.get(batch.get_absolute_url()).text


def test_taking_in_what_changes_nothing_writes_nothing(manager, register):
    import_workbook(manager, register, csv_of(PLAIN, *plain_rows(3)))
    batch = to_preview(manager, register, csv_of(PLAIN, *plain_rows(3)))
    before = everything_of(register)
    assert take_in(manager, batch)["Location"] == batch.get_absolute_url()
    assert everything_of(register) == before


def everything_of(register):
    models = (AuditEntry, ImportedRow, RegisterImport, Risk)
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


@pytest.mark.parametrize(("ratings", "unrated"), [(("3", "4"), 0), (("3", ""), 1), (("", ""), 1)])
def test_the_preview_counts_what_comes_in_unrated(manager, register, ratings, unrated):
    first, second, third = plain_rows(3)
    rows = [first, [*second[:4], *ratings], third]
    batch = to_preview(manager, register, csv_of(PLAIN, *rows))
    assert (
        "1 new risk has no residual rating" in manager.get(batch.get_absolute_url()).text
    ) == bool(unrated)


def test_a_rating_without_controls_alone_leaves_a_risk_unrated(manager, register):
    heads = [*PLAIN[:4], "Inherent likelihood", "Inherent impact"]
    batch = to_preview(manager, register, csv_of(heads, *plain_rows(2)))
    assert batch.report["counts"]["unrated"] == 2


def test_next_months_workbook_adds_what_is_new(manager, register):
    headings = [*PLAIN, "Controls"]
    import_workbook(
        manager,
        register,
        csv_of(headings, *[[*row, "1. Monthly board\n2. Audit"] for row in plain_rows(2)]),
    )
    changed = [
        "FIN 1",
        "Reserves are gone",
        "The budget cannot be balanced.",
        "Head of finance",
        "5",
        "4",
    ]
    rows = [
        [*changed, "1. Audit\n2. Spending freeze"],
        ["FIN 9", "Roof", "It leaks", "Caretaker", "2", "2", ""],
    ]
    batch = import_workbook(manager, register, csv_of(headings, *rows))
    first = register.risks.get(number=1)
    assert (first.title, first.current.score, first.assessments.count()) == (
        "Reserves are gone",
        20,
        2,
    )
    assert list(first.controls.values_list("latest__title", "latest__status")) == [
        ("Monthly board", "in-place"),
        ("Audit", "in-place"),
        ("Spending freeze", "in-place"),
    ]
    assert batch.rows.get(number=2).reads["held"]["gone"] == ["Monthly board"]
    assert list(register.risks.values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize(("control", "action"), [("Audit", ""), ("", "Buy a pump")])
def test_a_control_or_an_action_alone_makes_a_risk_changed(manager, register, control, action):
    risk = make_risk(register)
    headings = ["Reference", "Title", "Event", "Controls", "Actions"]
    batch = to_preview(
        manager,
        register,
        csv_of(headings, [risk.reference, risk.title, risk.event, control, action]),
    )
    assert batch.rows.get().outcome == "changed"
    take_in(manager, batch)
    assert [record.title for record in (*risk.controls.all(), *risk.actions.all())] == [
        control or action
    ]


def test_an_emptied_cell_empties_and_the_preview_says_so(manager, register):
    risk = make_risk(register, cause="Savings were counted twice.", portfolio="Finance")
    rows = [[risk.reference, risk.title, risk.event, "", ""]]
    batch = to_preview(
        manager, register, csv_of(["Reference", "Title", "Event", "Cause", "Consequence"], *rows)
    )
    assert (
        "2 cells are empty in the file but not on the register"
        in manager.get(batch.get_absolute_url()).text
    )
    take_in(manager, batch)
    risk.refresh_from_db()
    assert (risk.cause, risk.consequence, risk.portfolio) == ("", "", "Finance")


def test_a_title_is_never_emptied(manager, register):
    risk = make_risk(register)
    import_workbook(
        manager,
        register,
        csv_of(["Reference", "Title", "Event", "Cause"], [risk.reference, "", "", "Other"]),
    )
    risk.refresh_from_db()
    assert (risk.title, risk.event, risk.cause) == (
        "Reserves run out",
        "The budget cannot be balanced.",
        "Other",
    )


def test_a_reference_of_ours_that_was_never_given_comes_in_as_new(manager, register):
    make_risk(register)
    batch = to_preview(
        manager, register, csv_of(["Reference", "Title"], ["CORP-950", "Roof leaks"])
    )
    assert "This reference is not on this register" in manager.get(batch.get_absolute_url()).text
    take_in(manager, batch)
    risk = register.risks.get(number=2)
    assert (risk.title, risk.notes) == ("Roof leaks", "Reference there: CORP-950")


def test_an_empty_register_takes_over_references_of_its_own_form(manager, register):
    rows = [["CORP-007", "Roof"], ["CORP-3", "Boiler"], ["", "Windows"], ["A1", "Doors"]]
    batch = to_preview(manager, register, csv_of(["Reference", "Title"], *rows))
    assert "CORP-007" in manager.get(batch.get_absolute_url()).text
    take_in(manager, batch)
    titles = dict(register.risks.values_list("number", "latest__title"))
    register.refresh_from_db()
    assert titles == {7: "Roof", 3: "Boiler", 8: "Windows", 9: "Doors"}
    assert register.next_number == 10


def test_a_closed_risk_is_not_changed(manager, register):
    risk = make_risk(register)
    risk.close(by=manager.user, version=1, reason="It is over.")
    batch = to_preview(
        manager, register, csv_of(["Reference", "Title"], [risk.reference, "Back again"])
    )
    assert batch.rows.get().outcome == "refused"
    assert "reopen it on its page" in batch.rows.get().problems[-1]["problem"]


def test_a_workbook_changes_no_status(manager, register):
    risk = make_risk(register)
    batch = to_preview(
        manager,
        register,
        csv_of(["Reference", "Title", "Status"], [risk.reference, risk.title, "Closed"]),
    )
    assert (batch.rows.get().outcome, batch.rows.get().is_problem) == ("unchanged", True)


# Nothing half-done


def test_a_fault_in_the_middle_leaves_nothing(manager, register, monkeypatch):
    batch = to_preview(manager, register, csv_of(PLAIN, *plain_rows(5)))
    before = counts()
    monkeypatch.setattr(commit, "_finish", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        commit.commit_workbook(batch, by=manager.user)
    batch.refresh_from_db()
    assert (counts(), batch.stage) == (before, "ready")


def test_the_button_pressed_twice_takes_in_once(manager, register):
    batch = to_preview(manager, register, csv_of(PLAIN, *plain_rows(5)))
    version = commit.staged_version(batch)
    for _ in range(2):
        answer = manager.post(batch.get_absolute_url(), {"step": "ready", "seen": version})
        assert answer.status_code == 302
    assert register.risks.count() == 5


def test_a_risk_that_changed_since_is_a_conflict(manager, register):
    risk = make_risk(register)
    batch = to_preview(
        manager,
        register,
        csv_of(["Reference", "Title"], [risk.reference, "Quicker"], ["", "New one"]),
    )
    make_revision(risk, title="Slower")
    answer = take_in(manager, batch)
    assert (answer.status_code, register.risks.count()) == (409, 1)
    assert "Nothing is imported yet" in answer.text and "Slower" in answer.text
    manager.post(batch.get_absolute_url(), {"step": "read"})
    manager.post(batch.get_absolute_url(), {"step": "staging", "after": 0})
    assert take_in(manager, batch).status_code == 302
    risk.refresh_from_db()
    assert (risk.title, register.risks.count()) == ("Quicker", 2)


def test_a_page_whose_rows_were_read_anew_takes_nothing_in(manager, register):
    batch = to_preview(manager, register, csv_of(PLAIN, *plain_rows(2)))
    version = commit.staged_version(batch)
    manager.post(batch.get_absolute_url(), {"step": "read"})
    manager.post(batch.get_absolute_url(), {"step": "staging", "after": 0})
    assert (
        manager.post(batch.get_absolute_url(), {"step": "ready", "seen": version}).status_code
        == 409
    )
    assert register.risks.count() == 0


def test_reading_goes_on_where_it_was_cut_off(manager, register):
    batch = started(manager, register, 1010)
    for after in (0, 0, 7):  # twice at once, and from a page of somebody's own
        manager.post(batch.get_absolute_url(), {"step": "staging", "after": after})
    batch.refresh_from_db()
    assert (batch.rows_read, batch.rows.count(), batch.stage) == (1000, 1000, "staging")
    assert "1000 of 1010 rows read" in manager.get(batch.get_absolute_url()).text
    manager.post(batch.get_absolute_url(), {"step": "staging", "after": 1000})
    batch.refresh_from_db()
    assert (batch.rows.count(), batch.stage) == (1010, "ready")


def started(manager, register, count):
    """An import whose rows are to be read."""
    send(
        manager, register, csv_of(["Ref", "Title"], *[[f"A{n}", f"Risk {n}"] for n in range(count)])
    )
    batch = latest(register)
    manager.post(batch.get_absolute_url(), columns_form(batch))
    return batch


def test_a_count_that_is_none_reads_nothing(manager, register):
    batch = started(manager, register, 3)
    for after in ("", "x", "-1", "9" * 40, "٣", "1.5"):
        answer = manager.post(batch.get_absolute_url(), {"step": "staging", "after": after})
        assert (answer.status_code, batch.rows.count()) == (302, 0), after


def test_the_same_file_leads_to_the_import_under_way(manager, register):
    content = csv_of(PLAIN, *plain_rows(1))
    first, second = send(manager, register, content), send(manager, register, content)
    assert (first["Location"], register.imports.count()) == (second["Location"], 1)


def test_giving_up_forgets_everything(manager, register):
    batch = to_preview(manager, register, csv_of(PLAIN, *plain_rows(3)))
    manager.post(f"{batch.get_absolute_url()}give-up/")
    rows = ImportedRow.objects.filter(batch_id=batch.pk)
    assert [query.exists() for query in (register.imports, rows, register.risks)] == [False] * 3


def test_what_was_taken_in_cannot_be_given_up(manager, done):
    manager.post(f"{done.get_absolute_url()}give-up/")
    assert done.rows.count() == 3


@pytest.mark.parametrize(
    "step", ["mapping", "words", "staging", "ready", "done", "name", "read", "", "x"]
)
def test_a_step_of_an_import_that_is_done_changes_nothing(manager, done, step):
    before = (counts(), ImportedRow.objects.count())
    assert manager.post(done.get_absolute_url(), {"step": step}).status_code in (200, 302)
    done.refresh_from_db()
    assert ((counts(), ImportedRow.objects.count()), done.stage) == (before, "done")


# Whose


def test_the_import_of_another_register_is_not_found(manager, register):
    other = make_import(make_register(register.organisation, slug="other"))
    for tail in ("", "report.csv"):
        assert manager.get(f"/registers/ours/import/{other.pk}/{tail}").status_code == 404
    assert manager.post(f"/registers/ours/import/{other.pk}/give-up/").status_code == 404


@pytest.mark.parametrize("show", ["", "new", "changed", "unchanged", "refused", "problems"])
def test_the_list_of_rows_is_narrowed(manager, done, show):
    assert manager.get(done.get_absolute_url(), {"show": show}).status_code == 200


@pytest.mark.parametrize("query", [{"show": "x"}, {"page": "x"}, {"show": "new\0"}])
def test_an_address_that_asks_for_nothing_there_is_refused(manager, done, query):
    assert manager.get(done.get_absolute_url(), query).status_code == 400


def test_a_page_of_rows_costs_the_same_for_one_and_for_many(manager, register):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    used = []
    for count in (1, 3):
        batch = to_preview(
            manager, register, csv_of(PLAIN, *plain_rows(count)), name=f"{count}.csv"
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            manager.get(batch.get_absolute_url())
        used.append(len(queries))
    assert used[0] == used[1]


def test_the_page_of_columns_says_where_the_numbers_of_many_rows_end(manager, register):
    rows = [["", f"Risk {number}", "4", "3"] for number in range(20)]
    send(manager, register, csv_of(["Ref", "Risk title", "Likelihood", "Impact"], *rows))
    page = manager.get(latest(register).get_absolute_url()).text
    assert (
        "No likelihood or impact in the file is above 4. Select this if its scale ends there."
        in page
    )
