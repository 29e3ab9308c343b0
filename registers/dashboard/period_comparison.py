"""How many risks of each kind there are on the day read and on the day compared with.

Most risks of a register have the same position on both days. Those are counted by the database and
never read: only positions that began or ended in between are, as narrow tuples.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, F, Max, Value

from registers.movement import (
    OTHER_SCHEME,
    UNSCORED,
    RiskPoint,
    band_in_scheme,
    read_risk_points,
    without_lasting,
)
from registers.scoring import Tolerance


class GroupKey(NamedTuple):
    """What risks are counted by.

    band: slug, UNSCORED, or OTHER_SCHEME where the scheme in force that day did not give it.
    likelihood, impact: 0 without a rating. failure_type: key of the primary one, 0 where none is
    decided. category: "" where none is decided. The last two are empty as well where they are not
    asked for.
    """

    band: str
    likelihood: int = 0
    impact: int = 0
    failure_type: int = 0
    category: str = ""


@dataclass(frozen=True)
class PeriodComparison:
    """current, previous: how many risks there are of each key on the day read, and on the day
    compared with.

    latest: failure type -> the last day on which a position of a risk of it began. begun: points on
    the day read whose position was another on the day compared with. ended: points on that day
    whose position is another now. The two positions of a risk may be equal in all that is counted.
    """

    current: Counter[GroupKey]
    previous: Counter[GroupKey]
    latest: Mapping[int, datetime.date]
    begun: Sequence[RiskPoint] = ()
    ended: Sequence[RiskPoint] = ()

    @property
    def total(self) -> int:
        return self.current.total()

    @property
    def lasting(self) -> int:
        """How many risks have the same position on both days."""
        return self.total - len(self.begun)


def read_period_comparison(
    sets,
    as_of,
    scheme: int,
    previous_scheme: int,
    *,
    by_category: bool,
    is_band_filter: bool = False,
) -> PeriodComparison:
    """sets: PositionSets; as_of: the two days. scheme, previous_scheme: keys of those in force on
    the two days; all points are read by the first, so that two bands are compared only in it.

    is_band_filter: whether positions were filtered by tolerance, or by a band of two schemes, so
    that one position may count on one day and not on the other.

    Four queries.
    """
    begun, ended = sets.current, sets.previous
    if not is_band_filter:
        begun, ended = without_lasting(begun, ended, as_of.since, as_of.day)
    current, latest = _count_current(sets.current, scheme, by_category)
    return PeriodComparison(
        current,
        _count_previous(sets.previous, previous_scheme, by_category),
        latest,
        read_risk_points(begun, scheme, by_category=by_category),
        read_risk_points(ended, scheme, by_category=by_category),
    )


def _count_current(
    positions, scheme, by_category
) -> tuple[Counter[GroupKey], dict[int, datetime.date]]:
    counts: Counter[GroupKey] = Counter()
    latest: dict[int, datetime.date] = {}
    fields = ("band", "scheme_id", "likelihood", "impact", "primary_failure_type_id")
    rows = _grouped(positions, fields, by_category).annotate(n=Count("*"), latest=Max("from_day"))
    for band, given_by, likelihood, impact, type_key, category, n, day in rows:
        failure_type = type_key or 0
        band = band_in_scheme(band, given_by, scheme)
        counts[GroupKey(band, likelihood, impact, failure_type, category)] += n
        latest[failure_type] = max(day, latest.get(failure_type, day))
    return counts, latest


def _count_previous(positions, scheme, by_category) -> Counter[GroupKey]:
    fields = ("band", "scheme_id", "likelihood", "impact")
    rows = _grouped(positions, fields, by_category).annotate(n=Count("*"))
    counts: Counter[GroupKey] = Counter()
    for band, given_by, likelihood, impact, category, n in rows:
        band = band_in_scheme(band, given_by, scheme)
        counts[GroupKey(band, likelihood, impact, category=category)] += n
    return counts


def _grouped(positions, fields, by_category):
    """The category comes last. Few organisations have a tolerance that differs by it."""
    group = F("category") if by_category else Value("")
    return positions.annotate(group=group).order_by().values_list(*fields, "group")


def counts_of(counts: Mapping[GroupKey, int], by: Callable[[GroupKey], object]) -> Counter:
    """How many risks there are for each result of `by`."""
    totals: Counter = Counter()
    for key, n in counts.items():
        totals[by(key)] += n
    return totals


def rated_count(by_band: Mapping[str, int]) -> int:
    """How many risks the scheme in force rates. by_band: how many are in each band."""
    return sum(n for band, n in by_band.items() if band not in (UNSCORED, OTHER_SCHEME))


def cell_counts(counts: Mapping[GroupKey, int]) -> dict[tuple[int, int], int]:
    """Risks rated by the scheme in force, by (likelihood, impact); empty cells are left out."""
    rated = {key: n for key, n in counts.items() if key.band not in (UNSCORED, OTHER_SCHEME)}
    by_cell = counts_of(rated, lambda key: (key.likelihood, key.impact))
    return {pair: n for pair, n in by_cell.items() if n}


def above_count(counts: Mapping[GroupKey, int], tolerance: Tolerance) -> int:
    """How many risks are above the tolerance for their category.

    counts: by category where the tolerance differs by it.
    """
    by_band = counts_of(counts, lambda key: (key.band, key.category))
    rated = {pair: n for pair, n in by_band.items() if pair[0] not in (UNSCORED, OTHER_SCHEME)}
    return sum(n for (band, category), n in rated.items() if tolerance.is_above(band, category))
