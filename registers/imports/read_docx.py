"""Read the tables of a Word document (.docx), each as a sheet.

Our own parser: python-docx leaves out inserted text and content controls, and holds all of a
document in memory (docs/adr/0021-reading-files.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from zipfile import ZipFile

from registers.imports.sheet_features import SheetFeatures
from registers.imports.xml_pass import XmlPass
from registers.phrases import sheet_remarks
from registers.spreadsheet import LAST_COLUMN, SHEETS, CannotRead, RowCollector, Sheet

DOCUMENT = "word/document.xml"
NAME_LENGTH = 80  # characters of the text above a table that are its name
DEPTH = 8  # of tables inside tables
BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# What was moved away, and what stands in for a drawing that older programs cannot show.
SKIPPED = ("moveFrom", "Fallback")


@dataclass
class Cell:
    """column: from 1. merge: "restart" or "continue" where it is merged downwards."""

    column: int
    width: int = 1
    merge: str = ""
    parts: list[str] = field(default_factory=list)
    tables: list["Table"] = field(default_factory=list)
    has_number: bool = False

    @property
    def text(self) -> str:
        lines = (line.strip(" ") for line in "".join(self.parts).split("\n"))
        return "\n".join(line for line in lines if line)


@dataclass
class Table:
    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    deleted: int = 0
    has_changes: bool = False
    is_row_deleted: bool = False  # the one that is being read

    @property
    def is_layout(self) -> bool:
        """Whether it has a single row or column: it places what is in it, and lists nothing."""
        return len(self.rows) < 2 or all(len(row) < 2 for row in self.rows)


def read_sheets(archive: ZipFile) -> Iterator[Sheet]:
    """Raises CannotRead, and anything for a damaged part."""
    document = Document()
    with archive.open(DOCUMENT) as part:
        for _ in document.chunks(part):
            pass
    tables = [table for table in document.tables if not table.is_layout]
    if not tables:
        raise CannotRead("The document has no table with at least two rows and two columns")
    if len(tables) > SHEETS:
        raise CannotRead(
            f"The document has more than {SHEETS} tables: delete those that hold no risks"
        )
    remarks = ["We do not read the text outside its tables."] if document.has_text_outside else []
    if small := len(document.tables) - len(tables):
        remarks.append(sheet_remarks.small_tables(small))
    collector = RowCollector()
    for number, table in enumerate(tables, 1):
        yield _sheet(number, table, collector, remarks)


def _sheet(number, table, collector, remarks):
    name = f"Table {number}: {table.name}" if table.name else f"Table {number}"
    features = SheetFeatures(name)
    features.remarks = [*_remarks(table), *remarks]
    _merge(table, features)
    rows = [(at, _texts(row)) for at, row in enumerate(table.rows, 1)]
    sheet_rows = collector.collect(name, rows)
    return Sheet(name, sheet_rows, tuple(features.merged), features.remarks_for(sheet_rows))


def _remarks(table):
    if table.deleted:
        yield sheet_remarks.deleted_rows(table.deleted)
    if table.has_changes:
        yield "The document has tracked changes. We read what was inserted, not what was deleted."
    numbered = [
        at
        for at, row in enumerate(table.rows, 1)
        if any(cell.has_number and not cell.text for cell in row)
    ]
    if numbered:
        yield sheet_remarks.automatic_numbers(numbered)
    if nested := [at for at, row in enumerate(table.rows, 1) if any(c.tables for c in row)]:
        yield sheet_remarks.nested_tables(nested)


def _texts(row):
    texts = [""] * max((cell.column for cell in row), default=0)
    for cell in row:
        texts[cell.column - 1] = "\n".join(filter(None, [cell.text, *map(_lines, cell.tables)]))
    return texts


def _lines(table):
    """A table inside a cell: a line for each of its rows."""
    rows = (" | ".join(filter(None, _texts(row))) for row in table.rows)
    return "\n".join(filter(None, rows))


def _merge(table, features):
    """Note the cells that are merged, across and downwards."""
    corners = {}
    for number, row in enumerate(table.rows, 1):
        below = {}
        for cell in row:
            last = cell.column + cell.width - 1
            key = (cell.column, last)
            is_further = cell.merge == "continue" and key in corners
            top = corners[key] if is_further else number
            if cell.merge:
                below[key] = top
            elif cell.width > 1:
                features.merge(number, cell.column, number, last)
        ends = {key: top for key, top in corners.items() if below.get(key) != top}
        _end_merges(ends, number - 1, features)
        corners = below
    _end_merges(corners, len(table.rows), features)


def _end_merges(corners, bottom, features):
    """corners: (first column, last column) -> first row."""
    for (left, right), top in corners.items():
        if (top, left) != (bottom, right):
            features.merge(top, left, bottom, right)


class Document(XmlPass):
    """The tables of a document, in their order; a table in a layout table counts by itself."""

    def __init__(self):
        super().__init__()
        self.tables: list[Table] = []
        self.open_tables: list[Table] = []
        self.outside: list[str] = []  # the paragraph outside the tables that is being read
        self.above = ""  # the last one with a text
        self.has_text_outside = False
        self.skipped = 0
        self.is_row_properties = False
        self.next_columns: list[int] = []  # of each open table

    @property
    def cell(self) -> Cell | None:
        """The cell that is being read."""
        rows = self.open_tables[-1].rows if self.open_tables else []
        return rows[-1][-1] if rows and rows[-1] else None

    def start(self, name, attributes):
        if self.skipped or name in SKIPPED:
            self.skipped += 1
        elif name == "t":
            self.collect_text()
        elif name == "tbl":
            self._start_table()
        elif self.open_tables and name in TABLE_PARTS:
            TABLE_PARTS[name](self, attributes)
        elif name in BREAKS:
            self._add(BREAKS[name])
        elif name == "p":
            self._add("\n")

    def _start_table(self):
        if len(self.open_tables) == DEPTH:
            raise CannotRead("It has tables more than eight deep inside each other: separate them")
        name = " ".join(self.above.split())
        table = Table(name if len(name) <= NAME_LENGTH else "")
        self.above = ""
        self.open_tables.append(table)
        self.next_columns.append(1)

    def _start_row(self, _):
        self.open_tables[-1].rows.append([])
        self.open_tables[-1].is_row_deleted = False
        self.next_columns[-1] = 1

    def _start_cell(self, _):
        self.open_tables[-1].rows[-1].append(Cell(self.next_columns[-1]))

    def _leave_columns(self, attributes):
        self.next_columns[-1] += _number(attributes)

    def _span(self, attributes):
        self.cell.width = _number(attributes)

    def _merge_down(self, attributes):
        self.cell.merge = _value(attributes, "continue")

    def _number_paragraph(self, _):
        if self.cell:
            self.cell.has_number = True

    def _start_row_properties(self, _):
        self.is_row_properties = True

    def _track(self, _):
        self.open_tables[-1].has_changes = True

    def _delete(self, _):
        self.open_tables[-1].has_changes = True
        self.open_tables[-1].is_row_deleted |= self.is_row_properties

    def end(self, name):
        if self.skipped:
            self.skipped -= 1
        elif name == "t":
            self._add(self.take_text())
        elif name == "p":
            self._end_paragraph()
        elif name == "tc" and self.cell:
            self.next_columns[-1] = self.cell.column + self.cell.width
        elif name == "trPr":
            self.is_row_properties = False
        elif name == "tr" and self.open_tables:
            self._end_row()
        elif name == "tbl":
            self._end_table()

    def _add(self, text):
        (self.cell.parts if self.cell else self.outside).append(text)

    def _end_paragraph(self):
        if self.cell:
            self.cell.parts.append("\n")
            return
        text = "".join(self.outside).strip()
        self.outside = []
        if text and not self.open_tables:
            self.above, self.has_text_outside = text, True

    def _end_row(self):
        table = self.open_tables[-1]
        if table.is_row_deleted:
            table.rows.pop()
            table.deleted += 1

    def _end_table(self):
        table = self.open_tables.pop()
        self.next_columns.pop()
        inner = [nested for row in table.rows for cell in row for nested in cell.tables]
        if not self.open_tables:
            self.tables += [*([] if table.is_layout and inner else [table]), *_unnest(table, inner)]
        elif self.cell:
            self.cell.tables.append(table)


def _unnest(table, inner):
    """The tables inside a layout table, which count by themselves."""
    if not table.is_layout:
        return
    for nested in inner:
        deeper = [each for row in nested.rows for cell in row for each in cell.tables]
        if not (nested.is_layout and deeper):
            yield nested
        yield from _unnest(nested, deeper)


def _value(attributes, default):
    return next((v for name, v in attributes.items() if name.endswith("val")), default)


def _number(attributes):
    """A number of columns."""
    number = int(_value(attributes, "1"))
    if not 0 <= number <= LAST_COLUMN:
        raise CannotRead(f"A table has more than {LAST_COLUMN} columns: split it")
    return number


TABLE_PARTS = {
    "tr": Document._start_row,
    "tc": Document._start_cell,
    "gridBefore": Document._leave_columns,
    "gridSpan": Document._span,
    "vMerge": Document._merge_down,
    "numPr": Document._number_paragraph,
    "trPr": Document._start_row_properties,
    "ins": Document._track,
    "del": Document._delete,
}
