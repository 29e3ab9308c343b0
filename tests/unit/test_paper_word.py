"""A paper in Word, without a template: its shape, and what a screen reader needs."""

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from paper_documents import make_document
from paper_files import texts_of_word

from registers.papers.document import Document, Paragraph, Section, Table
from registers.papers.word import write_word


def write(document):
    file = io.BytesIO()
    write_word(file, document)
    return file.getvalue()


@pytest.fixture(scope="module")
def content():
    return write(make_document())


@pytest.fixture(scope="module")
def paper(content):
    return docx.Document(io.BytesIO(content))


def test_authority_and_committee_stand_above_the_title(paper):
    texts = [paragraph.text for paragraph in paper.paragraphs[:3]]
    assert texts == ["Northmoor Council", "Audit committee", "Risk report"]


def test_the_opening_table_has_the_lines_and_the_sections_of_the_cover(paper):
    labels = [row.cells[0].text for row in paper.tables[0].rows]
    assert labels == ["Date of meeting", "Officer", "Executive summary", "Recommendation"]
    assert "Two risks are above tolerance." in paper.tables[0].cell(2, 1).text


def test_other_sections_have_headings_of_a_numbered_list(paper):
    headings = [row.text for row in paper.paragraphs if row.style.name == "Heading 1"]
    assert headings == ["Agreed position", "Matrix", "Risks above tolerance"]
    style = paper.styles["Heading 1"].element
    number = style.pPr.numPr.numId.val
    lists = {row.numId: row for row in paper.part.numbering_part.element.num_lst}
    assert number in lists


def test_a_paragraph_is_numbered_below_its_heading(paper):
    text = next(row for row in paper.paragraphs if row.text.startswith("Considered"))
    assert text.style.element.pPr.numPr.ilvl.val == 1


def test_each_table_with_headings_repeats_them_and_cuts_no_row(paper):
    for table in paper.tables[1:]:
        properties = [row._tr.trPr for row in table.rows]
        assert properties[0].find(qn("w:tblHeader")) is not None
        assert all(row.find(qn("w:cantSplit")) is not None for row in properties)


def test_a_long_row_may_be_cut():
    rows = (("CORP-001", "word " * 200), ("CORP-002", "word"))
    table = Table("long", "Long", ("Risk", "Cause"), rows)
    content = write(Document("Title", {}, (Section("stuck", "Stuck", (table,)),)))
    paper = docx.Document(io.BytesIO(content))
    cuts = [row._tr.trPr.find(qn("w:cantSplit")) is None for row in paper.tables[0].rows]
    assert cuts == [False, True, False]


def test_each_table_says_what_it_holds(paper):
    captions = [
        table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) for table in paper.tables
    ]
    assert captions == [
        "Risk report",
        "Risks by likelihood and impact",
        "Risks above tolerance, highest first",
    ]


def test_the_matrix_counts_in_words_and_names_each_band(paper):
    first = [cell.text for cell in paper.tables[1].rows[1].cells]
    assert first == ["3 Likely", "Now 1, then 0\nLow", "Now 2, then 3\nHigh", "–\nHigh"]  # noqa: RUF001 (a dash)


def test_dark_cells_have_white_ink(paper):
    cell = paper.tables[1].cell(1, 2)
    assert cell._tc.tcPr.find(qn("w:shd")).get(qn("w:fill")) == "666666"
    assert str(cell.paragraphs[0].runs[0].font.color.rgb) == "FFFFFF"


def test_each_page_says_draft_part_and_number(paper):
    assert paper.sections[0].header.paragraphs[0].text == "Draft. Part A: for publication"
    foot = paper.sections[0].footer.paragraphs[0]._p
    assert [field.get(qn("w:instr")) for field in foot.iter(qn("w:fldSimple"))] == [
        "PAGE",
        "NUMPAGES",
    ]


def test_a_paper_of_one_part_without_mark_has_an_empty_head():
    paper = docx.Document(io.BytesIO(write(make_document(part="", mark=""))))
    assert paper.sections[0].header.paragraphs[0].text == ""


def test_its_language_is_british_english(paper):
    assert paper.core_properties.language == "en-GB"
    languages = paper.styles["Normal"].element.iter(qn("w:lang"))
    assert {node.get(qn("w:val")) for node in languages} == {"en-GB"}


def test_its_properties_name_the_authority_and_no_person(paper):
    assert (paper.core_properties.author, paper.core_properties.title) == (
        "Northmoor Council",
        "Risk report",
    )


def test_control_characters_go_and_other_scripts_stay():
    text = "One\x00\x0btwo \U0001f642 \u05e9\u05dc\u05d5\u05dd \ud800 <w:p> & {{ title }}"
    paper = docx.Document(io.BytesIO(write(make_document(text=text))))
    texts = [paragraph.text for paragraph in paper.paragraphs]
    assert "Onetwo \U0001f642 \u05e9\u05dc\u05d5\u05dd  <w:p> & {{ title }}" in texts


def test_a_long_text_is_whole():
    text = "word " * 4000
    assert text in texts_of_word(write(make_document(text=text)))["word/document.xml"]


def test_a_long_title_is_whole_on_the_page_and_short_in_the_properties():
    paper = docx.Document(io.BytesIO(write(make_document(title="T" * 20_000))))
    assert paper.core_properties.title == "T" * 255
    assert paper.paragraphs[2].text == "T" * 20_000


def test_a_paper_of_nothing_is_a_document():
    paper = docx.Document(io.BytesIO(write(Document("", {}, ()))))
    assert [paragraph.text for paragraph in paper.paragraphs] == ["", "", ""]


def test_a_section_without_text_is_a_heading_alone():
    sections = (Section("stuck", "Stuck", ()), Section("case", "Case", (Paragraph("c", "Text"),)))
    paper = docx.Document(io.BytesIO(write(Document("Title", {}, sections))))
    assert [row.text for row in paper.paragraphs][3:] == ["Stuck", "", "Case", "Text"]


def test_every_part_is_in_the_order_of_the_format(content):
    """Word refuses a document whose properties stand in another order than ECMA-376 gives."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("word/document.xml").decode()
    orders = {
        "tblPr": "tblW tblBorders tblLayout tblLook tblCaption",
        "tcPr": "tcW shd",
        "pPr": "pStyle keepNext numPr tabs spacing ind jc",
        "rPr": "b color sz",
    }
    for name, order in orders.items():
        places = {child: place for place, child in enumerate(order.split())}
        for block in re.findall(rf"<w:{name}>(.*?)</w:{name}>", text):
            children = [
                places[child] for child in re.findall(r"<w:(\w+)", block) if child in places
            ]
            assert children == sorted(children)
