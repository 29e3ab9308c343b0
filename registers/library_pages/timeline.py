"""A case's events: their dates in words, the time between two, and all drawn on a scale of years.

A source may know a day, a month or a year, that something lasted, or only that it came before or
after. Words and picture claim no more: "about one to two years" where only two years are known.
Positions are percentages of the picture's width, so that it takes the width of the page while its
text keeps its size.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import Precision, TimelineEvent
from registers.phrases.files import timeline_sentence
from registers.phrases.numbers import duration_between_in_words

STEPS = (1, 2, 3, 5, 10, 20, 50, 100)  # years between two marks of the scale
MOST_MARKS = 6
Extent = TimelineEvent.Extent
Bounds = tuple[datetime.date | None, datetime.date | None]


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


def event_date(event: TimelineEvent) -> str:
    """The date of an event: "17 to 18 November 2010", "before November 2014", "undated"."""
    start, end = (
        partial_date(event.start_on, event.start_precision),
        partial_date(event.end_on, event.end_precision),
    )
    if event.extent == Extent.RANGE:
        return f"{_range_start(event)} to {end}"
    words = {Extent.AT: start, Extent.AFTER: f"after {start}", Extent.BEFORE: f"before {end}"}
    return words.get(event.extent, "undated")


def _range_start(event: TimelineEvent) -> str:
    """The start of a range, without the month or year that it shares with its end."""
    start, end = event.start_on, event.end_on
    same_kind = event.start_precision == event.end_precision
    if same_kind and event.start_precision == Precision.DAY and start.year == end.year:
        return f"{start.day}" if start.month == end.month else f"{start.day} {start:%B}"
    if same_kind and event.start_precision == Precision.MONTH and start.year == end.year:
        return f"{start:%B}"
    return partial_date(start, event.start_precision)


def start_bounds(event: TimelineEvent) -> Bounds:
    """The first and the last day on which it may have begun, None where that side is open."""
    if event.extent in (Extent.AT, Extent.RANGE):
        return event.start_on, last_day(event.start_on, event.start_precision)
    if event.extent == Extent.AFTER:
        return event.start_on, None
    if event.extent == Extent.BEFORE:
        return None, last_day(event.end_on, event.end_precision)
    return None, None


def time_until_action(visible: TimelineEvent | None, action: TimelineEvent | None) -> str:
    """The time from when a sign could be seen until someone outside acted, without a full stop.

    visible, action: events, None where no source names one. They are one event where those who
    acted were the first to see it.
    """
    if visible is None:
        return "Not known: no source says when it could first be seen"
    if action is None:
        return "Not known: no source says when anyone outside acted"
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
        return "Not known: the dates we have put the action first"
    return duration_between_in_words(least, most)


@dataclass(frozen=True)
class Mark:
    """A year on the scale. x: its 1 January, in per cent of the width."""

    year: int
    x: float


@dataclass(frozen=True)
class TimelineRow:
    """A dated event.

    shape: point (a day), bar (a month, a year or a range), before or after (open to that side). x,
    end: its start and end in per cent.
    """

    event: TimelineEvent
    date: str
    shape: str
    x: float
    end: float

    @property
    def width(self) -> float:
        return round(self.end - self.x, 2)


@dataclass(frozen=True)
class Timeline:
    """rows: dated events, oldest first. sentence: without its full stop."""

    rows: tuple[TimelineRow, ...]
    undated: tuple[TimelineEvent, ...]
    marks: tuple[Mark, ...]
    sentence: str


def draw_timeline(events: Iterable[TimelineEvent]) -> Timeline:
    """events: of one case, in any order. The scale covers whole years, first to last."""
    events = list(events)
    dated = sorted(
        (event for event in events if _days(event)),
        key=lambda event: (_order(event), len(event.code), event.code),
    )
    undated = tuple(event for event in events if not _days(event))
    if not dated:
        return Timeline((), undated, (), "No event of this case has a date")
    first_year = min(min(_days(event)) for event in dated).year
    end_year = max(max(_days(event)) for event in dated).year + 1

    def place(day: datetime.date) -> float:
        start = datetime.date(first_year, 1, 1)
        return round(100 * (day - start) / (datetime.date(end_year, 1, 1) - start), 2)

    step = next(step for step in STEPS if (end_year - first_year) / step <= MOST_MARKS)
    marks = tuple(
        Mark(year, place(datetime.date(year, 1, 1)))
        for year in range(first_year, end_year)
        if year % step == 0
    )
    rows = tuple(TimelineRow(event, event_date(event), *_shape(event, place)) for event in dated)
    return Timeline(rows, undated, marks, timeline_sentence(len(rows), len(undated)))


def _days(event: TimelineEvent) -> list[datetime.date]:
    """The outermost days that an event names; none for an undated one."""
    start, end = event.start_on, event.end_on
    return [
        *([start, last_day(start, event.start_precision)] if start else []),
        *([end, last_day(end, event.end_precision)] if end else []),
    ]


def _order(event: TimelineEvent) -> datetime.date:
    earliest, latest = start_bounds(event)
    return earliest or latest


def _shape(event: TimelineEvent, place) -> tuple[str, float, float]:
    if event.extent == Extent.AFTER:
        return "after", place(event.start_on), 100.0
    if event.extent == Extent.BEFORE:
        return "before", 0.0, place(_day_after(last_day(event.end_on, event.end_precision)))
    days = _days(event)
    if min(days) == max(days):
        return "point", place(days[0]), place(days[0])
    return "bar", place(min(days)), place(_day_after(max(days)))


def _day_after(day: datetime.date) -> datetime.date:
    return day + datetime.timedelta(days=1)
