"""Days that are known only so far: what may be said of them, and how long it was from one to
another.

A source may know a day, a month or a year, that something lasted, or only that it came before or
after. Nothing here says more than that: "about one to two years" where the ends of two years are
all there is.
"""

from __future__ import annotations

import calendar
import datetime
from typing import Protocol

from registers.models import Precision, TimelineEvent
from registers.phrases import number_in_words

Extent = TimelineEvent.Extent
DAYS_IN = {"week": 7, "month": 30.44, "year": 365.25}
Bounds = tuple[datetime.date | None, datetime.date | None]


class Dated(Protocol):
    """What is read of an event."""

    extent: str
    start_on: datetime.date | None
    start_precision: str
    end_on: datetime.date | None
    end_precision: str


def known(day: datetime.date | None, precision: str) -> str:
    """A day as exactly as it is known: 19 April 2010, April 2010, 2010; nothing for None."""
    if day is None:
        return ""
    if precision == Precision.DAY:
        return f"{day.day} {day:%B %Y}"
    return f"{day:%B %Y}" if precision == Precision.MONTH else f"{day:%Y}"


def last_day(day: datetime.date, precision: str) -> datetime.date:
    """The last day that a day, month or year may mean; the first one is how it is stored."""
    if precision == Precision.YEAR:
        return day.replace(month=12, day=31)
    if precision == Precision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def when(event: Dated) -> str:
    """When an event was, in words: "17 to 18 November 2010", "before November 2014", "undated"."""
    start, end = (
        known(event.start_on, event.start_precision),
        known(event.end_on, event.end_precision),
    )
    if event.extent == Extent.RANGE:
        return f"{_without_what_follows(event)} to {end}"
    words = {Extent.AT: start, Extent.AFTER: f"after {start}", Extent.BEFORE: f"before {end}"}
    return words.get(event.extent, "undated")


def _without_what_follows(event: Dated) -> str:
    """The start of a range without the month or year that its end says anyway."""
    start, end = event.start_on, event.end_on
    same_kind = event.start_precision == event.end_precision
    if same_kind and event.start_precision == Precision.DAY and start.year == end.year:
        return f"{start.day}" if start.month == end.month else f"{start.day} {start:%B}"
    if same_kind and event.start_precision == Precision.MONTH and start.year == end.year:
        return f"{start:%B}"
    return known(start, event.start_precision)


def began(event: Dated) -> Bounds:
    """The first and the last day on which it may have begun; None where the sources leave that side
    open.
    """
    if event.extent in (Extent.AT, Extent.RANGE):
        return event.start_on, last_day(event.start_on, event.start_precision)
    if event.extent == Extent.AFTER:
        return event.start_on, None
    if event.extent == Extent.BEFORE:
        return None, last_day(event.end_on, event.end_precision)
    return None, None


def how_long(seen: Dated | None, acted: Dated | None) -> str:
    """How long it was from when a sign could be seen until someone outside acted, in words, without
    a full stop.

    seen, acted: events, None where no source names one. One event for both: those who acted were
    the first to see.
    """
    if seen is None:
        return "Not known: no source says when it could first be seen"
    if acted is None:
        return "Not known: no source says when anyone outside acted on it"
    if seen is acted or seen == acted:
        return "Not known: it came to light when someone outside acted"
    (first, latest), (soonest, last) = began(seen), began(acted)
    least = (soonest - latest).days if soonest and latest else None
    most = (last - first).days if last and first else None
    if most is not None and most < 0:
        return "Not known: by the dates we have, the action came first"
    return _span(least, most)


def _span(least: int | None, most: int | None) -> str:
    """Days at least and at most, as words that claim no more; None where there is no such bound."""
    least = max(least, 0) if least is not None else None
    if most is None:
        return f"At least {_about(least, least)}" if least else "Not known: the dates are open"
    if least is None:
        return f"At most {_about(most, most)}"
    words = _about(least, most)
    return words[0].upper() + words[1:]


def _about(least: int, most: int) -> str:
    if least == most and most < 14:
        return "the same day" if most == 0 else _count(most, "day")
    unit = "week" if most < 63 else "month" if most < 548 else "year"
    low, high = (int(days / DAYS_IN[unit] + 0.5) for days in (least, most))
    if high == low:
        return f"about {_count(max(high, 1), unit)}"
    return (
        f"up to about {_count(high, unit)}"
        if low == 0
        else f"about {number_in_words(low)} to {_count(high, unit)}"
    )


def _count(number: int, unit: str) -> str:
    return f"{number_in_words(number)} {unit}{'' if number == 1 else 's'}"
