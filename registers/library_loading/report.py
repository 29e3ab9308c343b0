"""What a load of the library does or would do, and the problems that prevent it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from itertools import groupby

from registers.phrases.files import library_totals

SHOWN_PROBLEMS = 200
SHOWN_ROWS = 300  # of which a page shows each field; of the rest, the names
LONG = 180  # characters of a text that are shown
CONTEXT = 60  # characters before the first difference


@dataclass(frozen=True)
class Problem:
    """Why a file cannot be loaded. Each part but the message may be empty.

    row: the name of the object or, before that is known, its number in the file.
    """

    file: str
    row: str
    field: str
    message: str

    def __post_init__(self):
        """Cut texts that quote a file, which may be two megabytes long."""
        for name, most in (("row", 150), ("message", 500)):
            text = getattr(self, name)
            if len(text) > most:
                object.__setattr__(self, name, f"{text[: most - 2]} …")

    def __str__(self):
        place = ", ".join(part for part in (self.file, self.row, self.field) if part)
        return f"{place}: {self.message}" if place else self.message


class LibraryProblem(Exception):
    """The files cannot be loaded, for all these problems. Nothing was written."""

    def __init__(self, problems):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @property
    def by_file(self):
        """[(file, its problems)] of those that a page shows."""
        by_file = {}
        for problem in self.problems[:SHOWN_PROBLEMS]:
            by_file.setdefault(problem.file, []).append(problem)
        return list(by_file.items())

    @property
    def more_count(self):
        """The number of problems that a page leaves out."""
        return max(0, len(self.problems) - SHOWN_PROBLEMS)


class LibraryChanged(Exception):
    """What would be loaded is no longer what somebody agreed to: `report` has what it is now."""

    def __init__(self, report):
        super().__init__("What would be loaded has changed.")
        self.report = report


@dataclass(frozen=True)
class FieldChange:
    """before, after: the whole text, of a list of rows a tuple."""

    name: str
    before: str | tuple[str, ...]
    after: str | tuple[str, ...]

    @property
    def excerpts(self):
        """(before, after): long texts cut to where they differ, lists to what they do not share."""
        if isinstance(self.after, tuple):
            return _list_excerpts(self.before, self.after)
        return _text_excerpts(self.before, self.after)


@dataclass(frozen=True)
class RowReport:
    """A row of a file: its kind, its natural key, and the fields that are written."""

    file: str
    kind: str
    key: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def name(self):
        return f"{self.kind} {self.key}"


@dataclass
class Report:
    """Rows in the order they are written. vanished: names of rows that are in no file and stay."""

    added: list[RowReport] = field(default_factory=list)
    changed: list[RowReport] = field(default_factory=list)
    unchanged: list[RowReport] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)

    @property
    def counts(self):
        rows = (self.added, self.changed, self.unchanged, self.vanished)
        return library_totals(*map(len, rows))

    @property
    def has_changes(self):
        return bool(self.added or self.changed)

    @property
    def sections(self):
        """[("changed" or "added", rows to show field by field, the others by kind)]."""
        parts = (("changed", self.changed), ("added", self.added))
        return [
            (verb, rows[:SHOWN_ROWS], _by_kind(rows[SHOWN_ROWS:])) for verb, rows in parts if rows
        ]

    @property
    def unchanged_by_kind(self):
        return _by_kind(self.unchanged)

    @property
    def digest(self):
        """A later step compares it to tell whether the same would still be written."""
        written = {
            "added": [asdict(row) for row in self.added],
            "changed": [asdict(row) for row in self.changed],
        }
        return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()

    def lines(self, *, with_added):
        """The report as lines of text."""
        for verb, rows in (("added", self.added if with_added else ()), ("changed", self.changed)):
            for row in rows:
                yield f"{verb}: {row.name} ({row.file})"
                for change in row.fields:
                    before, after = change.excerpts
                    yield (
                        f"    {change.name}: {after}"
                        if verb == "added"
                        else f"    {change.name}: {before} → {after}"
                    )
        yield from (f"no longer in the files, stays: {name}" for name in self.vanished)


def _by_kind(rows):
    """[(kind, the keys of its rows)], in the order of the rows."""
    return [
        (kind, [row.key for row in group])
        for kind, group in groupby(rows, key=lambda row: row.kind)
    ]


def _text_excerpts(before, after):
    if len(before) <= LONG and len(after) <= LONG:
        return before or "nothing", after or "nothing"
    same_length = _common_length(before, after)
    start = max(0, same_length - CONTEXT)
    if start:
        start = before.find(" ", start, same_length) + 1 or start
    return tuple(_cut(text, start) or "nothing" for text in (before, after))


def _common_length(before, after):
    return next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )


def _cut(text, start):
    """LONG characters from there on, with a mark where something is left out."""
    if not text:
        return ""
    end = start + LONG
    return f"{'… ' if start else ''}{text[start:end]}{' …' if len(text) > end else ''}"


def _list_excerpts(before, after):
    shared = set(before) & set(after)
    shared_text = f"({len(shared)} the same)" if shared else ""

    def excerpt(names):
        text = "; ".join(name for name in names if name not in shared)
        return " ".join(part for part in (_cut(text, 0), shared_text) if part) or "nothing"

    return excerpt(before), excerpt(after)
