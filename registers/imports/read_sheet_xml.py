"""Parse the XML of a workbook's sheets and texts in one pass, without holding it in memory.

On expat: openpyxl makes an object of each cell, which takes many times as long for 10,000 rows,
and its read-only mode does not report merged cells or formulas without a stored value.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from xml.parsers import expat

from registers.spreadsheet import CELLS, LAST_COLUMN, LAST_ROW, CannotRead, column_letter

CHUNK = 1 << 18  # bytes
MERGED = 20_000  # merged cells of a sheet
COVERED = 200_000  # rows that they span in all
HIDDEN = ("1", "true")
CODED = re.compile("_x(00[01][0-9A-Fa-f]|005[fF])_")  # how Excel writes what XML cannot: _x000D_


def decode_text(text: str) -> str:
    """Undo Excel's coding of line ends and control characters (_x000D_)."""
    if "_x00" in text:
        text = CODED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class _XmlPass:
    """One pass. Subclasses get `start` and `end` of each element, its name without the namespace.

    collect_text() begins to collect the text of an element, take_text() returns it.
    """

    def __init__(self):
        self.text_parts: list[str] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = (
            self._start_element,
            self._end_element,
        )
        self.local_names = {}

    def _start_element(self, name, attributes):
        self.start(self._local_name(name), attributes)

    def _end_element(self, name):
        self.end(self._local_name(name))

    def _local_name(self, name):
        local_name = self.local_names.get(name)
        if local_name is None:
            local_name = self.local_names[name] = name.rsplit(" ", 1)[-1]
        return local_name

    def collect_text(self):
        self.text_parts = []
        self.parser.CharacterDataHandler = self.text_parts.append

    def take_text(self) -> str:
        self.parser.CharacterDataHandler = None
        return "".join(self.text_parts)

    def chunks(self, part) -> Iterator[None]:
        while chunk := part.read(CHUNK):
            self.parser.Parse(chunk, False)
            yield
        self.parser.Parse(b"", True)
        yield


class SharedTexts(_XmlPass):
    """The table of texts that the sheets share."""

    def __init__(self):
        super().__init__()
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.is_phonetic = False  # inside a phonetic run, which is not part of the text

    @classmethod
    def read(cls, part) -> list[str]:
        reader = cls()
        for _ in reader.chunks(part):
            pass
        return reader.texts

    def start(self, name, _):
        if name == "t" and not self.is_phonetic:
            self.collect_text()
        elif name == "si":
            self.parts = []
        elif name == "rPh":
            self.is_phonetic = True

    def end(self, name):
        if name == "t" and not self.is_phonetic:
            self.parts.append(self.take_text())
        elif name == "si":
            self.texts.append(decode_text("".join(self.parts)))
        elif name == "rPh":
            self.is_phonetic = False


class SheetCells(_XmlPass):
    """A sheet's cells, row by row. Raises CannotRead for cells beyond the limits.

    cell_text: (type, value, style) -> text. merged: corners, complete once the rows are read.
    formulas: (row, column) of those without a stored value. errors: of those with an error for one.
    hidden_rows: numbers of rows with a text. hidden_columns: (first, last). is_filtered: a filter
    is on.
    """

    def __init__(self, title: str, cell_text):
        super().__init__()
        self.title, self.cell_text = title, cell_text
        self.merged: list[tuple[int, int, int, int]] = []
        self.formulas: list[tuple[int, int]] = []
        self.errors: list[tuple[int, int]] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.filled_columns: set[int] = set()
        self.is_filtered = self.is_row_hidden = False
        self.complete_rows: list[tuple[int, list[str]]] = []
        self.row = self.column = self.count = self.covered = 0
        self.texts: dict[int, str] = {}
        self.kind, self.style = "n", 0
        self.value, self.formula = None, None
        self.parts: list[str] = []
        self.is_phonetic = False

    def rows(self, part) -> Iterator[tuple[int, list[str]]]:
        for _ in self.chunks(part):
            yield from self.complete_rows
            self.complete_rows.clear()

    def start(self, name, attributes):
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "f") or (name == "t" and not self.is_phonetic):
            self.collect_text()
        elif name == "is":
            self.parts = []
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "row":
            self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
            self.column, self.texts = 0, {}
            self.is_row_hidden = attributes.get("hidden") in HIDDEN
        elif name == "mergeCell":
            self._merge(attributes["ref"])
        elif name == "filterColumn":
            self.is_filtered = True
        elif name == "col" and attributes.get("hidden") in HIDDEN:
            self.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))

    def _cell(self, attributes):
        reference = attributes.get("r")
        if reference:
            self.column = _column_number(reference.rstrip("0123456789"))
        else:
            self.column += 1
        self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s") or 0)
        self.value = self.formula = None

    def _merge(self, reference):
        top, left, bottom, right = _corners(reference)
        if top > LAST_ROW or left > LAST_COLUMN:
            return
        self.merged.append((top, left, min(bottom, LAST_ROW), min(right, LAST_COLUMN)))
        self.covered += self.merged[-1][2] - top
        if len(self.merged) > MERGED or self.covered > COVERED:
            raise CannotRead(f'Sheet "{self.title}" has too many merged cells: unmerge them')

    def end(self, name):
        if name == "c":
            if self.value is not None or self.formula is not None:
                self._store_cell()
        elif name == "v":
            self.value = self.take_text()
        elif name == "t":
            if not self.is_phonetic:
                self.parts.append(self.take_text())
        elif name == "is":
            self.value = decode_text("".join(self.parts))
        elif name == "f":
            self.formula = self.take_text()
        elif name == "rPh":
            self.is_phonetic = False
        elif name == "row" and self.texts:
            self._store_row()

    def _store_row(self):
        self.filled_columns.update(self.texts)
        if self.is_row_hidden:
            self.hidden_rows.append(self.row)
        self.complete_rows.append(
            (self.row, [self.texts.get(at, "") for at in range(1, max(self.texts) + 1)])
        )

    def _store_cell(self):
        self.count += 1
        if not (
            0 < self.row <= LAST_ROW and 0 < self.column <= LAST_COLUMN and self.count <= CELLS
        ):
            self._refuse()
        if self.value is None or (
            self.formula is not None and not self.value and self.kind != "str"
        ):
            self.formulas.append((self.row, self.column))
            self.texts[self.column] = f"={self.formula}"
        elif self.value:
            if self.kind == "e":
                self.errors.append((self.row, self.column))
            self.texts[self.column] = self.cell_text(self.kind, self.value, self.style)

    def _refuse(self):
        place = f'Sheet "{self.title}", row {self.row:,}, column {column_letter(self.column - 1)}'
        if self.column > LAST_COLUMN:
            raise CannotRead(
                f"{place} is not empty: only the first {LAST_COLUMN} columns are read. Delete "
                "what is there"
            )
        raise CannotRead(
            f"{place} lies further down than is read at once: take in a part of the rows at a time"
        )


@lru_cache(maxsize=LAST_COLUMN)
def _column_number(letters: str) -> int:
    """The number of a column from its letters.

    Raises ValueError for other text, before it computes with a name of a million letters.
    """
    if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
        raise ValueError(f"No column is called {letters[:10]!r}.")
    number = 0
    for character in letters:
        number = number * 26 + ord(character.upper()) - 64
    return number


def _corners(reference):
    """(first row, first column, last row, last column) of A1:C3."""
    corners = re.fullmatch(
        r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?", reference
    )
    left, top, right, bottom = corners.groups()
    return int(top), _column_number(left), int(bottom or top), _column_number(right or left)
