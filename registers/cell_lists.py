"""Several controls or actions in one cell, as exports write them and imports take them apart again.

    1. Monthly reconciliation
    2. Write the procedure (Head of Legal, due 30 September 2026)
    3. Train the staff (phase 2) (nobody yet, no date)
    4. Move the team (Head of Place, Housing and Growth, due 1 March 2026, done 3 March 2026)

A title is one line. The last brackets of an action are ours and always there, so that brackets of
its own title stay in the title: read_action() undoes action_line() exactly.
"""

import datetime
import re
from collections.abc import Collection, Iterable

NOBODY, NO_DAY = "nobody yet", "no date"
MONTHS = (
    "January February March April May June July August September October November December".split()
)
_DAY = rf"\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}"
_OURS = re.compile(
    rf"(?P<owner>.+), (?:due (?P<due>{_DAY})|{NO_DAY})(?:, done (?P<done>{_DAY}))?\)"
)
_INSIDE = re.compile(
    r"\s\(?\d{1,2}[.)]\s+[A-Z]"
)  # a number within a line, which would be taken for the next one


def in_words(day: datetime.date) -> str:
    """30 September 2026, whatever the language of the thread."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def numbered(lines: Iterable[str]) -> str:
    """Texts -> one text, a numbered line each; empty where there are none."""
    found = [one_line(line) for line in lines]
    if len(found) == 1 and _INSIDE.search(found[0]):
        return found[0]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(found, 1))


def action_line(
    title: str, owner: str, due_on: datetime.date | None, done_on: datetime.date | None = None
) -> str:
    """An action as a line. owner: the title of a post, "" for nobody; done_on: None while it is
    open.
    """
    said = [owner or NOBODY, f"due {in_words(due_on)}" if due_on else NO_DAY]
    if done_on:
        said.append(f"done {in_words(done_on)}")
    return one_line(f"{title} ({', '.join(said)})")


def read_action(
    line: str, posts: Collection[str]
) -> tuple[str, str, datetime.date | None, datetime.date | None] | None:
    """(title, owner, due_on, done_on) of a line that action_line() wrote, else None. posts: the
    titles there are; one that is not among them is taken from the first brackets that hold
    together.
    """
    known = {one_line(post) for post in posts} | {NOBODY}
    read = [
        (start, found) for start in _openings(line) if (found := _OURS.fullmatch(line, start + 2))
    ]
    chosen = next((one for one in reversed(read) if one[1]["owner"] in known), None)
    chosen = chosen or next((one for one in read if _holds_together(one[1]["owner"])), None)
    if chosen is None:
        return None
    start, found = chosen
    owner = "" if found["owner"] == NOBODY else found["owner"]
    try:
        return line[:start], owner, _day(found["due"]), _day(found["done"])
    except ValueError:  # 31 June
        return None


def _openings(line: str) -> list[int]:
    return [found.start() for found in re.finditer(r" \(", line) if found.start()]


def _holds_together(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def _day(text: str | None) -> datetime.date | None:
    if not text:
        return None
    day, month, year = text.split()
    return datetime.date(int(year), MONTHS.index(month) + 1, int(day))
