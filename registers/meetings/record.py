"""The record of a meeting, as its page, its minutes and the chair's brief show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from registers.meetings.agenda import AgendaQuestion, questions_on_agenda
from registers.meetings.committee_actions import ActionRow, actions_before, actions_of
from registers.models import (
    Attendance,
    AttendanceKind,
    Capacity,
    Meeting,
    MinutesApproval,
    Paper,
    Seat,
)
from registers.models.meeting_attendance import members_of
from registers.permissions import (
    declarations_for,
    deep_dives_for,
    papers_of_meeting,
    registers_in,
)


class Phase(StrEnum):
    """What is next: the meeting, its record, or nothing (approved or cancelled)."""

    BEFORE = "before"
    RECORD = "record"
    CLOSED = "closed"


def phase_of(meeting) -> Phase:
    if meeting.is_cancelled or hasattr(meeting, "minutes_approval"):
        return Phase.CLOSED
    return Phase.BEFORE if meeting.on > timezone.localdate() else Phase.RECORD


@dataclass(frozen=True)
class SeatAttendance:
    """A member on the day of the meeting. row: the latest Attendance of theirs, or None."""

    seat: Seat
    row: Attendance | None

    @property
    def kind(self):
        return self.row.kind if self.row else ""

    @property
    def sends_apologies(self):
        return self.kind == AttendanceKind.APOLOGIES

    @property
    def is_present(self):
        return self.kind == AttendanceKind.PRESENT

    @property
    def capacity(self):
        """ "chair", "independent member", or "" for any other member."""
        if self.seat.is_chair:
            return "chair"
        is_independent = self.seat.capacity == Capacity.INDEPENDENT
        return self.seat.get_capacity_display().lower() if is_independent else ""


def attendance_of(meeting) -> list[SeatAttendance]:
    """The members of the body on the meeting's day, the chair first. Two queries."""
    rows = Attendance.objects.filter(meeting=meeting).latest().select_related("substitute")
    by_person = {row.person_id: row for row in rows}
    seats = members_of(meeting).select_related("user").order_by("-is_chair", "user__name")
    return [SeatAttendance(seat, by_person.get(seat.user_id)) for seat in seats]


@dataclass(frozen=True)
class AgendaItem:
    """href: where the page leads for it, or "". papers: those to read for it."""

    number: int
    title: str
    href: str
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class MeetingRecord:
    """What a reader may see of a meeting. previous: the meeting of the body before it, or None."""

    meeting: Meeting
    previous: Meeting | None
    approval: MinutesApproval | None
    registers: list[Any]
    attendance: list[SeatAttendance]
    declarations: list[Any]
    resolutions: list[Any]
    agreements: list[Any]
    questions: list[AgendaQuestion]
    earlier_actions: list[ActionRow]
    actions: list[ActionRow]
    deep_dives: list[Any]
    late_items: list[Any]
    papers: list[Paper]

    @property
    def present(self):
        return [row for row in self.attendance if row.is_present]

    @property
    def absent(self):
        return [row for row in self.attendance if row.kind == AttendanceKind.ABSENT]

    @property
    def apologies(self):
        return [row for row in self.attendance if row.sends_apologies]

    @property
    def open_questions(self):
        return [row for row in self.questions if row.state == "open"]

    @property
    def overdue_actions(self):
        return [row for row in self.earlier_actions if row.is_overdue]

    def without_exempt(self):
        """The same for everybody to read: nothing about a risk that is exempt."""

        def public(rows):
            return [row for row in rows if not (row.risk_id and row.risk.is_exempt)]

        return replace(
            self,
            declarations=public(self.declarations),
            deep_dives=public(self.deep_dives),
            questions=[row for row in self.questions if not row.question.is_exempt],
            earlier_actions=[row for row in self.earlier_actions if not row.is_about_exempt],
            actions=[row for row in self.actions if not row.is_about_exempt],
        )

    @property
    def agenda(self) -> list[AgendaItem]:
        """The items in the order in which committees take them, numbered."""
        interests = "#interests" if self.declarations else ""
        items = [("Apologies and substitutes", "#apologies")]
        items.append(("Declarations of interest", interests))
        if self.previous:
            on = date_format(self.previous.on, "j F Y")
            items.append((f"Minutes of the meeting on {on}", self.previous.get_absolute_url()))
        if self.earlier_actions:
            items.append(("Actions from earlier meetings", "#earlier-actions"))
        if self.questions:
            items.append(("Questions", "#questions"))
        items += [self._position_item(register) for register in self.registers]
        keys = {register.pk for register in self.registers}
        further = (paper for paper in self.papers if paper.register_id not in keys)
        items += [(paper.title, paper.get_absolute_url()) for paper in further]
        items += [(deep_dive_title(row), row.risk.get_absolute_url()) for row in self.deep_dives]
        items += [(f"Late item: {item.title}", "#late-items") for item in self.late_items]
        return [AgendaItem(number, *item) for number, item in enumerate(items, 1)]

    def _position_item(self, register):
        papers = tuple(paper for paper in self.papers if paper.register_id == register.pk)
        title = f"{register}: position to agree"
        return title, reverse("dashboard", args=[register.slug]), papers


def deep_dive_title(row):
    """ "Deep dive: CORP-007 Cyber attack"."""
    return f"Deep dive: {row.risk.reference} {row.risk.title}"


def record_of(user, meeting) -> MeetingRecord:
    """As many queries whatever the number of rows."""
    body, organisation = meeting.body, meeting.body.organisation
    registers = registers_in(user, organisation).filter(pk__in=meeting.registers.values("pk"))
    deep_dives = deep_dives_for(user, body).filter(meeting=meeting).on_agenda()
    agreements = meeting.agreements.in_force().select_related("register").order_by("register")
    return MeetingRecord(
        meeting=meeting,
        previous=Meeting.objects.before(meeting.on).filter(body=body).first(),
        approval=getattr(meeting, "minutes_approval", None),
        registers=list(registers),
        attendance=attendance_of(meeting),
        declarations=list(declarations_for(user, meeting)),
        resolutions=list(meeting.resolutions.in_force()),
        agreements=list(agreements),
        questions=questions_on_agenda(user, meeting),
        earlier_actions=actions_before(user, meeting),
        actions=actions_of(user, meeting),
        deep_dives=list(deep_dives),
        late_items=list(meeting.late_items.select_related("by")),
        papers=list(papers_of_meeting(user, meeting)),
    )


def declarable_items(user, meeting):
    """{value of a choice: (its label, the Register or Risk)} that an interest may be about."""
    registers = registers_in(user, meeting.body.organisation)
    registers = registers.filter(pk__in=meeting.registers.values("pk"))
    deep_dives = deep_dives_for(user, meeting.body).filter(meeting=meeting).on_agenda()
    items = {f"register-{row.pk}": (f"Position of {row}", row) for row in registers}
    for row in deep_dives:
        items[f"risk-{row.risk_id}"] = (deep_dive_title(row), row.risk)
    return items
