"""Tell which rows of a table hold no risk: headings again, section headings, rows without words.

What the user decides for a row (Plan.roles) comes before any guess. A row in doubt is left out.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from statistics import median

from registers.imports.sheet_features import ERROR
from registers.spreadsheet import Sheet, SheetRow

NAMING = ("title", "statement", "event")
IDENTIFYING = ("reference", *NAMING)
LISTS = ("controls", "actions")
SECTION_HEADING = "Section heading"  # the name of the column that holds the section of each row
USUAL = 3  # cells of a usual row, from which a text alone is no risk
# What a formula or an empty form leaves in a cell.
NOTHING = re.compile(
    rf"\s*(?:[£$€]?\s?0+(?:[.,]0+)?%?|[-\u2013\u2014]+|(?i:false)|{ERROR.pattern})\s*"
)
NUMBER = re.compile(r"\s*[A-Za-z]{0,6}[ ./-]?\d{1,6}\s*")  # of a row or a form: 46, CR046
LONGEST = 20  # characters of these
PAGE_NUMBER = re.compile(r"\s*(?:page|tudalen) \d+(?: (?:of|o) \d+)?\s*", re.I)
LETTER = re.compile(r"[^\W\d_]")


class RowOutcome(StrEnum):
    """What becomes of a row of a sheet; RISK: see ImportedRow.Outcome."""

    RISK = "risk"
    LEFT_OUT = "left-out"
    SECTION = "section"
    CONTINUATION = "continuation"
    GUIDANCE = "guidance"
    HEADING = "heading"
    ABOVE = "above"
    BELOW = "below"
    EMPTY = "empty"


ROLES = (RowOutcome.RISK, RowOutcome.CONTINUATION, RowOutcome.SECTION, RowOutcome.LEFT_OUT)
HEADINGS_AGAIN = RowOutcome.HEADING, "It repeats the headings."
TITLE_AGAIN = RowOutcome.HEADING, "It repeats a line from above the headings."
PAGE = RowOutcome.HEADING, "It is a page number."
SECTION = RowOutcome.SECTION, "Its only text is a heading for the rows below."
ALONE = (
    RowOutcome.LEFT_OUT,
    "It has only a title: it may be a risk, or a heading for the rows below.",
)
NO_WORDS = (
    RowOutcome.LEFT_OUT,
    "It has numbers or formula errors but no words: it names no risk.",
)
DECIDED = {
    RowOutcome.SECTION: (RowOutcome.SECTION, "You made it a heading for the rows below."),
    RowOutcome.LEFT_OUT: (RowOutcome.LEFT_OUT, "You left it out."),
}


@dataclass(frozen=True)
class Aside:
    """A row of the table that is read as no risk, and why."""

    outcome: RowOutcome
    reason: str


def find_asides(rows: list[SheetRow], sheet: Sheet, plan) -> dict[int, Aside]:
    """The rows of a table that hold no risk, by number. Continuations are not among them."""
    guess = AsideGuess(rows, sheet, plan)
    asides = {}
    for row in rows:
        role = plan.roles and plan.roles.get(str(row.number))
        if aside := DECIDED.get(role) if role else guess(row):
            asides[row.number] = Aside(*aside)
    return asides


class AsideGuess:
    """What a row is by its looks: a pair for an Aside, or None for a risk."""

    def __init__(self, rows, sheet, plan):
        targets = list(enumerate(plan.columns))
        self.naming = {at for at, target in targets if target in NAMING}
        self.lists = {at for at, target in targets if target in LISTS}
        self.rows = rows
        self.above = {row.cells for row in sheet.rows if row.number < plan.first_line}
        self.bars = {
            number
            for number, left, bottom, right in sheet.merged
            if right > left and number == bottom
        }
        self.covered = {
            number
            for top, left, bottom, right in sheet.merged
            if left == right
            for number in range(top + 1, bottom + 1)
        }

    def __call__(self, row):
        if row.number in self.covered:
            return None
        if again := self._repetition(row):
            return again
        if is_without_words(row, self.naming):
            return NO_WORDS
        return self._lone_text(row) if filled_count(row) == 1 else None

    def _repetition(self, row):
        if row.cells not in self.above:
            return None
        return HEADINGS_AGAIN if filled_count(row) > 1 else TITLE_AGAIN

    @cached_property
    def usual(self):
        """How many cells a usual row fills."""
        return median(map(filled_count, self.rows))

    @cached_property
    def first(self):
        """The first column with a text in any row."""
        return min(at for row in self.rows for at in filled_columns(row)[:1])

    def _lone_text(self, row):
        (at,) = filled_columns(row)
        if at in self.lists:
            return None
        if PAGE_NUMBER.fullmatch(row.cells[at]):
            return PAGE
        if row.number in self.bars:
            return SECTION
        if at in self.naming:
            return ALONE if self.usual >= USUAL else None
        is_first = at == self.first and self.usual > 1
        return SECTION if is_first and LETTER.search(row.cells[at]) else None


def is_without_words(row: SheetRow, naming: set[int]) -> bool:
    """Whether a row holds only zeros, errors and the number of an empty form.

    naming: columns in which a text like "Risk 4" is a title.
    """
    if max(map(len, row.cells), default=0) > LONGEST:
        return False
    count = 0
    for at, text in enumerate(row.cells):
        if text and not NOTHING.fullmatch(text):
            count += 1
            if count > 1 or at in naming or not NUMBER.fullmatch(text):
                return False
    return True


def with_sections(rows: list[SheetRow], asides: dict[int, Aside]) -> list[SheetRow]:
    """The rows that hold risks, each with a further cell: the section heading above it."""
    section, result = "", []
    for row in rows:
        aside = asides.get(row.number)
        if aside and aside.outcome == RowOutcome.SECTION:
            section = " ".join(next(filter(None, row.cells), "").split())
        elif not aside:
            result.append(SheetRow(row.number, (*row.cells, section)))
    return result


def filled_columns(row: SheetRow) -> list[int]:
    return [at for at, text in enumerate(row.cells) if text and not text.isspace()]


def filled_count(row: SheetRow) -> int:
    return len(row.cells) - row.cells.count("")


def comparable(text: str) -> str:
    return " ".join(text.split()).casefold()


def comparable_cells(row: SheetRow) -> tuple[str, ...]:
    return tuple(map(comparable, row.cells))
