"""The risks of a file and what bodies agreed of them: read, and held against the rules that the
verbs keep.
"""

import datetime
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from registers.json_file import unresolved
from registers.json_file.constraints import broken
from registers.json_file.model_fields import BESIDE, RECORDS
from registers.models import (
    Agreement,
    Assessment,
    Control,
    Escalation,
    EscalationDecision,
    Precedent,
    Review,
    Risk,
    RiskRevision,
)
from registers.scoring import RatingOutsideScheme

ABSENT = {
    Escalation: "to_register",
    Precedent: "sign",
}  # a row that refers to what is not here is kept whole
REFERRED = {Assessment: "assessments", Review: "reviews", Control: "controls"}


@dataclass
class History:
    """said: what the risk says by field. beside: name of a list -> its rows' values. records:
    controls and actions -> for each the values of its revisions. decisions: place of an escalation
    among those written -> values.
    """

    said: dict
    beside: dict = field(default_factory=dict)
    records: dict = field(default_factory=dict)
    decisions: dict = field(default_factory=dict)


class Histories:
    """schemes: key -> rules. kept: see unresolved.py, filled while reading."""

    def __init__(self, rows, schemes):
        self.rows, self.schemes, self.kept = rows, schemes, {}

    def of(self, said, path):
        """The History of a risk, or None where it cannot be read."""
        names, before = (*BESIDE, *RECORDS), len(self.rows.problems)
        row = self.rows.row(Risk, said, path, also=names)
        if len(self.rows.problems) > before:
            return None
        lists = {name: said.get(name, []) for name in names}
        for name, lines in lists.items():
            if not isinstance(lines, list):
                self.rows.wrong([*path, name], "This is not a list.")
                return None
        for model, name in REFERRED.items():
            self.rows.keys[model] = {place: place for place in range(1, len(lists[name]) + 1)}
        history = History(row)
        for name, (_, model) in RECORDS.items():
            history.records[name] = [
                self._record(model, line, [*path, name, n]) for n, line in enumerate(lists[name], 1)
            ]
        for name, model in BESIDE.items():
            self._list(history, name, model, lists[name], [*path, name])
        if len(self.rows.problems) == before:
            self._check(history, path)
        return history

    def _list(self, history, name, model, lines, path):
        before = {} if model is RiskRevision else None
        found = history.beside[name] = []
        for place, line in enumerate(lines, 1):
            unknown = len(self.rows.unknown)
            also = ("decision",) if model is Escalation else ()
            row = self.rows.row(model, line, [*path, place], before, also)
            if row is None:
                continue
            new = self.rows.unknown[unknown:]
            if new and model in ABSENT:
                unresolved.note_row(self.kept, history.said["number"], name, place, line)
            else:
                for at, value in new:
                    unresolved.note_value(
                        self.kept, history.said["number"], name, place, at[-1], value
                    )
                found.append(row)
            if also and line.get("decision") is not None:
                decision = self.rows.row(
                    EscalationDecision, line["decision"], [*path, place, "decision"]
                )
                if decision and not (new and model in ABSENT):
                    history.decisions[len(found)] = decision

    def _record(self, model, line, path):
        lines = line.get("revisions") if isinstance(line, dict) else None
        if not isinstance(lines, list) or not lines or set(line) != {"revisions"}:
            self.rows.wrong(path, "This has no list of revisions, or more than that.")
            return []
        before = {}
        rows = [
            self.rows.row(model, one, [*path, "revisions", n], before)
            for n, one in enumerate(lines, 1)
        ]
        return [row for row in rows if row is not None]

    def _always(self, model, last, path):
        """What must always be true of the record, which says what its last revision says."""
        if rule := broken(model, last):
            self.rows.wrong(path, f"This breaks a rule: {rule}.")

    def _forward(self, rows, path):
        """Versions count up from 1, and no day comes before the one of the version before."""
        for place, row in enumerate(rows, 1):
            if row["number"] != place:
                self.rows.wrong(
                    [*path, place, "number"], f"Versions count up from 1: this is the {place}th."
                )
        for place, (before, row) in enumerate(pairwise(rows), 2):
            if row["effective_on"] < before["effective_on"]:
                self.rows.wrong(
                    [*path, place, "effective_on"], "History runs forward: the one before is later."
                )

    def _slippage(self, rows, path):
        first = times = None
        for place, row in enumerate(rows, 1):
            before = rows[place - 2]["due_on"] if place > 1 else None
            if first is None:
                first, times = row["due_on"], times or 0
            elif before != row["due_on"]:
                times += 1
            if (row["original_due_on"], row["redated"]) != (first, times):
                self.rows.wrong(
                    [*path, "revisions", place],
                    "It was first due, or re-dated, otherwise than this says.",
                )

    def _check(self, history, path):
        revisions, assessments = history.beside["revisions"], history.beside["assessments"]
        if not revisions:
            self.rows.wrong([*path, "revisions"], "A risk has one revision at least.")
            return
        self._forward(revisions, [*path, "revisions"])
        for name, records in history.records.items():
            for place, rows in enumerate(records, 1):
                self._forward(rows, [*path, name, place, "revisions"])
                self._always(RECORDS[name][0], rows[-1], [*path, name, place])
                if name == "actions":
                    self._slippage(rows, [*path, name, place])
        self._always(Risk, revisions[-1], path)
        if history.said["raised_on"] != revisions[0]["effective_on"]:
            self.rows.wrong(
                [*path, "raised_on"], "A risk is raised on the day of its first revision."
            )
        for place, row in enumerate(assessments, 1):
            self._rating(row, [*path, "assessments", place])
        for name in ("assessment", "review"):
            named = [row[name] for row in revisions if row[name] is not None]
            due = len(history.beside[f"{name}s"])
            if sorted(named) != list(range(1, due + 1)):
                self.rows.wrong(
                    [*path, f"{name}s"],
                    f"Each {name} belongs to one revision, and each only to one.",
                )

    def _rating(self, row, path):
        rules = self.schemes.get(row["scheme"])
        if rules is None:
            return
        ends = [(row[f"likelihood_{end}"], row[f"impact_{end}"]) for end in ("low", "high")]
        try:
            placing = rules.place(row["likelihood"], row["impact"])
            for likelihood, impact in ends:
                rules.place(likelihood or row["likelihood"], impact or row["impact"])
        except RatingOutsideScheme:
            self.rows.wrong(path, "Its scheme has no such rating.")
            return
        if (row["score"], row["band"]) != (placing.score, placing.band.slug):
            self.rows.wrong(
                [*path, "band"], f"By its scheme this is {placing.score}, {placing.band.slug}."
            )


class Stood(NamedTuple):
    """A revision or a judgement, as an agreement asks of it. place: its number, or where it stands
    in its list.
    """

    effective_on: datetime.date
    recorded_at: datetime.datetime
    place: int


class Course(NamedTuple):
    """What an agreement asks of a risk."""

    number: int
    revisions: list[Stood]
    judged: list[Stood]

    @classmethod
    def of(cls, history):
        revisions, judged = history.beside["revisions"], enumerate(history.beside["assessments"], 1)
        return cls(
            history.said["number"],
            [Stood(row["effective_on"], row["recorded_at"], row["number"]) for row in revisions],
            [
                Stood(row["effective_on"], row["recorded_at"], n)
                for n, row in judged
                if is_our_current(row)
            ],
        )


def positions_due(courses, agreement):
    """What an agreement of that day and instant keeps: [number, version, place of the judgement or
    None] for each risk that was known of then. The same rule as Agreement.build_positions, asked of rows
    that are in no database yet.
    """
    known_by = Agreement(on=agreement["on"], recorded_at=agreement["recorded_at"]).known_by
    found = []
    for course in courses:
        if stood := _last(course.revisions, agreement["on"], known_by):
            current = _last(course.judged, agreement["on"], known_by)
            found.append([course.number, stood.place, current and current.place])
    return found


def is_our_current(row):
    return (row["kind"], row["perspective"]) == (
        Assessment.Kind.CURRENT,
        Assessment.Perspective.ORGANISATION,
    )


def _last(rows, day, known_by):
    """The last of the latest day up to that day, among those recorded by that instant."""
    known = [row for row in rows if row.effective_on <= day and row.recorded_at <= known_by]
    return max(reversed(known), key=lambda row: row.effective_on, default=None)
