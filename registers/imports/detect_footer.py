"""Detect where a table ends: at a key, footnotes, rows of zeros, or another table below it."""

import re
from statistics import median

from registers.imports import detect_columns
from registers.imports.row_roles import (
    LISTS,
    NAMING,
    comparable,
    comparable_cells,
    filled_count,
    is_without_words,
)
from registers.spreadsheet import Sheet, SheetRow

HEADING = 60  # characters of a heading of another table
LINES = 5  # that stand above such headings, at most
SAMPLE = 50  # rows above them that are looked at
BELOW = re.compile(
    r"\s*(?:key|legend|notes?|sources?|prepared by|produced by|scoring|score key|risk matrix|"
    r"guidance|version|page \d|likelihood|impact|end of|total|approved by|author|last updated|"
    r"printed|references|bibliography|footnotes?|\*|rag)\b",
    re.I,
)
DIGIT = re.compile(r"\d")
LAST_NUMBER = re.compile(r"(\d{1,9})\D*$")


def detect_footer(
    sheet: Sheet, first_line: int, names: list[str], heads: tuple[int, ...] = ()
) -> int | None:
    """The number of the first row below the table, or None.

    There a key begins after a gap, or only short rows follow, or rows without words, or another
    table. names: headings. heads: numbers of their rows.
    """
    rows = [row for row in sheet.rows if row.number >= first_line]
    columns = _columns(names)
    above = {comparable_cells(row) for row in sheet.rows if row.number in heads}
    end = _end_of_words(rows, columns["naming"])
    end = _start_of_next_table(rows[:end], above)
    end = _end_of_risks(rows[:end], columns)
    return rows[end].number if end < len(rows) else None


def _columns(names):
    """Indices of columns by what their headings say: of lists, names of risks, references.

    A row may hold nothing but one more control or action.
    """
    targets = [detect_columns.detect_target(name) for name in names]
    return {
        key: {at for at, target in enumerate(targets) if target in wanted}
        for key, wanted in (("lists", LISTS), ("naming", NAMING), ("reference", ("reference",)))
    }


def _end_of_words(rows, naming):
    """The index below the last row with words: formulas are often copied down to row 1,000."""
    end = len(rows)
    while end and is_without_words(rows[end - 1], naming):
        end -= 1
    return end or len(rows)


def _start_of_next_table(rows, above):
    """The index of the headings of another table, or of its title right above them."""
    for at in range(1, len(rows)):
        start = _first_of_lines_above(rows, at)
        if not _is_adjacent(rows, start) and (
            _is_headings(rows[at], above)
            or _has_words_for_figures(rows[max(0, start - SAMPLE) : start], rows[at])
        ):
            return start
    return len(rows)


def _first_of_lines_above(rows, at):
    """The index of the first of few rows with one text that stand right above a row, or its own."""
    last = max(1, at - LINES)
    while at > last and filled_count(rows[at - 1]) == 1 and _is_adjacent(rows, at):
        at -= 1
    return at


def _has_words_for_figures(rows, row):
    """Whether a row has words alone, two of them in columns that hold figures above it."""
    texts = {at: text for at, text in enumerate(row.cells) if text}
    if len(texts) < 2 or any(len(t) > HEADING or DIGIT.search(t) for t in texts.values()):
        return False
    return sum(_holds_figures(rows, at) for at in texts) >= 2


def _holds_figures(rows, column):
    texts = [text for row in rows if len(row.cells) > column and (text := row.cells[column])]
    return len(texts) > 1 and all(map(DIGIT.search, texts))


def _is_adjacent(rows, at):
    return rows[at].number == rows[at - 1].number + 1


def _is_headings(row: SheetRow, above):
    """Whether a row holds headings, other than those of the table (above)."""
    texts = [text for text in row.cells if text]
    if len(texts) < 2 or any(len(text) > HEADING or text.isdecimal() for text in texts):
        return False
    targets = {detect_columns.detect_target(text) for text in texts} - {""}
    return (
        len(targets) >= 2 and len(targets) * 2 >= len(texts) and comparable_cells(row) not in above
    )


def _end_of_risks(rows, columns):
    """The index of a key after a gap, or of short rows at the end."""
    counts = [filled_count(row) for row in rows]
    if len(rows) < 2:
        return len(rows)
    usual, lists = median(counts), columns["lists"]
    inside = _rows_above_risks(rows, columns)
    for at in range(1, len(rows)):
        is_gap = not _is_adjacent(rows, at)
        if not is_gap and _starts_in_columns(rows[at], lists):
            continue
        most = max(usual / 2, 1 if is_gap else 0)
        if at not in inside and counts[at] <= most and _is_footnote(rows[at]):
            start = _first_of_lines_above(rows, at)
            return at if _is_adjacent(rows, start) else start
    end = len(rows)
    while (
        end > 1
        and usual >= 3
        and counts[end - 1] <= (2 if usual >= 6 else 1)
        and _is_below_table(rows, end, lists)
    ):
        end -= 1
    return end


def _rows_above_risks(rows, columns):
    """Indices of rows below which the references go on: 12 above it, 13 below, with a name."""
    reference = min(columns["reference"], default=None)
    keys = [None if reference is None else _reference_key(row, reference) for row in rows]
    last = {
        key: at
        for at, key in enumerate(keys)
        if key and any(rows[at].cells[column] for column in columns["naming"])
    }
    inside, following = set(), None
    for at, key in enumerate(keys):
        if key != following and last.get(following, 0) > at:
            inside.add(at)
        elif key:
            following = key[0], key[1] + 1
    return inside


def _reference_key(row, column):
    """(what stands before its last number, the number) of a reference, or None."""
    text = row.cells[column] if column < len(row.cells) else ""
    match = LAST_NUMBER.search(text)
    return (comparable(text[: match.start()]), int(match[1])) if match else None


def _is_footnote(row: SheetRow):
    return bool(BELOW.match(next((cell for cell in row.cells if cell.strip()), "")))


def _is_below_table(rows, end, lists):
    """Whether the row before index `end` follows a gap, or is a sentence or the words of a key."""
    texts = [cell for cell in rows[end - 1].cells if cell.strip()]
    is_gap = not _is_adjacent(rows, end - 1)
    return is_gap or (
        not _starts_in_columns(rows[end - 1], lists)
        and (bool(BELOW.match(texts[0])) or len(texts[0]) > 40)
    )


def _starts_in_columns(row, columns):
    return next((at for at, cell in enumerate(row.cells) if cell.strip()), None) in columns
