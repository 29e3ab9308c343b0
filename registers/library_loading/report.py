"""What a load of the library does or would do, and what stands in its way: by file, object and
field, in words.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from itertools import groupby

SHOWN_PROBLEMS = 200
SHOWN_ROWS = 300  # of which a page shows each field; of more, the names
LONG = 180  # characters of a text that are shown
BEFORE_IT_DIFFERS = 60


@dataclass(frozen=True)
class Problem:
    """`thing` names the object, or its row in the file while nothing better is known. Each part may
    be empty.
    """

    file: str
    thing: str
    field: str
    words: str

    def __post_init__(self):
        """What a file says may be quoted here, and may be two megabytes long."""
        for name, most in (("thing", 150), ("words", 500)):
            text = getattr(self, name)
            if len(text) > most:
                object.__setattr__(self, name, f"{text[: most - 2]} …")

    def __str__(self):
        place = ", ".join(part for part in (self.file, self.thing, self.field) if part)
        return f"{place}: {self.words}" if place else self.words


class LibraryProblem(Exception):
    """The files cannot be loaded; `problems` says all that is wrong with them. Nothing was written."""

    def __init__(self, problems):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @property
    def by_file(self):
        """[(file, its problems)] of those that a page shows, files in the order in which they are
        first spoken of.
        """
        found = {}
        for problem in self.problems[:SHOWN_PROBLEMS]:
            found.setdefault(problem.file, []).append(problem)
        return list(found.items())

    @property
    def more(self):
        """How many a page leaves out."""
        return max(0, len(self.problems) - SHOWN_PROBLEMS)


class LibraryChanged(Exception):
    """What would be loaded is no longer what somebody looked at. `report` says what it would be
    now.
    """

    def __init__(self, report):
        super().__init__("What would be loaded has changed.")
        self.report = report


@dataclass(frozen=True)
class FieldChange:
    """A field as the file names it. before, after: all of it, in words; a list of things as a
    tuple.
    """

    name: str
    before: str | tuple[str, ...]
    after: str | tuple[str, ...]

    @property
    def shown(self):
        """before and after, long texts cut to where they differ, lists to what they do not share."""
        if isinstance(self.after, tuple):
            return _shared_left_out(self.before, self.after)
        return _where_they_differ(self.before, self.after)

    @property
    def shown_before(self):
        return self.shown[0]

    @property
    def shown_after(self):
        return self.shown[1]


@dataclass(frozen=True)
class RowReport:
    """One row of a file: the kind of thing, what it is known by, and its fields that are written."""

    file: str
    kind: str
    key: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def name(self):
        return f"{self.kind} {self.key}"


@dataclass
class Report:
    """Rows in the order they are written. `vanished` names rows that no file of the installation
    has: they stay.
    """

    added: list[RowReport] = field(default_factory=list)
    changed: list[RowReport] = field(default_factory=list)
    unchanged: list[RowReport] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)

    @property
    def counts(self):
        text = f"{len(self.added)} added, {len(self.changed)} changed, {len(self.unchanged)} left alone"
        return f"{text}, {len(self.vanished)} no longer in the files" if self.vanished else text

    @property
    def writes(self):
        return bool(self.added or self.changed)

    @property
    def shown(self):
        """[(what would happen, the rows shown field by field, those only named)] of what would be
        written.
        """
        parts = (("changed", self.changed), ("added", self.added))
        return [
            (what, rows[:SHOWN_ROWS], _by_kind(rows[SHOWN_ROWS:])) for what, rows in parts if rows
        ]

    @property
    def unchanged_by_kind(self):
        return _by_kind(self.unchanged)

    @property
    def digest(self):
        """Stands for all that would be written, so that a later step can tell whether it is still
        the same.
        """
        written = {
            "added": [asdict(row) for row in self.added],
            "changed": [asdict(row) for row in self.changed],
        }
        return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()

    def lines(self, *, with_added):
        """The report as lines of text."""
        for what, rows in (("added", self.added if with_added else ()), ("changed", self.changed)):
            for row in rows:
                yield f"{what}: {row.name} ({row.file})"
                for change in row.fields:
                    before, after = change.shown
                    yield (
                        f"    {change.name}: {after}"
                        if what == "added"
                        else f"    {change.name}: {before} → {after}"
                    )
        yield from (f"no longer in the files, stays: {name}" for name in self.vanished)


def _by_kind(rows):
    """[(kind, the keys of its rows)], in the order in which they are written."""
    return [
        (kind, [row.key for row in found])
        for kind, found in groupby(rows, key=lambda row: row.kind)
    ]


def _where_they_differ(before, after):
    if len(before) <= LONG and len(after) <= LONG:
        return before or "nothing", after or "nothing"
    same = len(_common_start(before, after))
    start = max(0, same - BEFORE_IT_DIFFERS)
    if start:
        start = before.find(" ", start, same) + 1 or start
    return tuple(_cut(text, start) or "nothing" for text in (before, after))


def _common_start(one, other):
    length = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return one[:length]


def _cut(text, start):
    """LONG characters from there on, with a mark where something is left out."""
    if not text:
        return ""
    return f"{'… ' if start else ''}{text[start : start + LONG]}{' …' if len(text) > start + LONG else ''}"


def _shared_left_out(before, after):
    shared = set(before) & set(after)
    kept = f"({len(shared)} the same)" if shared else ""

    def words(things):
        own = "; ".join(thing for thing in things if thing not in shared)
        return " ".join(part for part in (_cut(own, 0), kept) if part) or "nothing"

    return words(before), words(after)
