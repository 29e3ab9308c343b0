"""A case's events on one scale of years: what a row of the picture shows, and how exactly it is
known.

Places are percentages of the picture's width, so that it is as wide as the page lets it be and its
words keep their size.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from registers.library_pages.date_ranges import Extent, began, last_day, when
from registers.models import TimelineEvent
from registers.phrases import number_in_words

STEPS = (1, 2, 3, 5, 10, 20, 50, 100)  # years between two marks of the scale
MOST_MARKS = 6


@dataclass(frozen=True)
class Mark:
    """A year on the scale. x: its 1 January, in per cent of the width."""

    year: int
    x: float


@dataclass(frozen=True)
class Row:
    """One dated event. shape: point (a day), bar (a month, a year or a range), before or after
    (open to that side). x, end: where it starts and ends, in per cent.
    """

    event: TimelineEvent
    when: str
    shape: str
    x: float
    end: float

    @property
    def width(self) -> float:
        return round(self.end - self.x, 2)


@dataclass(frozen=True)
class Timeline:
    """rows: dated, oldest first. undated: the rest. words: a sentence without its full stop."""

    rows: tuple[Row, ...]
    undated: tuple[TimelineEvent, ...]
    marks: tuple[Mark, ...]
    words: str


def timeline_of(events: Iterable[TimelineEvent]) -> Timeline:
    """The events of one case, in any order. The scale runs from the start of the first year to the
    end of the last.
    """
    events = list(events)
    dated = sorted(
        (one for one in events if _days(one)),
        key=lambda one: (_order(one), len(one.code), one.code),
    )
    undated = tuple(one for one in events if not _days(one))
    if not dated:
        return Timeline((), undated, (), "No event of this case has a date")
    first = min(min(_days(one)) for one in dated).year
    after = max(max(_days(one)) for one in dated).year + 1

    def place(day: datetime.date) -> float:
        whole = datetime.date(after, 1, 1) - datetime.date(first, 1, 1)
        return round(100 * (day - datetime.date(first, 1, 1)) / whole, 2)

    step = next(step for step in STEPS if (after - first) / step <= MOST_MARKS)
    marks = tuple(
        Mark(year, place(datetime.date(year, 1, 1)))
        for year in range(first, after)
        if year % step == 0
    )
    rows = tuple(Row(one, when(one), *_shape(one, place)) for one in dated)
    return Timeline(rows, undated, marks, _words(rows, undated))


def _days(event: TimelineEvent) -> list[datetime.date]:
    """The outermost days that an event names; none for an undated one."""
    start, end = event.start_on, event.end_on
    return [
        *([start, last_day(start, event.start_precision)] if start else []),
        *([end, last_day(end, event.end_precision)] if end else []),
    ]


def _order(event: TimelineEvent) -> datetime.date:
    earliest, latest = began(event)
    return earliest or latest


def _shape(event: TimelineEvent, place) -> tuple[str, float, float]:
    if event.extent == Extent.AFTER:
        return "after", place(event.start_on), 100.0
    if event.extent == Extent.BEFORE:
        return "before", 0.0, place(_tomorrow(last_day(event.end_on, event.end_precision)))
    days = _days(event)
    if min(days) == max(days):
        return "point", place(days[0]), place(days[0])
    return "bar", place(min(days)), place(_tomorrow(max(days)))


def _tomorrow(day: datetime.date) -> datetime.date:
    return day + datetime.timedelta(days=1)


def _words(rows: tuple[Row, ...], undated: tuple[TimelineEvent, ...]) -> str:
    number = number_in_words(len(rows)).capitalize()
    said = f"{number} dated event{'s' if len(rows) > 1 else ''}, drawn on one scale of years"
    if undated:
        said += f", and {number_in_words(len(undated))} for which no source gives a date"
    return said
