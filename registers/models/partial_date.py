"""A day and how exactly it is known: two columns that go together; and whether a day has come."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from registers.models.library import Precision

FIRST_YEAR, LAST_YEAR = 1800, 2199  # of a case: its days are drawn on one scale


def is_future(day, now=None):
    """Whether it is later than today. Asked of every row: what has come in UTC has come in London,
    where it is as late or an hour later.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    return day > now.date() and day > timezone.localdate(now)


def day_problem(day, precision):
    """Why a day and its precision do not belong together, or None. A month is stored as its first
    day, a year as 1 January, so that nothing is invented that could be read back as a day.
    """
    if (day is None) != (not precision):
        return "A day and how exactly it is known go together."
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        return f"The day lies outside the years {FIRST_YEAR} to {LAST_YEAR}."
    if precision == Precision.MONTH and day.day != 1:
        return "A month is stored as its first day."
    if precision == Precision.YEAR and (day.month, day.day) != (1, 1):
        return "A year is stored as its 1 January."
    return None


def check_days(row, *names):
    found = {}
    for name in names:
        if problem := day_problem(getattr(row, f"{name}_on"), getattr(row, f"{name}_precision")):
            found[f"{name}_on"] = problem
    if found:
        raise ValidationError(found)


class PartialDateField(models.DateField):
    def __init__(self, *args, **options):
        super().__init__(*args, **{"null": True, "blank": True, **options})


class DatePrecisionField(models.CharField):
    """How exactly the day beside it is known."""

    def __init__(self, *args, **options):
        super().__init__(
            *args, **{"max_length": 10, "choices": Precision, "blank": True, **options}
        )
