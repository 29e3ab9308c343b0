"""How risks moved between two days: which came, left, or changed band, and which of them to list.

Used by the dashboard, and by what has changed since an agreement. Pure once the rows are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from heapq import nsmallest
from typing import NamedTuple

from django.db.models import Case, F, Q, Value, When

from registers.models import Position
from registers.rating_sparkline import CompactSparkline
from registers.scoring import Band, Scheme

UNSCORED = ""
OTHER_SCHEME = "to-re-assess"
NEW, LEFT, UP, DOWN, SCORED, UNCHANGED = "new", "left", "up", "down", "scored", "unchanged"
RATED_OTHERWISE = "rated-otherwise"
TITLES = {
    NEW: "New",
    UP: "Up",
    DOWN: "Down",
    SCORED: "Scored for the first time",
    RATED_OTHERWISE: "Rated under another scheme, so not compared",
    LEFT: "Closed or taken off",
    UNCHANGED: "Unchanged",
}
LISTED = 10  # risks of each kind of movement; the number beside them counts all


class RiskPoint(NamedTuple):
    """Where one risk is on a day.

    pk, risk: keys of its position and of itself. band: slug, UNSCORED, or OTHER_SCHEME where the
    scheme in force did not give it. likelihood, impact: 0 without a rating.
    """

    pk: int
    risk: int
    band: str
    likelihood: int = 0
    impact: int = 0

    @property
    def pair(self) -> tuple[int, int]:
        return self.likelihood, self.impact

    @property
    def is_rated(self) -> bool:
        """Whether it is rated by the scheme in force."""
        return self.band not in (UNSCORED, OTHER_SCHEME)


class Movement(NamedTuple):
    """What one risk did between two days.

    pk: of its position on the later day, or of the earlier one for LEFT. band_before: slug of the
    band on the earlier day, None for NEW.
    """

    risk: int
    pk: int
    kind: str
    band_before: str | None


def band_in_scheme(band: str, given_by: int | None, scheme: int) -> str:
    """The band, or OTHER_SCHEME where another scheme gave it. given_by, scheme: keys of schemes."""
    return band if given_by == scheme or band == UNSCORED else OTHER_SCHEME


def read_risk_points(positions, scheme: int) -> list[RiskPoint]:
    """A point for each position. scheme: key of the one in force.

    One query, whose rows become nothing but points: there may be thousands.
    """
    band = Case(
        When(Q(scheme=scheme) | Q(band=UNSCORED), then=F("band")), default=Value(OTHER_SCHEME)
    )
    rows = positions.order_by().values_list("pk", "risk_id", band, "likelihood", "impact")
    return [*map(RiskPoint._make, rows)]


def without_lasting(current, previous, since, day):
    """(current, previous) without the positions that stand on both days: those have not moved.

    current, previous: positions of a day and of the day compared with, on record at one instant if
    that is not a later day; then a position that began by the one and stands on the other stands on
    both, because they do not overlap. exclude() rather than a filter by the later day keeps SQLite
    to its covering index.
    """
    if since > day:
        return current, previous
    return current.exclude(from_day__lte=since), previous.filter(until_day__lte=day)


def movements_between(
    current: Iterable[RiskPoint], previous: Iterable[RiskPoint], ranks: Mapping[str, int]
) -> list[Movement]:
    """One movement for each risk of either day: NEW, LEFT, UP, DOWN, SCORED, RATED_OTHERWISE or
    UNCHANGED.

    Up and down mean that the band changed. SCORED: it has a band now and had none, or has lost it.
    RATED_OTHERWISE: another rating, and another scheme than the one in force gave it or the one
    before. ranks: slug of a band -> rank. All but LEFT add up to the number of current points.
    """
    before = {point.risk: point for point in previous}
    kind_of = cache(partial(_kind_of_movement, ranks))
    movements = []
    for pk, risk, band, *pair in current:
        earlier = before.pop(risk, None)
        band_before = None if earlier is None else earlier.band
        kind = kind_of(band_before, band)
        if kind == RATED_OTHERWISE and band == band_before and earlier.pair == tuple(pair):
            kind = UNCHANGED
        movements.append(Movement(risk, pk, kind, band_before))
    left = (Movement(point.risk, point.pk, LEFT, point.band) for point in before.values())
    return [*movements, *left]


def _kind_of_movement(ranks: Mapping[str, int], band_before: str | None, band: str) -> str:
    if band_before is None:
        return NEW
    if OTHER_SCHEME in (band, band_before) and UNSCORED not in (band, band_before):
        return RATED_OTHERWISE
    rank, rank_before = ranks.get(band), ranks.get(band_before)
    if (rank is None) != (rank_before is None):
        return SCORED
    if rank is None or rank_before is None or rank == rank_before:
        return UNCHANGED
    return UP if rank > rank_before else DOWN


@dataclass(frozen=True)
class MovedRisk:
    """A risk that moved. band_before, sparkline: of one that went up or down.

    is_unexplained: it went down, and nothing on record says why.
    """

    position: Position
    band_before: Band | None
    is_unexplained: bool = False
    sparkline: CompactSparkline | None = None


@dataclass(frozen=True)
class MovementGroup:
    """One kind of movement. risks: those that are listed of the count."""

    kind: str
    title: str
    count: int
    risks: list[MovedRisk]

    @property
    def unlisted(self) -> int:
        return self.count - len(self.risks)


def movements_to_list(movements: Iterable[Movement]) -> dict[str, list[Movement]]:
    """Kind -> the first ten by the age of the risk. Unchanged risks are not listed."""
    by_kind: dict[str, list[Movement]] = {}
    for movement in movements:
        if movement.kind != UNCHANGED:
            by_kind.setdefault(movement.kind, []).append(movement)
    return {kind: nsmallest(LISTED, rows) for kind, rows in by_kind.items()}


def group_movements(
    counts: Mapping[str, int],
    listed: Mapping[str, list[Movement]],
    headings: Mapping[int, Position],
    rules: Scheme,
    unexplained=(),
    sparklines: Mapping[int, CompactSparkline] | None = None,
) -> list[MovementGroup]:
    """One group for each kind, also for those without a risk.

    counts: kind -> how many; listed: see movements_to_list. headings: key -> position, of all that
    are listed. unexplained: keys of positions. sparklines: by key of a risk.
    """

    def moved_risk(movement):
        if movement.kind not in (UP, DOWN):
            return MovedRisk(headings[movement.pk], None)
        return MovedRisk(
            headings[movement.pk],
            rules.band(movement.band_before),
            movement.pk in unexplained,
            (sparklines or {}).get(movement.risk),
        )

    return [
        MovementGroup(
            kind, title, counts.get(kind, 0), [moved_risk(row) for row in listed.get(kind, ())]
        )
        for kind, title in TITLES.items()
    ]
