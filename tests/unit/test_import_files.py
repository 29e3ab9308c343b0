"""Files of unknown senders: read in full, or refused with a place and a remedy."""

import datetime
import io
import struct
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import numbers
from spreadsheets import csv_of, workbook, workbook_bytes

from registers import spreadsheet
from registers.imports import zip_guard
from registers.imports.upload import read_sheets
from registers.spreadsheet import CannotRead, escape_formula, unescape_formula

TABLE = [["Ref", "Title"], ["1", "Flood"], ["2", "Fire"]]


def texts(sheet):
    return [list(line.cells) for line in sheet.rows]


def refusal(name, content):
    with pytest.raises(CannotRead) as refused:
        read_sheets(name, content)
    return str(refused.value)


def with_part(content, name, data, **options):
    """The archive with one part added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, data, **options)
    return out.getvalue()


def part_of(content, name="xl/worksheets/sheet1.xml"):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


# What is read


def test_a_workbook_and_a_csv_say_the_same():
    assert (
        texts(read_sheets("a.xlsx", workbook(TABLE))[0])
        == TABLE
        == texts(read_sheets("a.csv", csv_of(TABLE))[0])
    )


def test_every_sheet_is_read_hidden_ones_too_and_empty_ones_are_left_out():
    book = Workbook()
    book.active.append(["x"])
    book.create_sheet("Empty")
    hidden = book.create_sheet("Old register")
    hidden.append(["y"])
    hidden.sheet_state = "hidden"
    first, second = read_sheets("a.xlsx", workbook_bytes(book))
    assert (second.name, texts(second), second.remarks) == (
        "Old register",
        [["y"]],
        ("The sheet is hidden.",),
    )
    assert first.remarks == ()


def test_numbers_days_and_truths_are_text_as_the_sheet_shows_them():
    book = Workbook()
    cells = [
        (12.0, None, "12"),
        (0.1 + 0.2, None, "0.3"),
        (0.25, "0%", "25%"),
        (7, '"CRR"0000', "CRR0007"),
        (46113, None, "46113"),
        (datetime.date(2026, 4, 1), "dd/mm/yyyy", "2026-04-01"),
        (datetime.date(2026, 4, 1), "mmm-yy", "Apr 2026"),
        (datetime.date(2026, 4, 15), "mmm-yy", "2026-04-15"),
        (datetime.datetime(2026, 4, 1, 14, 30), "dd/mm/yyyy hh:mm", "2026-04-01 14:30"),
        (True, None, "TRUE"),
        ("#REF!", None, "#REF!"),
        ("two\nlines", None, "two\nlines"),
        (123456789012, None, "123456789012"),
        (1.5, numbers.FORMAT_NUMBER_00, "1.5"),
    ]
    for row, (value, shown_as, _) in enumerate(cells, 1):
        cell = book.active.cell(row, 1, value)
        cell.number_format = shown_as or cell.number_format
    assert texts(read_sheets("a.xlsx", workbook_bytes(book))[0]) == [[text] for _, _, text in cells]


def test_a_formula_has_its_stored_value_or_its_text_with_a_note():
    content = workbook([["Score"], [0], ["=B2*C2"]])
    xml = part_of(content).replace("<v>0</v>", "<f>4*5</f><v>20</v>")
    sheet = read_sheets("a.xlsx", with_part(content, "xl/worksheets/sheet1.xml", xml))[0]
    assert texts(sheet) == [["Score"], ["20"], ["=B2*C2"]]
    assert sheet.remarks[0].startswith("1 formula has no stored value, in row 3, column A")


def test_merged_cells_are_reported_and_rows_keep_their_numbers():
    sheet = read_sheets(
        "a.xlsx", workbook([["Banner"], [], ["Ref", "Title"], [1, "Flood"]], merged=["A1:B1"])
    )[0]
    assert sheet.merged == ((1, 1, 1, 2),)
    assert [line.number for line in sheet.rows] == [1, 3, 4]


def test_cells_without_references_and_inline_rich_text_are_read():
    content = workbook(TABLE)
    rows = (
        "<row><c t='inlineStr'><is><r><t>Re</t></r><r><t>f</t></r>"
        "<rPh sb='0' eb='1'><t>x</t></rPh></is></c>"
        "<c><v>4</v></c></row><row><c t='str'><v>a_x000D_\nb</v></c></row>"
    )
    xml = f"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>{rows}</sheetData></worksheet>"
    sheet = read_sheets("a.xlsx", with_part(content, "xl/worksheets/sheet1.xml", xml))[0]
    assert texts(sheet) == [["Ref", "4"], ["a\nb", ""]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_of_several_encodings(encoding):
    rows = [["Ref", "Title"], ["1", "Café \u2013 £5"]]
    assert texts(read_sheets("a.csv", csv_of(rows, encoding=encoding))[0]) == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_of_several_delimiters(delimiter):
    rows = [
        ["Ref", "Title", "Note"],
        ["1", "Flood, fire; theft", 'a "quoted"\nword'],
        ["2", "x", ""],
    ]
    assert texts(read_sheets("a.csv", csv_of(rows, delimiter))[0]) == rows


def test_a_line_that_names_the_separator_is_used_and_kept():
    assert texts(read_sheets("a.csv", b"sep=;\r\nRef;Title, short\r\n1;x\r\n")[0])[1:] == [
        ["Ref", "Title, short"],
        ["1", "x"],
    ]


def test_one_column_is_one_column():
    assert texts(read_sheets("a.csv", b"Risk\nFlood\nFire, and theft\n")[0])[1] == ["Flood", ""]
    assert texts(read_sheets("a.csv", b"Risk\nFlood\n")[0]) == [["Risk"], ["Flood"]]


def test_escaped_formulas_are_read_as_their_text():
    rows = [
        ["Ref", "Title"],
        ["1", escape_formula("=1+1")],
        ["2", escape_formula("'-x")],
        ["3", "it's"],
    ]
    assert [row[1] for row in texts(read_sheets("a.csv", csv_of(rows))[0])[1:]] == [
        "=1+1",
        "'-x",
        "it's",
    ]


@given(st.text())
@example("'=x")
@example("''\t")
def test_escaping_for_spreadsheets_is_undone_exactly(text):
    assert unescape_formula(escape_formula(text)) == text
    assert not escape_formula(text).startswith(tuple("=+-@\t\r"))


# What is refused


@pytest.mark.parametrize(
    "name",
    ["-2", "2", "A" * 200_000 + "2", "\u00c42", "x-2"],
    ids=["sign", "none", "long", "umlaut", "both"],
)
def test_a_cell_in_a_column_that_is_none_is_refused_at_once(name):
    """A sign made the reader loop for ever."""
    content = workbook(TABLE)
    xml = part_of(content).replace('r="A2"', f'r="{name}"')
    assert "damaged" in refusal("a.xlsx", with_part(content, "xl/worksheets/sheet1.xml", xml))


def test_macros_are_refused():
    content = with_part(workbook(TABLE), "xl/vbaProject.bin", b"x")
    assert "macros" in refusal("a.xlsx", content)
    assert "macros" in refusal("a.xlsm", workbook(TABLE))


def test_a_password_and_the_old_format_are_refused():
    assert "password" in refusal("a.xlsx", zip_guard.OLE + b"\0" * 600)
    assert ".xls format" in refusal("a.xls", zip_guard.OLE + b"\0" * 600)


def test_an_encrypted_part_is_refused():
    content = bytearray(workbook(TABLE))
    place = content.index(b"PK\x01\x02")
    content[place + 8 : place + 10] = struct.pack("<H", 1)
    assert "password" in refusal("a.xlsx", bytes(content))


@pytest.mark.parametrize("part", [0.3, 0.6, 0.99])
def test_a_truncated_workbook_is_refused(part):
    content = workbook(TABLE)
    assert "damaged" in refusal("a.xlsx", content[: int(len(content) * part)])


def test_a_bomb_is_refused_by_what_it_declares_before_it_is_unpacked():
    content = bytearray(workbook(TABLE))
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 4_000_000_000)
    assert "would unpack to 4,000 MB" in refusal("a.xlsx", bytes(content))


def test_a_part_that_grows_out_of_proportion_is_refused():
    assert "grow" in refusal(
        "a.xlsx", with_part(workbook(TABLE), "xl/media/a.bin", bytes(30_000_000))
    )


def test_a_part_larger_than_it_declares_is_refused():
    content = bytearray(workbook([["x" * 50]] * 400))
    place = content.index(b"xl/worksheets/sheet1.xml", content.index(b"PK\x01\x02")) - 46
    content[place + 24 : place + 28] = struct.pack("<I", 600)
    assert "damaged" in refusal("a.xlsx", bytes(content))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_entities_are_refused_wherever_they_are_defined(part):
    content = workbook(TABLE)
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    xml = part_of(content, part)
    head, body = (
        (xml[: xml.index("?>") + 2], xml[xml.index("?>") + 2 :])
        if xml.startswith("<?")
        else ("", xml)
    )
    assert "entities" in refusal("a.xlsx", with_part(content, part, head + laughs + body))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"]
)
@pytest.mark.parametrize(
    "data",
    [
        "",
        "no xml",
        "<a/>",
        "<worksheet><sheetData><row r='x'><c r='?'><v>1</v></c></row></sheetData>",
    ],
)
def test_a_damaged_part_is_refused_with_a_message(part, data):
    try:
        sheets = read_sheets("a.xlsx", with_part(workbook(TABLE), part, data))
    except CannotRead as refused:
        assert str(refused)
    else:
        assert sheets == [] or part == "xl/sharedStrings.xml"


def test_a_missing_shared_string_does_not_crash():
    xml = part_of(workbook([[7]])).replace("<v>7</v>", "<v>7</v></c><c t='s'><v>7</v>")
    assert "damaged" in refusal(
        "a.xlsx", with_part(workbook([[7]]), "xl/worksheets/sheet1.xml", xml)
    )


def test_shared_texts_are_read():
    xml = part_of(workbook([[7]])).replace("<v>7</v>", "<v>7</v></c><c t='s'><v>1</v>")
    strings = "<sst xmlns='x'><si><t>a</t></si><si><r><t>b </t></r><r><t>c</t></r></si></sst>"
    content = with_part(
        with_part(workbook([[7]]), "xl/worksheets/sheet1.xml", xml), "xl/sharedStrings.xml", strings
    )
    assert texts(read_sheets("a.xlsx", content)[0]) == [["7", "b c"]]


def test_too_many_rows_and_columns_are_refused_with_the_place():
    rows = [["Ref", "Title"], *[[str(n), "x"] for n in range(spreadsheet.ROWS + 5)]]
    assert "row 20,001" in refusal("a.csv", csv_of(rows))
    assert "more than 200 columns (row 1)" in refusal(
        "a.csv", csv_of([[f"c{n}" for n in range(250)]])
    )
    assert "column SF" in refusal("a.csv", csv_of([["x"] * 500]))


def test_a_text_far_out_in_a_workbook_is_refused_with_its_place():
    book = Workbook()
    book.active["A1"], book.active["XFD7"] = "x", "y"
    assert "row 7, column XFD" in refusal("a.xlsx", workbook_bytes(book))
    content = workbook(TABLE)
    xml = part_of(content).replace('<row r="3"', '<row r="999999999"')
    assert "row 999,999,999" in refusal(
        "a.xlsx", with_part(content, "xl/worksheets/sheet1.xml", xml)
    )


def test_two_hundred_thousand_rows_are_refused_in_little_time_and_memory():
    content = b"Ref,Title\n" + b"1,x\n" * 200_000
    assert "20,000 rows" in refusal("a.csv", content)


def test_a_cell_that_is_too_long_is_refused_with_its_place():
    assert "row 2, column B has 40,000 characters" in refusal(
        "a.csv", csv_of([["a", "b"], ["1", "x" * 40_000]])
    )


def test_a_file_that_is_too_large_or_empty_is_refused():
    assert "20 MB" in refusal("a.csv", b"x" * (spreadsheet.BYTES + 1))
    for content in (b"", b"\n\n", b"\0\0"):
        assert "empty" in refusal("a.csv", content)
    assert "No sheet" in refusal("a.csv", b", ,\n")
    assert "No sheet" in refusal("a.xlsx", workbook([[]]))


def test_a_file_that_is_no_workbook_is_refused_by_content():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    assert "not a workbook" in refusal("a.xlsx", out.getvalue())
    assert "has the name of a workbook but is not one" in refusal("a.xlsx", b"Ref,Title\n1,x\n")
    assert "copy its table" in refusal("a.csv", b"%PDF-1.4 \0\0\n")


def test_a_nul_is_refused_with_its_place():
    assert refusal("a.csv", b"Ref,Title\n1,a\0b\n").startswith("Row 2, column B has a NUL")


def test_two_encodings_in_one_file_are_refused_with_the_line():
    content = "Ref,Title\n1,Café\n".encode() + "2,Café\n".encode("cp1252")
    assert refusal("a.csv", content).startswith("Line 3 of the file is in another encoding")


def test_the_windows_encoding_is_reported():
    sheet = read_sheets("a.csv", csv_of([["Ref", "Title"], ["1", "Café"]], encoding="cp1252"))[0]
    assert "cp1252" in sheet.remarks[0]


def test_bytes_of_no_encoding_are_refused_with_the_line():
    assert refusal("a.csv", b"Ref,Title\n1,\x81\x8d\n").startswith("Line 2 of the file")


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row():
    assert refusal("a.csv", b'Ref,Title\n1,"a\n2,b\n').startswith(
        "Row 2 has a quotation mark that is never closed"
    )


def test_misplaced_quotation_marks_are_read_and_reported():
    sheet = read_sheets("a.csv", b'Ref,Title\n1,"a" b\n2,5" pipe\n')[0]
    assert texts(sheet)[1:] == [["1", "a b"], ["2", '5" pipe']]
    assert "quotation marks" in sheet.remarks[0]


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a"]))
@example(b"PK\x03\x04", "a.xlsx")
def test_any_bytes_are_read_or_refused(content, name):
    try:
        assert all(sheet.rows for sheet in read_sheets(name, content))
    except CannotRead as refused:
        assert str(refused)


@given(st.data())
def test_a_workbook_with_a_damaged_byte_is_read_or_refused(data):
    content = bytearray(WORKBOOK)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read_sheets("a.xlsx", bytes(content))
    except CannotRead as refused:
        assert str(refused)


WORKBOOK = workbook(TABLE)
