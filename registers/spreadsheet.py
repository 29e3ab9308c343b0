"""A spreadsheet as rows of text, the limits within which its file is read, and formulas in CSV.

In CSV a cell that begins with one of FORMULA's characters is a formula to some programs, in its
full-width form too (OWASP, "CSV Injection"). An apostrophe before it marks text; apostrophes
already before such a character get one more, so that it can be undone. XLSX cells have a type and
need none of this.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

BYTES = 20_000_000  # of a file
ROWS = 20_000  # of a sheet, those with a text
LAST_ROW = 100_000  # that a text may stand in
LAST_COLUMN = 256  # that a text may stand in: IV
COLUMNS = 200  # of a sheet, those with a text
CELLS = 1_000_000  # of all sheets, those with a text
CHARACTERS = 30_000_000  # of all sheets
LONGEST = 32_767  # characters of a cell; Excel has the same limit
SHEETS = 50
FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
ESCAPED = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


class CannotRead(Exception):
    """What is wrong with the file, where, and what to do about it."""


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet.

    number: in the file, from 1. cells: texts as shown, "" where empty; a merged cell's text is in
    its first cell only, Sheet.merged gives its extent.
    source_rows: the rows that registers.imports.group_rows merged into this one, if any.
    """

    number: int
    cells: tuple[str, ...]
    source_rows: tuple["SheetRow", ...] = ()


@dataclass(frozen=True)
class Sheet:
    """merged: (first row, first column, last row, last column), from 1.

    remarks: on how it was read, for the user: the delimiter, formulas without a stored value.
    """

    name: str
    rows: tuple[SheetRow, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    remarks: tuple[str, ...] = ()


class RowCollector:
    """Collects rows of text and refuses what exceeds the limits as soon as it does."""

    def __init__(self):
        self.cells = self.characters = 0

    def collect(self, sheet: str, rows: Iterable[tuple[int, list[str]]]) -> tuple[SheetRow, ...]:
        """rows: (number, texts). Drops rows without a text and pads the others to one width."""
        collected, used = [], set()
        for number, texts in rows:
            texts = [text if text and not text.isspace() else "" for text in texts]
            filled = [at for at, text in enumerate(texts) if text]
            if not filled:
                continue
            self._count(sheet, number, texts, filled)
            used.update(filled)
            collected.append((number, texts[: filled[-1] + 1]))
            if len(collected) > ROWS:
                raise CannotRead(
                    f"{sheet} has more than {ROWS:,} rows (row {number:,}): import a part of "
                    "them at a time"
                )
            if len(used) > COLUMNS:
                raise CannotRead(
                    f"{sheet} has texts in more than {COLUMNS} columns (row {number:,}): delete "
                    "those you do not need"
                )
        width = max((len(texts) for _, texts in collected), default=0)
        return tuple(
            SheetRow(number, (*texts, *[""] * (width - len(texts)))) for number, texts in collected
        )

    def _count(self, sheet, number, texts, filled):
        self.cells += len(filled)
        for at in filled:
            if len(texts[at]) > LONGEST:
                raise CannotRead(
                    f"{sheet}, row {number:,}, column {column_letter(at)} has {len(texts[at]):,} "
                    f"characters. Shorten it to {LONGEST:,} or fewer, or check whether a quotation "
                    "mark is missing"
                )
            self.characters += len(texts[at])
        if filled[-1] >= LAST_COLUMN:
            raise CannotRead(
                f"{sheet}, row {number:,} has a text in column {column_letter(filled[-1])}. We "
                f"read only the first {LAST_COLUMN} columns: move the text or delete it"
            )
        if self.cells > CELLS or self.characters > CHARACTERS:
            raise CannotRead(
                f"The file has more than {CELLS:,} cells or {CHARACTERS:,} characters ({sheet}, "
                f"row {number:,}): import a part at a time"
            )


def column_letter(index: int) -> str:
    """The name of a column in spreadsheets: 0 is A, 26 is AA."""
    text = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        text = chr(65 + remainder) + text
    return text


def escape_formula(text: str) -> str:
    """For a cell of a CSV file."""
    return f"'{text}" if FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Undo escape_formula(). Right for files of others too: the apostrophe means the same there."""
    return text[1:] if ESCAPED.match(text) else text
