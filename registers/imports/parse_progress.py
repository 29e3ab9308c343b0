"""Parse comments and progress into progress notes, each of a day where the text begins with one."""

import re

from registers.cell_lists import read_dated_line
from registers.imports import parse_date, parse_list
from registers.imports.parsed_row import ParsedNote
from registers.models.progress_note import LONGEST

# "12/03/2026: ", "March 2026 - ", "[1 May 2026] "
DATED = re.compile(
    r"[(\[]?(?P<day>[^:()\[\]\u2013\u2014]{4,40}?)(?:[)\]]|\s*:|\s+[-\u2013\u2014])\s+\S"
)


def parse_progress(row):
    for at in row.columns.get("progress", []):
        notes = split_notes(row.cells[at], row.plan.is_day_first, row.today)
        if any(len(note.text) > LONGEST for note in notes):
            row.add_problem(at, f"{row.cells[at][:80]}…", "This is too long for a progress note")
            row.move_to_notes(at)
            continue
        row.parsed.progress += notes
        row.record_target(at, "progress")


def split_notes(text: str, is_day_first: bool, today) -> list[ParsedNote]:
    """The notes in a cell: as our exports write them, one to each dated line, or one in all."""
    items = parse_list.split_list(text).items
    exported = [read_dated_line(item) for item in items]
    if items and all(exported) and all(day <= today for day, _ in exported):
        return [ParsedNote(note, day) for day, note in exported]
    days = [_day_of(line, is_day_first, today) for line in text.split("\n")]
    if not days[0]:
        return [ParsedNote(text, None)]
    notes = []
    for line, day in zip(text.split("\n"), days, strict=True):
        if day:
            notes.append(([line], day))
        else:
            notes[-1][0].append(line)
    return [ParsedNote("\n".join(lines).strip(), day) for lines, day in notes]


def _day_of(line, is_day_first, today):
    """The day that a line begins with; None for none, or one to come."""
    match = DATED.match(line)
    if not match:
        return None
    try:
        span = parse_date.parse_span(match["day"], is_day_first, today.year)
    except parse_date.InvalidDay:
        return None
    return span.last if span and span.last <= today else None
