"""Text that a spreadsheet program would run as a formula, written so that it does not, and read
back as it was.

In CSV a cell that begins with one of these characters is taken for a formula (OWASP, "CSV
Injection"), by some programs in its full-width form too. An apostrophe before it says "text". One
goes before apostrophes that stand before such a character as well, so that undoing is exact. A
workbook's cells carry their type and need none of this.
"""

import re

RUNS = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
MARKED = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def escaped(text: str) -> str:
    """As a cell of a CSV file of ours holds it."""
    return f"'{text}" if RUNS.match(text) else text


def unescaped(text: str) -> str:
    """What was escaped; any other text as it is. Right for files of others too: there the
    apostrophe means the same.
    """
    return text[1:] if MARKED.match(text) else text
