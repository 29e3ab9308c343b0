"""Detect where on a sheet the table is: its headings, its first row, and the notes below it."""

import re
from dataclasses import dataclass
from itertools import pairwise

from registers.imports import detect_columns
from registers.imports.detect_footer import detect_footer
from registers.spreadsheet import Sheet

HEADING_ROWS_SEARCHED = 40  # from the top
ROWS = 3  # of headings
LONGEST = 120  # characters of a heading


@dataclass(frozen=True)
class TableLayout:
    names: list[str]  # "" where a column has no heading
    heads: tuple[int, ...]  # numbers of the rows with the headings, () for none
    first_line: int
    footer_from: int | None


def width_of(sheet: Sheet) -> int:
    return max((len(row.cells) for row in sheet.rows), default=0)


def detect_table(sheet: Sheet, previous_names: list[str] | None = None) -> TableLayout:
    """The layout of a sheet. previous_names: headings to look for first, of the last import."""
    width = width_of(sheet)
    headings = _headings(sheet, width, previous_names or [])
    if headings is None:
        first = sheet.rows[0].number if sheet.rows else 1
        return TableLayout([""] * width, (), first, detect_footer(sheet, first, []))
    names, heads = headings
    after = next((row.number for row in sheet.rows if row.number > heads[-1]), heads[-1] + 1)
    return TableLayout(names, heads, after, detect_footer(sheet, after, names, heads))


def layout_at(
    sheet: Sheet, heads: tuple[int, ...], first_line: int | None, footer_from: int | None
) -> TableLayout:
    """The layout with its headings in these rows, by the user's word. Nothing of it is guessed.

    heads: row numbers, () for none. first_line: None for the first row with a text below them.
    """
    rows = [row for row in sheet.rows if row.number in heads]
    names = _join_headings(rows, _merged_headings(sheet), width_of(sheet))
    last = max(heads, default=0)
    after = next((row.number for row in sheet.rows if row.number > last), last + 1)
    return TableLayout(names, heads, first_line or after, footer_from)


def _headings(sheet, width, previous_names):
    rows = sheet.rows[:HEADING_ROWS_SEARCHED]
    merged = _merged_headings(sheet)
    best, most = None, 0.0
    for start in range(len(rows)):
        for count in range(1, ROWS + 1):
            candidates = rows[start : start + count]
            if len(candidates) < count or any(
                b.number != a.number + 1 for a, b in pairwise(candidates)
            ):
                continue
            if any(len(cell) > LONGEST for row in candidates for cell in row.cells):
                continue
            names = _join_headings(candidates, merged, width)
            if previous_names and [detect_columns.normalise_heading(n) for n in names] == [
                detect_columns.normalise_heading(n) for n in previous_names
            ]:
                return names, tuple(row.number for row in candidates)
            if (score := _score(names, candidates)) > most:
                best, most = candidates, score
    if not best or most < 1:
        return _headings_by_shape(rows, width)
    best = _with_bands_above(rows, best, merged)
    return _join_headings(best, merged, width), tuple(row.number for row in best)


def _with_bands_above(rows, heads, merged):
    """The rows of headings, with those right above that stand over several columns each."""
    at = rows.index(heads[0])
    while at and len(heads) < ROWS and _is_band(rows[at - 1], heads[0], merged):
        at -= 1
        heads = (rows[at], *heads)
    return heads


def _is_band(row, below, merged):
    """Whether a row has two texts or more, each of a cell that is merged to the right."""
    texts = [at for at, text in enumerate(row.cells) if text.strip()]
    is_wide = all(merged.get((row.number, at + 2)) == at + 1 for at in texts)
    return row.number + 1 == below.number and len(texts) > 1 and is_wide


def _merged_headings(sheet):
    """(row, column) -> the first column of a merged cell that covers it from further left."""
    return {
        (top, column): left
        for top, left, bottom, right in sheet.merged
        if bottom - top < ROWS and right - left < 100
        for column in range(left + 1, right + 1)
    }


def _join_headings(sheet_rows, merged, width):
    """One heading a column: texts above each other; merged cells count for all their columns."""
    rows = []
    for sheet_row in sheet_rows:
        cells = [*sheet_row.cells, *[""] * (width - len(sheet_row.cells))]
        rows.append(
            [
                cells[merged.get((sheet_row.number, at + 1), at + 1) - 1] or cells[at]
                for at in range(width)
            ]
        )
    columns = [[" ".join(row[at].split()) for row in rows] for at in range(width)]
    return [": ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _score(names, rows):
    """How much rows look like headings, by the columns recognised; further rows cost a little."""
    filled = [name for name in names if name]
    recognised = [name for name in filled if detect_columns.detect_target(name)]
    last = [cell for cell in rows[-1].cells if cell.strip()]
    if (
        not recognised
        or len(recognised) < min(2, len(filled))
        or len(recognised) * 4 < len(filled)
        or len(last) * 4 < len(filled)
    ):
        return 0
    exact = sum(detect_columns.is_export_heading(name) for name in recognised)
    target_count = len({detect_columns.detect_target(name) for name in recognised})
    return (
        target_count
        + 0.5 * exact
        + 0.1 * len(recognised)
        - 0.7 * (len(rows) - 1)
        - 0.01 * sum(len(n) > 60 for n in filled)
    )


def _headings_by_shape(rows, width):
    """(names, row numbers) of a first row of short words over columns of figures or long texts."""
    rows = [row for row in rows if sum(bool(cell.strip()) for cell in row.cells) >= min(2, width)]
    if len(rows) < 2 or width < 2:
        return None
    head, below = rows[0], rows[1:]
    texts = [cell.strip() for cell in head.cells if cell.strip()]
    if (
        len(set(texts)) < len(texts)
        or any(len(t) > 40 or re.search(r"\d", t) for t in texts)
        or len(texts) * 2 < width
    ):
        return None
    is_other = any(
        all(
            re.search(r"\d", row.cells[at]) or len(row.cells[at]) > 60
            for row in below
            if row.cells[at].strip()
        )
        for at in range(len(head.cells))
        if any(len(row.cells) > at and row.cells[at].strip() for row in below)
    )
    names = [" ".join(cell.split()) for cell in head.cells] + [""] * (width - len(head.cells))
    return (names, (head.number,)) if is_other else None
