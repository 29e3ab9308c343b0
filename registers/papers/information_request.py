"""An extract of a register as at a day, for who answers a request for information.

Nothing of an exempt risk, no draft and no name of a person, whoever makes it; and what was left
out and why. As Word and CSV.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format

from registers.exports.columns import BY_IMPORT_FIELD, COLUMNS, Column
from registers.exports.csv import plain
from registers.exports.table import RegisterTable
from registers.models import Register, Risk
from registers.papers.document import Block, Bullets, Document, Layout, Paragraph, Section, Table
from registers.papers.grounds import statute_of
from registers.papers.withholding import WITHHELD_TEXT, without_names
from registers.permissions import (
    drafting_reader,
    exempt_reader,
    exempt_risks_in,
    open_data_for,
    positions_for,
    public_reader,
)
from registers.phrases.files import name_in_files
from registers.phrases.information_request import (
    NOT_AN_EXEMPTION,
    NOT_SHOWN,
    OTHER_GROUND,
    WHY_CLOSED,
    WHY_DRAFT,
    WHY_EXEMPT,
    WHY_NAMED,
    WHY_NOT_CHOSEN,
    WHY_OTHER_RECORDS,
    WHY_PEOPLE,
    WHY_RELATED,
    exempt_on_ground,
    held_sentence,
)

PARAGRAPH = re.compile(r"\bparagraph (\d{1,2})\b", re.IGNORECASE)
ALL = "All"


class FieldGroup(NamedTuple):
    """Fields that are chosen together. columns: of exports, by the name of their field, or heading.

    names_people: whether people often write names into them.
    """

    label: str
    columns: tuple[str, ...]
    is_usual: bool = True
    names_people: bool = False


ALWAYS = ("reference", "title", "status", "raised_on")
GROUPS = {
    "statement": FieldGroup("Cause, event and consequence", ("cause", "event", "consequence")),
    "kind": FieldGroup(
        "Category, failure types and adverse impacts",
        ("category", "primary_failure_type", "other_failure_types", "adverse_impacts"),
    ),
    "owner": FieldGroup("Owner (the post) and directorate", ("owner", "Directorate")),
    "residual": FieldGroup(
        "Residual rating, and whether it is above tolerance",
        (
            *("current.likelihood", "current.impact", "current.score", "current.band"),
            *("current.on", "Above tolerance", "Rated by the scheme"),
        ),
    ),
    "others": FieldGroup(
        "Inherent and target rating",
        ("inherent.score", "inherent.band", "target.score", "target.band", "target_on"),
    ),
    "response": FieldGroup("Response", ("response", "response_reason", "tolerated_until")),
    "controls": FieldGroup("Controls", ("controls",)),
    "actions": FieldGroup("Actions, with their posts and days", ("actions",)),
    "committee": FieldGroup(
        "Position for the committee, and what good looks like",
        ("committee_position", "definition_of_good"),
    ),
    "subject": FieldGroup(
        "Objective, portfolio, how soon, and estimated cost",
        ("objective", "portfolio", "proximity", "estimated_cost"),
        is_usual=False,
    ),
    "origin": FieldGroup(
        "When it was identified, and who told us first",
        ("identified_on", "told_by", "told_on"),
        is_usual=False,
    ),
    "warning": FieldGroup(
        "Early-warning indicators and thresholds",
        ("early_warning_indicator", "early_warning_threshold"),
        is_usual=False,
    ),
    "review": FieldGroup("Next review", ("next_review_on",), is_usual=False),
    "reasons": FieldGroup(
        "Reasons for the ratings",
        ("inherent.rationale", "current.rationale", "target.rationale"),
        is_usual=False,
        names_people=True,
    ),
    "happened": FieldGroup(
        "What happened, of risks that materialised",
        ("Happened on", "What happened"),
        is_usual=False,
        names_people=True,
    ),
    "progress": FieldGroup("Progress notes", ("progress",), is_usual=False, names_people=True),
    "notes": FieldGroup("Other notes", ("notes",), is_usual=False, names_people=True),
}
USUAL = [key for key, group in GROUPS.items() if group.is_usual]


def _columns(names: Collection[str]) -> tuple[Column, ...]:
    by_heading = {column.heading: column for column in COLUMNS}
    return tuple(BY_IMPORT_FIELD.get(name) or by_heading[name] for name in names)


@dataclass(frozen=True)
class InformationExtract:
    """groups: keys of GROUPS. request: the reference of the request, or "". made_at: now."""

    register: Register
    day: datetime.date
    groups: tuple[str, ...]
    request: str
    made_at: datetime.datetime

    @cached_property
    def _organisation(self):
        return self.register.organisation

    @cached_property
    def _positions(self):
        """The positions that are in it: open_data_for gives the same to every reader."""
        reader = public_reader(self._organisation)
        rows = open_data_for(reader, self.register, self.day, self.made_at)
        return rows.order_by("number")

    @cached_property
    def _table(self):
        names = [*ALWAYS, *(name for key in self.groups for name in GROUPS[key].columns)]
        return RegisterTable(
            self.register, self._positions, self.day, self.made_at, columns=_columns(names)
        )

    @property
    def headings(self) -> list[str]:
        return self._table.headings

    @cached_property
    def _rows(self) -> list[list]:
        """With a note in place of each text that names an exempt risk."""
        exempt = list(exempt_risks_in(self.register.organisation))
        return [without_names(row, exempt) for row in self._table.rows()]

    def rows(self) -> list[list]:
        return self._rows

    @property
    def withheld_count(self) -> int:
        return sum(value == WITHHELD_TEXT for row in self._rows for value in row)

    @cached_property
    def exempt_by_ground(self) -> Counter[str]:
        """Paragraph of the statute, or "" -> how many risks on the register are exempt by it.

        A ground in somebody's own words could say what is exempt.
        """
        reader = exempt_reader(self._organisation)
        rows = positions_for(reader, self.register, self.day, self.made_at).on_register()
        rows = rows.exclude(pk__in=self._positions.order_by().values("pk"))
        grounds = rows.values_list("risk__latest__exempt_ground", "revision__exempt_ground")
        return Counter(_paragraph(latest or dated) for latest, dated in grounds.order_by())

    @cached_property
    def by_status(self) -> Counter[str]:
        """Of drafts and closed risks, exempt ones among them."""
        reader = drafting_reader(self._organisation)
        rows = positions_for(reader, self.register, self.day, self.made_at)
        return Counter(rows.order_by().values_list("revision__status", flat=True))

    @cached_property
    def document(self) -> Document:
        return Document(
            f"{self.register}: extract as at {date_format(self.day, 'j F Y')}",
            self._front,
            (*self.note, *map(self._risk, self._rows)),
            layout=Layout.PLAIN,
        )

    @property
    def _front(self):
        organisation = self._organisation
        front = {
            "authority": ("Authority", name_in_files(organisation)),
            "register": ("Register", str(self.register)),
            "date": ("Position at", date_format(self.day, "j F Y")),
        }
        return front | ({"request": ("Request", self.request)} if self.request else {})

    @cached_property
    def note(self) -> tuple[Section, ...]:
        """What it has, and what was left out."""
        count = held_sentence(len(self._rows), self.day, self.made_at)
        fields = ("Reference, title, status and the day it was raised",)
        fields += tuple(GROUPS[key].label for key in self.groups)
        table = Table(
            "left_out.table",
            "What was left out, how much of it, and why",
            ("Left out", "How many", "Why"),
            tuple(self._left_out()),
            is_captioned=False,
        )
        about: tuple[Block, ...] = (table,)
        if self.exempt_by_ground:
            about = (table, Paragraph("left_out.exempt", str(NOT_AN_EXEMPTION)))
        return (
            Section(
                "held",
                "What this extract has",
                (
                    Paragraph("held.count", count),
                    Bullets("held.fields", fields),
                    Paragraph("held.empty", str(NOT_SHOWN)),
                ),
            ),
            Section("left_out", "What was left out, and why", about),
        )

    def _left_out(self):
        statute = statute_of(self._organisation)
        for paragraph, count in sorted(self.exempt_by_ground.items()):
            is_known = paragraph in statute.grounds
            name = f"paragraph {paragraph} of {statute.schedule}" if is_known else OTHER_GROUND
            words = statute.grounds.get(paragraph, "").partition(": ")[2]
            yield (exempt_on_ground(str(name)), str(count), words or str(WHY_EXEMPT))
        for label, count, why in (
            ("Drafts", self.by_status[Risk.Status.DRAFT], WHY_DRAFT),
            ("Closed risks", self.by_status[Risk.Status.CLOSED], WHY_CLOSED),
            ("Texts", self.withheld_count, WHY_NAMED),
        ):
            if count:
                yield (label, str(count), str(why))
        yield ("Names of people", ALL, str(WHY_PEOPLE))
        yield ("Related risks", ALL, str(WHY_RELATED))
        records = "Assurance, reviews, questions, ratings by others, and the history"
        yield (records, ALL, str(WHY_OTHER_RECORDS))
        further = [group.label for key, group in GROUPS.items() if key not in self.groups]
        if further:
            yield ("; ".join(further), ALL, str(WHY_NOT_CHOSEN))

    def _risk(self, row):
        reference, title, *values = row
        rows = tuple(
            (heading.replace("Current ", "Residual "), _text(value))
            for heading, value in zip(self.headings[2:], values, strict=True)
            if value not in (None, "")
        )
        table = Table(
            f"risk.{reference}", f"{reference}", ("Field", "What it says"), rows, is_captioned=False
        )
        return Section(f"risk_{reference}", f"{reference} {_text(title)}", (table,))


def usual_extract(register: Register) -> InformationExtract:
    """Of today, with the usual fields."""
    return InformationExtract(register, timezone.localdate(), tuple(USUAL), "", timezone.now())


def _paragraph(ground):
    match = PARAGRAPH.search(ground)
    return match[1] if match else ""


def _text(value):
    if isinstance(value, datetime.date):
        return date_format(value, "j F Y")
    return plain(str(value))
