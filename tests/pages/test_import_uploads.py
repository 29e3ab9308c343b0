"""Uploads for an import: who may send how much, and which files are workbooks."""

import functools
import io
import itertools
import zipfile
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from makers import make_organisation, make_person, make_register
from workbooks import PLAIN, csv_of, latest, plain_rows, send, to_preview

from registers.imports.commit import staged_version
from registers.models import RegisterImport, Role
from registers.spreadsheet import BYTES

pytestmark = pytest.mark.django_db

PATH = "/registers/ours/import/"
LARGE = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1


class Unread:
    """A body that fails the test when it is read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


@pytest.fixture(scope="module")
def module_records(module_db):
    register = make_register(make_organisation(), slug="ours")
    return SimpleNamespace(register=register, manager=client_of(register, Role.MANAGER))


@pytest.fixture
def manager(records):
    return records.manager


def client_of(register, role):
    client = Client()
    if role:
        client.force_login(
            make_person(
                register.organisation if role != "stranger" else make_organisation(),
                Role.MANAGER if role == "stranger" else role,
            )
        )
    return client


def body(size):
    kind = "multipart/form-data; boundary=x"
    return {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size), "CONTENT_TYPE": kind}


@pytest.mark.parametrize(
    "role", [None, "stranger", Role.MEMBER, Role.OFFICER, Role.PEER, Role.ADMINISTRATOR]
)
def test_a_large_body_is_read_only_from_a_manager(register, role):
    assert client_of(register, role).post(PATH, **body(LARGE)).status_code == 413


@pytest.mark.parametrize("path", ["/registers/none/import/", PATH])
def test_the_answer_does_not_reveal_which_registers_exist(register, path):
    assert client_of(register, "stranger").post(path, **body(LARGE)).status_code == 413


def test_no_body_larger_than_the_limit_is_read(manager, register):
    answer = manager.post(PATH, **body(BYTES + 200_000))
    assert (answer.status_code, "This file must be 20 MB or less" in answer.text) == (
        413,
        True,
    )


@pytest.mark.parametrize("tail", ["1/", "1/give-up/"])
def test_no_other_address_of_an_import_takes_more(manager, register, tail):
    assert manager.post(PATH + tail, **body(LARGE)).status_code == 413


def test_a_manager_sends_more_than_any_form_takes(manager, register):
    rows = [[f"A{n}", f"Risk {n}", "x" * 30_000] for n in range(100)]
    content = csv_of(["Ref", "Title", "Event"], *rows)
    assert len(content) > LARGE
    assert send(manager, register, content).status_code == 302
    assert latest(register).rows_in_all == 0


def test_a_large_form_needs_its_token_as_well(register):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person(register.organisation, Role.MANAGER))
    content = csv_of(["Ref", "Title"], ["A", "x" * LARGE])
    assert client.post(PATH, {"file": SimpleUploadedFile("a.csv", content)}).status_code == 403


@functools.cache
def bomb():
    """A workbook whose sheet unpacks to a thousand times its size."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 10_000_000)
    return file.getvalue()


HOSTILE = {
    "nothing": ("risks.csv", lambda: b""),
    "only headings": ("risks.csv", lambda: csv_of(PLAIN)),
    "only spaces": ("risks.csv", lambda: b"   \n  ,  \n"),
    "a picture": ("risks.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500),
    "an old workbook": (
        "risks.xls",
        lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512,
    ),
    "half a workbook": ("risks.xlsx", lambda: bomb()[:300]),
    "a bomb": ("risks.xlsx", bomb),
    "broken JSON": ("risks.json", lambda: b'{"format": '),
    "JSON of others": ("risks.json", lambda: b'[{"a": 1}]'),
    "deep JSON": ("risks.json", lambda: b"[" * 100_000),
    "NUL": ("risks.csv", lambda: b"\0" * 1000),
}


@pytest.mark.parametrize("label", HOSTILE)
def test_a_file_that_is_no_workbook_is_refused_with_a_reason(manager, register, label):
    name, make_content = HOSTILE[label]
    answer = send(manager, register, make_content(), name)
    assert answer.status_code == 200, label
    assert 'href="#id_file"' in answer.text
    assert not RegisterImport.objects.exists()


def test_a_bomb_is_refused_for_how_it_would_grow(manager, register):
    answer = send(manager, register, bomb(), "risks.xlsx")
    assert "would grow to 300 times its size" in answer.text


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "a" * 190 + ".csv", "<b>risks</b>.csv", "ris\u202eks.csv"]
)
def test_a_name_of_a_file_is_only_shown(manager, register, name):
    send(manager, register, csv_of(PLAIN, *plain_rows(1)), name)
    page = manager.get(latest(register).get_absolute_url())
    assert (page.status_code, "<b>risks" in page.text) == (200, False)


REFUSED_CELLS = {"NUL": "\0", "100 kB": "x" * 100_000}
CELLS = (
    "a\x1b[31m",
    "\ud83d".encode("utf-8", "replace").decode(),
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "1e309",
    "NaN",
    "{{ 7*7 }}",
    "הסיכון",
)


def rows_with(cells):
    """The rows of a file with each cell in every column, a row for each, and two plain rows."""
    rows = plain_rows(len(cells) * len(PLAIN) + 2)
    for row, (cell, column) in zip(rows, itertools.product(cells, range(len(PLAIN))), strict=False):
        row[column] = cell
    return rows


@pytest.mark.parametrize("cell", REFUSED_CELLS.values(), ids=REFUSED_CELLS)
def test_a_file_with_a_cell_that_no_file_may_hold_is_refused(manager, register, cell):
    answer = send(manager, register, csv_of(PLAIN, *rows_with([cell])))
    assert (answer.status_code, 'href="#id_file"' in answer.text) == (200, True)


def test_every_cell_is_imported_or_reported(manager, register):
    rows = rows_with(CELLS)
    batch = to_preview(manager, register, csv_of(PLAIN, *rows), "cells.csv")
    assert batch.rows.count() == len(rows)
    form = {"step": "ready", "seen": staged_version(batch)}
    assert manager.post(batch.get_absolute_url(), form).status_code == 302
    for place in ("", "report.csv"):
        assert manager.get(f"{batch.get_absolute_url()}{place}").status_code == 200
