"""Escalations: proposals to take risks to another register, and the risks listed there."""

import datetime
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Q, When

from registers.models import Escalation, Position

RELATED = ("to_register", "by", "decision__by")


@dataclass(frozen=True)
class RiskEscalations:
    """The registers that list one risk on a day, and the proposals that wait for a decision.

    refused: the latest proposal, where it was refused. may_be_proposed: whether the risk can be
    taken to another register. suggested: the register above, where the rating reaches the scheme's
    escalation band and nobody has proposed anything.
    """

    listed: list[Escalation]
    waiting: list[Escalation]
    refused: Escalation | None = None
    may_be_proposed: bool = False
    suggested: object | None = None


@dataclass(frozen=True)
class ListedRisk:
    """A risk of another register that this one lists too. position: in its own, on the day read."""

    escalation: Escalation
    position: Position

    @property
    def since(self) -> datetime.date:
        return self.escalation.decision.effective_on


def escalations_of(risk, as_of):
    """The escalations of one risk on the day read.

    One query, and one more where there is any escalation. Where today is read, two more, and one
    for each register above.
    """
    rows = risk.escalations.select_related(*RELATED)
    escalations = list(rows.order_by("effective_on", "pk"))
    listed = rows.listing(as_of.day, as_of.recorded_by) if escalations else []
    if not as_of.is_today:
        return RiskEscalations(listed, [])
    waiting = [row for row in escalations if row.decided is None]
    refused = next(
        (row for row in escalations[-1:] if row.decided and not row.decided.is_approved), None
    )
    steps = Escalation.available_steps(risk, as_of.day)
    up = [register for direction, register in steps if direction == Escalation.Direction.UP]
    is_suggested = up and not (listed or waiting or refused) and reaches_escalation(risk)
    return RiskEscalations(listed, waiting, refused, bool(steps), up[0] if is_suggested else None)


def reaches_escalation(risk):
    """Whether the current rating lies in the escalation band or higher, by the scheme in force."""
    rules, current = risk.register.scheme.rules, risk.current
    if current is None or current.scheme_id != risk.register.scheme_id:
        return False
    return rules.band(current.band).rank >= rules.band(rules.escalation).rank


def listings_by_risk(register, as_of):
    """Key of a risk of another register -> the escalation by which this register lists it.

    One query.
    """
    rows = Escalation.objects.filter(to_register=register)
    return {row.risk_id: row for row in rows.listing(as_of.day, as_of.recorded_by)}


def listed_risks(listings, positions):
    """The risks of other registers that this one lists, as they stood on the day read.

    listings: see listings_by_risk. positions: of the registers they may come from, on that day, as
    far as the reader may see them. A few queries.
    """
    rows = positions.filter(risk__in=listings).on_register().with_headings()
    return [
        ListedRisk(listings[position.risk_id], position)
        for position in sorted(rows, key=lambda position: (position.register.name, position.number))
    ]


def escalations_of_register(register, risks, as_of):
    """Proposals to this register or from it about these risks, by the end of the day read.

    Those that waited then (`waits`) come first, newest first, then those that were decided.
    """
    rows = Escalation.objects.filter(
        Q(to_register=register) | Q(risk__register=register), risk__in=risks
    )
    rows = (
        rows.as_at(as_of.day, as_of.recorded_by)
        .select_related("risk__latest", *RELATED)
        .prefetch_related("risk__register")
    )
    is_decided = Q(decision__effective_on__lte=as_of.day)
    if as_of.recorded_by:
        is_decided &= Q(decision__recorded_at__lte=as_of.recorded_by)
    waits = Case(When(is_decided, then=False), default=True, output_field=BooleanField())
    return rows.annotate(waits=waits).order_by("-waits", "-effective_on", "-pk")
