"""Several sheets of one file, and a table that is pasted, on the import's pages."""

import hashlib
import json
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from documents import docx, docx_table, ods, ods_table
from makers import make_organisation, make_person, make_register
from spreadsheets import workbook
from workbooks import PLAIN, import_workbook, latest, plain_rows, send, take_in, to_preview

from registers.forms.imports import PASTED
from registers.imports.file_sheets import begin_sheets, file_sheets
from registers.models import RegisterImport, Role

pytestmark = pytest.mark.django_db

PATH = "/registers/ours/import/"
PASTE = "Title\tOwner\nRoof\tHead of streets\n"
BOOK = workbook(
    [PLAIN, *plain_rows(2)],
    title="Corporate",
    more={"Programme": [PLAIN, ["P 1", "Late", "", "", "2", "2"]], "Key": [["High"]]},
)


@pytest.fixture(scope="module")
def module_records(module_db):
    register = make_register(make_organisation(), slug="ours")
    manager = Client()
    manager.user = make_person(register.organisation, Role.MANAGER)
    manager.force_login(manager.user)
    return SimpleNamespace(register=register, manager=manager)


@pytest.fixture
def manager(records):
    return records.manager


def statuses(batch):
    return {sheet.name: (sheet.is_read, sheet.batch is not None) for sheet in file_sheets(batch)}


# Several sheets


def test_the_page_of_columns_names_the_sheets_and_leads_to_the_others(manager, register):
    send(manager, register, BOOK, "book.xlsx")
    page = manager.get(latest(register).get_absolute_url()).text
    assert ("Programme: not read" in page, "sheets/" in page) == (True, True)


def test_sheets_that_are_ticked_become_imports_of_their_own(manager, register):
    send(manager, register, BOOK, "book.xlsx")
    batch = latest(register)
    answer = manager.post(f"{batch.get_absolute_url()}sheets/", {"names": ["Programme"]})
    assert (answer.status_code, answer.url) == (302, batch.get_absolute_url())
    programme = latest(register)
    assert (programme.plan["sheet"], programme.stage) == ("Programme", "mapping")
    assert statuses(batch) == {
        "Corporate": (True, True),
        "Programme": (False, True),
        "Key": (False, False),
    }


def test_a_sheet_is_begun_once_however_often_it_is_ticked(manager, register):
    send(manager, register, BOOK, "book.xlsx")
    batch = latest(register)
    for _ in range(2):
        begin_sheets(batch, ["Programme"], by=manager.user)
    assert register.imports.count() == 2


def test_a_file_that_is_sent_again_leads_to_the_first_of_its_open_sheets(manager, register):
    send(manager, register, BOOK, "book.xlsx")
    batch = latest(register)
    begin_sheets(batch, ["Programme"], by=manager.user)
    assert send(manager, register, BOOK, "book.xlsx").url == batch.get_absolute_url()


def test_a_sheet_without_rows_is_refused_and_nothing_is_begun(manager, register):
    book = workbook([PLAIN, *plain_rows(1)], more={"More": [PLAIN, ["1", "x"]], "Empty": [PLAIN]})
    send(manager, register, book, "book.xlsx")
    address = f"{latest(register).get_absolute_url()}sheets/"
    page = manager.post(address, {"names": ["More", "Empty"]}).text
    assert "Empty has no rows below its headings" in page
    assert register.imports.count() == 1


def test_each_sheet_is_taken_in_and_the_result_names_those_not_read(manager, register):
    batch = to_preview(manager, register, BOOK, "book.xlsx")
    (programme,) = begin_sheets(batch, ["Programme"], by=manager.user)
    take_in(manager, batch)
    page = manager.get(batch.get_absolute_url()).text
    assert "Key: not read (upload the file again to read it)" in page
    assert programme.get_absolute_url() in page
    batch.refresh_from_db()
    assert statuses(batch)["Programme"] == (False, True)
    RegisterImport.objects.filter(pk=programme.pk).update(stage="done")
    assert statuses(batch)["Programme"] == (True, True)


def test_the_json_file_keeps_the_names_of_the_sheets(manager, register):
    import_workbook(manager, register, BOOK, "book.xlsx")
    document = json.loads(b"".join(manager.get("/registers/ours/export.json")))
    assert document["imports"][0]["sheet_names"] == ["Corporate", "Programme", "Key"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ods", ods(ods_table(PLAIN, *plain_rows(2)))),
        ("a.docx", docx(docx_table(PLAIN, *plain_rows(2)))),
    ],
)
def test_a_file_of_another_format_becomes_risks(manager, register, name, content):
    import_workbook(manager, register, content, name)
    assert register.risks.count() == 2


# A pasted table


def test_a_pasted_table_is_an_import_with_a_name_and_digest(manager, register):
    answer = manager.post(PATH, {"pasted": PASTE.replace("\n", "\r\n")})
    batch = latest(register)
    assert (answer.status_code, batch.file_name) == (302, "Pasted table")
    assert batch.digest == hashlib.sha256(PASTE.encode()).hexdigest()
    assert batch.plan["names"] == ["Title", "Owner"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Select a workbook or a document, or paste a table"),
        ({"pasted": " \n"}, "Select a workbook or a document, or paste a table"),
        ({"pasted": "only a sentence"}, "We cannot find columns"),
        ({"pasted": "a\tb\n\0\tc"}, "a character that cannot be stored"),
        ({"pasted": "a\tb\n" * (PASTED // 4 + 1)}, "1,000,000 characters or fewer"),
    ],
)
def test_a_text_that_is_no_table_is_refused_and_shown_again(manager, fields, words):
    answer = manager.post(PATH, fields)
    assert (answer.status_code, words in answer.text) == (200, True)
    assert not RegisterImport.objects.exists()


def test_a_file_and_a_pasted_table_are_not_both_taken(manager, register):
    answer = send(manager, register, BOOK, "book.xlsx", pasted=PASTE)
    assert (answer.status_code, "not both" in answer.text) == (200, True)


def test_a_pasted_text_larger_than_any_form_is_refused(manager):
    answer = manager.post(PATH, {"pasted": "x\t" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    assert answer.status_code in (400, 413)
