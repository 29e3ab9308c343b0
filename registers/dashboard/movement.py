"""What moved between two days, with some of the risks by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from django.utils.formats import date_format

from registers.dashboard.data import Basis
from registers.dashboard.headline import came_and_went_said
from registers.dashboard.period_comparison import Moved, movement
from registers.dashboard.trends import DOWN, LEFT, NEW, SCORED, UNCHANGED, UP
from registers.models import Position, unexplained
from registers.phrases import above_in_words, number_in_words
from registers.rating_sparkline import CompactSparkline
from registers.scoring import Band, Scheme

LISTED = 10  # risks named under each kind of movement; the number beside them counts all
TITLES = {
    NEW: "New",
    UP: "Up",
    DOWN: "Down",
    SCORED: "Scored for the first time",
    LEFT: "Closed or taken off",
    UNCHANGED: "Unchanged",
}


@dataclass(frozen=True)
class MovedRisk:
    """A risk that moved. was: the band it stood in before, of one that went up or down;
    is_unexplained: it fell, and nothing on record says why; course: how the rating went, of one
    that went up or down, where the page asks for it.
    """

    position: Position
    was: Band | None
    is_unexplained: bool = False
    course: CompactSparkline | None = None


@dataclass(frozen=True)
class Move:
    kind: str
    title: str
    count: int
    risks: list[MovedRisk]

    @property
    def unnamed(self) -> int:
        return self.count - len(self.risks)


def named_of(moved: Iterable[Moved]) -> dict[str, list[Moved]]:
    """Kind of movement -> the first ten that moved so, by the age of the risk; nobody is named for
    not moving.
    """
    found: dict[str, list[Moved]] = {}
    for one in moved:
        if one.move != UNCHANGED:
            found.setdefault(one.move, []).append(one)
    return {move: nsmallest(LISTED, rows) for move, rows in found.items()}


def moves_of(
    counts: Mapping[str, int],
    named: Mapping[str, list[Moved]],
    words,
    rules: Scheme,
    without=(),
    courses=None,
) -> list[Move]:
    """One Move for each kind of movement, those without any included. counts: kind -> how many;
    words: key of a position -> the position, of all that are named; without: keys of those that
    fell and nothing says why; courses: key of a risk -> its CompactSparkline.
    """

    def told(one):
        if one.move not in (UP, DOWN):
            return MovedRisk(words[one.pk], None)
        return MovedRisk(
            words[one.pk], rules.band(one.was), one.pk in without, (courses or {}).get(one.risk)
        )

    return [
        Move(kind, title, counts.get(kind, 0), [told(one) for one in named.get(kind, ())])
        for kind, title in TITLES.items()
    ]


def fallen_without_reason(named: Mapping[str, list[Moved]], rules: Scheme, cut) -> set[int]:
    """Keys of the positions among those named that came to their band from a higher one, and
    nothing on record says why. cut: (day, known_by) up to which it is looked for. One query, none
    where nothing fell.
    """
    fallen = [one.pk for one in named.get(DOWN, ())]
    if not fallen:
        return set()
    rows = unexplained(Position.everything.filter(pk__in=fallen).exclude(band_before=""), *cut)
    return {
        pk
        for pk, before, band in rows.values_list("pk", "band_before", "band")
        if _fell(before, band, rules)
    }


def _fell(before: str, band: str, rules: Scheme) -> bool:
    return rules.ranks[before] > rules.ranks[band]


class Movement:
    """What a dashboard says of the time between its two days. Of a narrowed page: what those that
    fit on either day did on the register, whether they fit on both.
    """

    def __init__(self, basis: Basis):
        self._basis = basis

    @cached_property
    def moved(self) -> list[Moved]:
        """Those that stand by another row than then, or did; the others have not moved (see
        lasting).
        """
        days, whole = self._basis.two_days, self._basis.whole_two_days
        moved = movement(whole.begun, whole.ended, self._basis.rules.ranks)
        if not self._basis.is_narrowed:
            return moved
        fits = {one.risk for one in (*days.begun, *days.ended)}
        return [one for one in moved if one.risk in fits]

    @cached_property
    def counts(self) -> Counter[str]:
        """Kind of movement -> how many risks."""
        found = Counter(one.move for one in self.moved)
        found[UNCHANGED] += self._basis.two_days.lasting
        return found

    @cached_property
    def named(self) -> dict[str, list[Moved]]:
        return named_of(self.moved)

    @property
    def keys(self) -> list[int]:
        """Of the positions that are named."""
        return [one.pk for rows in self.named.values() for one in rows]

    @property
    def keys_of_changed(self) -> list[int]:
        """Of those that are named for going up or down."""
        return [one.pk for move in (UP, DOWN) for one in self.named.get(move, ())]

    def moves(
        self, words: Mapping[int, Position], courses: Mapping[int, CompactSparkline]
    ) -> list[Move]:
        """words: key -> position, of all of `keys` at least; courses: key of a risk -> its course."""
        reading, rules = self._basis.reading, self._basis.rules
        without = fallen_without_reason(self.named, rules, (reading.day, reading.known_by))
        return moves_of(self.counts, self.named, words, rules, without, courses)

    @property
    def sentences(self) -> list[str]:
        """What has changed since the day compared with; and what cannot have, for want of a rating
        by this scheme.
        """
        basis, counts = self._basis, self.counts
        since = date_format(basis.reading.since, "j F Y")
        found = []
        if basis.tolerance != basis.tolerance_then:
            found.append(
                f"What is tolerated was another then: above it was {above_in_words(basis.tolerance_then)}."
            )
        said_of = [
            (NEW, "new"),
            (UP, "up a band or more"),
            (DOWN, "down"),
            *([(SCORED, "rated for the first time")] if counts[SCORED] else []),
            (LEFT, "closed or taken off"),
            (UNCHANGED, "unchanged"),
        ]
        days = basis.two_days
        base = f"Risks then: {days.then.total():,}, now: {days.total:,}."
        moved = ", ".join(f"{number_in_words(counts[kind])} {words}" for kind, words in said_of)
        found.append(f"Since {since}: {moved}. {base}")
        return [*found, *self._came_and_went]

    @property
    def _came_and_went(self) -> list[str]:
        """Of a narrowed page: those that fit on one of the two days alone and were on the register
        on both.
        """
        if not self._basis.is_narrowed:
            return []
        both = {one.risk for one in self.moved if one.move not in (NEW, LEFT)}
        now, then = (
            {one.risk for one in ones}
            for ones in (self._basis.two_days.begun, self._basis.two_days.ended)
        )
        return came_and_went_said(len(both - then), len(both - now))
