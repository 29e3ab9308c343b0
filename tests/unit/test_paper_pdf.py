"""A paper as PDF: its text, its tags, and that nothing is fetched to make it."""

import io
import shutil

import pytest
from paper_documents import make_document
from paper_files import texts_of_pdf

from registers.papers import pango, pdf
from registers.papers.html import print_page
from registers.papers.limits import LimitExceeded, run_limited
from registers.papers.pdf import PdfFailed, write_pdf

TEXT = "<b>Bold</b> <img src='file:///etc/passwd'> \x00\x0b{{ title }} \u05e9\u05dc\u05d5\u05dd"
needs_tools = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="poppler-utils are not installed"
)


@pytest.fixture(scope="module")
def content():
    if not pdf.is_available():
        pytest.skip("pango is not installed")
    file = io.BytesIO()
    write_pdf(file, make_document(text=TEXT))
    return file.getvalue()


@pytest.fixture(scope="module")
def texts(content):
    return texts_of_pdf(content)


@needs_tools
def test_it_has_the_text_of_every_kind_of_block(texts):
    words = " ".join(texts["pages"].split())
    for text in ("Northmoor Council", "A point", "CORP-002", "Now 2, then 3", "Page 1 of"):
        assert text in words


@needs_tools
def test_each_page_says_draft_and_part(texts):
    assert "Draft. Part A: for publication" in texts["pages"]


@needs_tools
def test_a_text_is_never_markup(texts):
    words = " ".join(texts["pages"].split())
    assert "<b>Bold</b> <img src='file:///etc/passwd'> {{ title }}" in words


@needs_tools
def test_it_is_tagged_and_has_a_title(texts):
    assert "Tagged:          yes" in texts["properties"]
    assert "Title:           Risk report" in texts["properties"]


@needs_tools
def test_headings_and_tables_have_tags(texts):
    assert {"H1", "H2", "Table", "TH", "L"} <= set(texts["structure"].split())


@needs_tools
def test_the_headings_are_bookmarks(texts):
    assert "Risks above tolerance" in texts["objects"]


@needs_tools
def test_it_has_no_attachment(texts):
    assert texts["attachments"].startswith("0 embedded files")


@needs_tools
def test_nothing_is_fetched(content, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret")
    page = f'<html lang="en"><title>x</title><link rel="attachment" href="file://{secret}">'
    (tmp_path / "paper.html").write_text(page)
    run_limited(pdf.PROCESS, tmp_path, seconds=pdf.SECONDS, megabytes=pdf.MEGABYTES)
    texts = texts_of_pdf((tmp_path / "paper.pdf").read_bytes())
    assert texts["attachments"].startswith("0 embedded files")


def test_control_characters_are_not_on_the_page():
    page = print_page(make_document(text=TEXT))
    assert not {"\x00", "\x0b"} & set(page)


def test_a_paper_of_one_part_says_nothing_above():
    assert '<p class="app-paper__mark"></p>' in print_page(make_document(part="", mark=""))


def test_a_page_that_takes_too_long_leaves_nothing(monkeypatch):
    def refuse(*_, **__):
        raise LimitExceeded

    monkeypatch.setattr(pdf, "is_available", lambda: True)
    monkeypatch.setattr(pdf, "run_limited", refuse)
    file = io.BytesIO()
    with pytest.raises(PdfFailed, match="too long"):
        write_pdf(file, make_document())
    assert file.getvalue() == b""


def test_without_pango_it_says_so(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    with pytest.raises(PdfFailed, match="cannot make PDF files"):
        write_pdf(io.BytesIO(), make_document())


def test_it_is_not_available_where_the_library_does_not_load(monkeypatch):
    def refuse(*_, **__):
        raise LimitExceeded

    monkeypatch.setattr(pango, "run_limited", refuse)
    assert pango.is_available.__wrapped__() is False
