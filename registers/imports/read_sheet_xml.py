"""Parse the XML of a workbook's sheets and texts in one pass, without holding it in memory.

On expat: openpyxl makes an object of each cell, which takes many times as long for 10,000 rows,
and its read-only mode does not report merged cells or formulas without a stored value.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from registers.imports.sheet_features import SheetFeatures
from registers.imports.xml_pass import XmlPass
from registers.spreadsheet import CELLS, LAST_COLUMN, LAST_ROW

TRUE = ("1", "true")
CODED = re.compile("_x(00[01][0-9A-Fa-f]|005[fF])_")  # how Excel writes what XML cannot: _x000D_


def decode_text(text: str) -> str:
    """Undo Excel's coding of line ends and control characters (_x000D_)."""
    if "_x00" in text:
        text = CODED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class SharedTexts(XmlPass):
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


class SheetCells(XmlPass):
    """A sheet's cells, row by row. Raises CannotRead for cells beyond the limits.

    cell_text: (type, value, style) -> text. features: complete once the rows are read.
    """

    def __init__(self, title: str, cell_text):
        super().__init__()
        self.features, self.cell_text = SheetFeatures(title), cell_text
        self.complete_rows: list[tuple[int, list[str]]] = []
        self.row = self.column = self.count = 0
        self.texts: dict[int, str] = {}
        self.kind, self.style = "n", 0
        self.value, self.formula = None, None
        self.parts: list[str] = []
        self.is_phonetic = self.is_hidden = False

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
            self.is_hidden = attributes.get("hidden") in TRUE
        else:
            self._feature(name, attributes)

    def _feature(self, name, attributes):
        if name == "mergeCell":
            self.features.merge(*_corners(attributes["ref"]))
        elif name == "col" and attributes.get("hidden") in TRUE:
            self.features.hide_columns(int(attributes["min"]), int(attributes["max"]))
        elif name == "filterColumn":
            self.features.is_filtered = True

    def _cell(self, attributes):
        reference = attributes.get("r")
        if reference:
            self.column = _column_number(reference.rstrip("0123456789"))
        else:
            self.column += 1
        self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s") or 0)
        self.value = self.formula = None

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
            self._end_row()

    def _end_row(self):
        texts = [self.texts.get(at, "") for at in range(1, max(self.texts) + 1)]
        self.complete_rows.append((self.row, texts))
        if self.is_hidden:
            self.features.hidden_rows.append(self.row)

    def _store_cell(self):
        self.count += 1
        if not (
            0 < self.row <= LAST_ROW and 0 < self.column <= LAST_COLUMN and self.count <= CELLS
        ):
            self.features.refuse_place(self.row, self.column)
        if self.value is None or (
            self.formula is not None and not self.value and self.kind != "str"
        ):
            self.features.formulas.append((self.row, self.column))
            self.texts[self.column] = f"={self.formula}"
        elif self.value:
            self.texts[self.column] = self.cell_text(self.kind, self.value, self.style)
            if self.kind == "e":
                self.features.errors.append((self.row, self.column, self.value))


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
