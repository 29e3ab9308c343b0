"""How risks moved between two days: which came, left, or changed band, and which of them to list.

Used by the dashboard, and by what has changed since an agreement. Pure once the rows are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from heapq import nsmallest
from typing import NamedTuple

from django.db.models import Case, F, Q, Value, When

from registers.band_history import BandHistory
from registers.models import Position
from registers.phrases.bands import from_to
from registers.scoring import Band, Scheme, Tolerance

UNSCORED = ""
OTHER_SCHEME = "to-re-assess"
NEW, LEFT, UP, DOWN, SCORED, UNCHANGED = "new", "left", "up", "down", "scored", "unchanged"
RATED_OTHERWISE = "rated-otherwise"
# By tolerance: those that crossed it, and those that went up or down and did not.
ABOVE, WITHIN, ROSE, FELL = "above", "within", "rose", "fell"
TITLES = {
    NEW: "New",
    UP: "Up",
    DOWN: "Down",
    SCORED: "Rated for the first time",
    RATED_OTHERWISE: "Rated under another scheme, so not compared",
    LEFT: "Closed or taken off",
    UNCHANGED: "Unchanged",
}
LISTED = 10  # risks of each kind of movement; the number beside them counts all


class RiskPoint(NamedTuple):
    """Where one risk is on a day.

    pk, risk: keys of its position and of itself. band: slug, UNSCORED, or OTHER_SCHEME where the
    scheme in force did not give it. likelihood, impact: 0 without a rating. category: "" where it
    was not asked for.
    """

    pk: int
    risk: int
    band: str
    likelihood: int = 0
    impact: int = 0
    category: str = ""

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


def read_risk_points(positions, scheme: int, *, by_category: bool = False) -> list[RiskPoint]:
    """A point for each position. scheme: key of the one in force.

    One query, whose rows become nothing but points: there may be thousands.
    """
    band = Case(
        When(Q(scheme=scheme) | Q(band=UNSCORED), then=F("band")), default=Value(OTHER_SCHEME)
    )
    group = F("category") if by_category else Value("")
    rows = positions.order_by().values_list("pk", "risk_id", band, "likelihood", "impact", group)
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
    for pk, risk, band, likelihood, impact, _ in current:
        earlier = before.pop(risk, None)
        band_before = None if earlier is None else earlier.band
        kind = kind_of(band_before, band)
        if kind == RATED_OTHERWISE and band == band_before and earlier.pair == (likelihood, impact):
            kind = UNCHANGED
        movements.append(Movement(risk, pk, kind, band_before))
    left = (Movement(point.risk, point.pk, LEFT, point.band) for point in before.values())
    return [*movements, *left]


def movements_by_tolerance(
    movements: Iterable[Movement],
    current: Iterable[RiskPoint],
    previous: Iterable[RiskPoint],
    tolerance: Tolerance,
) -> dict[str, list[Movement]]:
    """NEW, ABOVE, WITHIN, ROSE and FELL -> the movements of that kind, each in one of them.

    ABOVE, WITHIN: it was not above tolerance and is, or the other way round. ROSE, FELL: another
    band on the same side. tolerance: the same for both days, so that only a risk can cross it.
    """

    def above(points):
        return {
            point.risk
            for point in points
            if point.is_rated and tolerance.is_above(point.band, point.category)
        }

    is_above, was_above = above(current), above(previous)
    crossed = dict.fromkeys(is_above - was_above, ABOVE) | dict.fromkeys(
        was_above - is_above, WITHIN
    )
    by_kind: dict[str, list[Movement]] = {kind: [] for kind in (NEW, ABOVE, WITHIN, ROSE, FELL)}
    for movement in movements:
        kind = {NEW: NEW, UP: ROSE, DOWN: FELL}.get(movement.kind)
        if movement.kind not in (NEW, LEFT, RATED_OTHERWISE):
            kind = crossed.get(movement.risk, kind)
        if kind:
            by_kind[kind].append(movement)
    return by_kind


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
    """A risk that moved. band_before, history: of one that went up or down.

    is_unexplained: it went down, and nothing on record says why.
    """

    position: Position
    band_before: Band | None
    is_unexplained: bool = False
    history: BandHistory | None = None

    @property
    def bands(self) -> list[str]:
        """The bands it was in, the oldest first; [] where it was in none."""
        if self.history and self.history.has_changed:
            return self.history.labels
        bands = [self.band_before, self.position.current and self.position.current.band_now]
        return [band.label for band in bands if band]

    @property
    def band_words(self) -> str:
        """The same for who does not see the arrows between them."""
        if self.history and self.history.has_changed:
            return self.history.words
        return from_to(self.bands)


@dataclass(frozen=True)
class MovementGroup:
    """One kind of movement. risks: those that are listed of the count.

    elsewhere: those that the page shows in another place.
    """

    kind: str
    title: str
    count: int
    risks: list[MovedRisk]
    elsewhere: Sequence[Position] = ()

    @property
    def unlisted(self) -> int:
        return self.count - len(self.risks) - len(self.elsewhere)


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
    histories: Mapping[int, BandHistory] | None = None,
    elsewhere: Mapping[str, Sequence[Position]] | None = None,
) -> list[MovementGroup]:
    """One group for each kind, also for those without a risk.

    counts: kind -> how many; listed: see movements_to_list. headings: key -> position, of all that
    are listed. unexplained: keys of positions. histories: by key of a risk. elsewhere: kind -> the
    risks that the page shows in another place.
    """

    def moved_risk(movement):
        if movement.kind not in (UP, DOWN):
            return MovedRisk(headings[movement.pk], None)
        return MovedRisk(
            headings[movement.pk],
            rules.band(movement.band_before),
            movement.pk in unexplained,
            (histories or {}).get(movement.risk),
        )

    return [
        MovementGroup(
            kind,
            title,
            counts.get(kind, 0),
            [moved_risk(row) for row in listed.get(kind, ())],
            (elsewhere or {}).get(kind, ()),
        )
        for kind, title in TITLES.items()
    ]
