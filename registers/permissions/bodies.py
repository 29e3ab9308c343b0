"""Whose agreement a reader goes by: the one place that knows a reader's own body."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from registers.models import Agreement, Body, Meeting, Seat
from registers.permissions.exempt import seats_overseeing


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


def previous_meeting_day(user, register, day, agreement=None):
    """The day that a reader compares with: of the last meeting before it; None without one.

    agreement: the one that is read. Then that is the meeting before of the body that made it or,
    without one, of any body that agreed the register, of what was on record by then. Else the last
    meeting of the reader's own bodies that oversee the register.

    A meeting that was given the register's position counts as of its data date. One query.
    """
    agreements = Agreement.objects.in_force().filter(register=register.pk, meeting=OuterRef("pk"))
    if agreement:
        agreements = agreements.filter(recorded_at__lte=agreement.recorded_at)
        is_of_body = Q(body=agreement.body_id or 0)
        was_recorded = Q(recorded_at__lte=agreement.recorded_at)
        meetings = Meeting.objects.filter(is_of_body & was_recorded | Exists(agreements.order_by()))
    else:
        seats = seats_overseeing(user=user, body__registers=register)
        is_of_body = Q(body__in=seats.values("body"))
        meetings = Meeting.objects.filter(is_of_body)
    data_date = Subquery(agreements.order_by("-on", "-pk").values("on")[:1])
    meetings = meetings.before(agreement.met_on if agreement else day).annotate(
        since=Coalesce(data_date, "on"), is_other=Case(When(is_of_body, then=0), default=1)
    )
    earlier = meetings.filter(since__lt=day).order_by("is_other", "-on", "-pk")
    return earlier.values_list("since", flat=True).first()
