"""What finds an exempt text in a file looks into every place of it."""

import io
import shutil

import docx
import pytest
from council_templates import content_of, template_of, with_parts
from paper_documents import make_document
from paper_files import texts_of_pdf, texts_of_word

from registers.papers import pdf
from registers.papers.document import Paragraph, Section

CANARY = "canary"


def test_a_text_cut_into_runs_is_found():
    document = docx.Document()
    paragraph = document.add_paragraph()
    for piece in ("can", "ary"):
        paragraph.add_run(piece).bold = piece == "ary"
    assert CANARY in texts_of_word(content_of(document))["word/document.xml"]


@pytest.mark.parametrize(
    "part",
    ["docProps/custom.xml", "word/comments.xml", "customXml/item1.xml", "word/media/image1.bin"],
)
def test_every_part_is_looked_into(part):
    content = with_parts(template_of("Text"), {part: f"<x y='{CANARY}'/>".encode()})
    assert CANARY in texts_of_word(content)[part]


def test_headers_and_properties_are_looked_into():
    document = docx.Document()
    document.core_properties.keywords = CANARY
    document.sections[0].header.paragraphs[0].text = CANARY
    texts = texts_of_word(content_of(document))
    names = {"docProps/core.xml", "word/header1.xml"}
    assert {name for name, text in texts.items() if CANARY in text} == names


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils are not installed")
def test_pages_properties_structure_and_bookmarks_are_looked_into():
    if not pdf.is_available():
        pytest.skip("pango is not installed")
    section = Section("stuck", f"A {CANARY}", (Paragraph("stuck", "Text"),))
    file = io.BytesIO()
    pdf.write_pdf(file, make_document(title=f"The {CANARY}", sections=(section,)))
    texts = texts_of_pdf(file.getvalue())
    places = {place for place, text in texts.items() if CANARY in text}
    assert places == {"pages", "properties", "structure", "objects"}
