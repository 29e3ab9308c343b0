"""An export as CSV: UTF-8 with a byte order mark for Excel, days as 2026-09-30, no formulas."""

import csv
import datetime
import io
import re

from registers.exports.columns import Value
from registers.spreadsheet import escape_formula

# Characters that a database, a spreadsheet or XML cannot hold; tab and line feed are allowed.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """The text with line feeds only and no control characters."""
    return CONTROL_CHARACTERS.sub("", text.replace("\r\n", "\n"))


def cell_text(value: Value) -> str:
    if isinstance(value, str):
        return escape_formula(plain(value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "" if value is None else str(value)


def write_csv(table, file, encoding: str = "utf-8-sig") -> None:
    """table: anything with headings and rows(). file: open for bytes."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(table.headings)
    writer.writerows([cell_text(value) for value in row] for row in table.rows())
    text.flush()
    text.detach()
