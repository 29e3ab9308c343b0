"""Partial dates: a day and how exactly it is known, in two columns that go together."""

from django.core.exceptions import ValidationError
from django.db import models

from registers.models.library import Precision

# Of a case: its days are drawn on one scale.
FIRST_YEAR, LAST_YEAR = 1800, 2199


def day_problem(day, precision):
    """Why a day and its precision do not belong together, or None.

    A month is stored as its first day, a year as 1 January, so that no day is invented.
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
    """Raise ValidationError where a day and its precision do not belong together.

    names: of the pairs, without `_on` and `_precision`.
    """
    problems = {}
    for name in names:
        if problem := day_problem(getattr(row, f"{name}_on"), getattr(row, f"{name}_precision")):
            problems[f"{name}_on"] = problem
    if problems:
        raise ValidationError(problems)


class PartialDateField(models.DateField):
    def __init__(self, *args, **options):
        super().__init__(*args, **{"null": True, "blank": True, **options})


class DatePrecisionField(models.CharField):
    """How exactly the day beside it is known."""

    def __init__(self, *args, **options):
        super().__init__(
            *args, **{"max_length": 10, "choices": Precision, "blank": True, **options}
        )
