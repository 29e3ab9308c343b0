"""What one row says, by the plan: values for the register, problems in words, and where every cell
went.
"""

import copy
import datetime
import re
import unicodedata
from dataclasses import dataclass, field

from registers.import_fields import IGNORE, NOTE, TARGETS
from registers.imports.mapping import Known, Plan
from registers.imports.read_file import Line, letter
from registers.pasted_text import REPLACEMENTS

NOTES = 10_000  # characters
UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
NOTE_HEADINGS = {
    words.casefold()
    for target in TARGETS
    if target.name == NOTE
    for words in (target.label, *target.also)
}


@dataclass(frozen=True)
class Problem:
    column: str  # the heading, and the letter of the column: "Risk owner (F)"
    said: str
    problem: str
    refuses: bool  # whether the row cannot be taken in; else it is taken in without this, which stays with its notes


@dataclass(frozen=True)
class Judged:
    kind: str  # inherent, current, target
    likelihood: int
    impact: int
    on: datetime.date | None  # None: the day of the import
    rationale: str = ""
    driver: str = ""  # slug of an adverse impact


@dataclass(frozen=True)
class Planned:
    """An action as a cell says it."""

    title: str
    detail: str = ""
    owner: str = ""  # title of a post
    due_on: datetime.date | None = None
    is_done: bool = False


@dataclass
class ReadRow:
    """values: what the risk says, by field of RiskContent: choices as stored values, library rows
    as slugs, days, owner as the title of a post; with `reference` and `raised_on`. An empty cell
    says nothing. made: the names of values that nobody wrote but a new risk needs (a title out of
    the event): not for a risk that is there. went: for each non-empty cell (index of its column)
    the target or targets in which its text is found again, "ignore" where it is kept with the row
    only: none is missing.
    """

    line: Line
    values: dict = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    controls: list[tuple[str, str]] = field(default_factory=list)  # title, detail
    actions: list[Planned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    split: list[str] = field(default_factory=list)  # what was taken apart, in words
    went: dict[int, list[str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    @property
    def is_refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)


def mended(text: str) -> str:
    """As the forms store it: composed, with line feeds only."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(REPLACEMENTS))


def storable(cell: str) -> tuple[str, list[str]]:
    """(a cell's text, the characters that were taken out of it)."""
    if cell.isascii() and cell.isprintable():
        return cell.strip(), []
    text = mended(cell)
    found = UNSTORABLE.findall(text)
    return (UNSTORABLE.sub("", text) if found else text).strip(), found


class Row:
    """What the steps of reading share. where: the columns of each target that have a text in this
    row.
    """

    def __init__(self, line: Line, plan: Plan, known: Known):
        self.plan, self.known = plan, known
        self.today = known.today or datetime.date.today()
        self.read = ReadRow(line)
        self.cells: dict[int, str] = {}
        self.where: dict[str, list[int]] = {}
        self.left: list[tuple[int, str, str]] = []  # column, heading, text
        for at, cell in enumerate(line.cells):
            if cell and (text := self._cleaned(at, cell)):
                self._has(at, text)

    def _has(self, at, text):
        self.cells[at] = text
        target = self.plan.columns[at] if at < len(self.plan.columns) else NOTE
        self.where.setdefault(target, []).append(at)

    def _cleaned(self, at, cell):
        text, found = storable(cell)
        if found:
            codes = ", ".join(dict.fromkeys(f"U+{ord(character):04X}" for character in found))
            self.doubt(
                at,
                text[:80],
                f"It had characters that cannot be stored ({codes}), which were taken out",
            )
            if not text:
                self.went(at, IGNORE)
        return text

    def each(self, target: str) -> list["Row"]:
        """The rows of a risk that stands in several, where more than one of them says something of
        a target: there what stands beside it belongs to it. What is read from them is read into the
        whole. Else the risk as one row.
        """
        rows = []
        for line in self.read.line.rows:
            row = copy.copy(self)
            row.cells, row.where = {}, {}
            for at, cell in enumerate(line.cells):
                if text := storable(cell)[0]:
                    row._has(at, text)
            rows.append(row)
        return rows if sum(target in row.where for row in rows) > 1 else [self]

    def name(self, at: int) -> str:
        return self.plan.names[at] if at < len(self.plan.names) else f"Column {letter(at)}"

    def doubt(self, at: int, said: str, problem: str, refuses: bool = False):
        name, column = self.name(at), letter(at)
        heading = name if name == f"Column {column}" else f"{name} ({column})"
        self.read.problems.append(Problem(heading, said, problem, refuses))

    def told(self, at: int, words: str):
        """What was taken apart or made, in words."""
        self.read.split.append(f"{self.name(at)}: {words}")

    def went(self, at: int, *targets: str):
        known = self.read.went.setdefault(at, [])
        known += [target for target in targets if target not in known]

    def note(self, at: int, heading: str = ""):
        """What has no field goes to the notes, under its heading."""
        self.left.append((at, heading or self.name(at), self.cells[at]))

    def take(self, target: str, value):
        """Set a value that comes from all the columns of a target."""
        self.read.values[target] = value
        for at in self.where[target]:
            self.went(at, target)

    def give_back(self, target: str):
        """Not taken, or not after all: its texts go to the notes."""
        self.read.values.pop(target, None)
        for at in self.where.get(target, []):
            if target in self.read.went.get(at, []):
                self.read.went[at].remove(target)
            self.note(at)

    def write_notes(self):
        """The notes, as far as they have room; what has none is said, and is kept with the row."""
        kept, length = [], 0
        for at, heading, text in sorted(dict.fromkeys(self.left), key=lambda left: left[0]):
            entry = text if heading.casefold() in NOTE_HEADINGS else f"{heading}: {text}"
            if length + len(entry) + 1 > NOTES:
                self.doubt(
                    at, f"{text[:80]}…", f"The notes have no room for its {len(text):,} characters"
                )
                self.went(at, IGNORE)
                continue
            kept.append(entry)
            length += len(entry) + 1
            self.went(at, NOTE)
        if kept:
            self.read.values[NOTE] = "\n".join(kept)
