"""By when a meeting's papers must be published: clear days, as each nation counts them."""

import datetime

from registers.dates import days_later
from registers.models import Nation

SUBDIVISIONS = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
SATURDAY = 5


def bank_holidays(nation):
    """day -> the name of the bank holiday. Holds whichever years are asked for."""
    from holidays import country_holidays  # takes a while to import

    return country_holidays("GB", subdiv=SUBDIVISIONS[nation], language="en_GB")


def is_working_day(day: datetime.date, holidays) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def last_day_to_publish(day: datetime.date, clear_days: int, nation) -> datetime.date:
    """The last working day with that many working days between it and the day of the meeting.

    Neither the day of publication nor that of the meeting counts, nor weekends and bank holidays.
    """
    holidays, remaining = bank_holidays(nation), clear_days + 1
    while remaining:
        day = days_later(day, -1)
        remaining -= is_working_day(day, holidays)
    return day
