"""A case's events drawn on one scale of years, each as exactly as its date is known.

Positions are percentages of the picture's width, so that it takes the width of the page while its
text keeps its size.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from registers.library_pages.date_ranges import Extent, event_date, last_day, start_bounds
from registers.models import TimelineEvent
from registers.phrases.files import timeline_sentence

STEPS = (1, 2, 3, 5, 10, 20, 50, 100)  # years between two marks of the scale
MOST_MARKS = 6


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
