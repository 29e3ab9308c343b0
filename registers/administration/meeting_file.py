"""Meetings from an iCalendar file: a body by its name in an event's title, a meeting by its UID.

A file removes nothing: an event that is gone is named, and one that the file cancels is cancelled.
"""

from __future__ import annotations

import datetime
import re
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format, time_format

from registers.administration.file_plan import FilePlan, Outcome, PlannedRow, PlanOutdated
from registers.administration.file_table import FileRow, FileTable, Unreadable
from registers.dates import days_later
from registers.models import Agreement, Meeting
from registers.models.body import normalise_name
from registers.models.meeting import clear_days_of
from registers.spreadsheet import CannotRead

SALT = "registers.meeting-file"
ACCEPT = ".ics"
FORMATS = "An iCalendar file (.ics), as calendars export it."
MOST_MEETINGS = 500
MOST_RULES = 100  # of events that repeat: one that gives no day takes half a second to read
# An event that repeats is read as far ahead as this, in days.
AHEAD = 2 * 366
YEARS = 20
FREQUENCIES = ("WEEKLY", "MONTHLY", "YEARLY")
# Parts of a rule that RFC 5545 has for months and years, and that take long to try each week.
NOT_WEEKLY = {"BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"}
LABELS = {
    "title": "Title: the body, and what kind of meeting it is",
    "on": "Day",
    "starts_at": "Time",
    "place": "Place",
    "link": "Address of the online meeting",
    "status": "Whether it is cancelled",
}
FIELDS = {"on": "Day", "starts_at": "Time", "place": "Place", "link": "Online meeting"}
CANCELLED = "The calendar that was imported cancels it."


def read(name: str, content: bytes) -> FileTable:
    """The events of the file, each day of one that repeats by itself. Raises CannotRead."""
    from icalendar import Calendar  # not for pages without a calendar

    try:
        events = Calendar.from_ical(content).walk("VEVENT")
        if sum(event.get("rrule") is not None for event in events) > MOST_RULES:
            raise CannotRead(f"More than {MOST_RULES} events repeat: choose a shorter calendar")
        rows = [values for event in events for values in _rows_of(event)]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
        raise CannotRead("We cannot read this as an iCalendar file: choose an .ics file") from None
    if not rows:
        raise CannotRead("The file has no events: choose a file that has some")
    if len(rows) > MOST_MEETINGS:
        raise CannotRead(f"The file has more than {MOST_MEETINGS} meetings: choose a shorter one")
    return FileTable(
        [FileRow(number, values) for number, values in enumerate(rows, 1)],
        [("", name.upper(), field) for name, field in PROPERTIES.items()],
    )


PROPERTIES = {
    "summary": "title",
    "dtstart": "on",
    "location": "place",
    "url": "link",
    "status": "status",
}


def _rows_of(event):
    """The values of an event, once for each of its days."""
    if event.get("dtstart") is None:
        return
    start = event["dtstart"].dt
    texts = {
        field: " ".join(str(event.get(name, "")).split())
        for name, field in PROPERTIES.items()
        if field != "on"
    }
    uid = " ".join(str(event.get("uid", "")).split())
    moved = event.get("recurrence-id")
    for day in _days_of(event, start):
        moment = _local(day)
        suffix = moved.dt if moved else day if event.get("rrule") else None
        yield texts | {
            "uid": f"{uid} {_iso(suffix)}" if uid and suffix else uid,
            "on": _iso(moment),
            "starts_at": f"{moment:%H:%M}" if isinstance(moment, datetime.datetime) else "",
        }


def _days_of(event, start):
    """The days or moments of the event, of one that repeats for two years from today."""
    today = timezone.localdate()
    if event.get("rrule") is None or abs(start.year - today.year) > YEARS:
        return [start]
    from dateutil.rrule import rrulestr

    rule = event["rrule"].copy()
    frequency = str(rule.get("freq", [""])[0]).upper()
    if frequency not in FREQUENCIES:
        raise CannotRead("An event repeats each day or oftener: choose a calendar of meetings")
    if frequency == "WEEKLY" and NOT_WEEKLY & {part.upper() for part in rule}:
        raise CannotRead("An event repeats by a rule that no week has: choose another calendar")
    count, last = rule.pop("count", [MOST_MEETINGS + 1])[0], rule.pop("until", [None])[0]
    has_time = isinstance(start, datetime.datetime)
    first = start if has_time else _midnight(start)
    end = _midnight(days_later(today, AHEAD))
    end = timezone.make_aware(end) if first.tzinfo else end
    # Bound by a day, or a rule that never comes true is tried until the year 9999.
    moments = rrulestr(rule.to_ical().decode(), dtstart=first).replace(until=end)
    days = [day if has_time else day.date() for day in islice(moments, count)]
    skipped, last = _skipped(event), _iso(_local(last)) if last else "9999-12-31"
    return [day for day in days if _iso(_local(day)) <= last and _iso(_local(day)) not in skipped]


def _skipped(event):
    """Days that the event leaves out, as texts."""
    lists = event.get("exdate", [])
    lists = lists if isinstance(lists, list) else [lists]
    return {_iso(_local(entry.dt)) for dates in lists for entry in dates.dts}


def _iso(day):
    """ "2026-09-30", of a moment its day."""
    return day.isoformat()[:10]


def _midnight(day):
    return datetime.datetime.combine(day, datetime.time())


def _local(moment):
    """A day as it is; a moment in the time of London, where it says its zone."""
    if isinstance(moment, datetime.datetime) and moment.tzinfo is not None:
        return timezone.localtime(moment)
    return moment


def plan_meetings(organisation, table: FileTable) -> FilePlan:
    """What the file would change. As many queries whatever its length."""
    plan = FilePlan([])
    bodies = {normalise_name(body.name): body for body in organisation.bodies.all()}
    agreements = Agreement.objects.filter(meeting=OuterRef("pk"))
    meetings = Meeting.objects.filter(body__organisation=organisation).select_related("body")
    stored = list(meetings.annotate(has_decision=Exists(agreements.order_by())))
    keys = set()
    for row in table.rows:
        planned = PlannedRow(row.number, row.values.get("title", ""))
        plan.rows.append(planned)
        try:
            _plan_meeting(planned, _read_values(row), bodies, stored, keys)
        except Unreadable as problem:
            planned.outcome, planned.reason = Outcome.UNREAD, str(problem)
    today = timezone.localdate()
    plan.missing = [
        str(meeting)
        for meeting in stored
        if meeting.pk not in keys and meeting.on >= today and not meeting.is_cancelled
    ]
    return plan


def _read_values(row):
    day, time = row.day("on", "day"), row.values.get("starts_at", "")
    if abs(day.year - timezone.localdate().year) > YEARS:
        raise Unreadable(f"Its day is more than {YEARS} years away. Check the year.")
    link = row.text("link", "address") if len(row.values.get("link", "")) <= 200 else ""
    return {
        "title": row.text("title", "title"),
        "uid": row.text("uid", "UID"),
        "on": day,
        "starts_at": datetime.time.fromisoformat(time) if time else None,
        "place": row.text("place", "place"),
        "link": link if re.match(r"https?://", link) else "",
        "is_cancelled": row.values.get("status", "").upper() == "CANCELLED",
    }


def _plan_meeting(planned, values, bodies, stored, keys):
    body = _body_of(values["title"], bodies)
    meeting = _matching(values, body, stored, keys)
    planned.name = f"{body}, {date_format(values['on'], 'j F Y')}"
    if meeting is None:
        if values["is_cancelled"]:
            planned.note = "It is cancelled and was never here."
            return
        planned.outcome = Outcome.ADD
    else:
        keys.add(meeting.pk)
        planned.key = meeting.pk
        _check_change(meeting, values)
    current = {name: getattr(meeting, name, None) for name in FIELDS}
    # What the file leaves out stays.
    wanted = {
        name: values[name] or current[name] or Meeting._meta.get_field(name).get_default()
        for name in FIELDS
    }
    planned.changes = [
        (label, _in_words(current[name]), _in_words(wanted[name]))
        for name, label in FIELDS.items()
        if wanted[name] and wanted[name] != current[name]
    ]
    if meeting and values["uid"] and not meeting.uid:
        planned.changes.append(("Calendar", "not linked", "linked to this event"))
    if meeting and values["is_cancelled"] and not meeting.is_cancelled:
        planned.changes.append(("State", "planned", "cancelled"))
    planned.values = {**values, **wanted, "body": body.pk}
    if meeting and planned.changes:
        planned.outcome = Outcome.CHANGE


def _body_of(title, bodies):
    """The body with the longest name that the title has in it. Raises Unreadable."""
    words = f" {normalise_name(title)} "
    names = [name for name in bodies if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)]
    if not names:
        raise Unreadable("Its title has the name of no body here.")
    return bodies[max(names, key=len)]


def _matching(values, body, stored, keys):
    rows = [row for row in stored if row.body_id == body.pk and row.pk not in keys]
    if values["uid"]:
        for row in rows:
            if row.uid == values["uid"]:
                return row
    same = [row for row in rows if row.on == values["on"] and not row.uid]
    return same[0] if same else None


def _check_change(meeting, values):
    is_moved = meeting.on != values["on"] or values["is_cancelled"]
    if is_moved and meeting.has_decision:
        raise Unreadable("A decision of this meeting is recorded, so it keeps its day.")


def _in_words(value):
    if isinstance(value, datetime.date):
        return date_format(value, "j F Y")
    if isinstance(value, datetime.time):
        return time_format(value, "fA").lower()
    return value or "none"


@transaction.atomic
def import_meetings(organisation, table: FileTable, *, by, state: str) -> FilePlan:
    """Write what the file changes, in one transaction; return the plan.

    state: of the plan that the preview showed. Raises PlanOutdated where it is another by now.
    """
    organisation.lock_for_update()
    plan = plan_meetings(organisation, table)
    if not plan.writes:
        return plan
    if plan.state != state:
        raise PlanOutdated
    bodies = {body.pk: body for body in organisation.bodies.select_related("organisation")}
    stored = Meeting.objects.in_bulk([row.key for row in plan.changed])
    for row in (*plan.added, *plan.changed):
        _write(row, stored.get(row.key), bodies[row.values["body"]], by)
    return plan


def _write(row, meeting, body, by):
    is_new = meeting is None
    if is_new:
        meeting = Meeting(body=body, on=row.values["on"], clear_days=clear_days_of(body))
    announced = meeting.moved_from or meeting.on
    for name in FIELDS:
        setattr(meeting, name, row.values[name])
    meeting.uid = row.values["uid"] or meeting.uid
    if meeting.papers_due and meeting.papers_due > meeting.on:
        meeting.papers_due = None
    meeting.moved_from = None if announced == meeting.on else announced
    meeting.save()
    if is_new:
        meeting.registers.set(body.registers.in_use())
    meeting.enter("added" if is_new else "changed", by=by)
    if row.values["is_cancelled"]:
        meeting.cancel(by=by, reason=CANCELLED)
