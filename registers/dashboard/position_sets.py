"""The rows that a dashboard counts: on the day read, on the day compared with and over time; all,
or narrowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, F, Min, Value


@dataclass(frozen=True)
class Counted:
    """now, then: positions on the register as at the two days, or now as agreed; course: those of
    all days. known: positions that are no rows, of days until an agreement's, where it knew
    otherwise than we do; known_then: those among them that stood on the day compared with.
    """

    now: Any
    then: Any
    course: Any
    known: Sequence[Any] = ()
    known_then: Sequence[Any] = ()

    @classmethod
    def read(cls, *, now, then, course, known, reading) -> Counted:
        """known: see permissions.known_otherwise_for. What the agreement knew otherwise is left out
        of live rows.
        """
        now, then, course = now.on_register(), then.on_register(), course.on_register()
        if not reading.agreement:
            return cls(now, then, course)
        otherwise = reading.agreement.known_otherwise
        known = [position for position in known if position.is_on_register]
        course = course.exclude(risk__in=otherwise)
        if not reading.since_known_by:
            return cls(now, then, course, known)
        stood = [p for p in known if p.from_day <= reading.since < p.until_day]
        return cls(now, then.exclude(risk__in=otherwise), course, known, stood)

    def narrowed(self, narrowing, reading) -> Counted:
        """Each as it stood on its day. narrowing: forms.Narrowing. Of the course, what is let stand
        is left to whoever counts it by the day (frames.counts_above_on).
        """
        since = reading.since, reading.since_known_by
        return Counted(
            now=narrowing.on(self.now, reading.day, reading.known_by),
            then=narrowing.on(self.then, *since),
            course=narrowing.on(self.course),
            known=narrowing.among(self.known),
            known_then=narrowing.among(self.known_then, *since),
        )


class Alike(NamedTuple):
    """So many risks (risks) that are judged alike, and the lowest number among them (first).
    driver: key of the adverse impact, None without one; category: "" where it was not asked for;
    ends: lowest and highest likelihood, lowest and highest impact, None where it was not given.
    """

    scheme: int | None
    band: str
    likelihood: int
    impact: int
    driver: int | None
    category: str
    ends: tuple[int | None, ...]
    risks: int
    first: int


def judged_alike(positions, *, by_category: bool) -> list[Alike]:
    """One query, grouped: a row for each combination there is."""
    ends = [
        f"current__{name}"
        for name in ("likelihood_low", "likelihood_high", "impact_low", "impact_high")
    ]
    rows = positions.annotate(about=F("category") if by_category else Value("")).order_by()
    rows = rows.values_list(
        "scheme_id", "band", "likelihood", "impact", "current__driver", "about", *ends
    )
    found = rows.annotate(n=Count("pk"), first=Min("number"))
    return [Alike(*row[:6], ends=row[6:10], risks=row[10], first=row[11]) for row in found]
