"""Tables of LibreOffice, Word and the clipboard: read in full, or refused with a remedy."""

import io

import pytest
from documents import (
    archive,
    docx,
    docx_cell,
    docx_row,
    docx_table,
    ods,
    ods_cell,
    ods_row,
    ods_table,
    paragraph,
)
from docx import Document
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment
from spreadsheets import workbook, workbook_bytes

from registers.imports import read_pasted, zip_guard
from registers.imports.upload import read_sheets
from registers.spreadsheet import CannotRead

TABLE = [["Ref", "Title"], ["1", "Flood"], ["2", "Fire"]]


def texts(sheet):
    return [list(line.cells) for line in sheet.rows]


def read_one(name, content):
    """The only sheet of a file."""
    (sheet,) = read_sheets(name, content)
    return sheet


def pasted(text):
    return read_one(read_pasted.NAME, text.encode())


def refusal(name, content):
    with pytest.raises(CannotRead) as refused:
        read_sheets(name, content)
    return str(refused.value)


# What every format says


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", workbook(TABLE)),
        ("a.ods", ods(ods_table(*TABLE))),
        ("a.docx", docx(docx_table(*TABLE))),
        (read_pasted.NAME, b"Ref\tTitle\n1\tFlood\n2\tFire\n"),
        (read_pasted.NAME, b"Ref  Title\n1    Flood\n2    Fire\n"),
        ("renamed.xlsx", docx(docx_table(*TABLE))),
        ("renamed.csv", ods(ods_table(*TABLE))),
    ],
)
def test_one_table_is_the_same_in_every_format(name, content):
    assert texts(read_one(name, content)) == TABLE


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "الخطر", "a\u202eb", "1e309", "<b>&amp;</b>"])
def test_odd_texts_are_read_as_they_stand(text):
    table = [["Ref", "Title"], ["1", text]]
    assert texts(read_one("a.ods", ods(ods_table(*table)))) == table
    assert texts(read_one("a.docx", docx(docx_table(*table)))) == table
    assert texts(pasted(f"Ref\tTitle\n1\t{text}")) == table


# .ods


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (("12", "float", "12"), "12"),
        (("3.3", "float", "3.3333333333333335"), "3.33333333333333"),
        (("CRR0007", "float", "7"), "CRR0007"),
        (("007", "float", "7"), "007"),
        (("£1,200.50", "currency", "1200.5"), "1200.5"),
        (("25%", "percentage", "0.25"), "25%"),
        (("01/04/26", "date", "2026-04-01"), "2026-04-01"),
        (("Apr-26", "date", "2026-04-01"), "Apr-26"),
        (("01/04/26 14:30", "date", "2026-04-01T14:30:00"), "2026-04-01 14:30"),
        (("TRUE", "boolean", "true"), "TRUE"),
        (("two\nlines", "string"), "two\nlines"),
    ],
)
def test_ods_a_cell_is_read_as_it_shows(cell, text):
    assert texts(read_one("a.ods", ods(ods_table(["x", ods_cell(*cell)]))))[0][1] == text


def test_ods_repeated_cells_and_rows_are_read_each():
    repeat = 'table:number-columns-repeated="2"'
    rows = [ods_row("a", ods_cell("b", attributes=repeat)), ods_row("c")]
    rows[1] = ods_row("c", attributes='table:number-rows-repeated="2"')
    empty = ods_row(ods_cell(""), attributes='table:number-rows-repeated="1000000"')
    sheet = read_one("a.ods", ods(ods_table(*rows, empty)))
    assert texts(sheet) == [["a", "b", "b"], ["c", "", ""], ["c", "", ""]]
    assert [row.number for row in sheet.rows] == [1, 2, 3]


def test_ods_spaces_tabs_and_links_inside_a_text_are_kept():
    cell = (
        '<table:table-cell office:value-type="string"><text:p>a<text:s text:c="2"/>b<text:tab/>'
        "<text:span>c</text:span><text:line-break/>d</text:p></table:table-cell>"
    )
    assert texts(read_one("a.ods", ods(ods_table([cell]))))[0] == ["a  b\tc\nd"]


def test_ods_merged_cells_are_reported():
    across = ods_cell("Banner", attributes='table:number-columns-spanned="2"')
    down = ods_cell("1", attributes='table:number-rows-spanned="2"')
    covered = "<table:covered-table-cell/>"
    sheet = read_one("a.ods", ods(ods_table([across, covered], [down, "x"], [covered, "y"])))
    assert sheet.merged == ((1, 1, 1, 2), (2, 1, 3, 1))
    assert texts(sheet) == [["Banner", ""], ["1", "x"], ["", "y"]]


def test_ods_hidden_and_filtered_rows_and_columns_are_read_and_named():
    hidden = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    rows = [ods_row("1", attributes='table:visibility="collapse"')]
    rows += [ods_row("2", "x", attributes='table:visibility="filter"')]
    sheet = read_one("a.ods", ods(ods_table(["Ref", "Title"], *rows, columns=hidden)))
    assert texts(sheet) == [["Ref", "Title"], ["1", ""], ["2", "x"]]
    assert sheet.remarks == (
        "A filter is on. We also read the rows that it hides.",
        "We also read rows 2 and 3, which are hidden.",
        "We also read column B, which is hidden.",
    )


def test_ods_a_hidden_sheet_is_read_and_named():
    styles = (
        '<style:style style:name="ta2"><style:table-properties table:display="false"/>'
        "</style:style>"
    )
    hidden = ods_table(["y"], name="Old", attributes='table:style-name="ta2"')
    first, second = read_sheets("a.ods", ods(ods_table(["x"]), hidden, styles=styles))
    assert (first.remarks, second.name, second.remarks) == ((), "Old", ("The sheet is hidden.",))


def test_ods_failed_formulas_are_named_by_cell():
    cells = [
        ods_cell("#REF!", "string", attributes='table:formula="of:=[.#REF!]"'),
        ods_cell("#DIV/0!", "float", "0", attributes='table:formula="of:=1/0"'),
        ods_cell("Err:502", "float", "0", attributes='table:formula="of:=X()"'),
    ]
    sheet = read_one("a.ods", ods(ods_table(["Ref"], cells)))
    assert texts(sheet)[1] == ["#REF!", "#DIV/0!", "Err:502"]
    assert "A2 (#REF!), B2 (#DIV/0!) and C2 (Err:502) failed" in sheet.remarks[0]


def test_ods_an_error_in_another_language_is_named_too():
    cell = ods_cell("#WERT!", attributes='calcext:value-type="error"')
    sheet = read_one("a.ods", ods(ods_table(["Ref", cell])))
    assert "B1 (#WERT!) failed" in sheet.remarks[0]


def test_ods_line_breaks_of_the_xml_are_no_text():
    cell = (
        '<table:table-cell office:value-type="string"><text:p>\n  a\n  <text:span>b</text:span>'
        "\n</text:p></table:table-cell>"
    )
    assert texts(read_one("a.ods", ods(ods_table([cell])))) == [["a b"]]


def test_ods_a_formula_without_a_value_has_its_text_and_a_note():
    cell = ods_cell("", "", attributes='table:formula="of:=[.A1]*2"')
    sheet = read_one("a.ods", ods(ods_table(["Ref", cell])))
    assert texts(sheet) == [["Ref", "=[.A1]*2"]]
    assert sheet.remarks[0].startswith("1 formula has no stored value, in row 1, column B")


def test_ods_comments_and_pictures_are_named_and_not_read():
    cell = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>secret</text:p>'
        "</office:annotation><text:p>x</text:p><drawing:frame><text:p>logo</text:p>"
        "</drawing:frame></table:table-cell>"
    )
    sheet = read_one("a.ods", ods(ods_table([cell])))
    assert texts(sheet) == [["x"]]
    assert [remark.split()[4] for remark in sheet.remarks] == ["comments", "pictures"]


def test_ods_tracked_changes_are_no_rows():
    deleted = f"<table:tracked-changes>{ods_row('gone')}</table:tracked-changes>"
    assert texts(read_one("a.ods", ods(deleted, ods_table(["x"])))) == [["x"]]


@pytest.mark.parametrize("repeated", ["rows", "columns"])
def test_ods_a_few_bytes_that_repeat_a_text_a_million_times_are_refused(repeated):
    """calamine takes gigabytes for it, and ends the process."""
    many = f'table:number-{repeated}-repeated="1000000"'
    row = (
        ods_row(*["x"] * 100, attributes=many)
        if repeated == "rows"
        else ods_row(ods_cell("x", attributes=many))
    )
    refused = refusal("a.ods", ods(ods_table(*[row] * 3)))
    assert "rows" in refused or "columns" in refused


@pytest.mark.parametrize("count", ["-1", "0", "x", "9" * 5000])
def test_ods_a_count_that_is_none_is_refused(count):
    row = ods_row("x", attributes=f'table:number-rows-repeated="{count}"')
    assert "damaged" in refusal("a.ods", ods(ods_table(row, ["y"])))


def test_ods_too_many_spaces_are_no_gigabyte():
    cell = (
        '<table:table-cell office:value-type="string"><text:p>a<text:s text:c="2000000000"/>b'
        "</text:p></table:table-cell>"
    )
    assert "characters" in refusal("a.ods", ods(ods_table([cell])))


# .docx


def test_docx_a_file_of_word_itself_is_read():
    document = Document()
    document.add_heading("Financial risks", 1)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Ref", "Title", "1", "Flood\nand fire"], strict=True):
        cell.text = text
    out = io.BytesIO()
    document.save(out)
    sheet = read_one("a.docx", out.getvalue())
    assert sheet.name == "Table 1: Financial risks"
    assert texts(sheet) == [["Ref", "Title"], ["1", "Flood\nand fire"]]


def test_docx_each_table_is_a_sheet_named_for_the_text_above_it():
    blocks = [paragraph("Money"), docx_table(*TABLE), docx_table(*TABLE), paragraph("x" * 200)]
    sheets = read_sheets("a.docx", docx(*blocks, docx_table(*TABLE)))
    assert [sheet.name for sheet in sheets] == ["Table 1: Money", "Table 2", "Table 3"]
    assert sheets[0].remarks == ("We do not read the text outside its tables.",)


def test_docx_small_tables_are_left_out_and_counted():
    sheet = read_one("a.docx", docx(docx_table(["Logo", "Council"]), docx_table(*TABLE)))
    assert (texts(sheet), sheet.remarks) == (
        TABLE,
        ("We do not read 1 table with only one row or column.",),
    )


def test_docx_merged_cells_are_reported():
    across = docx_cell("Money", properties='<w:gridSpan w:val="3"/>')
    first = docx_cell("1", properties='<w:vMerge w:val="restart"/>')
    further = docx_cell(properties="<w:vMerge/>")
    alone = docx_cell("2", properties='<w:vMerge w:val="restart"/>')
    rows = [["Ref", "Title", "Control"], [across], [first, "Flood", "Wall"], [further, "", "Pump"]]
    rows += [[alone, "Fire", ""], ["3", "Theft", ""]]
    sheet = read_one("a.docx", docx(docx_table(*rows)))
    assert sheet.merged == ((2, 1, 2, 3), (3, 1, 4, 1))
    assert texts(sheet)[3] == ["", "", "Pump"]


def test_docx_a_row_that_begins_further_right_keeps_its_columns():
    row = docx_row("x", properties='<w:gridBefore w:val="1"/>')
    assert texts(read_one("a.docx", docx(docx_table(*TABLE, row))))[3] == ["", "x"]


def test_docx_deleted_text_and_rows_are_not_read_and_inserted_ones_are():
    cell = (
        "<w:tc><w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t>"
        "</w:r></w:ins><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p></w:tc>"
    )
    deleted = docx_row("9", "Deleted", properties="<w:del/>")
    sheet = read_one("a.docx", docx(docx_table(["Ref", "Title"], ["1", cell], deleted)))
    assert texts(sheet) == [["Ref", "Title"], ["1", "new"]]
    assert ["1 row that a tracked change deleted" in sheet.remarks[0], len(sheet.remarks)] == [
        True,
        2,
    ]
    assert "tracked changes" in sheet.remarks[1]


def test_docx_a_content_control_and_its_choice_are_read():
    control = f"<w:sdt><w:sdtContent>{paragraph('High')}</w:sdtContent></w:sdt>"
    cell = f"<w:tc>{control}</w:tc>"
    assert texts(read_one("a.docx", docx(docx_table(*TABLE, ["3", cell]))))[3] == ["3", "High"]


def test_docx_a_table_inside_a_cell_is_lines_of_the_cell():
    cell = docx_cell("Scores", content=docx_table(["L", "3"], ["I", "4"]))
    sheet = read_one("a.docx", docx(docx_table(["Ref", "Title"], ["1", cell])))
    assert texts(sheet)[1] == ["1", "Scores\nL | 3\nI | 4"]
    assert sheet.remarks[0].startswith("Row 2 has a table inside a cell")


def test_docx_a_table_inside_a_layout_table_counts_by_itself():
    cell = docx_cell(content=docx_table(*TABLE))
    assert texts(read_one("a.docx", docx(docx_table([cell])))) == TABLE


def test_docx_automatic_numbers_are_named_as_missing():
    cell = "<w:tc><w:p><w:pPr><w:numPr/></w:pPr></w:p></w:tc>"
    sheet = read_one("a.docx", docx(docx_table(["Ref", "Title"], [cell, "Flood"])))
    assert sheet.remarks[0].startswith("Row 2 has an automatic number")


@pytest.mark.parametrize("blocks", [[], [paragraph("No table")], [docx_table(["one row", "x"])]])
def test_docx_without_a_table_is_refused(blocks):
    assert "no table with at least two rows" in refusal("a.docx", docx(*blocks))


def test_docx_a_span_of_a_billion_columns_is_refused():
    cell = docx_cell("x", properties='<w:gridSpan w:val="1000000000"/>')
    assert "columns" in refusal("a.docx", docx(docx_table(*TABLE, [cell, "y"])))


def test_docx_tables_nested_without_end_are_refused():
    table = docx_table(*TABLE)
    for _ in range(10):
        table = docx_table(["a", "b"], ["c", docx_cell(content=table)])
    assert "deep" in refusal("a.docx", docx(table))


# Pasted


def test_pasted_cells_of_several_lines_from_a_workbook_are_one_cell():
    sheet = pasted('Ref\tTitle\tOwner\n1\t"Flood\nand ""fire"""\tHead\n')
    assert texts(sheet) == [["Ref", "Title", "Owner"], ["1", 'Flood\nand "fire"', "Head"]]


def test_pasted_rows_that_word_broke_at_its_paragraphs_are_joined_and_named():
    sheet = pasted("Ref\tTitle\tOwner\n1\tFlood\nand fire\tHead\n2\tTheft\tHead\n")
    assert texts(sheet)[1:] == [["1", "Flood\nand fire", "Head"], ["2", "Theft", "Head"]]
    assert sheet.remarks[0].startswith("We joined several lines into row 2")


def test_pasted_a_heading_between_rows_is_a_row_of_its_own():
    sheet = pasted("Ref\tTitle\tOwner\nMoney\n1\tFlood\tHead\n")
    assert texts(sheet)[1:] == [["Money", "", ""], ["1", "Flood", "Head"]]


def test_pasted_columns_of_a_pdf_are_told_apart_by_their_spaces():
    sheet = pasted(
        "Ref   Title           Owner\n"
        "1     Flood of the    Head of streets\n"
        "      depot\n"
        "2     Theft           Head of law\n"
    )
    assert texts(sheet) == [
        ["Ref", "Title", "Owner"],
        ["1", "Flood of the", "Head of streets"],
        ["", "depot", ""],
        ["2", "Theft", "Head of law"],
    ]


@pytest.mark.parametrize(
    "text", ["just a sentence", "one\ntwo\nthree", "A  sentence\nand\nmore\nlines"]
)
def test_pasted_text_without_columns_is_refused(text):
    assert "cannot find columns" in refusal(read_pasted.NAME, text.encode())


def test_pasted_commas_are_read_as_csv():
    assert texts(pasted("Ref,Title\n1,Flood\n2,Fire\n")) == TABLE


# What a workbook of Excel holds besides its texts


def test_xlsx_hidden_rows_and_columns_filters_and_comments_are_named():
    book = Workbook()
    sheet = book.active
    for row in (*TABLE, ["3", "=1/0"]):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = sheet.column_dimensions["B"].hidden = True
    sheet.auto_filter.ref = "A1:B4"
    sheet.auto_filter.add_filter_column(0, ["2"])
    sheet["A1"].comment = Comment("secret", "somebody")
    remarks = read_one("a.xlsx", workbook_bytes(book)).remarks
    assert [remark.split(", ")[0] for remark in remarks] == [
        "A filter is on. We also read the rows that it hides.",
        "We also read row 2",
        "We also read column B",
        "1 formula has no stored value",
        "We do not read comments on cells. Put anything that matters into a cell.",
    ]


def test_xlsx_failed_formulas_are_named_by_cell():
    book = Workbook()
    book.active.append(["Ref", "#REF!", "#N/A"])
    assert "B1 (#REF!) and C1 (#N/A) failed" in read_one("a.xlsx", workbook_bytes(book)).remarks[0]


def test_xlsx_merged_cells_are_named():
    sheet = read_one("a.xlsx", workbook(TABLE, merged=["A1:B1", "A2:A3"]))
    assert "2 ranges of cells are merged (A1:B1 and A2:A3)" in sheet.remarks[0]


# What is refused


OLE = zip_guard.OLE + b"\0" * 600
REFUSED = {
    "text named .ods": ("a.ods", b"Ref,Title\n1,x\n", "but is not one"),
    "text named .docx": ("a.docx", b"Ref,Title\n1,x\n", "but is not one"),
    "macros in Word": ("a.docm", docx(docx_table(*TABLE)), "macros"),
    "macros in .docx": (
        "a.docx",
        docx(docx_table(*TABLE), **{"word/vbaProject.bin": b"x"}),
        "macros",
    ),
    "macros in .ods": ("a.ods", ods(**{"Basic/Standard/Module1.xml": "<x/>"}), "macros"),
    "an old document": ("a.doc", OLE + "WordDocument".encode("utf-16-le"), ".docx"),
    "an old workbook": ("a.xls", OLE + "Workbook".encode("utf-16-le"), "save it as .xlsx"),
    "a password": ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    "a password in .ods": (
        "a.ods",
        ods(**{"META-INF/manifest.xml": "<m><encryption-data/></m>", "content.xml": b"\1\2"}),
        "password",
    ),
    "a text of LibreOffice": (
        "a.ods",
        ods(mimetype="application/vnd.oasis.opendocument.text"),
        "save it as .docx",
    ),
    "a PDF": ("a.pdf", b"%PDF-1.7\n", "paste it"),
    "a web page": ("a.xls", b"<html><table>", "paste it"),
    "rich text": ("a.doc", b"{\\rtf1 x}", "save it as .docx"),
    "XML": ("a.fods", b"<?xml version='1.0'?><office:document/>", "save it as .xlsx"),
    "an archive": ("a.docx", archive({"a.txt": "x"}), "not a workbook"),
    "a bomb in Word": ("a.docx", docx(**{"word/media/a.bin": bytes(30_000_000)}), "grow"),
    "a bomb of LibreOffice": ("a.ods", ods(**{"content.xml": b" " * 30_000_000}), "grow"),
    "entities in Word": (
        "a.docx",
        docx(**{"word/document.xml": "<!DOCTYPE x [<!ENTITY a 'ha'>]><x>&a;</x>"}),
        "entities",
    ),
    "entities of LibreOffice": (
        "a.ods",
        ods(**{"content.xml": "<!DOCTYPE x [<!ENTITY a 'ha'>]><x>&a;</x>"}),
        "entities",
    ),
    "half a document": ("a.docx", docx(**{"word/document.xml": "<w:document"}), "damaged"),
    "no document": ("a.docx", archive({"[Content_Types].xml": "", "word/a.xml": ""}), "damaged"),
    "an empty workbook": ("a.ods", ods(ods_table([""])), "No sheet"),
    "100,000 rows": ("a.ods", ods(ods_table(*[["1"]] * 20_005)), "20,000 rows"),
    "1,000 columns": ("a.ods", ods(ods_table(["x"] * 1000)), "256 columns"),
    "1,000 columns of Word": ("a.docx", docx(docx_table(["x"] * 1000, ["y"])), "256 columns"),
    "1,000 pasted columns": (read_pasted.NAME, b"x\t" * 1000, "256 columns"),
    "too many tables": ("a.docx", docx(*[docx_table(*TABLE)] * 51), "50 tables"),
    "too many sheets": ("a.ods", ods(*[ods_table(["x"])] * 51), "50 sheets"),
}


@pytest.mark.parametrize("label", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy(label):
    name, content, words = REFUSED[label]
    assert words in refusal(name, content)


SAMPLES = {"a.ods": ods(ods_table(*TABLE)), "a.docx": docx(docx_table(*TABLE))}


@given(st.data(), st.sampled_from([*SAMPLES]))
def test_a_file_with_a_damaged_byte_is_read_or_refused(data, name):
    content = bytearray(SAMPLES[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read_sheets(name, bytes(content))
    except CannotRead as refused:
        assert str(refused)


@given(st.text(alphabet=st.sampled_from("ab1 \t\n\",;|='"), max_size=80))
@example('"\t\n')
def test_any_pasted_text_is_read_or_refused(text):
    try:
        read_sheets(read_pasted.NAME, text.encode())
    except CannotRead as refused:
        assert str(refused)
