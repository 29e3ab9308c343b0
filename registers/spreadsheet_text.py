"""Escape text that a spreadsheet program would run as a formula, and undo it exactly.

In CSV a cell that begins with one of these characters is a formula to some programs, in its
full-width form too (OWASP, "CSV Injection"). An apostrophe before it marks text; apostrophes
already before such a character get one more, so that it can be undone. XLSX cells have a type
and need none of this.
"""

import re

RUNS = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
MARKED = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def escape_formula(text: str) -> str:
    """For a cell of a CSV file."""
    return f"'{text}" if RUNS.match(text) else text


def unescape_formula(text: str) -> str:
    """Undo escape_formula(). Right for files of others too: the apostrophe means the same there."""
    return text[1:] if MARKED.match(text) else text
