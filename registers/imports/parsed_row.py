"""A parsed row, and the builder that the parsing steps fill it through."""

import copy
import datetime
import re
from dataclasses import dataclass, field

from registers.import_fields import IGNORE, NOTE, PROGRESS, TARGETS
from registers.imports import own_export
from registers.imports.mapping import Plan, ReferenceData
from registers.imports.sheet_features import ERROR
from registers.pasted_text import normalise_text
from registers.risk_fields import BY_NAME
from registers.spreadsheet import SheetRow, column_letter

NOTES_LIMIT = BY_NAME[NOTE].longest  # characters
UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
NOTE_HEADINGS = {
    words.casefold()
    for target in TARGETS
    if target.name == NOTE
    for words in (target.label, *target.aliases)
}


@dataclass(frozen=True)
class RowProblem:
    """column: heading and letter, "Risk owner (F)". text: what the cell says.

    refuses: the row cannot be imported. Otherwise it is, and the text goes to its notes.
    """

    column: str
    text: str
    problem: str
    refuses: bool


@dataclass(frozen=True)
class ParsedRating:
    kind: str  # inherent, current, target
    likelihood: int
    impact: int
    on: datetime.date | None  # None: the day of the import
    rationale: str = ""
    driver: str = ""  # slug of an adverse impact


@dataclass(frozen=True)
class ParsedAction:
    title: str
    detail: str = ""
    owner: str = ""  # title of a post
    due_on: datetime.date | None = None
    is_done: bool = False


@dataclass(frozen=True)
class ParsedNote:
    """A progress note."""

    text: str
    on: datetime.date | None = None  # None: the day of the import


@dataclass
class ParsedRow:
    """What one row says.

    values: by field of RiskContent, with `reference` and `raised_on`: choices as stored, library
    rows by slug, owner by title. Empty cells have no entry.
    controls: (title, detail). split_notes: sentences on cells that were split.
    destinations: index of each non-empty cell's column -> the targets that hold its text; "ignore"
    where the register works out what it says, or nothing of it can be stored.
    derived: names of values that a new risk needs and no cell gives, such as a title from the
    event. They do not change an existing risk.
    """

    sheet_row: SheetRow
    values: dict = field(default_factory=dict)
    ratings: list[ParsedRating] = field(default_factory=list)
    controls: list[tuple[str, str]] = field(default_factory=list)
    actions: list[ParsedAction] = field(default_factory=list)
    progress: list[ParsedNote] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    split_notes: list[str] = field(default_factory=list)
    destinations: dict[int, list[str]] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)

    @property
    def is_refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)


def clean_cell(cell: str) -> tuple[str, list[str]]:
    """(a cell's text, the characters removed from it because they cannot be stored)."""
    if cell.isascii() and cell.isprintable():
        return cell.strip(), []
    text = normalise_text(cell)
    removed = UNSTORABLE.findall(text)
    return (UNSTORABLE.sub("", text) if removed else text).strip(), removed


class RowBuilder:
    """A row while it is parsed.

    cells: index of a column -> text. columns: target -> indices of its columns with a text.
    notes: (index of a column, heading, text) for write_notes(). parsed: the result so far.
    """

    def __init__(self, sheet_row: SheetRow, plan: Plan, reference_data: ReferenceData):
        self.plan, self.reference_data = plan, reference_data
        self.today = reference_data.today or datetime.date.today()
        self.parsed = ParsedRow(sheet_row)
        self.cells: dict[int, str] = {}
        self.columns: dict[str, list[int]] = {}
        self.notes: list[tuple[int, str, str]] = []
        for at, cell in enumerate(sheet_row.cells):
            if cell and (text := self._clean(at, cell)):
                self._add_cell(at, text)

    def _add_cell(self, at, text):
        self.cells[at] = text
        is_error = self._is_error(text)
        is_value = at < len(self.plan.columns) and not is_error
        target = self.plan.columns[at] if is_value else NOTE
        self.columns.setdefault(target, []).append(at)
        if is_error:
            self.add_problem(at, text, "The formula failed: kept in the notes")

    def _is_error(self, text):
        """Whether a formula failed; in a file of ours it is a text that somebody typed."""
        return ERROR.fullmatch(text) and not own_export.is_own_file(tuple(self.plan.names))

    def _clean(self, at, cell):
        text, removed = clean_cell(cell)
        if removed:
            codes = ", ".join(dict.fromkeys(f"U+{ord(character):04X}" for character in removed))
            self.add_problem(
                at,
                text[:80],
                f"We removed characters that cannot be stored ({codes})",
            )
            if not text:
                self.record_target(at, IGNORE)
        return text

    def per_source_row(self, target: str) -> list["RowBuilder"]:
        """A builder for each source row, where more than one of them has the target.

        Then the cells beside it belong to it. All share `parsed`. Otherwise [self].
        """
        builders = []
        for source_row in self.parsed.sheet_row.source_rows:
            builder = copy.copy(self)
            builder.cells, builder.columns = {}, {}
            for at, cell in enumerate(source_row.cells):
                if text := clean_cell(cell)[0]:
                    builder._add_cell(at, text)
            builders.append(builder)
        return builders if sum(target in row.columns for row in builders) > 1 else [self]

    def column_name(self, at: int) -> str:
        return self.plan.names[at] if at < len(self.plan.names) else f"Column {column_letter(at)}"

    def add_problem(self, at: int, text: str, problem: str, refuses: bool = False):
        name, letter = self.column_name(at), column_letter(at)
        heading = name if name == f"Column {letter}" else f"{name} ({letter})"
        self.parsed.problems.append(RowProblem(heading, text, problem, refuses))

    def add_split_note(self, at: int, words: str):
        """Say how a cell was split or read."""
        self.parsed.split_notes.append(f"{self.column_name(at)}: {words}")

    def record_target(self, at: int, *targets: str):
        """Record that these targets hold the text of the cell."""
        destinations = self.parsed.destinations.setdefault(at, [])
        destinations += [target for target in targets if target not in destinations]

    def move_to_notes(self, at: int, heading: str = ""):
        """Keep a cell without a field of its own in the notes, under its heading."""
        self.notes.append((at, heading or self.column_name(at), self.cells[at]))

    def set_value(self, target: str, value):
        """Set a value read from all columns of a target."""
        self.parsed.values[target] = value
        for at in self.columns[target]:
            self.record_target(at, target)

    def revert_to_notes(self, target: str):
        """Drop a target's value, if any, and move its texts to the notes."""
        self.parsed.values.pop(target, None)
        for at in self.columns.get(target, []):
            if target in self.parsed.destinations.get(at, []):
                self.parsed.destinations[at].remove(target)
            self.move_to_notes(at)

    def write_notes(self):
        """Set the notes. What exceeds NOTES_LIMIT becomes progress notes, and is said."""
        entries, length = [], 0
        for at, heading, text in sorted(dict.fromkeys(self.notes), key=lambda note: note[0]):
            entry = text if heading.casefold() in NOTE_HEADINGS else f"{heading}: {text}"
            if length + len(entry) + 1 > NOTES_LIMIT:
                words = (
                    f"The notes have no room for {len(text):,} characters: kept as a progress note"
                )
                self.add_problem(at, f"{text[:80]}…", words)
                self.parsed.progress += [
                    ParsedNote(entry[start : start + NOTES_LIMIT])
                    for start in range(0, len(entry), NOTES_LIMIT)
                ]
                self.record_target(at, PROGRESS)
                continue
            entries.append(entry)
            length += len(entry) + 1
            self.record_target(at, NOTE)
        if entries:
            self.parsed.values[NOTE] = "\n".join(entries)
