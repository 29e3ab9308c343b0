"""What a matrix of likelihood by impact cannot say of the order of risks, worked out from the
ranges of the judgements.

Pure: judgements in, counts out. The rules are those of our domain report (section 4.1, rules 1, 2,
5 and 6), which takes them from Cox, "What's wrong with risk matrices?" (Risk Analysis, 2008): a
matrix compares few pairs without ambiguity, and a product of two ranks can put a pair in the wrong
order. A judgement's range is what whoever judged would still defend; one without a range counts as
certain, which is more than anybody said.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from registers.scoring import Scheme, Tolerance

EXAMPLES = 3


class Ends(NamedTuple):
    """The least and the most that a judgement allows, of each rating."""

    likelihood_low: int
    likelihood_high: int
    impact_low: int
    impact_high: int


class Judgement(NamedTuple):
    """A pair of ratings, and its ends: the same pair again where no range was given."""

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
    """Whether a stands above b wherever in their ranges the two lie: at least as likely and at
    least as bad, and more so in one (rule 5). Where neither is surely above the other, their order
    is not supported.
    """
    if a.likelihood_low < b.likelihood_high or a.impact_low < b.impact_high:
        return False
    return a.likelihood_low > b.likelihood_high or a.impact_low > b.impact_high


def tiers(found: Iterable[Ends]) -> list[list[Ends]]:
    """All that no other is surely above; then all that no other of the rest is surely above; and so
    on (rule 5: tiers, Pareto fronts). Whoever is surely above another stands in a higher tier; two
    in one tier are in no order. Asked of distinct ends, of which a scheme of five by five allows
    225, whatever the number of risks.
    """
    place: dict[Ends, int] = {}
    for b in sorted(
        set(found), key=sum, reverse=True
    ):  # what is surely above another has the higher sum of its ends
        place[b] = 1 + max((n for a, n in place.items() if surely_above(a, b)), default=-1)
    return [
        [ends for ends, n in place.items() if n == tier]
        for tier in range(max(place.values(), default=-1) + 1)
    ]


@dataclass(frozen=True)
class Reversals:
    """Of so many pairs of risks that their scores put in order (ordered), so many could be the
    other way round (count). examples: (the higher by score, the lower), a few with the highest
    scores, no judgement twice as the higher.
    """

    count: int
    ordered: int
    examples: list[tuple[Judgement, Judgement]]


def reversals(risks: Mapping[Judgement, int]) -> Reversals:
    """Pairs in which a scores more than b, and yet the least that a allows is less than the most
    that b allows (rule 6: reversal warning). risks: how many are judged so.
    """
    below = summed(((one.score, one.most), n) for one, n in risks.items())
    count, ordered, reversible = 0, 0, []
    for a, n in risks.items():
        count += n * (
            turned := sum(
                m for (score, most), m in below.items() if score < a.score and most > a.least
            )
        )
        ordered += n * sum(m for (score, _), m in below.items() if score < a.score)
        reversible += [a] if turned else []
    highest_first = sorted(risks, key=lambda one: (-one.score, one))
    named = [a for a in highest_first if a in set(reversible)][:EXAMPLES]
    examples = [
        (a, next(b for b in highest_first if b.score < a.score and b.most > a.least)) for a in named
    ]
    return Reversals(count, ordered, examples)


def could_be(judgement: Judgement, scheme: Scheme) -> tuple[str, str]:
    """(the band given, the band at the upper end): a band is certain only where the ends share it
    (rule 1).
    """
    given = scheme.place(judgement.likelihood, judgement.impact).band
    return given.slug, scheme.place(
        judgement.ends.likelihood_high, judgement.ends.impact_high
    ).band.slug


def could_be_higher(risks: Mapping[Judgement, int], scheme: Scheme) -> int:
    """How many could be in a higher band than they were given."""
    return _counted(risks, scheme, lambda given, high: scheme.ranks[high] > scheme.ranks[given])


def could_be_above(risks: Mapping[tuple[Judgement, str], int], tolerance: Tolerance) -> int:
    """How many are not above tolerance and could be. risks: by judgement and category."""
    return sum(
        _counted(
            {one: n},
            tolerance.scheme,
            lambda given, high, of=of: _comes_above(tolerance, given, high, of),
        )
        for (one, of), n in risks.items()
    )


def _comes_above(tolerance: Tolerance, given: str, high: str, category: str) -> bool:
    return tolerance.is_above(high, category) and not tolerance.is_above(given, category)


def _counted(
    risks: Mapping[Judgement, int], scheme: Scheme, fits: Callable[[str, str], bool]
) -> int:
    return sum(n for one, n in risks.items() if not one.is_certain and fits(*could_be(one, scheme)))


def summed(rows: Iterable[tuple[Hashable, int]]) -> dict:
    """key -> how many, of rows of which several may have one key."""
    found: dict = {}
    for key, n in rows:
        found[key] = found.get(key, 0) + n
    return found
