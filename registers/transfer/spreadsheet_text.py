"""Text in a spreadsheet that no program takes for a formula, and what it was before.

A cell that begins with = + - @, a tab or a return may be run as a formula by whatever opens the file (CWE-1236). An
apostrophe before it keeps it text. What begins with apostrophes and then one of those gets one more, so that
taking one away again gives exactly what was there.
"""

import re

DANGER = "=+\\-@\t\r＝＋－＠"  # noqa: RUF001 (the full-width forms, which some programs run as well)
BEGINS = re.compile(f"'*[{DANGER}]")
ESCAPED = re.compile(f"'+[{DANGER}]")


def escaped(text: str) -> str:
    """The text as it is written into a cell."""
    return f"'{text}" if BEGINS.match(text) else text


def unescaped(text: str) -> str:
    """What escaped() was given; a text that it never gives is as it was."""
    return text[1:] if ESCAPED.match(text) else text
