"""The days of a series of meetings: "the second Tuesday of every third month"."""

import calendar
import datetime
from typing import NamedTuple

from registers.meetings.deadlines import bank_holiday

# Meetings of one series, at most.
MOST = 24


class SeriesDay(NamedTuple):
    """holiday: the name of the bank holiday on that day, or ""."""

    day: datetime.date
    holiday: str


def days_of_series(first: datetime.date, months: int, count: int) -> list[datetime.date]:
    """The same weekday of the month as the first day, every so many months.

    A month without a fifth such weekday has its last.
    """
    week = (first.day - 1) // 7
    return [_weekday_of(first, months * number, week) for number in range(count)]


def series_days(first, months, count, nation) -> list[SeriesDay]:
    days = days_of_series(first, months, count)
    return [SeriesDay(day, bank_holiday(day, nation)) for day in days]


def _weekday_of(first, months, week):
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    weeks = calendar.monthcalendar(year, month + 1)
    days = [row[first.weekday()] for row in weeks if row[first.weekday()]]
    return datetime.date(year, month + 1, days[min(week, len(days) - 1)])
