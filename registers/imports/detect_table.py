"""Where on a sheet the table stands: its headings, of one row or several, what is above it and what
is below.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from registers.imports import detect_columns
from registers.imports.group_rows import LISTS
from registers.imports.read_file import Line, Sheet

LOOKED_AT = 40  # lines from the top among which the headings are looked for
ROWS = 3  # of headings
LONGEST = 120  # characters of a heading
BELOW = re.compile(
    r"\s*(?:key|legend|notes?|sources?|prepared by|produced by|scoring|score key|risk matrix|guidance|version|page \d|"
    r"likelihood|impact|end of|total|approved by|author|last updated|printed|\*|rag)\b",
    re.I,
)


@dataclass(frozen=True)
class Layout:
    names: list[str]  # "" where a column has no heading
    heads: tuple[int, ...]  # the numbers of the lines with the headings; () for none
    first_line: int
    footer_from: int | None


def width_of(sheet: Sheet) -> int:
    return max((len(line.cells) for line in sheet.lines), default=0)


def layout_of(sheet: Sheet, like: list[str] | None = None) -> Layout:
    """like: the headings that are looked for first, those of a plan that is remembered."""
    width = width_of(sheet)
    found = _headings(sheet, width, like or [])
    if found is None:
        first = sheet.lines[0].number if sheet.lines else 1
        return Layout([""] * width, (), first, _footer(sheet, first, set()))
    names, heads = found
    after = next((line.number for line in sheet.lines if line.number > heads[-1]), heads[-1] + 1)
    lists = {at for at, name in enumerate(names) if detect_columns.target_of(name) in LISTS}
    return Layout(names, heads, after, _footer(sheet, after, lists))


def _headings(sheet, width, like):
    lines = sheet.lines[:LOOKED_AT]
    spread = _spread(sheet)
    best, most = None, 0.0
    for start in range(len(lines)):
        for rows in range(1, ROWS + 1):
            chosen = lines[start : start + rows]
            if len(chosen) < rows or any(b.number != a.number + 1 for a, b in pairwise(chosen)):
                continue
            if any(len(cell) > LONGEST for line in chosen for cell in line.cells):
                continue
            names = _joined(chosen, spread, width)
            if like and [detect_columns.plain(n) for n in names] == [
                detect_columns.plain(n) for n in like
            ]:
                return names, tuple(line.number for line in chosen)
            if (score := _score(names, chosen)) > most:
                best, most = (names, tuple(line.number for line in chosen)), score
    return best if best and most >= 1 else _unknown(lines, width)


def _spread(sheet):
    """(row, column) -> the first column of the merged cell that lies over it and begins further
    left.
    """
    return {
        (top, column): left
        for top, left, bottom, right in sheet.merged
        if bottom - top < ROWS and right - left < 100
        for column in range(left + 1, right + 1)
    }


def _joined(lines, spread, width):
    """A heading a column: the texts above each other, those of merged cells over each column that
    they reach over.
    """
    rows = []
    for line in lines:
        cells = [*line.cells, *[""] * (width - len(line.cells))]
        rows.append(
            [
                cells[spread.get((line.number, at + 1), at + 1) - 1] or cells[at]
                for at in range(width)
            ]
        )
    columns = [[" ".join(row[at].split()) for row in rows] for at in range(width)]
    return [": ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _score(names, lines):
    """How much a row or rows look like headings: columns that are understood; a further row has to
    earn its place.
    """
    filled = [name for name in names if name]
    known = [name for name in filled if detect_columns.target_of(name)]
    last = [cell for cell in lines[-1].cells if cell.strip()]
    if (
        not known
        or len(known) < min(2, len(filled))
        or len(known) * 4 < len(filled)
        or len(last) * 4 < len(filled)
    ):
        return 0
    exact = sum(detect_columns.is_exact(name) for name in known)
    said = len({detect_columns.target_of(name) for name in known})
    return (
        said
        + 0.5 * exact
        + 0.1 * len(known)
        - 0.7 * (len(lines) - 1)
        - 0.01 * sum(len(n) > 60 for n in filled)
    )


def _unknown(lines, width):
    """A first row of short words over columns of other things, though none of its words is known."""
    lines = [
        line for line in lines if sum(bool(cell.strip()) for cell in line.cells) >= min(2, width)
    ]
    if len(lines) < 2 or width < 2:
        return None
    head, below = lines[0], lines[1:]
    texts = [cell.strip() for cell in head.cells if cell.strip()]
    if (
        len(set(texts)) < len(texts)
        or any(len(t) > 40 or re.search(r"\d", t) for t in texts)
        or len(texts) * 2 < width
    ):
        return None
    is_other = any(
        all(
            re.search(r"\d", line.cells[at]) or len(line.cells[at]) > 60
            for line in below
            if line.cells[at].strip()
        )
        for at in range(len(head.cells))
        if any(len(line.cells) > at and line.cells[at].strip() for line in below)
    )
    names = [" ".join(cell.split()) for cell in head.cells] + [""] * (width - len(head.cells))
    return (names, (head.number,)) if is_other else None


def _footer(sheet, first_line, lists):
    """The number of the first line below the table: after it only short lines, or a gap and then
    words of a key. lists: the columns of controls and actions, in which one more of a risk may
    stand alone in its row.
    """
    lines = [line for line in sheet.lines if line.number >= first_line]
    counts = [sum(bool(cell.strip()) for cell in line.cells) for line in lines]
    if len(lines) < 2:
        return None
    usual = median(counts)
    for (before, _), (line, count) in pairwise(zip(lines, counts, strict=True)):
        is_gap = line.number > before.number + 1
        if not is_gap and _begins_in(line, lists):
            continue
        if (
            _begins_key(line)
            and (is_gap or count <= usual / 2)
            and count <= max(usual / 2, 1 if is_gap else 0)
        ):
            return line.number
    end = len(lines)
    while (
        end > 1
        and usual >= 3
        and counts[end - 1] <= (2 if usual >= 6 else 1)
        and _stands_apart(lines, end, lists)
    ):
        end -= 1
    return lines[end].number if end < len(lines) else None


def _begins_key(line: Line):
    return bool(BELOW.match(next((cell for cell in line.cells if cell.strip()), "")))


def _stands_apart(lines, end, lists):
    """Whether the line before `end` is a sentence, the words of a key, or stands below a gap: no
    row that was begun.
    """
    texts = [cell for cell in lines[end - 1].cells if cell.strip()]
    is_gap = lines[end - 1].number > lines[end - 2].number + 1
    return is_gap or (
        not _begins_in(lines[end - 1], lists)
        and (bool(BELOW.match(texts[0])) or len(texts[0]) > 40)
    )


def _begins_in(line, columns):
    return next((at for at, cell in enumerate(line.cells) if cell.strip()), None) in columns
