"""Small numbers and comparisons as people say them."""

from __future__ import annotations

import datetime

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
    """How a count went: where it began, its highest if that lies between, where it stands. names: of the days, one
    each; of several days with the highest count the latest is said."""
    first, last, most = counts[0], counts[-1], max(counts)
    said = [f"{a_number(first)} on {names[0]}"]
    if len(counts) == 1:
        return said[0]
    if most > max(first, last):
        said.append(f"{a_number(most)} on {[name for n, name in zip(counts, names, strict=True) if n == most][-1]}")
    return ", ".join([*said, f"{a_number(last)} on {names[-1]}"])


def how_long(then: datetime.date, now: datetime.date) -> str:
    """The time from one day to a later one as people say it: days, then weeks, months from eight weeks on, years from
    two years on, each counted when it is full. Empty for the same day."""
    days = (now - then).days
    months = (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)
    if days < 14:
        return _several(days, "day") if days else ""
    if days < 56:
        return _several(days // 7, "week")
    return _several(months, "month") if months < 24 else _several(months // 12, "year")


def _several(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
