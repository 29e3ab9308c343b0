"""Sentences and phrases that several pages and files share: numbers, tolerance, ranges, time."""

from __future__ import annotations

import datetime

from registers.models import Assessment, Category
from registers.scoring import Tolerance

INDEPENDENT_RATERS = {
    Assessment.Perspective.PEER: "The peer reviewer",
    Assessment.Perspective.INTERNAL_AUDIT: "Internal audit",
    Assessment.Perspective.EXTERNAL: "The external auditor or inspector",
}
WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def number_in_words(n: int) -> str:
    """In words up to nine, in figures beyond; "none" for 0."""
    return WORDS[n] if n < len(WORDS) else f"{n:,}"


def more_or_fewer(change: int) -> str:
    """A change of a count, to be followed by the day compared with."""
    if change == 0:
        return "as many as on"
    return f"{number_in_words(abs(change))} {'more' if change > 0 else 'fewer'} than on"


def count_history_in_words(counts: list[int], names: list[str]) -> str:
    """A count over time: the first, the highest if it lies between, and the last.

    names: of the days, one each. Of several days with the highest count the latest is named.
    """
    first, last, most = counts[0], counts[-1], max(counts)
    parts = [f"{number_in_words(first)} on {names[0]}"]
    if len(counts) == 1:
        return parts[0]
    if most > max(first, last):
        latest = [name for n, name in zip(counts, names, strict=True) if n == most][-1]
        parts.append(f"{number_in_words(most)} on {latest}")
    return ", ".join([*parts, f"{number_in_words(last)} on {names[-1]}"])


def categories_in_words(categories: list[str]) -> str:
    """Names of categories in the order of the Orange Book, in lower case."""
    return join_names([label.lower() for value, label in Category.choices if value in categories])


def join_names(names: list[str]) -> str:
    """ "A", "A and B", "A, B and C" """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def above_in_words(tolerance: Tolerance) -> str:
    """Which bands are above tolerance: "Severe", or "Severe; Moderate or higher for financial"."""
    parts = [" or ".join(band.label for band in reversed(tolerance.above())) or "no band"]
    for categories in _categories_by_tolerance(tolerance):
        above = tolerance.above(categories[0])
        lowest = f"{above[0].label}{' or higher' if len(above) > 1 else ''}" if above else "no band"
        parts.append(f"{lowest} for {categories_in_words(categories)}")
    return "; ".join(parts)


def tolerated_in_words(tolerance: Tolerance) -> str:
    """The highest band that is tolerated: "High", or "High, and Low for financial"."""
    exceptions = [
        f"{tolerance.of(categories[0]).label} for {categories_in_words(categories)}"
        for categories in _categories_by_tolerance(tolerance)
    ]
    return ", and ".join([tolerance.of("").label, *exceptions])


def _categories_by_tolerance(tolerance: Tolerance) -> list[list[str]]:
    """Categories with a tolerance of their own, grouped by it, the strictest first."""
    by_rank: dict[int, list[str]] = {}
    for category in tolerance.by_category:
        by_rank.setdefault(tolerance.of(category).rank, []).append(category)
    return [by_rank[rank] for rank in sorted(by_rank)]


def possible_bands_in_words(assessment: Assessment) -> str:
    """What else a rating with a range could be, as in "could be Severe".

    Empty where both ends lie in the band that was given.
    """
    band = assessment.band_now
    low, high = assessment.range_end_bands
    if low.rank < band.rank < high.rank:
        return f"could be anything from {low.label} to {high.label}"
    other, far = (high, "high") if high.rank > band.rank else (low, "low")
    apart = abs(other.rank - band.rank)
    if not apart:
        return ""
    return f"could be {other.label}" if apart == 1 else f"could be as {far} as {other.label}"


def duration_in_words(start: datetime.date, end: datetime.date) -> str:
    """The time from one day to a later one: in days, then weeks, then months, then years.

    Weeks from 14 days, months from 8 weeks, years from 2 years; only full ones count. Empty for the
    same day.
    """
    days = (end - start).days
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if days < 14:
        return _quantity(days, "day") if days else ""
    if days < 56:
        return _quantity(days // 7, "week")
    return _quantity(months, "month") if months < 24 else _quantity(months // 12, "year")


def _quantity(n: int, unit: str) -> str:
    return f"{n:,} {unit}{'' if n == 1 else 's'}"
