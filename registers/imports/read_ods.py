"""Read a workbook of LibreOffice (.ods): our own parser, see docs/adr/0021-reading-files.md.

A cell carries its value and the text that it shows; a cell or row may be repeated by a number.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from zipfile import ZipFile

from registers.imports.sheet_features import ERROR, SheetFeatures
from registers.imports.xml_pass import XmlPass
from registers.spreadsheet import (
    LAST_COLUMN,
    LAST_ROW,
    LONGEST,
    SHEETS,
    CannotRead,
    RowCollector,
    Sheet,
)

CONTENT, KIND, MANIFEST = "content.xml", "mimetype", "META-INF/manifest.xml"
START = 1_000_000  # bytes of a small part that are looked at
TABLE, OFFICE, TEXT, STYLE = (
    f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0 "
    for name in ("table", "office", "text", "style")
)
CALC_KIND = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
# White space in the XML is one space. What was typed are elements, here control characters.
WHITE_SPACE = re.compile(r"[ \t\r\n]+")
SPACE, TAB, LINE_END = "\1\2\3"
AS_TYPED = str.maketrans({SPACE: " ", TAB: "\t", LINE_END: "\n"})
HIDDEN = ("collapse", "filter")
MONTH = re.compile(r"[^\W\d]+\W*\d{2,4}|\d{1,2}[/.-]\d{4}")  # "Apr-26", "04/2026"
CELLS = ("table-cell", "covered-table-cell")


def read_sheets(archive: ZipFile) -> Iterator[Sheet]:
    """Raises CannotRead, and anything for a damaged part."""
    _check_kind(archive)
    collector, tables = RowCollector(), Tables()
    with archive.open(CONTENT) as part:
        rows_by_sheet = groupby(tables.rows(part), key=lambda row: row[0])
        rows = {
            at: collector.collect(
                f'Sheet "{tables.features[at].title}"',
                ((number, texts) for _, number, texts in group),
            )
            for at, group in rows_by_sheet
        }
    for at, features in enumerate(tables.features):
        sheet_rows = rows.get(at, ())
        merged = tuple(features.merged)
        yield Sheet(features.title, sheet_rows, merged, features.remarks_for(sheet_rows))


def _check_kind(archive):
    if MANIFEST in archive.namelist() and b"encryption-data" in _start_of(archive, MANIFEST):
        raise CannotRead("The file is protected by a password: save it without one")
    kind = _start_of(archive, KIND) if KIND in archive.namelist() else b"spreadsheet"
    if b"spreadsheet" not in kind:
        raise CannotRead(
            "The file is an OpenDocument file but not a workbook: save it as .docx if it is a "
            "text, else as .xlsx"
        )


def _start_of(archive, name):
    with archive.open(name) as part:
        return part.read(START)


class Tables(XmlPass):
    """The rows of all tables. features: of each table, complete once the rows are read."""

    def __init__(self):
        super().__init__()
        self.features: list[SheetFeatures] = []
        self.complete_rows: list[tuple[int, int, int, bool, list[str]]] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.depth = self.row = self.column = self.row_count = 0
        self.texts: dict[int, str] = {}
        self.is_row_hidden = False
        self.skipped = 0  # depth inside a comment or a picture
        self.is_in_cell = False
        self.cell: dict[str, str] = {}
        self.lines: list[str] = []

    def rows(self, part) -> Iterator[tuple[int, int, list[str]]]:
        """(index of the table, number, texts) of each row with a text."""
        for _ in self.chunks(part):
            for at, first, count, is_hidden, texts in self.complete_rows:
                features = self.features[at]
                for number in range(first, first + count):
                    if number > LAST_ROW:
                        features.refuse_place(number, 1)
                    if is_hidden:
                        features.hidden_rows.append(number)
                    yield at, number, texts
            self.complete_rows.clear()

    def start(self, name, attributes):
        if self.skipped:
            self.skipped += 1
        elif name == "table":
            self._start_table(attributes)
        elif self.is_in_cell:
            self._start_content(name, attributes)
        elif self.depth == 1:
            self._start_in_table(name, attributes)
        elif name == "style":
            self.style = attributes.get(f"{STYLE}name", "")
        elif name == "table-properties" and attributes.get(f"{TABLE}display") == "false":
            self.hidden_styles.add(self.style)

    def _start_table(self, attributes):
        self.depth += 1
        if self.depth > 1:
            return
        if len(self.features) == SHEETS:
            raise CannotRead(
                f"The workbook has more than {SHEETS} sheets: delete those that hold no risks"
            )
        features = SheetFeatures(attributes.get(f"{TABLE}name", f"Sheet {len(self.features) + 1}"))
        features.is_hidden = attributes.get(f"{TABLE}style-name") in self.hidden_styles
        self.features.append(features)
        self.row = self.column = 0

    def _start_in_table(self, name, attributes):
        if name in CELLS:
            self.is_in_cell, self.cell, self.lines = True, attributes, []
        elif name == "table-row":
            self.row, self.column, self.texts = self.row + 1, 0, {}
            self.row_count = _count(attributes, "number-rows-repeated")
            visibility = attributes.get(f"{TABLE}visibility")
            self.is_row_hidden = visibility in HIDDEN
            self.features[-1].is_filtered |= visibility == "filter"
        elif name == "table-column":
            first, self.column = (
                self.column + 1,
                self.column + _count(attributes, "number-columns-repeated"),
            )
            if attributes.get(f"{TABLE}visibility") in HIDDEN:
                self.features[-1].hide_columns(first, self.column)
        elif name == "shapes":
            self.features[-1].has_pictures, self.skipped = True, 1

    def _start_content(self, name, attributes):
        """An element inside a cell."""
        if name == "annotation":
            self.features[-1].has_comments, self.skipped = True, 1
        elif name in ("frame", "custom-shape", "g", "control"):
            self.features[-1].has_pictures, self.skipped = True, 1
        elif name == "p":
            self.lines.append("")
            self.collect_text()
        elif name == "s":
            self.text_parts.append(SPACE * min(int(attributes.get(f"{TEXT}c", 1)), LONGEST))
        elif name == "tab":
            self.text_parts.append(TAB)
        elif name == "line-break":
            self.text_parts.append(LINE_END)

    def end(self, name):
        if self.skipped:
            self.skipped -= 1
        elif name == "table":
            self.depth -= 1
        elif name == "p" and self.is_in_cell:
            text = WHITE_SPACE.sub(" ", self.take_text()).strip(" ")
            self.lines[-1:] = [text.translate(AS_TYPED)]
        elif self.depth == 1 and name in CELLS:
            self.is_in_cell = False
            self._end_cell()
        elif self.depth == 1 and name == "table-row":
            self._end_row()

    def _end_row(self):
        if self.texts:
            texts = [self.texts.get(at, "") for at in range(1, max(self.texts) + 1)]
            row = (len(self.features) - 1, self.row, self.row_count, self.is_row_hidden, texts)
            self.complete_rows.append(row)
        self.row += self.row_count - 1

    def _end_cell(self):
        first = self.column + 1
        self.column += _count(self.cell, "number-columns-repeated")
        features = self.features[-1]
        down, across = (_count(self.cell, f"number-{name}-spanned") for name in ("rows", "columns"))
        if down > 1 or across > 1:
            features.merge(self.row, first, self.row + down - 1, first + across - 1)
        if text := self._cell_text(first):
            if self.column > LAST_COLUMN or self.row > LAST_ROW:
                features.refuse_place(self.row, self.column)
            self.texts.update(dict.fromkeys(range(first, self.column + 1), text))

    def _cell_text(self, column):
        """What the cell shows; a day in ISO form, a number with all its places."""
        shown, kind = "\n".join(self.lines), self.cell.get(f"{OFFICE}value-type")
        formula = self.cell.get(f"{TABLE}formula")
        if self.cell.get(CALC_KIND) == "error" or (formula and ERROR.fullmatch(shown)):
            self.features[-1].errors.append((self.row, column, shown))
            return shown
        if formula and not kind and not shown:
            self.features[-1].formulas.append((self.row, column))
            return formula.removeprefix("of:")
        if kind == "date":
            return _day_text(self.cell[f"{OFFICE}date-value"], shown)
        if kind == "boolean":
            return self.cell[f"{OFFICE}boolean-value"].upper()
        if kind in ("float", "currency"):
            return _number_text(self.cell[f"{OFFICE}value"], shown)
        return shown or self.cell.get(f"{OFFICE}string-value", "")


def _count(attributes, name):
    """A positive number; raises ValueError for any other."""
    count = int(attributes.get(f"{TABLE}{name}", 1))
    if count < 1:
        raise ValueError(f"{name} is {count}.")
    return count


def _day_text(value, shown):
    """A day as 2026-04-01; the first of a month shown as a month ("Apr-26") as it is shown."""
    day, _, time = value.partition("T")
    if time.strip("0:."):
        return f"{day} {time[:5] if time[5:8] in ('', ':00') else time[:8]}"
    return shown if day.endswith("-01") and MONTH.fullmatch(shown.strip()) else day


def _number_text(value, shown):
    """The number, unless the cell shows more than a number: CRR0007."""
    plain = shown.replace(",", "").replace("\u00a0", "").strip("£$€ ")
    is_padded = len(plain) > 1 and plain[0] == "0" and plain.isdigit()
    try:
        float(plain or value)
    except ValueError:
        return shown
    return shown if is_padded else f"{float(value):.15g}"
