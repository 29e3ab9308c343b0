"""How many risks stand alike on the day read and on the day compared with, and which of them
changed in between.

Most risks of a register stand on both days by one and the same row. Those are counted by the
database and never read: only what began or ended in between is, as narrow tuples. Pure once the
rows are read.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Case, Count, F, Max, Q, Value, When

from registers.dashboard.trends import (
    DOWN,
    LEFT,
    NEW,
    OTHER_SCHEME,
    SCORED,
    UNCHANGED,
    UNSCORED,
    UP,
)
from registers.scoring import Tolerance


class Kind(NamedTuple):
    """What risks are counted by. band: slug, UNSCORED, or OTHER_SCHEME where the scheme in force
    did not give it; likelihood, impact: 0 where there is none; failure_type: key of the primary
    one, 0 where none is decided, and where it was not asked for; category: "" where none is
    decided, and where it was not asked for.
    """

    band: str
    likelihood: int = 0
    impact: int = 0
    failure_type: int = 0
    category: str = ""


class One(NamedTuple):
    """A single risk: the keys of its position and of itself, its band, likelihood and impact (as in
    Kind).
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
        """By the scheme in force."""
        return self.band not in (UNSCORED, OTHER_SCHEME)


class Moved(NamedTuple):
    """What a risk did between the two days. pk: of its position now, of the one then for LEFT; was:
    slug of the band then, None for NEW.
    """

    risk: int
    pk: int
    move: str
    was: str | None


@dataclass(frozen=True)
class TwoDays:
    """now, then: how many stand so on the day read and on the day compared with; latest: failure
    type -> the last day on which a risk of it began to stand as it does; begun: those that stand
    now by another row than then; ended: those that stood then and do not now by the same row.
    Whether the two differ is for whoever asks: a row may have changed in nothing that is counted.
    """

    now: Counter[Kind]
    then: Counter[Kind]
    latest: Mapping[int, datetime.date]
    begun: Sequence[One] = ()
    ended: Sequence[One] = ()

    @property
    def total(self) -> int:
        return self.now.total()

    @property
    def lasting(self) -> int:
        """How many stand by the same row on both days."""
        return self.total - len(self.begun)


def read_two_days(
    counted, reading, scheme: int, *, by_category: bool, by_the_day: bool = False
) -> TwoDays:
    """counted: the rows (counted.Counted); reading: the two days; scheme: the key of the one in
    force; by_the_day: whether rows were chosen by what differs from day to day, so that one may
    count on one day and not on the other.

    Four queries. A row that began by the earlier day and stands on the later one stands on both: as
    known now because live rows do not overlap, and as agreed because what was known otherwise comes
    in counted.known_then.
    """
    begun, ended, known = counted.now, counted.then, counted.known_then
    if reading.since <= reading.day and not by_the_day:
        begun = begun.exclude(
            from_day__lte=reading.since
        )  # "not by" keeps SQLite to the index that holds all of it
        ended = ended.filter(until_day__lte=reading.day)
        known = [position for position in known if position.until_day <= reading.day]
    now, latest = _now(counted.now, scheme, by_category)
    then = _then(counted.then, scheme, by_category, counted.known_then)
    return TwoDays(now, then, latest, read_all(begun, scheme), read_all(ended, scheme, known))


def read_all(positions, scheme: int, also=()) -> list[One]:
    """Each of these risks. also: positions that are no rows. One query, whose rows are made nothing
    of but Ones: there may be thousands.
    """
    ours = Case(
        When(Q(scheme=scheme) | Q(band=UNSCORED), then=F("band")), default=Value(OTHER_SCHEME)
    )
    rows = positions.order_by().values_list("pk", "risk_id", ours, "likelihood", "impact")
    told = (
        (one.pk, one.risk_id, _band(one.band, one.scheme_id, scheme), one.likelihood, one.impact)
        for one in also
    )
    return [*map(One._make, chain(rows, told))]


def _now(positions, scheme, by_category) -> tuple[Counter[Kind], dict[int, datetime.date]]:
    counts: Counter[Kind] = Counter()
    latest: dict[int, datetime.date] = {}
    fields = ("band", "scheme_id", "likelihood", "impact", "primary_failure_type_id")
    rows = _alike(positions, fields, by_category).annotate(n=Count("*"), latest=Max("from_day"))
    for band, given_by, likelihood, impact, failure_type, category, n, day in rows:
        counts[
            Kind(_band(band, given_by, scheme), likelihood, impact, failure_type or 0, category)
        ] += n
        latest[failure_type or 0] = max(day, latest.get(failure_type or 0, day))
    return counts, latest


def _then(positions, scheme, by_category, known) -> Counter[Kind]:
    """known: positions that are no rows."""
    fields = ("band", "scheme_id", "likelihood", "impact")
    told = attrgetter(*fields, "category")
    rows = chain(
        _alike(positions, fields, by_category).annotate(n=Count("*")),
        ((*told(one), 1) for one in known),
    )
    counts: Counter[Kind] = Counter()
    for band, given_by, likelihood, impact, category, n in rows:
        about = {"category": category} if by_category else {}
        counts[Kind(_band(band, given_by, scheme), likelihood, impact, **about)] += n
    return counts


def _alike(positions, fields, by_category):
    """The category comes last: only asked for where what is let stand differs by it, which few
    organisations say.
    """
    about = F("category") if by_category else Value("")
    return positions.annotate(about=about).order_by().values_list(*fields, "about")


def _band(band: str, given_by: int | None, scheme: int) -> str:
    return band if given_by == scheme or band == UNSCORED else OTHER_SCHEME


def counts_of(counts: Mapping[Kind, int], by: Callable[[Kind], object]) -> Counter:
    """How many risks there are of each thing that `by` tells of a kind."""
    found: Counter = Counter()
    for kind, n in counts.items():
        found[by(kind)] += n
    return found


def cell_counts(counts: Mapping[Kind, int]) -> dict[tuple[int, int], int]:
    """Risks rated by the scheme in force, by (likelihood, impact); cells without any left out."""
    rated = {kind: n for kind, n in counts.items() if kind.band not in (UNSCORED, OTHER_SCHEME)}
    return {
        pair: n
        for pair, n in counts_of(rated, lambda kind: (kind.likelihood, kind.impact)).items()
        if n
    }


def above_count(counts: Mapping[Kind, int], tolerance: Tolerance) -> int:
    """How many are rated above what is let stand for their category. counts: by category where that
    differs by it.
    """
    by = counts_of(counts, lambda kind: (kind.band, kind.category))
    rated = {pair: n for pair, n in by.items() if pair[0] not in (UNSCORED, OTHER_SCHEME)}
    return sum(n for (band, category), n in rated.items() if tolerance.is_above(band, category))


def movement(now: Iterable[One], then: Iterable[One], ranks: Mapping[str, int]) -> list[Moved]:
    """What each risk of either day did between them: NEW, LEFT, UP, DOWN, SCORED or UNCHANGED; a
    risk moves once.

    Up and down mean that the band changed. SCORED: has a band now and had none, or has lost it.
    ranks: band slug -> rank. All moves but LEFT add up to the number of risks now.
    """
    before = {one.risk: one for one in then}
    move = cache(partial(_move, ranks))
    found = []
    for pk, risk, band, _, _ in now:
        stood = before.pop(risk, None)
        was = None if stood is None else stood.band
        found.append(Moved(risk, pk, move(was, band), was))
    return [*found, *(Moved(one.risk, one.pk, LEFT, one.band) for one in before.values())]


def _move(ranks: Mapping[str, int], was: str | None, band: str) -> str:
    if was is None:
        return NEW
    is_at, was_at = ranks.get(band), ranks.get(was)
    if (is_at is None) != (was_at is None):
        return SCORED
    if is_at is None or was_at is None or is_at == was_at:
        return UNCHANGED
    return UP if is_at > was_at else DOWN
