"""By when a meeting's papers must be published: clear days, as each nation counts them."""

import datetime
from functools import cache

from registers.dates import days_later
from registers.models import Nation

SUBDIVISIONS = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
SATURDAY = 5


def bank_holiday(day: datetime.date, nation) -> str:
    """The name of the bank holiday on that day in that nation, or ""."""
    return _bank_holidays(nation, day.year).get(day, "")


@cache
def _bank_holidays(nation, year) -> dict[datetime.date, str]:
    from holidays import country_holidays  # takes a while to import

    subdivision = SUBDIVISIONS[nation]
    return dict(country_holidays("GB", subdiv=subdivision, years=year, language="en_GB"))


def is_working_day(day: datetime.date, nation) -> bool:
    return day.weekday() < SATURDAY and not bank_holiday(day, nation)


def last_day_to_publish(day: datetime.date, clear_days: int, nation) -> datetime.date:
    """The last working day with that many working days between it and the day of the meeting.

    Neither the day of publication nor that of the meeting counts, nor weekends and bank holidays.
    Limited to the first date there is.
    """
    remaining = clear_days + 1
    while remaining and day > datetime.date.min:
        day = days_later(day, -1)
        remaining -= is_working_day(day, nation)
    return day
