"""Failure types and adverse impacts that a register says nothing about, or nothing for a year.

A question, not a fault: what nobody records is either absent or unseen.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max

from registers.dates import days_later
from registers.models import AdverseImpact, FailureType

DAYS = 365  # without a record
NEWEST = 500  # risks that are looked at before all are

# Key of a type or an impact -> the last day on which a risk of it was changed or rated.
LatestDays = Mapping[int, datetime.date]


@dataclass(frozen=True)
class BlindSpot:
    """subject: a failure type or an adverse impact.

    since: the last day on which anything was recorded of a risk of it, None without such a risk.
    """

    subject: FailureType | AdverseImpact
    since: datetime.date | None
    question: str


def find_blind_spots(
    positions,
    day: datetime.date,
    types: Iterable[FailureType] | None = None,
    latest: LatestDays | None = None,
) -> list[BlindSpot]:
    """Types first, then impacts, each with a question of the library's.

    positions: as read, on the register. latest: of each type, as the primary one of a risk.

    A risk's other types and impacts are read only for what would be a blind spot without them: at
    most five queries, and two more where types and latest are not given.
    """
    types = list(FailureType.objects.all()) if types is None else types
    if latest is None:
        primary = (
            positions.exclude(primary_failure_type=None)
            .order_by()
            .values_list("primary_failure_type")
        )
        latest = dict(primary.annotate(latest=Max("from_day")))
    impacts = list(AdverseImpact.objects.all())
    drivers = _latest_drivers(positions, impacts)
    by_type = _with_secondary(positions, "other_failure_types", types, latest, day)
    by_impact = _with_secondary(positions, "adverse_impacts", impacts, drivers, day)
    return [
        *(BlindSpot(row, since, row.question) for row, since in _silent(types, by_type, day)),
        *(BlindSpot(row, since, _question(row)) for row, since in _silent(impacts, by_impact, day)),
    ]


def _silent(subjects: Iterable, latest: LatestDays, day: datetime.date) -> list[tuple]:
    """(subject, since) of those of which nothing was recorded in the year before a day."""
    limit = days_later(day, -DAYS)
    pairs = [(subject, latest.get(subject.pk)) for subject in subjects]
    return [(subject, since) for subject, since in pairs if since is None or since < limit]


def _question(impact):
    name = f"{impact.name[:1].lower()}{impact.name[1:]}"
    return f"Which of our risks could end in {name}, and why does none of them say so?"


def _latest_drivers(positions, impacts) -> dict[int, datetime.date]:
    """The latest days of impacts that drive a rating. One query or two.

    The newest few hundred risks show most impacts; for the rest all risks are read.
    """
    driven = positions.exclude(current__driver=None)
    newest = list(driven.order_by("-from_day").values_list("current__driver", "from_day")[:NEWEST])
    latest = dict(reversed(newest))
    missing = (
        [impact.pk for impact in impacts if impact.pk not in latest]
        if len(newest) == NEWEST
        else []
    )
    older = driven.filter(current__driver__in=missing).order_by().values_list("current__driver")
    return latest | dict(older.annotate(latest=Max("from_day")))


def _with_secondary(positions, field, subjects, latest, day) -> dict[int, datetime.date]:
    """latest, and where silent by it the last change of a risk that names it in that field."""
    silent = [subject.pk for subject, _ in _silent(subjects, latest, day)]
    rows = (
        positions.filter(**{f"revision__{field}__in": silent})
        .order_by()
        .values_list(f"revision__{field}")
    )
    days = dict(latest)
    for key, on in rows.annotate(latest=Max("revision__effective_on")):
        days[key] = max(on, days.get(key, on))
    return days
