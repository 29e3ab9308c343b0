"""Parse days as people type them: 1/4/26, 1st April 2026, Apr-26, Q1 2026/27."""

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST = 60  # characters
MONTHS = {
    name: n
    for n in range(1, 13)
    for name in (calendar.month_name[n].lower(), calendar.month_abbr[n].lower())
}
MONTHS["sept"] = 9
NO_DAY = frozenset(
    (
        "ongoing|on-going|on going|continuous|continuing|tbc|tba|tbd|to be confirmed|"
        "to be agreed|to be determined|n/a|na|none|not applicable|not set|no date|-|\u2013|\u2014|"
        "?|various|immediate|asap|complete|completed|done|closed|monthly|quarterly|annual|"
        "annually|annual review|weekly|business as usual|bau|rolling|recurring"
    ).split("|")
)
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_TIME = r"(?:[t ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[, ]+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
ISO = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}")
FIGURES = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}}) ?[/.-] ?(?P<second>\d{{1,2}}) ?[/.-] ?{_YEAR}{_TIME}"
)
IN_WORDS = re.compile(rf"{_WEEKDAY}{_DAY}[ -]*(?:of )?{_MONTH}[ ,-]*{_YEAR}{_TIME}")
MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_MONTH} {_DAY}(?:,? |, ?)(?P<year>\d{{4}}){_TIME}")
MONTH = re.compile(rf"(?:(?:by )?(?:the )?end (?:of )?|by )?{_MONTH}[ ,/-]*{_YEAR}")
MONTH_IN_FIGURES = re.compile(r"(?P<month>\d{1,2})[/.-](?P<year>\d{4})")
YEARS = r"(?P<year>\d{4}|\d{2}) ?[/\u2013-] ?(?P<next>\d{4}|\d{2})"
QUARTER = re.compile(rf"(?:q|qtr ?|quarter ?)(?P<quarter>[1-4])[ ,:-]*(?:of )?(?:fy ?)?{YEARS}")
QUARTER_LAST = re.compile(rf"(?:fy ?)?{YEARS}[ ,:-]*(?:q|qtr ?|quarter ?)(?P<quarter>[1-4])")


@dataclass(frozen=True)
class Span:
    """A day, or all days of a month or quarter."""

    first: datetime.date
    last: datetime.date
    unit: str  # "day", "month" or "quarter"


class InvalidDay(ValueError):
    """Written like a day, but there is none, or its year is out of range; says which."""


@lru_cache(maxsize=20_000)
def parse_span(text: str, is_day_first: bool = True, year_now: int | None = None) -> Span | None:
    """The days that a text gives; None where it is not written like any. Raises InvalidDay.

    Years of two digits lie less than 30 years ahead. Quarters are of the financial year from April.
    """
    if len(text) > LONGEST:
        return None
    year_now = year_now or datetime.date.today().year
    form = " ".join(text.lower().split()).strip(" .,;")
    for pattern in (ISO, IN_WORDS, MONTH_FIRST):
        if match := pattern.fullmatch(form):
            month = match["month"] if match["month"].isdecimal() else MONTHS.get(match["month"])
            return month and _day(
                _year(match["year"], year_now), int(month), int(match["day"]), text
            )
    if match := FIGURES.fullmatch(form):
        day, month = int(match["first"]), int(match["second"])
        day, month = (day, month) if is_day_first else (month, day)
        return _day(_year(match["year"], year_now), month, day, text)
    return _month(form, text, year_now) or _quarter(form, text, year_now)


def _month(form, text, year_now):
    for pattern in (MONTH, MONTH_IN_FIGURES):
        if match := pattern.fullmatch(form):
            month = (
                int(match["month"]) if match["month"].isdecimal() else MONTHS.get(match["month"])
            )
            if month is None:
                return None
            first = _day(_year(match["year"], year_now), month, 1, text).first
            return Span(first, _month_end(first), "month")
    return None


def _quarter(form, text, year_now):
    match = QUARTER.fullmatch(form) or QUARTER_LAST.fullmatch(form)
    if not match:
        return None
    year = _year(match["year"], year_now)
    if (year + 1) % 100 != int(match["next"]) % 100:
        raise InvalidDay(f"{text} names two years that are not consecutive")
    month = 1 + int(match["quarter"]) * 3 % 12  # Q1 begins in April, Q4 in January of the next year
    first = _day(year + (month == 1), month, 1, text).first
    return Span(first, _month_end(first.replace(month=month + 2)), "quarter")


def _month_end(day):
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _year(figures, year_now):
    figures = figures.strip("'")
    if len(figures) == 4:
        return int(figures)
    year = year_now - year_now % 100 + int(figures)
    return year if year < year_now + 30 else year - 100


def _day(year, month, day, text):
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidDay(f"{text} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        raise InvalidDay(f"{text} is not a real date") from None
    return Span(date, date, "day")


def is_day(text: str) -> bool:
    """Whether the text is written like a day, valid or not."""
    try:
        return parse_span(text) is not None
    except InvalidDay:
        return True


def means_no_day(text: str) -> bool:
    """Whether the text says that there is no day: "ongoing", "tbc"."""
    return " ".join(text.lower().split()).strip(" .") in NO_DAY


def is_month_first(texts) -> bool:
    """Whether days in figures are written month first: some can only be so, none only otherwise."""
    matches = [
        FIGURES.fullmatch(" ".join(text.lower().split())) for text in texts if len(text) <= LONGEST
    ]
    pairs = [(int(figures["first"]), int(figures["second"])) for figures in matches if figures]
    return any(second > 12 for _, second in pairs) and not any(first > 12 for first, _ in pairs)
