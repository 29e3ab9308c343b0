"""What an import would do or did, row by row, for pages; and how a risk was imported."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from registers.import_fields import BY_NAME, IGNORE, KIND_TERMS, NOTE, Sort
from registers.imports.diff import DAYS
from registers.imports.reference_data import load_reference_data
from registers.imports.row_roles import RowOutcome
from registers.imports.value_mapping import LIBRARY_OF
from registers.models import ImportedRow, RegisterImport
from registers.permissions import Permission, can
from registers.pounds import in_pounds
from registers.scoring import RatingOutsideScheme

Outcome = ImportedRow.Outcome
# The filters of a list of rows: value in the address -> label.
FILTERS = {
    "": "All risks",
    Outcome.NEW: "New",
    Outcome.CHANGED: "Changed",
    Outcome.UNCHANGED: "Unchanged",
    Outcome.REFUSED: "Cannot import",
    Outcome.LEFT_OUT: "Left out",
    "problems": "To check",
}
# ImportedRow.reads of a row in a restored file, which nobody parsed.
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
    """An import whose rows are staged, or that is done.

    counts: rows by outcome, those with a problem, and all (""). left_out: rows that are not taken
    in, refused or in doubt. rows_of_file: those and the rows of all risks.
    """

    def __init__(self, batch):
        self.batch = batch
        outcomes = batch.rows.order_by().values_list("outcome").annotate(count=Count("pk"))
        self.counts = dict.fromkeys(Outcome.values, 0) | dict(outcomes)
        self.total = sum(self.counts.values())
        self.counts |= {"": self.total, "problems": batch.rows.filter(is_problem=True).count()}
        self.accepted = self.counts[Outcome.NEW] + self.counts[Outcome.CHANGED]
        set_aside = sum(row["outcome"] == RowOutcome.LEFT_OUT for row in batch.non_risk_rows)
        self.left_out = self.counts[Outcome.REFUSED] + self.counts[Outcome.LEFT_OUT] + set_aside
        self.report = batch.report.get("counts", {})
        self.rows_of_file = self.total + set_aside + self.report.get("further", 0)
        self.posts = batch.report.get("posts", [])
        self.judged_on = parse_date(batch.plan.get("judged_on") or "")

    @cached_property
    def lookalikes(self):
        """What was decided of each row that looks like a risk: see Lookalike.is_same."""
        rows = self.batch.rows.filter(reads__has_key="likeness")
        return list(rows.order_by("number").values_list("reads__likeness__is_same", flat=True))

    @property
    def undecided(self):
        return sum(is_same is None for is_same in self.lookalikes)

    @property
    def filters(self):
        """(value, label, count) of each filter that leaves a row, and of all risks.

        Rows left out are listed with the other rows of the sheet (registers.imports.sheet_rows).
        """
        return [
            (value, label, self.counts[value])
            for value, label in FILTERS.items()
            if value != Outcome.LEFT_OUT and (self.counts[value] or not value)
        ]

    def rows(self, show):
        """The rows of a filter."""
        condition = {"": Q(), "problems": Q(is_problem=True)}.get(show, Q(outcome=show))
        return (
            self.batch.rows.filter(condition)
            .select_related("risk__latest", "risk__current")
            .prefetch_related("risk__current__scheme")
        )

    @cached_property
    def reference_data(self):
        return load_reference_data(self.batch.register)

    def display_value(self, name, value):
        """The value of a field as people read it."""
        if value in ("", None, []):
            return "Nothing"
        if BY_NAME[name].sort is Sort.POUNDS:
            return in_pounds(value)
        if name in DAYS:
            return date_format(parse_date(value), "j F Y")
        data = self.reference_data
        labels = data.choices.get(name) or data.library.get(LIBRARY_OF.get(name, ""), {})
        values = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(each, each) for each in values)


@dataclass(frozen=True)
class PlacedRating:
    kind: str
    placing: object
    on: object  # a day, or None: the day of the import

    @property
    def kind_term(self):
        return KIND_TERMS[self.kind]


class PreviewRow:
    """One row as the preview shows it."""

    def __init__(self, preview, row):
        self.preview, self.row, self.number, self.outcome = preview, row, row.number, row.outcome
        self.reads = row.reads or NOT_READ
        self.diff = self.reads["held"]
        self.problems = sorted(row.problems, key=lambda problem: not problem["refuses"])
        self.label = FILTERS[row.outcome]

    @property
    def reference(self):
        """The register's reference if there is one, else as the file gives it."""
        register, number = self.preview.batch.register, self.reads["number"]
        if self.row.risk or number:
            return register.reference(self.row.risk.number if self.row.risk else number)
        return self.row.reference

    @property
    def title(self):
        texts = [cell for cell in self.row.cells if cell.strip()]
        return self.reads["values"].get("title") or (texts[0][:120] if texts else "")

    @property
    def owner(self):
        return self.reads["values"].get("owner", "")

    @property
    def is_new_post(self):
        return self.owner.casefold() in {title.casefold() for title in self.preview.posts}

    @property
    def ratings(self):
        """The ratings to import that today's scheme has, current ones first."""
        placings = [(rating, self._placing(rating)) for rating in self.diff["judged"]]
        placed = [
            PlacedRating(
                rating["kind"], placing, parse_date(rating["on"]) if rating["on"] else None
            )
            for rating, placing in placings
            if placing
        ]
        return sorted(placed, key=lambda rating: rating.kind != "current")

    def _placing(self, rating):
        with suppress(RatingOutsideScheme):
            scheme = self.preview.reference_data.scheme
            return scheme.place(rating["likelihood"], rating["impact"])

    @property
    def changes(self):
        """(label, before, after) of each field that changes."""
        display = self.preview.display_value
        return [
            (BY_NAME[name].label, display(name, before), display(name, after))
            for name, before, after in self.diff["changes"]
        ]

    @property
    def details(self):
        """(label, text) of a new risk's other fields."""
        shown_elsewhere = ("title", "owner", "reference", "notes")
        values = {
            name: value
            for name, value in self.reads["values"].items()
            if name not in shown_elsewhere
        }
        raised_on = values.pop("raised_on", None)
        days = [("Raised on", date_format(parse_date(raised_on), "j F Y"))] if raised_on else []
        return [
            (BY_NAME[name].label, self.preview.display_value(name, value))
            for name, value in values.items()
        ] + days


def imported_before(batch):
    """The latest import of the same file, byte by byte, that still holds, or None."""
    imports = batch.register.imports.in_force().filter(digest=batch.digest).exclude(pk=batch.pk)
    return imports.select_related("by").defer("sheets").order_by("-done_at").first()


def open_imports(register):
    """The imports of a register that are not done, latest first."""
    return (
        register.imports.exclude(stage=RegisterImport.Stage.DONE)
        .select_related("by")
        .defer("sheets", "non_risk_rows")
    )


def completed_imports(register):
    """Those that are done, latest first, with their number of accepted rows as `accepted`."""
    accepted = Count("rows", filter=Q(rows__outcome__in=(Outcome.NEW, Outcome.CHANGED)))
    completed = (
        register.imports.filter(stage=RegisterImport.Stage.DONE)
        .select_related("by")
        .defer("sheets", "non_risk_rows")
    )
    return completed.annotate(accepted=accepted).order_by("-done_at")


def imported_rows_for(user, risk):
    """The imported rows of a risk with their cells, latest first.

    None for a reader who may not edit the risk: notes in a workbook were not written for a
    committee or for people from outside.
    """
    if not can(user, Permission.EDIT_RISK, risk.register.organisation):
        return []
    rows = risk.imported_rows.filter(batch__stage=RegisterImport.Stage.DONE).exclude(
        outcome__in=(Outcome.REFUSED, Outcome.LEFT_OUT)
    )
    rows = (
        rows.select_related("batch")
        .defer("batch__sheets", "batch__non_risk_rows")
        .order_by("-batch__done_at")
    )
    return [{"row": row, "batch": row.batch, "cells": row_cells(row)} for row in rows]


def row_cells(row):
    """(heading, text, labels of the targets it was read as) of each cell with a text."""
    names = row.batch.plan.get("names", [])
    destinations = row.reads.get("went", {})
    result = []
    for number, cells in [(None, row.cells), *row.further]:
        for place, text in enumerate(cells):
            if text.strip():
                targets = [target.partition("@")[0] for target in destinations.get(str(place), [])]
                heading = (
                    names[place] if place < len(names) and names[place] else f"Column {place + 1}"
                )
                heading = f"{heading}, row {number}" if number else heading
                result.append((heading, text, [target_label(target) for target in targets]))
    return result


def target_label(target):
    if target == IGNORE:
        return "worked out by the register"
    return BY_NAME[target].term.lower() if target in BY_NAME and target != NOTE else "other notes"
