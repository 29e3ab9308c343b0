"""A file of an unknown sender becomes sheets of text, within limits that are checked before
anything is unpacked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BYTES = 20_000_000  # of a file
ROWS = 20_000  # of a sheet, those with a text
LAST_ROW = 100_000  # that a text may stand in
LAST_COLUMN = 256  # that a text may stand in: IV
COLUMNS = 200  # of a sheet, those with a text
CELLS = 1_000_000  # of all sheets, those with a text
CHARACTERS = 30_000_000  # of all sheets
LONGEST = 32_767  # characters of a cell: Excel's own limit
SHEETS = 50


class CannotRead(Exception):
    """What is wrong with the file, in words that say what to do; and where, if it is one place."""


@dataclass(frozen=True)
class Line:
    """number: the file's own row, from 1. cells: text as the file shows it, "" where there is none;
    a merged cell's text stands in its first cell only, and `Sheet.merged` says over which it
    reaches. rows: of what is read as one (importing.together) the rows themselves; their number is
    then that of the first, their cells what all say.
    """

    number: int
    cells: tuple[str, ...]
    rows: tuple["Line", ...] = ()


@dataclass(frozen=True)
class Sheet:
    name: str
    lines: tuple[Line, ...]
    merged: tuple[
        tuple[int, int, int, int], ...
    ] = ()  # first row, first column, last row, last column, from 1
    remarks: tuple[
        str, ...
    ] = ()  # what its reader should know: how it was read, formulas without a stored value


class Gathered:
    """Takes rows of text as they are read, and refuses what goes beyond the limits as soon as it
    does.
    """

    def __init__(self):
        self.cells = self.characters = 0

    def lines(self, sheet: str, rows: Iterable[tuple[int, list[str]]]) -> tuple[Line, ...]:
        """rows: numbers and texts. Rows without a text are left out, the others are made equally
        long.
        """
        kept, used = [], set()
        for number, texts in rows:
            texts = [text if text and not text.isspace() else "" for text in texts]
            filled = [at for at, text in enumerate(texts) if text]
            if not filled:
                continue
            self._count(sheet, number, texts, filled)
            used.update(filled)
            kept.append((number, texts[: filled[-1] + 1]))
            if len(kept) > ROWS:
                raise CannotRead(
                    f"{sheet} has more than {ROWS:,} rows (row {number:,}): take in a part of them at a time"
                )
            if len(used) > COLUMNS:
                raise CannotRead(
                    f"{sheet} has texts in more than {COLUMNS} columns (row {number:,}): take out those you do not need"
                )
        width = max((len(texts) for _, texts in kept), default=0)
        return tuple(Line(number, (*texts, *[""] * (width - len(texts)))) for number, texts in kept)

    def _count(self, sheet, number, texts, filled):
        self.cells += len(filled)
        for at in filled:
            if len(texts[at]) > LONGEST:
                raise CannotRead(
                    f"{sheet}, row {number:,}, column {letter(at)} holds {len(texts[at]):,} characters, more than "
                    f"{LONGEST:,}: is a quotation mark missing? Shorten it"
                )
            self.characters += len(texts[at])
        if filled[-1] >= LAST_COLUMN:
            raise CannotRead(
                f"{sheet}, row {number:,} has a text in column {letter(filled[-1])}: {_far()}"
            )
        if self.cells > CELLS or self.characters > CHARACTERS:
            raise CannotRead(
                f"The file holds more text than is taken in at once ({sheet}, row {number:,}): {_part()}"
            )


def _far():
    return f"only the first {LAST_COLUMN} columns are read. Move it or delete it"


def _part():
    return f"at most {CELLS:,} cells and {CHARACTERS:,} characters. Take in a part at a time"


def letter(index: int) -> str:
    """A column as spreadsheets call it: 0 is A, 26 is AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def sheets_of(file_name: str, content: bytes) -> list[Sheet]:
    """The sheets of a CSV or XLSX file, hidden ones too, empty ones left out. Raises CannotRead."""
    from registers.imports import read_csv, read_xlsx

    if len(content) > BYTES:
        raise CannotRead(
            f"The file is larger than {BYTES // 1_000_000} MB: take out pictures, or take in a part of it"
        )
    if not content.strip(b"\0 \r\n\t"):
        raise CannotRead("The file is empty: choose another one")
    read = read_xlsx.sheets_of if read_xlsx.is_one(file_name, content) else read_csv.sheets_of
    sheets = [sheet for sheet in read(file_name, content) if sheet.lines]
    if not sheets:
        raise CannotRead("No sheet of the file has a text in it: choose another one")
    return sheets
