"""What a register says nothing of, or has said nothing about for a year. A question, not a fault: nothing may be wrong.

The idea is our domain report's (indicators 3 and 5): what nobody records is either absent or unseen."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max

from registers.models import AdverseImpact, FailureType, RiskRevision

DAYS = 365  # without a word


@dataclass(frozen=True)
class BlindSpot:
    """thing: a failure type or an adverse impact. since: the last day on which anything was recorded of a risk of it,
    None where there is no such risk."""

    thing: FailureType | AdverseImpact
    since: datetime.date | None
    question: str


def blind(things: Iterable, latest: Mapping[int, datetime.date], day: datetime.date) -> list[tuple]:
    """(thing, since) of those that nothing was recorded about in the year before a day. latest: key of a thing -> the
    last day on which something was; none for one without a risk."""
    limit = day - datetime.timedelta(days=DAYS)
    seen = [(thing, latest.get(thing.pk)) for thing in things]
    return [(thing, since) for thing, since in seen if since is None or since < limit]


def blind_spots(now, day) -> list[BlindSpot]:
    """now: positions as read, on the register. Types first, each with the library's question. Six queries."""
    revision = RiskRevision.other_failure_types.through.objects, RiskRevision.adverse_impacts.through.objects
    types = _latest(now, "primary_failure_type", revision[0], "failuretype")
    impacts = _latest(now, "current__driver", revision[1], "adverseimpact")
    return [
        *(BlindSpot(one, since, one.question) for one, since in blind(FailureType.objects.all(), types, day)),
        *(BlindSpot(one, since, _asked(one)) for one, since in blind(AdverseImpact.objects.all(), impacts, day)),
    ]


def _asked(impact):
    return (
        f"Which of our risks could end in {impact.name[:1].lower()}{impact.name[1:]}, and why does none of them say so?"
    )


def _latest(now, field, others, other):
    """key -> the last day on which a risk that names it, first or among others, was changed or judged. Two queries."""
    found: dict[int, datetime.date] = {}
    named = others.filter(riskrevision__in=now.order_by().values("revision")).values_list(other)
    first = now.order_by().values_list(field).annotate(latest=Max("from_day"))
    for key, latest in (*first, *named.annotate(latest=Max("riskrevision__effective_on")).order_by()):
        if key is not None:
            found[key] = max(latest, found.get(key, latest))
    return found
