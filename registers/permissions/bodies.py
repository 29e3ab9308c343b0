"""Whose agreement a reader goes by: the one place that knows a reader's own body."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from registers.models import Agreement, Body, Meeting, Seat


class ReadersAgreement(NamedTuple):
    """The agreement that a reader goes by on a register.

    is_own: whether a body of the reader made it. later: the latest agreement of a later data date,
    which another body made.
    """

    agreement: Agreement
    is_own: bool
    later: Agreement | None = None


def agreements_in_force(user, register_keys):
    """The agreements that were not superseded, the latest first, each with `is_own`.

    is_own: the reader sits today on the body that made it, which oversees the register today.
    """
    seats = Seat.objects.active().filter(user=user, body=OuterRef("body"))
    overseen = Body.objects.filter(
        pk=OuterRef("body"),
        registers=OuterRef("register"),
        organisation=OuterRef("register__organisation"),
    )
    agreements = Agreement.objects.in_force().filter(register__in=register_keys).defer("note")
    return agreements.annotate(
        is_own=Exists(seats.order_by()) & Exists(overseen.order_by()),
    ).order_by("register", "-on", "-met_on", "-pk")


def readers_agreements(user, registers) -> dict[int, ReadersAgreement]:
    """Key of a register -> the ReadersAgreement, for each that any body agreed. One query.

    Of the reader's own bodies the one that agreed last; where none of theirs did, that of whichever
    body agreed last.
    """
    latest, of_own_body = {}, {}
    by_key = {register.pk: register for register in registers}
    for agreement in agreements_in_force(user, by_key):
        agreement.register = by_key[agreement.register_id]
        latest.setdefault(agreement.register_id, agreement)
        if agreement.is_own:
            of_own_body.setdefault(agreement.register_id, agreement)
    return {
        register: _readers_agreement(of_own_body.get(register), agreement)
        for register, agreement in latest.items()
    }


def readers_agreement(user, register) -> ReadersAgreement | None:
    return readers_agreements(user, [register]).get(register.pk)


def _readers_agreement(of_own_body, latest):
    if of_own_body is None:
        return ReadersAgreement(latest, is_own=False)
    later = latest if latest.on > of_own_body.on else None
    return ReadersAgreement(of_own_body, is_own=True, later=later)


class PreviousMeeting(NamedTuple):
    """A meeting that a reader compares with. since: the data date of what it was given, else its
    day. body: the name of the body.
    """

    body: str
    on: datetime.date
    since: datetime.date


def previous_meetings(user, registers, day) -> dict[int, PreviousMeeting]:
    """Key of a register -> the last meeting before a day of the reader's own bodies that oversee
    it. One query.
    """
    register = "body__registers"
    agreements = Agreement.objects.in_force().filter(
        register=OuterRef(register), meeting=OuterRef("pk")
    )
    meetings = Meeting.objects.before(day).filter(
        body__in=Seat.objects.active().filter(user=user).order_by().values("body"),
        body__registers__in=[row.pk for row in registers],
        body__registers__organisation=F("body__organisation"),
    )
    rows = meetings.annotate(since=Coalesce(_data_date(agreements), "on"))
    latest = {}
    for key, *row in rows.values_list(register, "body__name", "on", "since"):
        latest.setdefault(key, PreviousMeeting(*row))
    return latest


def previous_meeting_day(user, register, day, agreement=None):
    """The day that a reader compares with: of the meeting before it; None without one. One query.

    agreement: the one that is read. Then that is the meeting before of the body that made it or,
    without one, of any body that agreed the register, of what was on record by then. Else that of
    previous_meetings.
    """
    if agreement is None:
        meeting = previous_meetings(user, [register], day).get(register.pk)
        return meeting and meeting.since
    agreements = Agreement.objects.in_force().filter(
        register=register.pk, meeting=OuterRef("pk"), recorded_at__lte=agreement.recorded_at
    )
    is_of_body = Q(body=agreement.body_id or 0)
    was_recorded = Q(recorded_at__lte=agreement.recorded_at)
    meetings = Meeting.objects.before(agreement.met_on).filter(
        is_of_body & was_recorded | Exists(agreements.order_by())
    )
    meetings = meetings.annotate(
        since=Coalesce(_data_date(agreements), "on"),
        is_other=Case(When(is_of_body, then=0), default=1),
    )
    earlier = meetings.filter(since__lt=day).order_by("is_other", "-on", "-pk")
    return earlier.values_list("since", flat=True).first()


def body_meeting_day(body, register, day):
    """The day that a paper for a body compares with: the data date of what its last meeting before
    that day was given of the register, else the day of that meeting; None without one. One query.
    """
    agreements = Agreement.objects.in_force().filter(register=register.pk, meeting=OuterRef("pk"))
    meetings = Meeting.objects.before(day).filter(body=body)
    meetings = meetings.annotate(since=Coalesce(_data_date(agreements), "on"))
    return meetings.values_list("since", flat=True).first()


def _data_date(agreements):
    return Subquery(agreements.order_by("-on", "-pk").values("on")[:1])
