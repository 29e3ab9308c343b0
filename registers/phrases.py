"""Small numbers and comparisons as people say them."""

from __future__ import annotations

import datetime

from registers.models import Assessment, Category
from registers.scoring import Tolerance

WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def a_number(n: int) -> str:
    """Words up to nine, figures beyond."""
    return WORDS[n] if n < len(WORDS) else f"{n:,}"


def more_or_fewer(change: int) -> str:
    """A change of a count, to be followed by the day compared with."""
    if change == 0:
        return "as many as on"
    return f"{a_number(abs(change))} {'more' if change > 0 else 'fewer'} than on"


def course_of_a_count(counts: list[int], names: list[str]) -> str:
    """How a count went: where it began, its highest if that lies between, where it stands. names:
    of the days, one each; of several days with the highest count the latest is said.
    """
    first, last, most = counts[0], counts[-1], max(counts)
    said = [f"{a_number(first)} on {names[0]}"]
    if len(counts) == 1:
        return said[0]
    if most > max(first, last):
        said.append(
            f"{a_number(most)} on {[name for n, name in zip(counts, names, strict=True) if n == most][-1]}"
        )
    return ", ".join([*said, f"{a_number(last)} on {names[-1]}"])


def categories_in_words(categories: list[str]) -> str:
    """Names of categories, in the order of the Orange Book, as they stand in a sentence."""
    return in_a_row([label.lower() for value, label in Category.choices if value in categories])


def in_a_row(named: list[str]) -> str:
    """ "A", "A and B", "A, B and C" """
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def above_in_words(tolerance: Tolerance) -> str:
    """Which bands are above tolerance: "Severe", or "Severe; Moderate or higher for financial"."""
    said = [" or ".join(band.label for band in reversed(tolerance.above())) or "no band"]
    for categories in _own(tolerance):
        above = tolerance.above(categories[0])
        lowest = f"{above[0].label}{' or higher' if len(above) > 1 else ''}" if above else "no band"
        said.append(f"{lowest} for {categories_in_words(categories)}")
    return "; ".join(said)


def tolerated_in_words(tolerance: Tolerance) -> str:
    """The highest band that is let stand: "High", or "High, and Low for financial"."""
    others = [
        f"{tolerance.of(found[0]).label} for {categories_in_words(found)}"
        for found in _own(tolerance)
    ]
    return ", and ".join([tolerance.of("").label, *others])


def _own(tolerance: Tolerance) -> list[list[str]]:
    """Categories that have a tolerance of their own, those with the same one together, the
    strictest first.
    """
    found: dict[int, list[str]] = {}
    for category in tolerance.own:
        found.setdefault(tolerance.of(category).rank, []).append(category)
    return [found[rank] for rank in sorted(found)]


def could_be(assessment: Assessment) -> str:
    """What else a judgement with a range could be: "could be Severe"; empty where its ends are in
    the band given.
    """
    given = assessment.band_now
    low, high = assessment.range_end_bands
    if low.rank < given.rank < high.rank:
        return f"could be anything from {low.label} to {high.label}"
    other, far = (high, "high") if high.rank > given.rank else (low, "low")
    apart = abs(other.rank - given.rank)
    if not apart:
        return ""
    return f"could be {other.label}" if apart == 1 else f"could be as {far} as {other.label}"


def how_long(then: datetime.date, now: datetime.date) -> str:
    """The time from one day to a later one as people say it: days, then weeks, months from eight
    weeks on, years from two years on, each counted when it is full. Empty for the same day.
    """
    days = (now - then).days
    months = (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)
    if days < 14:
        return _several(days, "day") if days else ""
    if days < 56:
        return _several(days // 7, "week")
    return _several(months, "month") if months < 24 else _several(months // 12, "year")


def _several(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
