"""What a register says nothing of, or has said nothing about for a year. A question, not a fault:
nothing may be wrong.

The idea is our domain report's (indicators 3 and 5): what nobody records is either absent or
unseen.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max

from registers.dates import days_later
from registers.models import AdverseImpact, FailureType

DAYS = 365  # without a word
NEWEST = 500  # risks that are looked at before all are
Latest = Mapping[
    int, datetime.date
]  # key of a thing -> the last day on which a risk of it was changed or judged


@dataclass(frozen=True)
class BlindSpot:
    """thing: a failure type or an adverse impact. since: the last day on which anything was
    recorded of a risk of it, None where there is no such risk.
    """

    thing: FailureType | AdverseImpact
    since: datetime.date | None
    question: str


def blind(things: Iterable, latest: Latest, day: datetime.date) -> list[tuple]:
    """(thing, since) of those that nothing was recorded about in the year before a day. latest: key
    of a thing -> the last day on which something was; none for one without a risk.
    """
    limit = days_later(day, -DAYS)
    seen = [(thing, latest.get(thing.pk)) for thing in things]
    return [(thing, since) for thing, since in seen if since is None or since < limit]


def blind_spots(
    now, day, types: Iterable[FailureType] | None = None, latest: Latest | None = None
) -> list[BlindSpot]:
    """now: positions as read, on the register. Types first, each with the library's question.
    latest: of each type by its key, as the first one of a risk. Others than the first are only
    looked at for what would be blind without them: at most five queries, and two more where types
    and latest are not known yet.
    """
    types = list(FailureType.objects.all()) if types is None else types
    if latest is None:
        primary = (
            now.exclude(primary_failure_type=None).order_by().values_list("primary_failure_type")
        )
        latest = dict(primary.annotate(latest=Max("from_day")))
    impacts = list(AdverseImpact.objects.all())
    rated = _latest_drivers(now, impacts)
    by_type = _with_others(now, "other_failure_types", types, latest, day)
    by_impact = _with_others(now, "adverse_impacts", impacts, rated, day)
    return [
        *(BlindSpot(one, since, one.question) for one, since in blind(types, by_type, day)),
        *(BlindSpot(one, since, _asked(one)) for one, since in blind(impacts, by_impact, day)),
    ]


def _asked(impact):
    return f"Which of our risks could end in {impact.name[:1].lower()}{impact.name[1:]}, and why does none of them say so?"


def _latest_drivers(now, impacts) -> dict[int, datetime.date]:
    """Key of an impact -> the last day on which a risk whose rating it drives was changed or
    judged. The newest few hundred risks tell of most impacts; of the others every risk is asked.
    One query or two.
    """
    driven = now.exclude(current__driver=None)
    newest = list(driven.order_by("-from_day").values_list("current__driver", "from_day")[:NEWEST])
    found = dict(reversed(newest))
    unseen = (
        [impact.pk for impact in impacts if impact.pk not in found] if len(newest) == NEWEST else []
    )
    older = driven.filter(current__driver__in=unseen).order_by().values_list("current__driver")
    return found | dict(older.annotate(latest=Max("from_day")))


def _with_others(now, others, things, latest, day) -> dict[int, datetime.date]:
    """latest, and of what is blind by it the last day on which a risk that names it among others
    was changed.
    """
    doubtful = [thing.pk for thing, _ in blind(things, latest, day)]
    named = (
        now.filter(**{f"revision__{others}__in": doubtful})
        .order_by()
        .values_list(f"revision__{others}")
    )
    found = dict(latest)
    for key, on in named.annotate(latest=Max("revision__effective_on")):
        found[key] = max(on, found.get(key, on))
    return found
