"""Several controls, actions or notes in one cell, as exports write and imports read them.

    1. Monthly reconciliation
    2. Write the procedure (Head of Legal, due 30 September 2026)
    3. Train the staff (phase 2) (nobody yet, no date)
    4. Move the team (Head of Place, Housing and Growth, due 1 March 2026, done 3 March 2026)
    5. 3 March 2026: The team has moved.

A title is one line. An action always ends in brackets that we add, so that brackets in its title
stay there: read_action() undoes action_line() exactly.
"""

import datetime
import re
from collections.abc import Collection, Iterable

NOBODY, NO_DAY = "nobody yet", "no date"
MONTHS = (
    "January February March April May June July August September October November December".split()
)
_DAY = rf"\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}"
_ACTION_SUFFIX = re.compile(
    rf"(?P<owner>.+), (?:due (?P<due>{_DAY})|{NO_DAY})(?:, done (?P<done>{_DAY}))?\)"
)
_DATED_LINE = re.compile(rf"(?P<day>{_DAY}): (?P<text>.+)")
# A number within a line, which would be read as the start of the next one.
_NESTED_NUMBER = re.compile(r"\s\(?\d{1,2}[.)]\s+[A-Z]")


def format_day(day: datetime.date) -> str:
    """30 September 2026, in English whatever language is active."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def single_line(text: str) -> str:
    return " ".join(text.split())


def number_lines(lines: Iterable[str]) -> str:
    """Texts -> one text with a numbered line for each; empty where there are none."""
    texts = [single_line(line) for line in lines]
    if len(texts) == 1 and _NESTED_NUMBER.search(texts[0]):
        return texts[0]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(texts, 1))


def action_line(
    title: str, owner: str, due_on: datetime.date | None, done_on: datetime.date | None = None
) -> str:
    """owner: the title of a post, "" for nobody; done_on: None while the action is open."""
    parts = [owner or NOBODY, f"due {format_day(due_on)}" if due_on else NO_DAY]
    if done_on:
        parts.append(f"done {format_day(done_on)}")
    return single_line(f"{title} ({', '.join(parts)})")


def dated_line(day: datetime.date, text: str) -> str:
    return single_line(f"{format_day(day)}: {text}")


def read_dated_line(line: str) -> tuple[datetime.date, str] | None:
    """(day, text) of a line that dated_line() wrote, else None."""
    match = _DATED_LINE.fullmatch(line)
    try:
        return (_day(match["day"]), match["text"]) if match else None
    except ValueError:
        return None


def read_action(
    line: str, posts: Collection[str]
) -> tuple[str, str, datetime.date | None, datetime.date | None] | None:
    """(title, owner, due_on, done_on) of a line that action_line() wrote, else None.

    posts: titles that exist. A title that is not among them is read from the first brackets whose
    inner brackets are balanced.
    """
    candidates = [
        (start, match)
        for start in _openings(line)
        if (match := _ACTION_SUFFIX.fullmatch(line, start + 2))
    ]
    if not candidates:
        return None
    titles = {single_line(post) for post in posts} | {NOBODY}
    best = next(
        (candidate for candidate in reversed(candidates) if candidate[1]["owner"] in titles), None
    )
    best = best or next(
        (candidate for candidate in candidates if _is_balanced(candidate[1]["owner"])), None
    )
    if best is None:
        return None
    start, match = best
    owner = "" if match["owner"] == NOBODY else match["owner"]
    try:
        return line[:start], owner, _day(match["due"]), _day(match["done"])
    except ValueError:  # 31 June
        return None


def _openings(line: str) -> list[int]:
    return [match.start() for match in re.finditer(r" \(", line) if match.start()]


def _is_balanced(text: str) -> bool:
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
