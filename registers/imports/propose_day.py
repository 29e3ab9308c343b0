"""Propose the day of which a past register speaks: by a cell above its table, or the file's name.

Only proposed: a day in a name may be the day on which somebody saved the file.
"""

import datetime
import re

from registers.imports import parse_date
from registers.imports.mapping import Plan, non_data_rows
from registers.spreadsheet import Sheet

_MONTHS = "|".join(sorted(parse_date.MONTHS, key=len, reverse=True))
_YEARS = r"\d{4} ?[/\u2013-] ?(?:\d{4}|\d{2})|\d{2} ?[/\u2013-] ?\d{2}"
DAY = re.compile(
    r"(?<![\d.])(?:"
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})"
    rf"|(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?(?:{_MONTHS})[ -]\d{{4}}"
    rf"|(?:q|qtr ?|quarter ?)[1-4][ ,:-]*(?:{_YEARS})|(?:{_YEARS})[ ,:-]*(?:q|qtr ?|quarter ?)[1-4]"
    r")(?!\d)",
    re.I,
)
COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")  # 20240630
AS_AT = re.compile(r"\b(?:as (?:at|of|on)|position (?:at|on)|register (?:at|on))\b[ :]*", re.I)


def propose_day(
    file_name: str, sheet: Sheet, plan: Plan, today: datetime.date
) -> tuple[datetime.date, str] | None:
    """(a day before today, the text that names it), or None. Of a month or quarter its last day."""
    cells = [cell for row in non_data_rows(sheet, plan) for cell in row.cells]
    texts = [text for cell in [*cells, sheet.name] if (text := _after_as_at(cell))]
    name = file_name.rpartition(".")[0].replace("_", " ")
    texts.append(COMPACT.sub(r"\1-\2-\3", name))
    for text in texts:
        for match in DAY.finditer(text):
            day = _last_day(match[0], today.year)
            if day and day < today:
                return day, match[0]
    return None


def _after_as_at(text):
    """What follows "as at", on one line; "" where the text does not say it."""
    match = AS_AT.search(text[:500])
    return " ".join(text[match.end() :].split())[: parse_date.LONGEST] if match else ""


def _last_day(text, year):
    try:
        span = parse_date.parse_span(text, year_now=year)
    except parse_date.InvalidDay:
        return None
    return span.last if span else None
