"""Clear days before a meeting, and the days of a series."""

import datetime

import pytest

from registers.meetings.deadlines import last_day_to_publish
from registers.meetings.series import days_of_series, series_days


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("nation", "meeting", "clear_days", "publish_by"),
    [
        ("england", "2026-09-24", 5, "2026-09-16"),  # over one weekend
        ("england", "2027-01-05", 5, "2026-12-23"),  # Christmas, Boxing Day on a Monday, New Year
        ("wales", "2026-09-24", 3, "2026-09-18"),
        ("scotland", "2026-12-03", 3, "2026-11-26"),  # Saint Andrew's Day is no working day
        ("england", "2026-12-03", 3, "2026-11-27"),  # where it is one
        ("northern-ireland", "2026-03-19", 3, "2026-03-12"),  # Saint Patrick's Day
        ("england", "2026-09-26", 1, "2026-09-24"),  # a meeting on a Saturday
        ("england", "2026-09-24", 0, "2026-09-23"),  # no clear day: the day before
        ("england", "0001-01-02", 5, "0001-01-01"),
        ("england", "9999-12-31", 1, "9999-12-29"),
    ],
)
def test_neither_day_nor_weekends_nor_bank_holidays_are_clear(
    nation, meeting, clear_days, publish_by
):
    assert last_day_to_publish(day(meeting), clear_days, nation) == day(publish_by)


def test_a_series_keeps_the_weekday_of_the_month():
    days = days_of_series(day("2026-11-10"), 3, 3)  # a second Tuesday
    assert days == [day("2026-11-10"), day("2027-02-09"), day("2027-05-11")]


def test_a_month_without_a_fifth_weekday_has_its_last():
    days = days_of_series(day("2026-09-30"), 1, 3)  # a fifth Wednesday
    assert days == [day("2026-09-30"), day("2026-10-28"), day("2026-11-25")]


def test_a_series_names_its_bank_holidays():
    assert [row.holiday for row in series_days(day("2026-04-06"), 1, 2, "england")] == [
        "Easter Monday",
        "May Day",
    ]
