"""Risks that stand in another register besides their own: on one risk's page, and in the register
that took them up.
"""

import datetime
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Q, When

from registers.history.timeline import FOR_EVER
from registers.models import Escalation, Position, Risk
from registers.models.agreement import positions_known


@dataclass(frozen=True)
class RiskEscalations:
    """Where else one risk stands on a day and what waits. refused: the latest proposal, if that was
    its end; may_be_proposed: whether a step is open; suggested: the register to which the scheme
    would have the risk taken, where nobody has proposed it.
    """

    listed: list[Escalation]
    waiting: list[Escalation]
    refused: Escalation | None = None
    may_be_proposed: bool = False
    suggested: object | None = None


@dataclass(frozen=True)
class TakenUp:
    """A risk of another register that this one lists as well, as it stood in its own on that day."""

    escalation: Escalation
    position: Position

    @property
    def since(self) -> datetime.date:
        return self.escalation.decision.effective_on


WORDS = ("to_register", "by", "decision__by")


def escalations_of(risk, reading):
    """What the page of one risk says of it, on the day read. One query; one more where anything was
    told, and where today is read two more, and one for each register above.
    """
    rows = risk.escalations.select_related(*WORDS)
    told = list(rows.order_by("effective_on", "pk"))
    listed = (
        list(rows.listing(reading.day, reading.known_by).order_by("decision__effective_on"))
        if told
        else []
    )
    if not reading.is_today:
        return RiskEscalations(listed, [])
    waiting = [row for row in told if row.decided is None]
    refused = next((row for row in told[-1:] if row.decided and not row.decided.is_approved), None)
    steps = Escalation.available_steps(risk, reading.day)
    up = [register for direction, register in steps if direction == Escalation.Direction.UP]
    asks = up and not (listed or waiting or refused) and reaches_escalation(risk)
    return RiskEscalations(listed, waiting, refused, bool(steps), up[0] if asks else None)


def reaches_escalation(risk):
    """Whether the risk's current rating lies in the scheme's escalation band or higher, by the
    scheme in force.
    """
    rules, current = risk.register.scheme.rules, risk.current
    if current is None or current.scheme_id != risk.register.scheme_id:
        return False
    return rules.band(current.band).rank >= rules.band(rules.escalation).rank


def listed_from_elsewhere(register, reading):
    """The key of each risk of another register that this one lists on the day read -> what listed
    it. One query.
    """
    listing = Escalation.objects.filter(to_register=register).listing(reading.day, reading.known_by)
    return {row.risk_id: row for row in listing.select_related("decision")}


def taken_up(listing, positions, reading):
    """Those risks, as they stood. positions: of the registers they may come from, on that day,
    narrowed to the reader. As agreed, each as it was known then. A few queries.
    """
    positions = positions.filter(risk__in=listing)
    if reading.agreement:
        risks = Risk.objects.filter(pk__in=positions.values("risk"))
        known = positions_known(risks, reading.day, reading.known_by)
        standing = [one for one in known if one.until_day == FOR_EVER and one.is_on_register]
    else:
        standing = positions.on_register().with_headings()
    return [
        TakenUp(listing[p.risk_id], p)
        for p in sorted(standing, key=lambda p: (p.register.name, p.number))
    ]


def escalations_to_decide(registers, risks):
    """What waits for a decision at these registers about these risks, the one proposed longest ago
    first. registers: those that the reader runs; risks: those that they may see.
    """
    rows = Escalation.objects.undecided().filter(
        to_register__in=registers, risk__in=risks.order_by().values("pk")
    )
    return rows.select_related("risk__register", "to_register", "by").order_by("effective_on", "pk")


def escalations_beside(register, risks, reading):
    """What was proposed to this register or from it about these risks by the end of the day read,
    with what a list shows: first what waited then (`waits`), newest first, then what was decided.
    """
    rows = Escalation.objects.filter(
        Q(to_register=register) | Q(risk__register=register), risk__in=risks
    )
    rows = (
        rows.as_at(reading.day, reading.known_by)
        .select_related("risk", *WORDS)
        .prefetch_related("risk__register")
    )
    by_then = Q(decision__effective_on__lte=reading.day)
    if reading.known_by:
        by_then &= Q(decision__recorded_at__lte=reading.known_by)
    waits = Case(When(by_then, then=False), default=True, output_field=BooleanField())
    return rows.annotate(waits=waits).order_by("-waits", "-effective_on", "-pk")
