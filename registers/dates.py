"""Days and times: counted on and back within the range of `datetime.date`, and in words."""

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateformat import TimeFormat
from django.utils.formats import date_format
from django.utils.functional import lazy


def days_later(day: datetime.date, days: int) -> datetime.date:
    """So many days later, or earlier if negative; limited to the first and last date there is."""
    number = day.toordinal() + days
    return datetime.date.fromordinal(
        min(max(number, datetime.date.min.toordinal()), datetime.date.max.toordinal())
    )


def years_later(day: datetime.date, years: int) -> datetime.date:
    """The same day of a later year, or of an earlier one if negative.

    29 February becomes 28 February in other years. Limited to the first and last year there is.
    """
    year = min(max(day.year + years, datetime.MINYEAR), datetime.MAXYEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def quarter_ends_before(day: datetime.date, count: int) -> list[datetime.date]:
    """The last `count` quarter ends (31 March, 30 June, ...) before a day, oldest first.

    Fewer near the first date there is.
    """
    ends = []
    first = day.replace(day=1)
    while len(ends) < count and first > datetime.date.min:
        end = first - datetime.timedelta(days=1)
        if end.month % 3 == 0:
            ends.append(end)
        first = end.replace(day=1)
    return ends[::-1] or [datetime.date.min]


def quarter_ends_between(since: datetime.date, day: datetime.date) -> int:
    """How many quarter ends there are from one day, inclusive, until before the other."""
    quarters = [date.year * 4 + (date.month - 1) // 3 for date in (since, day)]
    return max(quarters[1] - quarters[0], 0)


def is_future(day, instant=None):
    """Whether it is later than today in London.

    Asked of every row, so UTC first: what has come in UTC has come in London, where it is as late
    or an hour later.
    """
    instant = instant or datetime.datetime.now(datetime.UTC)
    return day > instant.date() and day > timezone.localdate(instant)


def time_in_words(time: datetime.time) -> str:
    """ "6:30pm", "10am": the one form in which pages write times."""
    return TimeFormat(time).format("fA").lower()


def instant_in_words(instant: datetime.datetime, day_format: str = "j F Y") -> str:
    """ "3 May 2026, 6:30pm", in London."""
    local = timezone.localtime(instant)
    return f"{date_format(local, day_format)}, {time_in_words(local.time())}"


def _with_example_days(text):
    """text: with {past} for a day that has passed, {planned} for one to come, as people type them.

    27 March: before the financial year ends, and with a day that is no month.
    """
    past = timezone.localdate().replace(month=3, day=27)
    if past > timezone.localdate():
        past = years_later(past, -1)
    for name, day in (("{past}", past), ("{planned}", years_later(past, 1))):
        text = text.replace(name, f"{day.day} {day.month} {day.year}")
    return text


# The hint or error of a form, filled in when it is shown: an example that stays in the code ages.
with_example_days = lazy(_with_example_days, str)


@dataclass(frozen=True)
class FinancialYear:
    """Twelve months from the first of a month. number: the calendar year in which they begin."""

    number: int
    first_month: int

    @classmethod
    def of(cls, day: datetime.date, first_month: int):
        return cls(day.year - (day.month < first_month), first_month)

    def __str__(self):
        """ "2026/27", or "2026" where it is the calendar year."""
        if self.first_month == 1:
            return str(self.number)
        return f"{self.number}/{(self.number + 1) % 100:02}"

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.number, self.first_month, 1)

    @property
    def last(self) -> datetime.date:
        return days_later(years_later(self.first, 1), -1)

    def shifted(self, years: int):
        return FinancialYear(self.number + years, self.first_month)
