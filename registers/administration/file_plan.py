"""What a file would change, row by row, and the state on which that was decided."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from django.core import signing

from registers.administration.file_table import FileRow, FileTable


class Outcome(StrEnum):
    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    UNREAD = "unread"


class PlanOutdated(Exception):
    """What the file would change is not what the preview showed; nothing was written."""


@dataclass
class PlannedRow:
    """What becomes of a row of the file.

    name: what it is about. changes: (label, from, to) of each value. reason: why it is not
    understood. note: what else there is to know of it. values: what would be written.
    """

    number: int
    name: str
    outcome: Outcome = Outcome.SAME
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    reason: str = ""
    note: str = ""
    key: int | None = None
    values: dict = field(default_factory=dict)


@dataclass
class FilePlan:
    """rows: in the order of the file. missing: names of what is here and not in the file.

    unknown: who the file names that has no role here: their address or name, each once.
    new_parents: the directorates or bodies that would be added for the rows: name -> kind.
    """

    rows: list[PlannedRow]
    missing: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    new_parents: dict[str, str] = field(default_factory=dict)

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome == outcome]

    @property
    def added(self) -> list[PlannedRow]:
        return self.of(Outcome.ADD)

    @property
    def changed(self) -> list[PlannedRow]:
        return self.of(Outcome.CHANGE)

    @property
    def unchanged(self) -> list[PlannedRow]:
        return self.of(Outcome.SAME)

    @property
    def unread(self) -> list[PlannedRow]:
        return self.of(Outcome.UNREAD)

    @property
    def writes(self) -> bool:
        return bool(self.added or self.changed or self.new_parents)

    @property
    def state(self) -> str:
        """A digest of all that would be written."""
        rows = [asdict(row) for row in (*self.added, *self.changed)]
        text = json.dumps([rows, self.new_parents], default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def pack(table: FileTable, salt: str) -> str:
    """The rows of a table as a signed text, for the form of its preview."""
    content = [[row.number, dict(row.values)] for row in table.rows]
    return signing.dumps([content, table.columns], salt=salt, compress=True)


def unpack(text: str, salt: str) -> FileTable:
    """The table that pack() made. Raises signing.BadSignature for anything else."""
    content, columns = signing.loads(text, salt=salt)
    rows = [FileRow(number, values) for number, values in content]
    return FileTable(rows, [tuple(column) for column in columns])
