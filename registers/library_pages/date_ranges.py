"""Dates that sources know only in part: in words, and the time between two of them.

A source may know a day, a month or a year, that something lasted, or only that it came before or
after. The words claim no more: "about one to two years" where only two years are known.
"""

from __future__ import annotations

import calendar
import datetime
from typing import Protocol

from registers.models import Precision, TimelineEvent
from registers.phrases.numbers import duration_between_in_words

Extent = TimelineEvent.Extent
Bounds = tuple[datetime.date | None, datetime.date | None]


class Dated(Protocol):
    """The fields of an event that are read here."""

    extent: str
    start_on: datetime.date | None
    start_precision: str
    end_on: datetime.date | None
    end_precision: str


def partial_date(day: datetime.date | None, precision: str) -> str:
    """A date as exactly as it is known: 19 April 2010, April 2010, 2010; empty for None."""
    if day is None:
        return ""
    if precision == Precision.DAY:
        return f"{day.day} {day:%B %Y}"
    return f"{day:%B %Y}" if precision == Precision.MONTH else f"{day:%Y}"


def last_day(day: datetime.date, precision: str) -> datetime.date:
    """The last day of a day, month or year that is stored as its first day."""
    if precision == Precision.YEAR:
        return day.replace(month=12, day=31)
    if precision == Precision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def event_date(event: Dated) -> str:
    """The date of an event: "17 to 18 November 2010", "before November 2014", "undated"."""
    start, end = (
        partial_date(event.start_on, event.start_precision),
        partial_date(event.end_on, event.end_precision),
    )
    if event.extent == Extent.RANGE:
        return f"{_range_start(event)} to {end}"
    words = {Extent.AT: start, Extent.AFTER: f"after {start}", Extent.BEFORE: f"before {end}"}
    return words.get(event.extent, "undated")


def _range_start(event: Dated) -> str:
    """The start of a range, without the month or year that it shares with its end."""
    start, end = event.start_on, event.end_on
    same_kind = event.start_precision == event.end_precision
    if same_kind and event.start_precision == Precision.DAY and start.year == end.year:
        return f"{start.day}" if start.month == end.month else f"{start.day} {start:%B}"
    if same_kind and event.start_precision == Precision.MONTH and start.year == end.year:
        return f"{start:%B}"
    return partial_date(start, event.start_precision)


def start_bounds(event: Dated) -> Bounds:
    """The first and the last day on which it may have begun, None where that side is open."""
    if event.extent in (Extent.AT, Extent.RANGE):
        return event.start_on, last_day(event.start_on, event.start_precision)
    if event.extent == Extent.AFTER:
        return event.start_on, None
    if event.extent == Extent.BEFORE:
        return None, last_day(event.end_on, event.end_precision)
    return None, None


def time_until_action(visible: Dated | None, action: Dated | None) -> str:
    """The time from when a sign could be seen until someone outside acted, without a full stop.

    visible, action: events, None where no source names one. They are one event where those who
    acted were the first to see it.
    """
    if visible is None:
        return "Not known: no source says when it could first be seen"
    if action is None:
        return "Not known: no source says when anyone outside acted on it"
    if visible is action or visible == action:
        return "Not known: it came to light when someone outside acted"
    earliest_visible, latest_visible = start_bounds(visible)
    earliest_action, latest_action = start_bounds(action)
    least = most = None
    if earliest_action and latest_visible:
        least = (earliest_action - latest_visible).days
    if latest_action and earliest_visible:
        most = (latest_action - earliest_visible).days
    if most is not None and most < 0:
        return "Not known: by the dates we have, the action came first"
    return duration_between_in_words(least, most)
