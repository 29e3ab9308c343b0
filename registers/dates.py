"""Days counted on and back, in days, in whole years and in quarters, as far as the calendar goes."""

import datetime


def days_later(day: datetime.date, days: int) -> datetime.date:
    """So many days later, or earlier for fewer than none. Before the first day there is that one,
    after the last the last: a page may be asked for either.
    """
    number = day.toordinal() + days
    return datetime.date.fromordinal(
        min(max(number, datetime.date.min.toordinal()), datetime.date.max.toordinal())
    )


def years_later(day: datetime.date, years: int) -> datetime.date:
    """The same day of a later year, or of an earlier one for fewer than none; of 29 February the
    day before it where there is none. Before the first year there is, and after the last, that
    year's.
    """
    year = min(max(day.year + years, datetime.MINYEAR), datetime.MAXYEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def quarter_ends_before(day: datetime.date, count: int) -> list[datetime.date]:
    """The last `count` quarter ends (31 March, 30 June, ...) before a day, oldest first; fewer at
    the dawn of time.
    """
    found = []
    first = day.replace(day=1)
    while len(found) < count and first > datetime.date.min:
        end = first - datetime.timedelta(days=1)
        if end.month % 3 == 0:
            found.append(end)
        first = end.replace(day=1)
    return found[::-1] or [datetime.date.min]


def quarter_ends_between(since: datetime.date, day: datetime.date) -> int:
    """How many quarter ends there are from the one day on, it included, until before the other."""
    quarters = [one.year * 4 + (one.month - 1) // 3 for one in (since, day)]
    return max(quarters[1] - quarters[0], 0)
