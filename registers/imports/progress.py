"""What an import would do or did, row by row, in words; and how a risk came in."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from registers.import_fields import BY_NAME, IGNORE, NOTE
from registers.imports.diff import DAYS
from registers.imports.reference_data import known_of
from registers.models import ImportedRow, RegisterImport
from registers.permissions import Permission, can
from registers.scoring import RatingOutsideScheme

Outcome = ImportedRow.Outcome
SHOWS = {  # what a list of rows is narrowed to, and how that is called
    "": "All rows",
    Outcome.NEW: "New",
    Outcome.CHANGED: "Changed",
    Outcome.UNCHANGED: "The same",
    Outcome.REFUSED: "Left out",
    "problems": "With something to look at",
}
LIBRARY = {
    "primary_failure_type": "failure_types",
    "other_failure_types": "failure_types",
    "adverse_impacts": "adverse_impacts",
}
# Of a row that a restored file has and nobody read.
NOT_READ = {
    "values": {},
    "split": [],
    "number": None,
    "held": {
        "changes": [],
        "judged": [],
        "controls": [],
        "actions": [],
        "gone": [],
        "closes": False,
    },
}


class Preview:
    """An import whose rows have been read, or that is done. counts: rows by outcome, and those with
    a problem.
    """

    def __init__(self, batch):
        self.batch = batch
        found = batch.rows.order_by().values_list("outcome").annotate(count=Count("pk"))
        self.counts = dict.fromkeys(Outcome.values, 0) | dict(found)
        self.total = sum(self.counts.values())
        self.counts |= {"": self.total, "problems": batch.rows.filter(is_problem=True).count()}
        self.good = self.counts[Outcome.NEW] + self.counts[Outcome.CHANGED]
        self.refused = self.counts[Outcome.REFUSED]
        self.report = batch.report.get("counts", {})
        self.rows_of_file = self.total + self.report.get("further", 0)
        self.posts = batch.report.get("posts", [])

    @property
    def shows(self):
        """(value, label, count) for each way to narrow the list that leaves something."""
        return [
            (value, label, self.counts[value])
            for value, label in SHOWS.items()
            if self.counts[value] or not value
        ]

    def rows(self, show):
        narrowed = {"": Q(), "problems": Q(is_problem=True)}.get(show, Q(outcome=show))
        return (
            self.batch.rows.filter(narrowed)
            .select_related("risk__current")
            .prefetch_related("risk__current__scheme")
        )

    @cached_property
    def known(self):
        return known_of(self.batch.register)

    def shown(self, row):
        return ShownRow(self, row)

    def said(self, name, value):
        """A value of a field in words."""
        if value in ("", None, []):
            return "Nothing"
        if name in DAYS:
            return date_format(parse_date(value), "j F Y")
        names = self.known.choices.get(name) or self.known.library.get(LIBRARY.get(name, ""), {})
        return ", ".join(
            names.get(one, one) for one in (value if isinstance(value, list) else [value])
        )


@dataclass(frozen=True)
class Rating:
    kind: str
    placing: object
    on: object  # a day, or None: the day of the import


class ShownRow:
    """One row as the preview shows it."""

    def __init__(self, preview, row):
        self.preview, self.row, self.number, self.outcome = preview, row, row.number, row.outcome
        self.reads = row.reads or NOT_READ
        self.held = self.reads["held"]
        self.problems = sorted(row.problems, key=lambda problem: not problem["refuses"])
        self.label = SHOWS[row.outcome]

    @property
    def reference(self):
        """Ours, where it is known; else as the file gives it."""
        register, number = self.preview.batch.register, self.reads["number"]
        if self.row.risk or number:
            return register.reference(self.row.risk.number if self.row.risk else number)
        return self.row.reference

    @property
    def title(self):
        named = [cell for cell in self.row.cells if cell.strip()]
        return self.reads["values"].get("title") or (named[0][:120] if named else "")

    @property
    def owner(self):
        return self.reads["values"].get("owner", "")

    @property
    def is_new_post(self):
        return self.owner.casefold() in {title.casefold() for title in self.preview.posts}

    @property
    def ratings(self):
        """Those that come in, current ones first; of a row that is left out, those it names within
        the scheme. Of one that came in by another scheme than today's, those that this one has.
        """
        placings = [(one, self._placing(one)) for one in self.held["judged"]]
        found = [
            Rating(one["kind"], placing, parse_date(one["on"]) if one["on"] else None)
            for one, placing in placings
            if placing
        ]
        return sorted(found, key=lambda rating: rating.kind != "current")

    def _placing(self, one):
        with suppress(RatingOutsideScheme):
            return self.preview.known.scheme.place(one["likelihood"], one["impact"])

    @property
    def changes(self):
        said = self.preview.said
        return [
            (BY_NAME[name].label, said(name, old), said(name, new))
            for name, old, new in self.held["changes"]
        ]

    @property
    def words(self):
        """What it says besides, for a new risk: (label, text)."""
        left_out = ("title", "owner", "reference", "notes")
        values = {
            name: value for name, value in self.reads["values"].items() if name not in left_out
        }
        raised = values.pop("raised_on", None)
        days = [("Raised on", date_format(parse_date(raised), "j F Y"))] if raised else []
        return [
            (BY_NAME[name].label, self.preview.said(name, value)) for name, value in values.items()
        ] + days


def under_way(register):
    """The imports of a register that are not done, latest first."""
    return (
        register.imports.exclude(stage=RegisterImport.Stage.DONE)
        .select_related("by")
        .defer("sheets")
    )


def done_before(register):
    """Those that were taken in, latest first, with how many rows came in."""
    good = Count("rows", filter=Q(rows__outcome__in=(Outcome.NEW, Outcome.CHANGED)))
    done = (
        register.imports.filter(stage=RegisterImport.Stage.DONE)
        .select_related("by")
        .defer("sheets")
    )
    return done.annotate(good=good).order_by("-done_at")


def came_in_for(user, risk):
    """The rows of workbooks from which the risk came, latest first, each with its cells; none for a
    reader who may not edit it: what somebody wrote beside a risk was not written for a committee or
    for people from outside.
    """
    if not can(user, Permission.EDIT_RISK, risk.register.organisation):
        return []
    rows = risk.imported_rows.filter(batch__stage=RegisterImport.Stage.DONE).exclude(
        outcome=Outcome.REFUSED
    )
    rows = rows.select_related("batch").defer("batch__sheets").order_by("-batch__done_at")
    return [{"row": row, "batch": row.batch, "cells": cells_of(row)} for row in rows]


def cells_of(row):
    """(heading, text, what it was read as) for each cell that is not empty, of each row in which
    the risk stands.
    """
    names = row.batch.plan.get("names", [])
    went = row.reads.get("went", {})
    found = []
    for number, cells in [(None, row.cells), *row.further]:
        for place, text in enumerate(cells):
            if text.strip():
                targets = [target.partition("@")[0] for target in went.get(str(place), [])]
                heading = (
                    names[place] if place < len(names) and names[place] else f"Column {place + 1}"
                )
                heading = f"{heading}, row {number}" if number else heading
                found.append((heading, text, [label_of(target) for target in targets]))
    return found


def label_of(target):
    if target == IGNORE:
        return "kept here only"
    return BY_NAME[target].label.lower() if target in BY_NAME and target != NOTE else "other notes"
