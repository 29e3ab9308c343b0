"""The day on which the ratings of a sheet were judged that have no day of their own."""

import datetime
import re

from registers.imports import parse_date
from registers.imports.detect_columns import rating_part

STATEMENT = re.compile(
    r"(?:(?:position |correct )?as (?:at|of)|dated?|(?:last )?(?:updated|reviewed)|agreed)"
    r"(?: on)?\s*:?\s+(?P<day>[\w/ .'-]{5,30}?)\s*(?:[,;()]|$)",
    re.I,
)


def has_undated_ratings(columns: list[str]) -> bool:
    """Whether a rating's columns carry no day and have none beside them."""
    undated = {kind for target in columns if "@" not in target and (kind := rating_part(target)[0])}
    return any(f"{kind}.on" not in columns for kind in undated)


def day_of_sheet(rows, today: datetime.date, is_day_first: bool = True) -> datetime.date | None:
    """The day that the rows above a table state, "As at 31 March 2026"; None for none.

    Of a month or quarter it is the last day. A day to come is none.
    """
    for row in rows:
        for text in row.cells:
            if match := STATEMENT.search(" ".join(text.split())):
                day = _day_of(match["day"], today, is_day_first)
                if day and day <= today:
                    return day
    return None


def _day_of(text, today, is_day_first):
    try:
        span = parse_date.parse_span(text, is_day_first, today.year)
    except parse_date.InvalidDay:
        return None
    return span.last if span else None
