"""A risk manager imports a workbook in a real Chromium, from the file to the worklist."""

import io
import re

import pytest
from browsing import look_over, open_register
from makers import make_person
from playwright.sync_api import expect

from registers.models import Role

pytestmark = pytest.mark.django_db(transaction=True)

HEADINGS = (
    *(
        "Risk No",
        "Risk Title",
        "Risk Description",
        "Category",
        "Risk Owner",
        "L",
        "I",
        "RAG",
        "Existing controls",
    ),
    *("ParsedAction actions", "Review date", "Mood"),
)


def workbook():
    """An introductory sheet and a register of 30 risks, two of them unreadable."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active["A1"] = "How to use this register"
    sheet = book.create_sheet("Risks")
    sheet["A1"] = "Corporate risk register, autumn 2026"
    sheet.append([])
    sheet.append(HEADINGS)
    for n in range(1, 31):
        words = f"If the {n}th thing fails, then services stop, leading to harm."
        controls = "1. Monthly board\n2. Reserves policy"
        row = [
            f"R{n}",
            f"Thing {n} fails",
            words,
            "Money matters",
            "Head of finance",
            n % 5 + 1,
            4,
            "Amber",
            controls,
        ]
        sheet.append([*row, "Write the plan", "15/01/2027", "x" * 150])
    sheet["B10"] = sheet["C10"] = ""
    sheet["A12"] = "R1"
    file = io.BytesIO()
    book.save(file)
    return {"name": "risks.xlsx", "mimeType": "application/octet-stream", "buffer": file.getvalue()}


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def bring(page, site, look):
    """Goes from the register to the page after the import, checking each page."""
    page.get_by_role("link", name="Import a workbook").first.click()
    heading(page, "Import a workbook")
    page.get_by_role("button", name="Read this file").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Select a workbook")
    page.locator("input[type=file]").set_input_files(workbook())
    page.get_by_role("button", name="Read this file").click()
    heading(page, "Check what each column is")
    expect(page.get_by_label("Which sheet is the register?")).to_have_value("Risks")
    expect(page.get_by_label("What is Risk Title (B)?")).to_have_value("title")
    page.get_by_label("What is Mood (L)?").select_option("owner")
    page.get_by_role("button", name="Continue").click()
    page.locator(".govuk-error-summary a").click()
    expect(page.get_by_label("What is Mood (L)?")).to_be_focused()
    look(page)
    page.get_by_label("What is Mood (L)?").select_option("notes")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Match the words in the file")
    page.get_by_label("Money matters").select_option("financial")
    look(page)
    page.get_by_role("button", name="Continue").click()


def take_in(page, look):
    heading(page, "Check the risks before you import them")
    expect(page.locator("main")).to_contain_text(
        "We read 30 rows: 27 new, 0 changed, 0 unchanged, 3 left out"
    )
    look(page)
    page.get_by_role("link", name=re.compile(r"Cannot import \(3\)")).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Import 27 risks").click()
    heading(page, "27 risks imported")
    look(page)


def test_a_manager_brings_a_workbook_and_sees_it_as_a_worklist(watched, live_server, council):
    page = watched
    make_person(council.organisation, Role.MANAGER, email="manager@northmoor.example")
    open_register(page, live_server.url, "manager")
    bring(page, live_server.url, look_over)
    take_in(page, look_over)
    page.get_by_role("link", name="Thing 2 fails").click()
    page.get_by_text("As imported: risks.xlsx, row 5").click()
    expect(page.locator("main")).to_contain_text("Money matters")
    look_over(page, axe_at=())
    page.go_back()
    with page.expect_download() as report:
        page.get_by_role("link", name="Correct 3 rows").click()
    assert report.value.suggested_filename == "risks-left-out.csv"
    page.get_by_role("link", name="Check the data quality").click()
    expect(page.locator("main")).to_contain_text("data quality issue")


def test_a_workbook_is_imported_without_a_script(page_without_script, live_server, council):
    page = page_without_script
    make_person(council.organisation, Role.MANAGER, email="manager@northmoor.example")
    open_register(page, live_server.url, "manager")
    page.get_by_role("link", name="Import a workbook").first.click()
    page.locator("input[type=file]").set_input_files(workbook())
    for button in ("Read this file", "Continue", "Continue", "Read the rows"):
        page.get_by_role("button", name=button).click()
    take_in(page, lambda page: None)


def test_a_page_that_reads_rows_and_one_that_moved_on_look_well(
    watched,
    live_server,
    council,
    monkeypatch,
):
    from django.test import Client
    from makers import make_revision, make_risk
    from workbooks import columns_form, csv_of, latest, send, to_preview

    page = watched
    manager = make_person(council.organisation, Role.MANAGER, email="manager@northmoor.example")
    client = Client()
    client.force_login(manager)
    risk = make_risk(council)
    send(client, council, csv_of(["Ref", "Title"], *[[f"A{n}", "x" * 190] for n in range(3)]))
    reading = latest(council)
    client.post(reading.get_absolute_url(), columns_form(reading))
    changing = to_preview(
        client, council, csv_of(["Reference", "Title"], [risk.reference, "y" * 190])
    )
    open_register(page, live_server.url, "manager")
    page.route("**/js/progress.js", lambda route: route.abort())
    page.goto(live_server.url + reading.get_absolute_url())
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.complaints.clear()
    look_over(page)
    page.complaints.clear()
    page.goto(live_server.url + changing.get_absolute_url())
    look_over(page)
    make_revision(risk, title="z" * 190)
    page.get_by_role("button", name="Import 1 risk").click()
    expect(page.locator("#conflict")).to_be_visible()
    page.complaints.clear()  # Chromium says 409 in its console
    look_over(page)
