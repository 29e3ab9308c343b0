"""What a paper says, apart from its format. Word, page and PDF are made from one `Document`.

Values are text that a reader may see; no format decides what is exempt. kind: of a block, for
templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from registers.papers.columns import column_widths
from registers.phrases.paper_files import count_in_words

LONGEST_WHOLE = 600  # characters of a text: a row with a longer one may be cut by a page's end


@dataclass(frozen=True)
class Paragraph:
    """key: names the paragraph within its paper, for edits; is_edited: a person changed it."""

    key: str
    text: str
    is_edited: bool = False
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    key: str
    items: tuple[str, ...]
    kind: ClassVar[str] = "bullets"


@dataclass(frozen=True)
class Table:
    """rows: one text for each heading. is_captioned: whether its caption shows, or is only read out
    because a heading above says the same.
    """

    key: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_captioned: bool = True
    kind: ClassVar[str] = "table"

    @property
    def lines(self) -> list[tuple[bool, tuple[str, ...]]]:
        """Each row, after whether it is so long that the end of a page may cut it."""
        return [(max(map(len, row), default=0) > LONGEST_WHOLE, row) for row in self.rows]

    @property
    def widths(self) -> list[int]:
        """Of its columns, in fiftieths of the table's width."""
        return column_widths([self.headings, *self.rows], 50)


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix: its band, the shade that greyscale keeps (0 white, 1 black), counts.

    before: risks there at the comparison day, None without one.
    """

    band: str
    shade: float
    count: int
    before: int | None = None

    @property
    def tone(self) -> int:
        """The shade in tenths, 0 to 10."""
        return round(10 * self.shade)

    @property
    def count_in_words(self) -> str:
        return count_in_words(self.count, self.before)


@dataclass(frozen=True)
class Matrix:
    """rows: from the highest likelihood down, each from the lowest impact up."""

    key: str
    caption: str
    likelihood: tuple[str, ...]
    impact: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: ClassVar[str] = "matrix"

    @property
    def lines(self) -> list[tuple[str, tuple[Cell, ...]]]:
        """Each row after the label of its likelihood."""
        return list(zip(self.likelihood, self.rows, strict=True))


Block = Paragraph | Bullets | Table | Matrix


@dataclass(frozen=True)
class Section:
    """key: the placeholder of a template that stands for it, as `executive_summary`.

    chapter: the key of its register in a paper on several, else "".
    """

    key: str
    heading: str
    blocks: tuple[Block, ...]
    chapter: str = ""

    @property
    def anchor(self) -> str:
        return f"{self.key}-{self.chapter}" if self.chapter else self.key


class Layout(StrEnum):
    """NUMBERED: sections and paragraphs have numbers. COMPACT: small, to fit one page."""

    NUMBERED = "numbered"
    PLAIN = "plain"
    COMPACT = "compact"


@dataclass(frozen=True)
class Document:
    """front: name of a placeholder -> (label, text), as of the authority, the officer, the date.

    part: "A" (public), "B" (exempt) or "" where a paper has one part; mark: a word that stands on
    every page, as Draft, or "". layout: of its pages.
    """

    title: str
    front: dict[str, tuple[str, str]]
    sections: tuple[Section, ...]
    part: str = ""
    mark: str = ""
    layout: Layout = Layout.NUMBERED
