"""An export as CSV: UTF-8 with the mark that Excel looks for, days as 2026-09-30, nothing that runs
as a formula.
"""

import csv
import datetime
import io
import re

from registers.exports.columns import Value
from registers.spreadsheet_text import escape_formula

# What neither a database, a spreadsheet nor XML holds, apart from tab and line feed.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """A text with line feeds only and no control characters."""
    return UNFIT.sub("", text.replace("\r\n", "\n"))


def as_text(value: Value) -> str:
    """What a cell of a CSV file says."""
    if isinstance(value, str):
        return escape_formula(plain(value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "" if value is None else str(value)


def write_csv(table, file, encoding: str = "utf-8-sig") -> None:
    """table: has headings and rows(). file: open for bytes."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(table.headings)
    writer.writerows([as_text(value) for value in row] for row in table.rows())
    text.flush()
    text.detach()
