"""Exports of a register as files, and what they must never contain."""

import csv
import datetime
import io
import json
from types import SimpleNamespace

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    failure_type,
    impact,
    make_action,
    make_agreement,
    make_assessment,
    make_control,
    make_directorate,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
)

from registers.cell_lists import format_day
from registers.exports.columns import COLUMNS
from registers.import_fields import TARGETS
from registers.models import ProgressNote, Role
from registers.spreadsheet import unescape_formula

pytestmark = pytest.mark.django_db
RUN = ["=1+1", "+44 20", "-x", "@SUM(A1)", "'=x", "''@x", "＝1+1", "＠x"]  # noqa: RUF001 (full-width)


@pytest.fixture(scope="module")
def module_records(module_db):
    """An empty register, and two of other organisations: with a full risk, and with canaries.

    cookies: of somebody of each role in the organisation of each register.
    """
    register = make_register(slug="ours", prefix="C", name="Our register")
    full = make_full(make_register(slug="full", prefix="C"))
    caged = make_canaries(make_register(slug="caged", prefix="C"))
    cookies = {
        (place.pk, role): client_of(place, role).cookies
        for place, roles in ((register, READERS), (full.register, [Role.MANAGER]), (caged, READERS))
        for role in roles
    }
    return SimpleNamespace(register=register, full=full, caged=caged, cookies=cookies)


READERS = (Role.MANAGER, Role.MEMBER, Role.PEER, Role.OFFICER, Role.ADMINISTRATOR)


@pytest.fixture
def full(records):
    return records.full


@pytest.fixture
def caged(records):
    return records.caged


@pytest.fixture
def signed_in(records):
    """A client of somebody of that role in the organisation of the register."""

    def signed_in(register, role=Role.MANAGER):
        client = Client()
        client.cookies = records.cookies[register.pk, role]
        return client

    return signed_in


def client_of(register, role=Role.MANAGER, **fields):
    """A client of somebody of that role; a member sits on a body that oversees the register."""
    person = (
        make_member(register, **fields)
        if role == Role.MEMBER
        else make_person(register.organisation, role, **fields)
    )
    client = Client()
    client.force_login(person)
    return client


def body_of(answer):
    assert answer.status_code == 200
    return answer.content


def table_of(answer):
    """The rows of a CSV file: heading -> text."""
    return list(csv.DictReader(io.StringIO(body_of(answer).decode("utf-8-sig"), newline="")))


def csv_rows(client, query="", slug="ours"):
    return table_of(client.get(f"/registers/{slug}/export.csv{query}"))


def book_of(client, query="", slug="ours"):
    return openpyxl.load_workbook(
        io.BytesIO(body_of(client.get(f"/registers/{slug}/export.xlsx{query}")))
    )


def sheet_rows(book):
    """The rows of the sheet Register: heading -> cell."""
    head, *rows = book["Register"].iter_rows()
    return [{h.value: cell for h, cell in zip(head, row, strict=True)} for row in rows]


def texts_of(book):
    """All texts of a workbook, joined."""
    return "\n".join(
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    )


def name_of(answer):
    return answer["Content-Disposition"].partition('filename="')[2].rstrip('"')


def make_full(register):
    """A risk with a value in every column."""
    raised, directorate = days_ago(60), make_directorate(register.organisation, "Resources")
    owner = make_post(
        register.organisation, "Director of Finance (section 151 officer)", directorate=directorate
    )
    risk = make_risk(
        register,
        on=raised,
        assessed=(4, 5),
        title="Savings are late",
        cause="They were agreed\nas totals.",
        event="They turn out not to exist.",
        consequence="Services are cut, “at once”.",
        objective="Balance the budget",
        category="financial",
        primary_failure_type=failure_type("financial"),
        other_failure_types=[failure_type("governance"), failure_type("connection")],
        adverse_impacts=[impact("additional-cost"), impact("disruption")],
        owner=owner,
        portfolio="Finance",
        proximity="now",
        estimated_cost=1_200_000,
        response="tolerate",
        response_reason="There is no other way.",
        tolerated_until=datetime.date(2030, 3, 1),
        target_on=datetime.date(2030, 4, 2),
        committee_position="A gap remains.",
        definition_of_good="Savings are designed before they are counted.",
        early_warning_indicator="Overspend at month three.",
        early_warning_threshold="More than 2% of the budget.",
        identified_on=days_ago(95),
        told_by="front-line",
        told_on=days_ago(90),
        notes="FIN 3 in the old register",
    )
    make_assessment(risk, (5, 5), kind="inherent", on=raised, rationale="Without monitoring.")
    make_assessment(risk, (2, 4), kind="target", on=raised, rationale="What cabinet asked for.")
    make_control(risk, title="Monthly look (at each saving)", on=raised)
    make_control(risk, title="2. Second approval", on=raised)
    make_action(
        risk,
        title="Replace three savings",
        owner=owner,
        due_on=datetime.date(2030, 9, 28),
        on=raised,
    )
    ProgressNote.put(risk, by=make_user(), note="Two are\nlate.", effective_on=days_ago(4))
    risk.refresh_from_db()
    risk.happen(
        by=make_user(),
        version=risk.version,
        happened_on=days_ago(3),
        happened_what="Two were missed.",
    )
    risk.refresh_from_db()
    return risk


def expected_of(risk):
    """Heading -> the expected value of the risk of `full`."""
    raised = days_ago(60)
    rated = {}
    for kind, (likelihood, across, score, band, rationale) in {
        "Inherent": (5, 5, 25, "Severe", "Without monitoring."),
        "Current": (4, 5, 20, "Severe", "As we see it."),
        "Target": (2, 4, 8, "High", "What cabinet asked for."),
    }.items():
        rated |= {
            f"{kind} likelihood": likelihood,
            f"{kind} impact": across,
            f"{kind} score": score,
        }
        rated |= {
            f"{kind} band": band,
            f"{kind} impact driven by": "Harm to users",
            f"{kind} rationale": rationale,
        }
        rated[f"{kind} judged on"] = raised
    return rated | {
        "Reference": "C-001",
        "Title": "Savings are late",
        "Cause": "They were agreed\nas totals.",
        "Event": "They turn out not to exist.",
        "Consequence": "Services are cut, “at once”.",
        "Objective at stake": "Balance the budget",
        "Category": "Financial",
        "Failure type": "Financial",
        "Other failure types": "Governance; Connection",
        "Adverse impacts": "Disruption; Extra cost",
        "Owner": "Director of Finance (section 151 officer)",
        "Lead member's portfolio": "Finance",
        "How soon": "Now or within three months",
        "Estimated cost in pounds": 1_200_000,
        "Status": "Materialised",
        "Raised on": raised,
        "Response": "Tolerate",
        "Why this response": "There is no other way.",
        "Tolerated until": datetime.date(2030, 3, 1),
        "Target to be met by": datetime.date(2030, 4, 2),
        "Controls": "1. Monthly look (at each saving)\n2. 2. Second approval",
        "Actions": (
            "1. Replace three savings (Director of Finance (section 151 officer), "
            "due 28 September 2030)"
        ),
        "Next review": risk.next_review_on,
        "Position for the committee": "A gap remains.",
        "What good looks like": "Savings are designed before they are counted.",
        "Early-warning indicators": "Overspend at month three.",
        "Early-warning threshold": "More than 2% of the budget.",
        "Date identified": days_ago(95),
        "Who told us first": "Front-line staff",
        "First told on": days_ago(90),
        "Other notes": "FIN 3 in the old register",
        "Directorate": "Resources",
        "Above tolerance": "Yes",
        "Rated by the scheme": "5 x 5, four bands (version 1)",
        "Happened on": days_ago(3),
        "What happened": "Two were missed.",
        "Exempt from publication": "No",
        "Progress notes": f"1. {format_day(days_ago(4))}: Two are late.",
    }


def test_every_value_is_in_its_column_of_the_csv_file(full, signed_in):
    (row,) = csv_rows(signed_in(full.register), slug="full")
    assert row == {heading: str(value) for heading, value in expected_of(full).items()}


def test_every_value_is_typed_in_its_column_of_the_workbook(full, signed_in):
    (row,) = sheet_rows(book_of(signed_in(full.register), slug="full"))
    values = {
        heading: cell.value.date() if isinstance(cell.value, datetime.datetime) else cell.value
        for heading, cell in row.items()
    }
    assert values == expected_of(full)
    assert {cell.number_format for cell in row.values() if cell.is_date} == {"d mmm yyyy"}


def test_every_import_field_has_a_column():
    composite_fields = {"statement", "action_owner", "action_due_on", "ignore"}
    assert {c.import_field for c in COLUMNS if c.import_field} == {
        t.name for t in TARGETS
    } - composite_fields
    ignored = next(target for target in TARGETS if target.name == "ignore")
    assert {c.heading.casefold() for c in COLUMNS if not c.import_field} <= set(ignored.aliases)


def test_missing_values_are_empty_cells(register, signed_in):
    make_risk(register)
    (row,) = csv_rows(signed_in(register))
    assert {
        row[h]
        for h in (
            "Owner",
            "Current score",
            "Current band",
            "Above tolerance",
            "Controls",
            "Target judged on",
        )
    } == {""}


def test_no_text_runs_as_a_formula(register, signed_in):
    for text in RUN:
        make_risk(register, title=text, notes=text)
    client = signed_in(register)
    rows = csv_rows(client)
    assert [row["Title"] for row in rows] == [f"'{text}" for text in RUN]
    assert [unescape_formula(row["Title"]) for row in rows] == RUN
    assert [unescape_formula(row["Other notes"]) for row in rows] == RUN
    titles = [
        (cells["Title"].value, cells["Title"].data_type) for cells in sheet_rows(book_of(client))
    ]
    assert titles == [(text, "s") for text in RUN]


def test_a_formula_behind_a_tab_or_a_return_does_not_run(register, signed_in):
    texts = ["\t=1", "\r=1"]
    for text in texts:
        make_risk(register, title="T", notes=text)
    client = signed_in(register)
    notes = [row["Other notes"] for row in csv_rows(client)]
    assert notes == [f"'{text}" for text in texts]
    assert [unescape_formula(text) for text in notes] == texts
    types = [cells["Other notes"].data_type for cells in sheet_rows(book_of(client))]
    assert types == ["s", "s"]


def test_an_error_value_of_a_spreadsheet_is_a_text(register, signed_in):
    make_risk(register, title="#N/A")
    assert sheet_rows(book_of(signed_in(register)))[0]["Title"].data_type == "s"


def test_control_characters_break_no_file(register, signed_in):
    make_risk(register, title="One\x0btwo\x1f", notes="￾a")
    client = signed_in(register)
    assert csv_rows(client)[0]["Title"] == "Onetwo"
    assert sheet_rows(book_of(client))[0]["Title"].value == "Onetwo"
    assert client.get("/registers/ours/summary.docx").status_code == 200


def test_a_text_too_long_for_a_cell_is_whole_in_csv_and_marked_in_the_workbook(register, signed_in):
    make_risk(register, notes="long " * 6999 + "x" * 5)
    client = signed_in(register)
    assert len(csv_rows(client)[0]["Other notes"]) == 35_000
    cell = sheet_rows(book_of(client))[0]["Other notes"].value
    assert len(cell) <= 32_767 and "The whole text is in the CSV file" in cell


# The day, the order and the filters of the list


def test_an_export_is_as_at_the_requested_day(register, signed_in):
    early = make_risk(register, on=days_ago(50), assessed=(2, 2), title="Before")
    make_control(early, title="Old", on=days_ago(40))
    make_control(early, title="New", on=days_ago(5))
    make_assessment(early, (5, 5), on=days_ago(5))
    make_assessment(early, (1, 2), kind="target", on=days_ago(5))
    make_revision(early, title="After", on=days_ago(4))
    make_risk(register, on=days_ago(2), title="Later")
    client = signed_in(register)
    (row,) = csv_rows(client, f"?as_at={days_ago(30)}")
    assert (row["Title"], row["Current score"], row["Target score"], row["Controls"]) == (
        "Before",
        "4",
        "",
        "1. Old",
    )
    assert [r["Title"] for r in csv_rows(client)] == ["After", "Later"]
    assert csv_rows(client, f"?as_at={days_ago(-9)}") == []


def test_a_members_export_is_as_agreed(register, signed_in):
    risk = make_risk(register, on=days_ago(50), assessed=(2, 2), title="Agreed")
    make_agreement(register)
    make_revision(risk, title="Since")
    make_action(risk, title="Recorded later", on=days_ago(30))
    client = signed_in(register, Role.MEMBER)
    answer = client.get("/registers/ours/export.csv")
    assert name_of(answer) == f"ours-risks-as-agreed-{days_ago(0)}.csv"
    (row,) = table_of(answer)
    assert (row["Title"], row["Actions"]) == ("Agreed", "")
    assert csv_rows(client, f"?as_at={days_ago(0)}")[0]["Title"] == "Since"


def test_an_export_has_the_rows_and_order_of_the_list(register, signed_in):
    for ratings, title in (((1, 1), "B"), ((5, 5), "C"), ((5, 5), "A"), (None, "D")):
        make_risk(register, assessed=ratings, title=title)
    client = signed_in(register)
    answer = client.get("/registers/ours/export.csv?band=severe&sort=title&page=7")
    assert name_of(answer) == f"ours-risks-as-at-{days_ago(0)}-filtered.csv"
    assert [row["Title"] for row in table_of(answer)] == ["A", "C"]
    assert [row["Title"] for row in csv_rows(client)] == ["C", "A", "B", "D"]


def test_the_page_links_to_an_export_of_its_list(register, signed_in):
    make_risk(register, assessed=(5, 5), title="Severe one")
    make_risk(register, title="Unscored")
    page = signed_in(register).get("/registers/ours/?band=severe&page=1")
    assert "Download this risk" in page.text
    assert 'href="/registers/ours/export.csv?band=severe"' in page.text
    assert "Open data" not in signed_in(register, Role.OFFICER).get("/registers/ours/").text


@pytest.mark.parametrize(
    "query", ["as_at=2026-13-01", "agreed=x", "band=purple", "owner=x", "status=lost", "sort=x"]
)
@pytest.mark.parametrize("name", ["export.csv", "export.xlsx"])
def test_unknown_parameters_are_refused(register, name, query, signed_in):
    assert signed_in(register).get(f"/registers/ours/{name}?{query}").status_code == 400


def test_the_answer_is_an_uncached_file(register, signed_in):
    for name, kind in (
        ("export.csv", "text/csv; charset=utf-8"),
        ("export.xlsx", "spreadsheetml.sheet"),
    ):
        answer = signed_in(register).get(f"/registers/ours/{name}")
        assert kind in answer["Content-Type"]
        assert answer["Content-Disposition"].startswith("attachment; ")
        assert answer["Cache-Control"] == "no-store"


def test_an_export_takes_as_many_queries_for_three_risks_as_for_one(register, signed_in):
    client, counts = signed_in(register), {}
    client.get("/registers/ours/")

    def count_queries():
        for name in ("export.csv", "export.xlsx", "open-data.csv", "summary.docx"):
            with CaptureQueriesContext(connection) as queries:
                body_of(client.get(f"/registers/ours/{name}"))
            counts[name] = len(queries)
        return dict(counts)

    def add():
        risk = make_risk(
            register,
            assessed=(5, 5),
            owner=make_post(register.organisation),
            adverse_impacts=[impact()],
        )
        make_control(risk)
        make_action(risk)
        make_assessment(risk, kind="target")

    add()
    first = count_queries()
    for _ in range(2):
        add()
    assert count_queries() == first


# What a reader may not see


def make_canaries(register):
    owner = make_post(register.organisation)
    make_risk(register, title="CANARY exempt", is_exempt=True, assessed=(5, 5), owner=owner)
    make_risk(register, title="CANARY draft", status="draft")
    make_risk(register, title="Plain", assessed=(5, 5))
    make_risk(make_register(make_organisation()), title="CANARY theirs")
    return register


@pytest.mark.parametrize("role", [Role.PEER, Role.OFFICER, Role.ADMINISTRATOR])
def test_exempt_risks_are_left_out_for_other_readers_with_a_note(caged, role, signed_in):
    client = signed_in(caged, role)
    answer = client.get("/registers/caged/export.csv")
    assert name_of(answer).endswith("-exempt-not-included.csv")
    assert b"CANARY" not in body_of(answer)
    book = book_of(client, slug="caged")
    assert "CANARY" not in texts_of(book)
    assert "leaves out exempt risks" in texts_of(book)
    assert [
        cell.value
        for row in book["Matrix"].iter_rows()
        for cell in row
        if str(cell.value).startswith("1\n")
    ] == ["1\nSevere"]


def test_readers_of_exempt_risks_get_them_with_a_note(caged, signed_in):
    client = signed_in(caged, Role.MEMBER)
    assert {
        row["Title"]: row["Exempt from publication"] for row in csv_rows(client, slug="caged")
    } == {
        "CANARY exempt": "Yes",
        "Plain": "No",
    }
    book = book_of(client, slug="caged")
    assert "One risk in this file is exempt: do not publish it." in texts_of(book)
    assert "NOT FOR PUBLICATION" in book["Register"].oddFooter.center.text


def test_an_officer_exports_their_own_exempt_risk(caged):
    officer = make_person(caged.organisation, Role.OFFICER)
    caged.organisation.posts.update(holder=officer)
    client = Client()
    client.force_login(officer)
    assert {row["Title"] for row in csv_rows(client, slug="caged")} == {"CANARY exempt", "Plain"}


def test_drafts_are_exported_for_editors_only(caged, signed_in):
    assert "CANARY draft" in {
        row["Title"] for row in csv_rows(signed_in(caged, Role.OFFICER), "?status=all", "caged")
    }
    for role in (Role.MEMBER, Role.PEER):
        titles = {row["Title"] for row in csv_rows(signed_in(caged, role), "?status=all", "caged")}
        assert "CANARY draft" not in titles
    assert (
        signed_in(caged, Role.MEMBER).get("/registers/caged/export.csv?status=draft").status_code
        == 400
    )


def test_no_person_is_named(register):
    holder = make_user(name="Zebedee Holder", email="zebedee@example.org")
    by = make_user(name="Zebedee Author")
    owner = make_post(register.organisation, "Head of Legal", holder=holder)
    risk = make_risk(register, by=by, owner=owner, assessed=(5, 5))
    make_action(risk, by=by, owner=owner)
    client = client_of(register, name="Zebedee Reader")
    assert b"Head of Legal" in body_of(client.get("/registers/ours/export.csv"))
    for name in ("export.csv", "open-data.csv", "open-data.csv-metadata.json"):
        assert b"ebedee" not in body_of(client.get(f"/registers/ours/{name}"))
    assert "ebedee" not in texts_of(book_of(client))


# The workbook


def test_its_first_row_stays_in_sight_and_every_column_filters(register, signed_in):
    make_risk(register)
    sheet = book_of(signed_in(register))["Register"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == (
        "C2",
        f"A1:{sheet.cell(1, len(COLUMNS)).column_letter}2",
    )
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$1:$1", "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, True)


def test_columns_of_choices_have_lists(register, signed_in):
    make_post(register.organisation, "Head of Legal")
    make_risk(register)
    book = book_of(signed_in(register))
    sheet, lists = book["Register"], book["Lists"]
    assert lists.sheet_state == "hidden"
    choices = {}
    for rule in sheet.data_validations.dataValidation:
        heading = sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value
        choices[heading] = [
            cell.value for (cell,) in lists[rule.formula1.removeprefix("Lists!").replace("$", "")]
        ]
    assert choices["Owner"] == ["Head of Legal"]
    assert choices["Response"] == ["Treat", "Tolerate", "Transfer", "Terminate"]
    assert choices["Current likelihood"] == [1, 2, 3, 4, 5]
    assert "Governance" in choices["Failure type"]
    assert {"Category", "Status", "How soon", "Current impact driven by"} <= set(choices)


def test_no_word_of_a_list_runs_as_a_formula(register, signed_in):
    make_post(register.organisation, "=1+1")
    lists = book_of(signed_in(register))["Lists"]
    assert {
        (c.value, c.data_type)
        for row in lists.iter_rows()
        for c in row
        if str(c.value).startswith("=")
    } == {("=1+1", "s")}


def test_the_matrix_counts_the_risks_of_the_file_and_names_each_band(register, signed_in):
    for ratings in ((5, 5), (5, 5), (1, 2), None):
        make_risk(register, assessed=ratings)
    make_risk(register, assessed=(3, 3), status="closed")
    book = book_of(signed_in(register), "?status=all")
    texts = [str(cell.value) for row in book["Matrix"].iter_rows() for cell in row if cell.value]
    assert (
        "The matrix shows 3 of the 4 risks on the register in this file. Not scored: 1."
        in " ".join(texts)
    )
    assert "Drafts or closed, not counted: 1." in " ".join(texts)
    assert ("2\nSevere" in texts, "1\nLow" in texts, texts.count("–\nHigh")) == (True, True, 7)  # noqa: RUF001 (a dash)


def test_the_scheme_is_printed(register, signed_in):
    text = texts_of(book_of(signed_in(register)))
    for words in (
        "5 x 5, four bands, version 1",
        "Almost certain",
        "8 to 12",
        "within 31 days",
        "Above tolerance: Severe.",
    ):
        assert words in text


# Open data


def test_open_data_is_the_latest_agreement_without_exempt_risks(caged, signed_in):
    was_open = make_risk(caged, title="Exempt since CANARY", on=days_ago(30))
    closed = make_risk(caged, title="Closed CANARY", on=days_ago(30))
    closed.close(by=make_user(), version=closed.version, reason="Done.", effective_on=days_ago(25))
    agreed = make_risk(caged, title="As agreed", on=days_ago(30), assessed=(5, 4))
    make_agreement(caged)
    make_revision(agreed, title="CANARY since")
    was_open.refresh_from_db()
    was_open.exempt(
        by=make_user(),
        version=was_open.version,
        exempt_ground="3",
        exempt_interest="x",
        exempt_decided_by="y",
    )
    answer = signed_in(caged).get("/registers/caged/open-data.csv")
    assert name_of(answer) == f"caged-open-data-{days_ago(0)}.csv"
    assert [(row["Title"], row["Current band"]) for row in table_of(answer)] == [
        ("Plain", "Severe"),
        ("As agreed", "Severe"),
    ]


def test_a_risk_exempt_when_agreed_is_not_published_later(register, signed_in):
    risk = make_risk(register, title="CANARY", on=days_ago(30), is_exempt=True)
    make_agreement(register)
    risk.lift_exemption(by=make_user(), version=risk.version, reason="Settled.")
    assert table_of(signed_in(register).get("/registers/ours/open-data.csv")) == []


def test_open_data_without_an_agreement_is_of_today(register, signed_in):
    make_risk(register, title="Now")
    assert [
        row["Title"] for row in table_of(signed_in(register).get("/registers/ours/open-data.csv"))
    ] == ["Now"]


def test_open_data_has_no_posts_notes_reasons_or_actions(full, signed_in):
    answer = signed_in(full.register).get("/registers/full/open-data.csv")
    body = body_of(answer).decode()
    for private in (
        "section 151",
        "FIN 3",
        "As we see it",
        "Replace three",
        "no other way",
        "A gap remains",
        "missed",
    ):
        assert private not in body
    assert "They were agreed\nas totals." in body
    assert not body.startswith("\ufeff")


def test_its_metadata_describes_its_columns(full, signed_in):
    client = signed_in(full.register)
    answer = client.get("/registers/full/open-data.csv")
    headings = list(table_of(answer)[0])
    metadata_answer = client.get("/registers/full/open-data.csv-metadata.json")
    metadata = json.loads(body_of(metadata_answer))
    columns = metadata["tableSchema"]["columns"]
    assert [column["titles"] for column in columns] == headings
    assert metadata["url"] == name_of(answer)
    assert name_of(metadata_answer) == f"{metadata['url']}-metadata.json"
    assert len({column["name"] for column in columns}) == len(columns)
    kinds = {column["name"]: column["datatype"] for column in columns}
    assert kinds["current_judged_on"] == {"base": "date", "format": "yyyy-MM-dd"}
    assert (kinds["current_score"]["base"], kinds["current_band"]) == ("integer", "string")
    assert metadata_answer["Content-Type"] == "application/csvm+json"
