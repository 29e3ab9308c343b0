"""Bodies and who sits on them from a file: members by e-mail address, bodies by name.

Nothing is removed by a file: a seat ends by its last day.
"""

from __future__ import annotations

import datetime
from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from registers.administration.bodies import hand_over_chair
from registers.administration.file_plan import FilePlan, Outcome, PlannedRow, PlanOutdated
from registers.administration.file_table import NO, TABLES, YES, FileTable, Unreadable, read_table
from registers.history.seals import seals_of
from registers.imports.upload import read_sheets
from registers.models import AuditEntry, Body, BodyKind, Capacity, Seat
from registers.models.body import kind_by_name, normalise_name
from registers.permissions import current_people

SALT = "registers.body-file"
ACCEPT, FORMATS = TABLES
REQUIRED = ("body",)
LONGEST_NAME = 100
YEARS = 50
HEADINGS = {
    "body": ("body", "body name", "committee", "committee name", "board", "name of body"),
    "kind": ("kind", "body kind", "type", "body type", "committee type"),
    "email": (
        "member email",
        "member e mail",
        "email",
        "e mail",
        "email address",
        "e mail address",
    ),
    "member": ("member", "member name", "councillor", "name", "full name"),
    "capacity": ("capacity", "membership", "membership type", "member type", "seat"),
    "voting": ("voting", "may vote", "votes", "voting member"),
    "chair": ("chair", "is chair", "chairs", "chair of the body"),
    "from": ("from", "first day", "start date", "appointed on", "since", "start"),
    "until": ("until", "last day", "end date", "term ends", "to", "end"),
}
LABELS = {
    "body": "Body",
    "kind": "Kind of a new body",
    "email": "E-mail address of the member",
    "member": "Name of the member, to recognise rows by",
    "capacity": "Capacity",
    "voting": "May vote",
    "chair": "Chair",
    "from": "First day",
    "until": "Last day",
}
KINDS = {text.lower(): kind for kind in BodyKind for text in (kind.value, kind.label)}
CAPACITIES = {
    "member": Capacity.MEMBER,
    "full member": Capacity.MEMBER,
    "chair": Capacity.MEMBER,
    "independent": Capacity.INDEPENDENT,
    "independent member": Capacity.INDEPENDENT,
    "lay member": Capacity.INDEPENDENT,
    "substitute": Capacity.SUBSTITUTE,
    "substitute member": Capacity.SUBSTITUTE,
    "sub": Capacity.SUBSTITUTE,
}
CHAIRS = {*YES, "chair", "chairman", "chairperson"}
NO_CHAIRS = {*NO, "member", "vice chair", "vice-chair", "deputy chair"}
FIELDS = {
    "from_day": "First day",
    "until": "Last day",
    "capacity": "Capacity",
    "is_voting": "May vote",
    "is_chair": "Chair",
}


class _Records:
    """What is here, by what the file knows it by."""

    def __init__(self, organisation):
        bodies = organisation.bodies.prefetch_related("seats__user")
        self.bodies = {normalise_name(body.name): body for body in bodies}
        self.people = {person.email: person for person in current_people(organisation)}

    def seats(self, body_name, person=None):
        body = self.bodies.get(normalise_name(body_name))
        seats = body.seats.all() if body else ()
        return [seat for seat in seats if person in (None, seat.user)]


class _Reading:
    """The rows of a table as they are planned, one after the other."""

    def __init__(self, records, today):
        self.records, self.today = records, today
        self.plan = FilePlan([])
        self.unknown: dict[str, None] = {}
        self.parents: dict[str, tuple[str, str]] = {}
        self.members: dict[str, set[str]] = {}
        self.earlier: dict[tuple, list[tuple[PlannedRow, dict]]] = {}

    def add(self, row):
        planned = PlannedRow(row.number, row.values.get("body", ""))
        self.plan.rows.append(planned)
        members = self.members.setdefault(normalise_name(planned.name), set())
        members.add(row.email("email"))
        try:
            self._plan(planned, self._read(row))
        except Unreadable as problem:
            planned.outcome, planned.reason = Outcome.UNREAD, str(problem)

    def _read(self, row):
        """What the row says. Raises Unreadable."""
        values = {
            "body": row.text("body", "name of the body"),
            "email": row.email("email"),
            "name": row.values.get("member", ""),
            "kind": _word_of(row, "kind", KINDS),
            "capacity": _word_of(row, "capacity", CAPACITIES),
            "is_voting": row.flag("voting", "voting"),
            "is_chair": row.flag("chair", "chair", CHAIRS, NO_CHAIRS),
            "from_day": row.day("from", "first day"),
            "until": row.day("until", "last day"),
            "has_until": "until" in row.values,
        }
        if not values["body"]:
            raise Unreadable("It has no name of a body.")
        if len(values["body"]) > LONGEST_NAME:
            raise Unreadable(f"The name of the body has more than {LONGEST_NAME} characters.")
        self._check_days(values)
        return values

    def _check_days(self, values):
        first, last = values["from_day"], values["until"]
        for day in (first, last):
            if day and abs(day.year - self.today.year) > YEARS:
                raise Unreadable("Its date is more than 50 years away. Check the year.")
        if first and last and last < first:
            raise Unreadable("Its last day is before its first.")

    def _plan(self, planned, values):
        name = normalise_name(values["body"])
        body = self.records.bodies.get(name)
        if body is None and name not in self.parents:
            kind = values["kind"] or kind_by_name(values["body"]).value
            self.parents[name] = (values["body"], kind)
        planned.name = body.name if body else self.parents[name][0]
        person = self.records.people.get(values["email"])
        if person is None:
            self._note_unknown(planned, values)
            return
        planned.name = f"{person}, {planned.name}"
        if not self._is_repeated(planned, values, (name, person.pk)):
            self._plan_seat(planned, values, person)

    def _note_unknown(self, planned, values):
        if unknown := values["email"] or values["name"]:
            self.unknown[unknown] = None
            planned.note = (
                f"{unknown} has no role in this organisation, so we leave them out."
                if values["email"]
                else f"{unknown} has no e-mail address in the file, so we leave them out."
            )

    def _is_repeated(self, planned, values, key):
        """Whether an earlier row says the same. Raises Unreadable where it contradicts this one."""
        rows = self.earlier.setdefault(key, [])
        for row, row_values in rows:
            if values == row_values:
                planned.note = f"It repeats row {row.number}."
                return True
            if _overlap(values, row_values):
                row.outcome, row.changes, row.values = Outcome.UNREAD, [], {}
                row.reason = f"Row {planned.number} has the same person on the same body."
                raise Unreadable(f"It contradicts row {row.number}: the same person and body.")
        rows.append((planned, values))
        return False

    def _plan_seat(self, planned, values, person):
        seat = self._matching_seat(values, person)
        wanted = self._wanted(values, seat)
        self._check_seat(wanted, seat, self.records.seats(values["body"], person))
        current = {name: getattr(seat, name, None) for name in FIELDS}
        planned.changes = [
            (label, _in_words(current[name], name, seat), _in_words(wanted[name], name, True))
            for name, label in FIELDS.items()
            if seat is None or current[name] != wanted[name]
        ]
        planned.key = seat and seat.pk
        planned.values = {**wanted, "user": person.pk, "body": normalise_name(values["body"])}
        if seat is None:
            planned.outcome = Outcome.ADD
        elif planned.changes:
            planned.outcome = Outcome.CHANGE

    def _check_seat(self, wanted, seat, seats):
        if wanted["capacity"] == Capacity.SUBSTITUTE:
            if not wanted["until"]:
                raise Unreadable("A substitute needs a last day: the day of the meeting.")
            if wanted["is_chair"]:
                raise Unreadable("A substitute cannot be the chair.")
        if any(other != seat and _overlap(wanted, vars(other)) for other in seats):
            raise Unreadable("This person has another seat on some of these days.")

    def _matching_seat(self, values, person):
        seats = self.records.seats(values["body"], person)
        if values["from_day"]:
            exact = [seat for seat in seats if seat.from_day == values["from_day"]]
            seats = exact or [seat for seat in seats if _overlap(values, vars(seat))]
        else:
            last = values["until"]
            seats = [
                seat
                for seat in seats
                if seat.until is None or seat.until >= self.today or seat.until == last
            ]
            if not seats and last and last < self.today:
                raise Unreadable("It ended already and has no first day.")
        if len(seats) > 1:
            raise Unreadable("Several seats of this person fit: give its first day.")
        return seats[0] if seats else None

    def _wanted(self, values, seat):
        base = seat or Seat(from_day=self.today)
        return {
            "from_day": values["from_day"] or base.from_day,
            "until": values["until"] if values["has_until"] else base.until,
            "capacity": values["capacity"] or base.capacity,
            "is_voting": base.is_voting if values["is_voting"] is None else values["is_voting"],
            "is_chair": base.is_chair if values["is_chair"] is None else values["is_chair"],
        }

    def settle_chairs(self):
        """Refuse two chairs of a body; say who stops being the chair where the file has another."""
        chairs: dict[str, list[PlannedRow]] = {}
        for row in self.plan.rows:
            if row.values.get("is_chair") and _is_current(row.values["until"], self.today):
                chairs.setdefault(row.values["body"], []).append(row)
        for body, rows in chairs.items():
            if len(rows) > 1:
                numbers = " and ".join(str(row.number) for row in rows)
                for row in rows:
                    row.outcome, row.changes, row.values = Outcome.UNREAD, [], {}
                    row.reason = f"The file names two chairs of this body: rows {numbers}."
            elif rows[0].outcome in (Outcome.ADD, Outcome.CHANGE):
                self._note_former_chair(rows[0], body)

    def _note_former_chair(self, row, body):
        keys = {planned.key for planned in self.plan.rows if planned.values}
        for seat in self.records.seats(body):
            is_other = seat.pk not in keys and seat.pk != row.key
            if seat.is_chair and is_other and _is_current(seat.until, self.today):
                row.note = f"{seat.user} no longer chairs the body."
                row.values["former_chair"] = seat.pk


def read(name: str, content: bytes) -> FileTable:
    """The table of the file. Raises CannotRead."""
    return read_table(read_sheets(name, content), HEADINGS, REQUIRED)


def plan_bodies(organisation, table: FileTable) -> FilePlan:
    """What the table would change. As many queries whatever its length."""
    reading = _Reading(_Records(organisation), timezone.localdate())
    for row in table.rows:
        reading.add(row)
    reading.settle_chairs()
    plan = reading.plan
    plan.unknown, plan.new_parents = list(reading.unknown), dict(reading.parents.values())
    plan.missing = _missing(reading)
    return plan


def _missing(reading):
    """Bodies that the file leaves out, and current members of those it names."""
    missing = []
    for name, body in reading.records.bodies.items():
        members = reading.members.get(name)
        if members is None:
            missing.append(body.name)
            continue
        missing += [
            f"{seat.user}, {body.name}"
            for seat in body.seats.all()
            if seat.user.email not in members and _is_current(seat.until, reading.today)
        ]
    return missing


def _is_current(until, today):
    return until is None or until >= today


def _overlap(values, other):
    first, last = (values["from_day"], values["until"])
    other_first, other_last = (other["from_day"], other["until"])
    begins_after = first and other_last and first > other_last
    ends_before = last and other_first and last < other_first
    return not (begins_after or ends_before)


def _word_of(row, name, words):
    text = row.values.get(name, "").lower()
    if not text:
        return ""
    if text not in words:
        raise Unreadable(f"We do not know the {name} “{row.values[name]}”.")
    return words[text].value


def _in_words(value, name, is_there):
    if not is_there:
        return ""
    if name in ("is_voting", "is_chair"):
        return "yes" if value else "no"
    if name == "capacity":
        return Capacity(value).label
    return date_format(value, "j F Y") if isinstance(value, datetime.date) else "no end"


@transaction.atomic
def import_bodies(organisation, table: FileTable, *, by, state: str) -> FilePlan:
    """Write what the table changes, in one transaction; return the plan.

    state: of the plan that the preview showed. Raises PlanOutdated where it is another by now.
    """
    organisation.lock_for_update()
    plan = plan_bodies(organisation, table)
    if not plan.writes:
        return plan
    if plan.state != state:
        raise PlanOutdated
    rows = [
        Body.objects.create(organisation=organisation, name=name, kind=kind)
        for name, kind in plan.new_parents.items()
    ]
    bodies = {normalise_name(body.name): body for body in organisation.bodies.all()}
    stored = Seat.objects.in_bulk([row.key for row in plan.changed])
    planned = sorted((*plan.added, *plan.changed), key=lambda row: row.values["is_chair"])
    for row in planned:
        if former := row.values.get("former_chair"):
            body = bodies[row.values["body"]]
            hand_over_chair(body, by=by, seat=None, day=timezone.localdate())
            rows.append(Seat.objects.get(pk=former))
        seat = stored.get(row.key) or Seat(user_id=row.values["user"])
        seat.body = bodies[row.values["body"]]
        for name in FIELDS:
            setattr(seat, name, row.values[name])
        seat.save()
        rows.append(seat)
    counts = Counter(row.outcome.value for row in plan.rows)
    AuditEntry.record(
        organisation=organisation,
        by=by,
        verb="bodies.imported",
        subject=organisation,
        facts=dict(counts),
        text={"by": str(by)},
        seals=seals_of(dict.fromkeys(rows)),
    )
    return plan
