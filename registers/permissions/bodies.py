"""Whose agreement a reader goes by: the one place that knows a reader's own body."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, Exists, OuterRef, Q, When

from registers.models import Agreement, Body, Seat


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


def previous_agreement_day(user, register, day, agreement=None):
    """The data date of the agreement before a day that a reader compares with; None without one.

    As agreed: of the same body or, where it made none before, of any, of those known by then.
    Otherwise: of the reader's own bodies.
    """
    earlier = agreements_in_force(user, [register.pk]).filter(on__lt=day)
    if agreement is None:
        earlier = earlier.filter(is_own=True)
    else:
        earlier = earlier.filter(recorded_at__lte=agreement.recorded_at)
        of_same_body = Q(body_name=agreement.body_name) | Q(body=agreement.body_id or 0)
        is_other = Case(When(of_same_body, then=0), default=1)
        earlier = earlier.order_by(is_other, "-on", "-met_on", "-pk")
    return earlier.values_list("on", flat=True).first()
