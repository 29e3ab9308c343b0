"""Read the risks of a file with their histories, and check them against the rules of our verbs."""

import datetime
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from registers.dates import is_future
from registers.json_file.model_fields import RECORDS, RISK_LISTS
from registers.json_file.unresolved import note_row, note_value
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

# A row that refers through this field to what is not here is kept whole.
KEPT_WHOLE = {Escalation: "to_register", Precedent: "sign"}
NOT_COME = "This day was in the future when it was recorded."
RUNS_BACKWARDS = "This is earlier than the entry before it, but history runs forward."
NUMBERED_LISTS = {Assessment: "assessments", Review: "reviews", Control: "controls"}


@dataclass
class History:
    """A risk of a file, as values.

    fields: its own. lists: name of a list -> its rows. records: controls and actions -> for each
    one its revisions. decisions: place of an escalation in its list -> the decision on it.
    """

    fields: dict
    lists: dict = field(default_factory=dict)
    records: dict = field(default_factory=dict)
    decisions: dict = field(default_factory=dict)


class HistoryReader:
    """rows: a RowReader. schemes: key -> rules. unresolved: filled by reading (unresolved.py)."""

    def __init__(self, rows, schemes):
        self.rows, self.schemes, self.unresolved = rows, schemes, {}

    def read(self, source, path):
        """The History of a risk, or None where it cannot be read."""
        names, problem_count = (*RISK_LISTS, *RECORDS), len(self.rows.problems)
        fields = self.rows.read_row(Risk, source, path)
        if len(self.rows.problems) > problem_count:
            return None
        sources = {name: source.get(name, []) for name in names}
        for model, name in NUMBERED_LISTS.items():
            self.rows.keys[model] = {place: place for place in range(1, len(sources[name]) + 1)}
        history = History(fields)
        for name, (_, model) in RECORDS.items():
            history.records[name] = [
                self._read_record(model, line["revisions"], [*path, name, n, "revisions"])
                for n, line in enumerate(sources[name], 1)
            ]
        for name, model in RISK_LISTS.items():
            self._read_list(history, name, model, sources[name], [*path, name])
        if len(self.rows.problems) == problem_count:
            self._check(history, path)
        return history

    def _read_list(self, history, name, model, lines, path):
        previous = {} if model is RiskRevision else None
        rows = history.lists[name] = []
        for place, line in enumerate(lines, 1):
            count = len(self.rows.unresolved)
            row = self.rows.read_row(model, line, [*path, place], previous)
            if row is None:
                continue
            unresolved = self.rows.unresolved[count:]
            is_kept_whole = bool(unresolved) and model in KEPT_WHOLE
            if is_kept_whole:
                self._note_row(history, name, place, line)
            else:
                self._note_values(history, name, place, unresolved)
                rows.append(row)
            if "decision" in line:
                decision = self.rows.read_row(
                    EscalationDecision, line["decision"], [*path, place, "decision"]
                )
                if decision and not is_kept_whole:
                    history.decisions[len(rows)] = decision

    def _note_row(self, history, name, place, line):
        note_row(self.unresolved, history.fields["number"], name, place, line)

    def _note_values(self, history, name, place, values):
        for path, value in values:
            note_value(self.unresolved, history.fields["number"], name, place, path[-1], value)

    def _read_record(self, model, lines, path):
        previous = {}
        rows = [
            self.rows.read_row(model, revision, [*path, n], previous)
            for n, revision in enumerate(lines, 1)
        ]
        return [row for row in rows if row is not None]

    def _check(self, history, path):
        """The rules that the models' verbs keep."""
        revisions = history.lists["revisions"]
        self._check_order(revisions, [*path, "revisions"])
        for name, records in history.records.items():
            for place, rows in enumerate(records, 1):
                self._check_order(rows, [*path, name, place, "revisions"])
                if name == "actions":
                    self._check_redating(rows, [*path, name, place])
        if history.fields["raised_on"] != revisions[0]["effective_on"]:
            self.rows.add_problem(
                [*path, "raised_on"], "A risk is raised on the day of its first revision."
            )
        self._check_days(history.lists["assessments"], [*path, "assessments"])
        for place, row in enumerate(history.lists["assessments"], 1):
            self._check_rating(row, [*path, "assessments", place])
        for name in ("assessment", "review"):
            numbers = [row[name] for row in revisions if row[name] is not None]
            if sorted(numbers) != list(range(1, len(history.lists[f"{name}s"]) + 1)):
                self.rows.add_problem(
                    [*path, f"{name}s"],
                    f"Each {name} belongs to one revision, and each only to one.",
                )

    def _check_order(self, rows, path):
        """Versions count up from 1, and no day comes before the one of the version before."""
        self._check_days(rows, path)
        for place, row in enumerate(rows, 1):
            if row["number"] != place:
                self.rows.add_problem(
                    [*path, place, "number"], f"Versions count up from 1: this is the {place}th."
                )
        for place, (earlier, row) in enumerate(pairwise(rows), 2):
            if row["effective_on"] < earlier["effective_on"]:
                self.rows.add_problem([*path, place, "effective_on"], RUNS_BACKWARDS)

    def _check_days(self, rows, path):
        for place, row in enumerate(rows, 1):
            if is_future(row["effective_on"], row["recorded_at"]):
                self.rows.add_problem([*path, place, "effective_on"], NOT_COME)

    def _check_redating(self, rows, path):
        original = times = None
        for place, row in enumerate(rows, 1):
            previous = rows[place - 2]["due_on"] if place > 1 else None
            if original is None:
                original, times = row["due_on"], times or 0
            elif previous != row["due_on"]:
                times += 1
            if (row["original_due_on"], row["redated"]) != (original, times):
                self.rows.add_problem(
                    [*path, "revisions", place],
                    "This does not match its first due date, or the changes of its due date.",
                )

    def _check_rating(self, row, path):
        rules = self.schemes.get(row["scheme"])
        if rules is None:
            return
        ends = [(row[f"likelihood_{end}"], row[f"impact_{end}"]) for end in ("low", "high")]
        try:
            placing = rules.place(row["likelihood"], row["impact"])
            for likelihood, impact in ends:
                rules.place(likelihood or row["likelihood"], impact or row["impact"])
        except RatingOutsideScheme:
            self.rows.add_problem(path, "Its scoring scheme has no such rating.")
            return
        if (row["score"], row["band"]) != (placing.score, placing.band.slug):
            self.rows.add_problem(
                [*path, "band"], f"By its scheme this is {placing.score}, {placing.band.slug}."
            )


def check_adoptions(rows, sources, scheme):
    """Note where the adoptions of a file are not what Register.adopt_scheme makes.

    rows: a RowReader. sources: the adoptions, as the schema describes them and of schemes in the
    file. scheme: the name of the register's.
    """
    for place, source in enumerate(sources, 1):
        path = ["scheme_adoptions", place]
        day = datetime.date.fromisoformat(source["effective_on"])
        if is_future(day, datetime.datetime.fromisoformat(source["recorded_at"])):
            rows.add_problem([*path, "effective_on"], NOT_COME)
        (slug, _, version), (earlier_slug, _, earlier) = (
            source[name].rpartition("/") for name in ("scheme", "earlier")
        )
        if slug == earlier_slug and int(version) <= int(earlier):
            rows.add_problem(
                [*path, "scheme"], "This is not a newer version of the scheme before it."
            )
    for place, (before, source) in enumerate(pairwise(sources), 2):
        path = ["scheme_adoptions", place]
        for name in ("effective_on", "recorded_at"):
            if source[name] < before[name]:
                rows.add_problem([*path, name], RUNS_BACKWARDS)
        if source["earlier"] != before["scheme"]:
            rows.add_problem([*path, "earlier"], "The adoption before this one has another scheme.")
    if sources and sources[-1]["scheme"] != scheme:
        rows.add_problem(
            ["scheme_adoptions", len(sources), "scheme"],
            "The register adopted this scheme last, but is rated under another.",
        )


class TimelineEntry(NamedTuple):
    """A revision or a current assessment. place: the revision's number, or the place in a list."""

    effective_on: datetime.date
    recorded_at: datetime.datetime
    place: int


class RiskTimeline(NamedTuple):
    """What decides the position of a risk in an agreement."""

    number: int
    revisions: list[TimelineEntry]
    assessments: list[TimelineEntry]

    @classmethod
    def of(cls, history):
        return cls(
            history.fields["number"],
            [
                TimelineEntry(row["effective_on"], row["recorded_at"], row["number"])
                for row in history.lists["revisions"]
            ],
            [
                TimelineEntry(row["effective_on"], row["recorded_at"], place)
                for place, row in enumerate(history.lists["assessments"], 1)
                if _is_our_current(row)
            ],
        )


def expected_positions(timelines, agreement):
    """[number, version, place of the assessment or None] of each risk that an agreement holds.

    The same rule as Agreement.positions, for rows that are in no database yet.
    """
    cut_off = Agreement(on=agreement["on"], recorded_at=agreement["recorded_at"]).recorded_by
    positions = []
    for timeline in timelines:
        if revision := _latest(timeline.revisions, agreement["on"], cut_off):
            current = _latest(timeline.assessments, agreement["on"], cut_off)
            positions.append([timeline.number, revision.place, current and current.place])
    return positions


def _is_our_current(row):
    return (row["kind"], row["perspective"]) == (
        Assessment.Kind.CURRENT,
        Assessment.Perspective.ORGANISATION,
    )


def _latest(entries, day, cut_off):
    """The last entry of the latest day up to that day, among those recorded by the cut-off."""
    recorded = [row for row in entries if row.effective_on <= day and row.recorded_at <= cut_off]
    return max(reversed(recorded), key=lambda row: row.effective_on, default=None)
