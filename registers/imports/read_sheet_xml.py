"""The XML of a workbook's sheets and texts, read in one pass and never held as a whole.

Written on expat, because openpyxl makes an object of each cell and each text: for 10,000 rows that
takes many times as long; nor does it say in this mode what is merged, or which formulas have no
stored value.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from xml.parsers import expat

from registers.imports.read_file import CELLS, LAST_COLUMN, LAST_ROW, CannotRead, letter

CHUNK = 1 << 18  # bytes
MERGED, COVERED = (
    20_000,
    200_000,
)  # merged cells of a sheet, and rows that they reach down over in all
CODED = re.compile("_x(00[01][0-9A-Fa-f]|005[fF])_")  # how Excel writes what XML cannot: _x000D_


def decoded(text: str) -> str:
    """A text of the XML as it was typed: line ends and control characters are coded there."""
    if "_x00" in text:
        text = CODED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class _Pass:
    """One pass: `start` and `end` are told each element's name without its namespace, `heard` is
    what stood in it.
    """

    def __init__(self):
        self.said: list[str] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._begins, self._ends
        self.plain = {}

    def _begins(self, name, attributes):
        self.start(self._plain(name), attributes)

    def _ends(self, name):
        self.end(self._plain(name))

    def _plain(self, name):
        found = self.plain.get(name)
        if found is None:
            found = self.plain[name] = name.rsplit(" ", 1)[-1]
        return found

    def listen(self):
        self.said = []
        self.parser.CharacterDataHandler = self.said.append

    def heard(self) -> str:
        self.parser.CharacterDataHandler = None
        return "".join(self.said)

    def chunks(self, part) -> Iterator[None]:
        while chunk := part.read(CHUNK):
            self.parser.Parse(chunk, False)
            yield
        self.parser.Parse(b"", True)
        yield


class Texts(_Pass):
    """The table of texts that the sheets share."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.parts: list[str] = []
        self.is_aside = False  # how the text is pronounced

    @classmethod
    def of(cls, part) -> list[str]:
        reading = cls()
        for _ in reading.chunks(part):
            pass
        return reading.found

    def start(self, name, _):
        if name == "t" and not self.is_aside:
            self.listen()
        elif name == "si":
            self.parts = []
        elif name == "rPh":
            self.is_aside = True

    def end(self, name):
        if name == "t" and not self.is_aside:
            self.parts.append(self.heard())
        elif name == "si":
            self.found.append(decoded("".join(self.parts)))
        elif name == "rPh":
            self.is_aside = False


class Cells(_Pass):
    """A sheet's cells, row by row. shown: (type, value, style) -> text. merged: corners, known when
    the rows are read; formulas: the places of those that have no stored value. Refuses what stands
    beyond what is read.
    """

    def __init__(self, title: str, shown):
        super().__init__()
        self.title, self.shown = title, shown
        self.merged: list[tuple[int, int, int, int]] = []
        self.formulas: list[tuple[int, int]] = []
        self.ready: list[tuple[int, list[str]]] = []
        self.row = self.column = self.count = self.covered = 0
        self.texts: dict[int, str] = {}
        self.kind, self.style = "n", 0
        self.value, self.formula = None, None
        self.parts: list[str] = []
        self.is_aside = False

    def rows(self, part) -> Iterator[tuple[int, list[str]]]:
        for _ in self.chunks(part):
            yield from self.ready
            self.ready.clear()

    def start(self, name, attributes):
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "f") or (name == "t" and not self.is_aside):
            self.listen()
        elif name == "is":
            self.parts = []
        elif name == "rPh":
            self.is_aside = True
        elif name == "row":
            self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
            self.column, self.texts = 0, {}
        elif name == "mergeCell":
            self._merge(attributes["ref"])

    def _cell(self, attributes):
        reference = attributes.get("r")
        if reference:
            self.column = _number(reference.rstrip("0123456789"))
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
                self._take()
        elif name == "v":
            self.value = self.heard()
        elif name == "t":
            if not self.is_aside:
                self.parts.append(self.heard())
        elif name == "is":
            self.value = decoded("".join(self.parts))
        elif name == "f":
            self.formula = self.heard()
        elif name == "rPh":
            self.is_aside = False
        elif name == "row" and self.texts:
            self.ready.append(
                (self.row, [self.texts.get(at, "") for at in range(1, max(self.texts) + 1)])
            )

    def _take(self):
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
            self.texts[self.column] = self.shown(self.kind, self.value, self.style)

    def _refuse(self):
        place = f'Sheet "{self.title}", row {self.row:,}, column {letter(self.column - 1)}'
        if self.column > LAST_COLUMN:
            raise CannotRead(
                f"{place} is not empty: only the first {LAST_COLUMN} columns are read. Delete what is there"
            )
        raise CannotRead(
            f"{place} lies further down than is read at once: take in a part of the rows at a time"
        )


@lru_cache(maxsize=LAST_COLUMN)
def _number(letters: str) -> int:
    """The number of a column from its letters. ValueError for what names none: a name of a million
    letters must not be reckoned out, and signs would count backwards for ever.
    """
    if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
        raise ValueError(f"No column is called {letters[:10]!r}.")
    number = 0
    for character in letters:
        number = number * 26 + ord(character.upper()) - 64
    return number


def _corners(reference):
    """The rows and columns of A1:C3."""
    corners = re.fullmatch(
        r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?", reference
    )
    left, top, right, bottom = corners.groups()
    return int(top), _number(left), int(bottom or top), _number(right or left)
