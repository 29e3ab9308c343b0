"""A table of a file as rows of values by field, whatever its headings are called."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from registers.spreadsheet import FORMULA, CannotRead, Sheet, column_letter

MOST_ROWS = 5000
# What a browser offers, and how a page says it.
TABLES = (".csv,.xlsx,.ods", "A CSV file, or a workbook (.xlsx or .ods).")
HEADINGS_WITHIN = 20  # rows from the top
LONGEST = 200  # characters of a cell that is read
EMPTY = {"", "-", "\u2013", "\u2014", "n/a", "na", "none", "null"}
YES = {"yes", "y", "true", "1", "x"}
NO = {"no", "n", "false", "0", *EMPTY}
DAY_FORMATS = (
    "%d/%m/%Y",
    "%Y-%m-%d",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d/%m/%y",
)
TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


class Unreadable(Exception):
    """Why a row is not understood, in words."""


@dataclass(frozen=True)
class FileRow:
    """number: of the row in the file. values: field -> its text, "" where empty."""

    number: int
    values: Mapping[str, str]

    def text(self, name: str, label: str) -> str:
        """A text that is kept. Raises Unreadable for a formula or an unusable one."""
        text = self.values.get(name, "")
        if text.lower() in EMPTY:
            return ""
        if FORMULA.match(text):
            raise Unreadable(f"The {label} begins like a formula.")
        if len(text) > LONGEST:
            raise Unreadable(f"The {label} has more than {LONGEST} characters.")
        if any(unicodedata.category(character) in ("Cc", "Cs", "Cf") for character in text):
            raise Unreadable(f"The {label} has a character that cannot be stored.")
        return text

    def email(self, name: str) -> str:
        text = self.values.get(name, "").lower()
        return "" if text in EMPTY else text

    def day(self, name: str, label: str) -> datetime.date | None:
        """None where it is empty. Raises Unreadable for what is no day."""
        text = TIME.sub("", self.values.get(name, ""))
        if text.lower() in EMPTY:
            return None
        for form in DAY_FORMATS:
            try:
                return datetime.datetime.strptime(text, form).date()
            except ValueError:
                continue
        raise Unreadable(f"The {label} “{text}” is not a date, for example 27/03/2026.")

    def flag(self, name: str, label: str, yes=YES, no=NO) -> bool | None:
        """None where the file has no such column. Raises Unreadable for another word."""
        if name not in self.values:
            return None
        text = self.values[name].lower()
        if text not in yes and text not in no:
            raise Unreadable(f"“{self.values[name]}” under {label} is neither yes nor no.")
        return text in yes


@dataclass
class FileTable:
    """columns: (letter, heading, field) of those read. ignored: headings that are not."""

    rows: list[FileRow]
    columns: list[tuple[str, str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return any(column[2] == name for column in self.columns)


def read_table(sheets: list[Sheet], headings: Mapping[str, tuple[str, ...]], required) -> FileTable:
    """The table of the first sheet with these columns.

    headings: field -> what its column may be called, the surest first, in small letters without
    punctuation. required: the fields without which it is no such table. Raises CannotRead.
    """
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:HEADINGS_WITHIN]):
            columns = _match_columns(row.cells, headings)
            if set(required) <= set(columns.values()):
                return _table_of(sheet, at, columns)
    names = " and ".join(f"“{headings[name][0].capitalize()}”" for name in required)
    raise CannotRead(f"No row has the headings that we need: name the columns {names}")


def _table_of(sheet, at, columns):
    rows = [
        FileRow(row.number, {name: _clean(row.cells[i]) for i, name in columns.items()})
        for row in sheet.rows[at + 1 :]
    ]
    rows = [row for row in rows if any(row.values.values())]
    if not rows:
        raise CannotRead("The file has no rows below its headings: choose a file that has some")
    if len(rows) > MOST_ROWS:
        raise CannotRead(
            f"The file has {len(rows):,} rows: import {MOST_ROWS:,} or fewer at a time"
        )
    cells = sheet.rows[at].cells
    return FileTable(
        rows,
        [(column_letter(i), cells[i], name) for i, name in sorted(columns.items())],
        [cell for i, cell in enumerate(cells) if cell and i not in columns],
        list(sheet.remarks),
    )


def _match_columns(cells, headings):
    """Index of a column -> its field; of two columns for a field, the surer one."""
    words = [_heading_words(cell) for cell in cells]
    columns = {}
    for name, aliases in headings.items():
        at = next((words.index(alias) for alias in aliases if alias in words), None)
        if at is not None and at not in columns:
            columns[at] = name
    return columns


def _heading_words(cell):
    return " ".join(re.findall(r"[a-z0-9]+", cell.lower()))


def _clean(cell):
    return unicodedata.normalize("NFC", " ".join(cell.split()))
