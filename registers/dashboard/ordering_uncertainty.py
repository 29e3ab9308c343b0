"""How sure the order of risks in a matrix of likelihood by impact is, by the ranges of judgements.

The rules follow Cox, "What's wrong with risk matrices?" (Risk Analysis, 2008): a matrix compares
few pairs without ambiguity, and a product of two ranks can put a pair in the wrong order. A
judgement's range is what whoever judged would still defend; one without a range counts as certain.

The functions are pure: judgements in, counts out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from registers.charts import Cell, Table
from registers.phrases.dashboard import reversals_sentence, tier_in_words
from registers.phrases.numbers import range_in_words
from registers.scoring import Scheme, Tolerance

EXAMPLES = 3


class Ends(NamedTuple):
    """The lowest and the highest likelihood and impact that a judgement allows."""

    likelihood_low: int
    likelihood_high: int
    impact_low: int
    impact_high: int


class Judgement(NamedTuple):
    """Two ratings and their ends, which are the ratings themselves where no range was given."""

    likelihood: int
    impact: int
    ends: Ends

    @property
    def score(self) -> int:
        return self.likelihood * self.impact

    @property
    def least(self) -> int:
        return self.ends.likelihood_low * self.ends.impact_low

    @property
    def most(self) -> int:
        return self.ends.likelihood_high * self.ends.impact_high

    @property
    def is_certain(self) -> bool:
        return self.ends == certain(self.likelihood, self.impact)


def certain(likelihood: int, impact: int) -> Ends:
    """The ends of a judgement without a range."""
    return Ends(likelihood, likelihood, impact, impact)


def surely_above(a: Ends, b: Ends) -> bool:
    """Whether a is above b wherever in their ranges the two lie (rule 5).

    Above means at least as likely and at least as bad, and more so in one. Where neither is surely
    above the other, their order is not supported.
    """
    if a.likelihood_low < b.likelihood_high or a.impact_low < b.impact_high:
        return False
    return a.likelihood_low > b.likelihood_high or a.impact_low > b.impact_high


def tiers(ends: Iterable[Ends]) -> list[list[Ends]]:
    """All that nothing is surely above; then all that nothing of the rest is; and so on.

    Rule 5: tiers, Pareto fronts. What is surely above another is in a higher tier; two in one tier
    are in no order. A scheme of five by five allows 225 distinct ends.
    """
    tier_of: dict[Ends, int] = {}
    # What is surely above another has the higher sum of its ends.
    for b in sorted(set(ends), key=sum, reverse=True):
        tier_of[b] = 1 + max((n for a, n in tier_of.items() if surely_above(a, b)), default=-1)
    return [
        [ends for ends, n in tier_of.items() if n == tier]
        for tier in range(max(tier_of.values(), default=-1) + 1)
    ]


@dataclass(frozen=True)
class Reversals:
    """How many pairs of risks their scores put in order (ordered), and may be reversed (count).

    examples: (the higher by score, the lower), a few with the highest scores, no judgement twice as
    the higher.
    """

    count: int
    ordered: int
    examples: list[tuple[Judgement, Judgement]]


def reversals(risks: Mapping[Judgement, int]) -> Reversals:
    """Pairs in which a scores more than b, yet the least of a is less than the most of b.

    Rule 6: reversal warning. risks: how many have each judgement.
    """
    by_score = sum_by_key(((row.score, row.most), n) for row, n in risks.items())
    count, ordered, reversible = 0, 0, set()
    for a, n in risks.items():
        lower = [(most, m) for (score, most), m in by_score.items() if score < a.score]
        ordered += n * sum(m for _, m in lower)
        if reversed_pairs := sum(m for most, m in lower if most > a.least):
            count += n * reversed_pairs
            reversible.add(a)
    highest_first = sorted(risks, key=lambda row: (-row.score, row))
    examples = [
        (a, next(b for b in highest_first if b.score < a.score and b.most > a.least))
        for a in [row for row in highest_first if row in reversible][:EXAMPLES]
    ]
    return Reversals(count, ordered, examples)


def bands_at_ends(judgement: Judgement, scheme: Scheme) -> tuple[str, str]:
    """(the band given, the band at the upper end). Rule 1: certain only where they are the same."""
    low = scheme.place(judgement.likelihood, judgement.impact)
    high = scheme.place(judgement.ends.likelihood_high, judgement.ends.impact_high)
    return low.band.slug, high.band.slug


def could_be_higher(risks: Mapping[Judgement, int], scheme: Scheme) -> int:
    """How many could be in a higher band than they were given."""
    return _count(risks, scheme, lambda band, high: scheme.ranks[high] > scheme.ranks[band])


def could_be_above(risks: Mapping[tuple[Judgement, str], int], tolerance: Tolerance) -> int:
    """How many are not above tolerance and could be. risks: by judgement and category."""

    def comes_above(category):
        return lambda band, high: (
            tolerance.is_above(high, category) and not tolerance.is_above(band, category)
        )

    return sum(
        _count({judgement: n}, tolerance.scheme, comes_above(category))
        for (judgement, category), n in risks.items()
    )


def _count(risks: Mapping[Judgement, int], scheme: Scheme, fits: Callable[[str, str], bool]) -> int:
    """fits: (the band given, the band at the upper end) -> whether the risks count."""
    return sum(
        n
        for judgement, n in risks.items()
        if not judgement.is_certain and fits(*bands_at_ends(judgement, scheme))
    )


def sum_by_key(rows: Iterable[tuple[Hashable, int]]) -> dict:
    """key -> how many, of rows of which several may have one key."""
    totals: dict = {}
    for key, n in rows:
        totals[key] = totals.get(key, 0) + n
    return totals


class OrderingUncertainty:
    """What the page says of the order of its risks. data: DashboardData.

    Ratings by another scheme are left out. One query, where any risk is named.
    """

    def __init__(self, data):
        self._data, self.scheme, self.rules = data, data.register.scheme, data.rules
        self._rows = [
            (_judgement(row), row)
            for row in data.rating_groups
            if row.scheme == self.scheme.pk and row.band
        ]
        self._risks: dict[Judgement, int] = sum_by_key(
            (judgement, row.risks) for judgement, row in self._rows
        )

    @property
    def rated(self) -> int:
        return sum(self._risks.values())

    @cached_property
    def with_range(self) -> int:
        return sum(n for judgement, n in self._risks.items() if not judgement.is_certain)

    @property
    def possible_bands(self) -> list[tuple[int, str, str]]:
        """(how many, what they could be in words, address of the list), where there are any."""
        by_category = sum_by_key(
            ((judgement, row.category), row.risks) for judgement, row in self._rows
        )
        rows = [
            (
                could_be_higher(self._risks, self.rules),
                "could be in a higher band",
                self._data.href(could_be="higher"),
            ),
            (
                could_be_above(by_category, self._data.tolerance),
                "could be above tolerance, and counted here as tolerated",
                self._data.href(could_be="above-tolerance"),
            ),
        ]
        return [row for row in rows if row[0]]

    @property
    def table(self) -> Table:
        """A row a tier, the highest first: how many, their scores, and one of the highest score."""
        by_ends: dict[Ends, list[tuple]] = {}
        for judgement, row in self._rows:
            by_ends.setdefault(judgement.ends, []).append((judgement, row))
        rows = [
            self._tier_row(number, [pair for ends in tier for pair in by_ends[ends]])
            for number, tier in enumerate(tiers(by_ends), 1)
        ]
        return Table(["Tier", "Risks", "Scores", "For instance"], rows)

    def _tier_row(self, number: int, pairs: list[tuple]) -> list[Cell]:
        """pairs: (judgement, RatingGroup) of the tier."""
        example = min(pairs, key=lambda pair: (-pair[0].score, pair[1].first))[1].first
        return [
            Cell(tier_in_words(number)),
            Cell(f"{sum(row.risks for _, row in pairs):,}"),
            Cell(range_in_words({judgement.score for judgement, _ in pairs})),
            Cell(self._data.register.reference(example), self._data.links.risk(example)),
        ]

    @cached_property
    def reversals(self) -> Reversals:
        return reversals(self._risks)

    @property
    def reversals_sentence(self) -> str:
        return reversals_sentence(self.reversals.count, self.reversals.ordered)

    @cached_property
    def examples(self) -> list[tuple]:
        """(position of the higher by score, position of the lower) of a few reversible pairs."""
        first: dict[Judgement, int] = {}
        for judgement, row in self._rows:
            first[judgement] = min(row.first, first.get(judgement, row.first))
        pairs = [(first[a], first[b]) for a, b in self.reversals.examples]
        if not pairs:
            return []
        numbers = {number for pair in pairs for number in pair}
        rows = self._data.rows.current.filter(number__in=numbers).with_headings()
        positions = {position.number: position for position in rows}
        return [(positions[a], positions[b]) for a, b in pairs]

    @property
    def scores_by_band(self) -> list[tuple]:
        """(band, the scores in it), the highest band first."""
        scores: dict = {}
        for _, cells in self.rules.matrix:
            for _, placing in cells:
                scores.setdefault(placing.band, set()).add(placing.score)
        return [(band, range_in_words(scores.get(band, ()))) for band in reversed(self.rules.bands)]


def _judgement(row) -> Judgement:
    """row: a RatingGroup."""
    ratings = row.likelihood, row.likelihood, row.impact, row.impact
    ends = (end or rating for end, rating in zip(row.ends, ratings, strict=True))
    return Judgement(row.likelihood, row.impact, Ends(*ends))
