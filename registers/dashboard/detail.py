"""Behind a dashboard's matrix: how sure its order is, in words, and the scheme and the lines that
it is drawn by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from registers.charts import Cell, Table
from registers.dashboard import ordering_uncertainty
from registers.dashboard.ordering_uncertainty import Ends, Judgement
from registers.dashboard.position_sets import Alike
from registers.phrases import number_in_words


class MoreDetail:
    """alike: judgements as counted.judged_alike gives them, of all risks of that register; href:
    filters -> the address of the list; href_of: number -> the address of that risk; named: numbers
    -> number -> position, for the risks that are named. Ratings by another scheme are left out. One
    query, where any are named.
    """

    def __init__(
        self,
        alike: Iterable[Alike],
        register,
        tolerance,
        href: Callable[..., str],
        href_of: Callable[[int], str],
        named: Callable[[set[int]], dict],
    ):
        self.scheme, self.rules, self._register = register.scheme, register.scheme.rules, register
        self._tolerance, self._href, self._href_of, self._named = tolerance, href, href_of, named
        self._rows = [
            (_judgement(row), row) for row in alike if row.scheme == self.scheme.pk and row.band
        ]
        self._risks: dict[Judgement, int] = ordering_uncertainty.summed(
            (one, row.risks) for one, row in self._rows
        )

    @property
    def rated(self) -> int:
        return sum(self._risks.values())

    @cached_property
    def with_range(self) -> int:
        return sum(n for one, n in self._risks.items() if not one.is_certain)

    @property
    def could_be(self) -> list[tuple[int, str, str]]:
        """(how many, what they could be in words, the list's address), where there are any."""
        by_category = ordering_uncertainty.summed(
            ((one, row.category), row.risks) for one, row in self._rows
        )
        higher = ordering_uncertainty.could_be_higher(self._risks, self.rules)
        above = ordering_uncertainty.could_be_above(by_category, self._tolerance)
        found = [
            (higher, "could be in a higher band", self._href(could_be="higher")),
            (
                above,
                "could be above tolerance, and counted here as tolerated",
                self._href(could_be="above-tolerance"),
            ),
        ]
        return [row for row in found if row[0]]

    @property
    def table(self) -> Table:
        """A row a tier, the highest first: how many, their scores, and one of them with the
        highest.
        """
        by_ends: dict[Ends, list[tuple[Judgement, Alike]]] = {}
        for one, row in self._rows:
            by_ends.setdefault(one.ends, []).append((one, row))
        tiers = (
            [pair for ends in tier for pair in by_ends[ends]]
            for tier in ordering_uncertainty.tiers(by_ends)
        )
        rows = [self._tier(place, inside) for place, inside in enumerate(tiers, 1)]
        return Table(["Tier", "Risks", "Scores", "For instance"], rows)

    def _tier(self, place: int, inside: list[tuple[Judgement, Alike]]) -> list[Cell]:
        first = min(inside, key=lambda pair: (-pair[0].score, pair[1].first))[1].first
        return [
            Cell(f"{place}, the highest" if place == 1 else f"{place}"),
            Cell(f"{sum(row.risks for _, row in inside):,}"),
            Cell(_from_to({one.score for one, _ in inside})),
            Cell(self._register.reference(first), self._href_of(first)),
        ]

    @cached_property
    def reversals(self):
        return ordering_uncertainty.reversals(self._risks)

    @property
    def reversed_said(self) -> str:
        found = self.reversals
        if not found.ordered:
            return "No two risks differ in score."
        pairs = f"{found.ordered:,} pair{'' if found.ordered == 1 else 's'} of risks"
        if not found.count:
            return f"The scores put {pairs} in order, and no range that was given would turn any of them round."
        many = f"{number_in_words(found.count)} of them could be the other way round within the ranges that were given"
        return f"The scores put {pairs} in order; {many}."

    @cached_property
    def examples(self) -> list[tuple]:
        """(position of the higher by score, of the lower) of a few pairs that could be the other
        way round.
        """
        first: dict[Judgement, int] = {}
        for one, row in self._rows:
            first[one] = min(row.first, first.get(one, row.first))
        pairs = [(first[a], first[b]) for a, b in self.reversals.examples]
        positions = self._named({number for pair in pairs for number in pair}) if pairs else {}
        return [(positions[a], positions[b]) for a, b in pairs]

    @property
    def lines(self) -> list[tuple]:
        """(band, the scores in it), the highest first."""
        scores: dict = {}
        for _, cells in self.rules.matrix:
            for _, placing in cells:
                scores.setdefault(placing.band, set()).add(placing.score)
        return [(band, _from_to(scores.get(band, ()))) for band in reversed(self.rules.bands)]


def _judgement(row: Alike) -> Judgement:
    given = row.likelihood, row.likelihood, row.impact, row.impact
    return Judgement(
        row.likelihood,
        row.impact,
        Ends(*(end or own for end, own in zip(row.ends, given, strict=True))),
    )


def _from_to(scores) -> str:
    if not scores:
        return "no score"
    return f"{min(scores)} to {max(scores)}" if len(scores) > 1 else f"{min(scores)}"
