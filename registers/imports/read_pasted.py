"""Read a table that was pasted: from Word, a workbook or a web page (tabs) or a PDF (spaces)."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import accumulate

from registers.imports import read_csv
from registers.phrases import sheet_remarks
from registers.spreadsheet import CannotRead, RowCollector, Sheet, unescape_formula

NAME = "Pasted table"  # also the name of its file
GAP = re.compile(r"[ \u00a0]{2,}")
QUOTED_LINES = re.compile(r'(?:^|\t)"[^"]*\n')
HEADING_LINES = 20  # in which the headings are
LONGEST_ROW = 200  # lines
CONSISTENT = 0.5  # of the lines that have as many columns as most
NO_TABLE = (
    "We cannot find columns in the text: copy the whole table from Word, a workbook or a web page, "
    "or save it as .xlsx"
)


def read_sheets(content: bytes) -> list[Sheet]:
    """Raises CannotRead."""
    text = content.decode().replace("\r\n", "\n").replace("\r", "\n")
    if "\t" in text:
        rows, remarks = _tab_rows(text)
    elif rows := _spaced_rows(text):
        remarks = [
            "We found the columns by the spaces between them. If a row runs over several lines, we "
            "read each line as a row."
        ]
    else:
        return _csv_sheets(content)
    numbered = enumerate(([unescape_formula(cell) for cell in row] for row in rows), 1)
    return [Sheet(NAME, RowCollector().collect("The table", numbered), (), tuple(remarks))]


def _csv_sheets(content):
    sheets = read_csv.read_sheets(NAME, content)
    if all(len(sheet.rows[0].cells) < 2 for sheet in sheets if sheet.rows):
        raise CannotRead(NO_TABLE)
    return sheets


def _tab_rows(text):
    """(rows, remarks) of a table whose cells are separated by tabs.

    Workbooks put a cell of several lines into quotation marks; Word does not: there a row goes on
    until it has as many cells as the headings.
    """
    if QUOTED_LINES.search(text):
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
            return list(reader), []
        except csv.Error:
            pass  # the quotation marks are part of the texts
    lines = text.split("\n")
    rows = list(_join_lines(lines, max(line.count("\t") for line in lines[:HEADING_LINES])))
    joined = [at for at, (_, count) in enumerate(rows, 1) if count > 1]
    return [cells for cells, _ in rows], [sheet_remarks.joined_lines(joined)] if joined else []


def _join_lines(lines, tabs) -> Iterator[tuple[list[str], int]]:
    """(cells, number of lines) of rows with so many tabs; shorter lines are joined to one."""
    at = 0
    while at < len(lines):
        end = at + 1
        if 0 < lines[at].count("\t") < tabs:
            end = _end_of_row(lines, at, tabs)
        yield "\n".join(lines[at:end]).split("\t"), end - at
        at = end


def _end_of_row(lines, at, tabs):
    """The index after the last line of the row that begins there; the next one if it has no end."""
    counts = accumulate(line.count("\t") for line in lines[at : at + LONGEST_ROW])
    for end, count in enumerate(counts, at + 1):
        if count >= tabs:
            return end if count == tabs and lines[end - 1].count("\t") < tabs else at + 1
    return at + 1


def _spaced_rows(text) -> list[list[str]]:
    """The rows of a table whose columns are two spaces or more apart; [] if they are not so.

    Each text goes to the column that begins nearest to it.
    """
    lines = text.split("\n")
    parts = [_parts(line) for line in lines]
    widths = [len(line_parts) for line_parts in parts if line_parts]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    if usual < 2 or widths.count(usual) < len(widths) * CONSISTENT:
        return []
    starts = next(
        [start for start, _ in line_parts] for line_parts in parts if len(line_parts) == usual
    )
    return [_place(line_parts, starts) for line_parts in parts]


def _parts(line):
    """(where it begins, text) of each part of a line."""
    ends = [*((gap.start(), gap.end()) for gap in GAP.finditer(line)), (len(line), len(line))]
    parts, start = [], 0
    for end, following in ends:
        if text := line[start:end].strip():
            parts.append((start, text))
        start = following
    return parts


def _place(parts, starts):
    if len(parts) == len(starts):
        return [text for _, text in parts]
    cells = [""] * len(starts)
    for place, text in parts:
        at = min(range(len(starts)), key=lambda column: abs(starts[column] - place))
        cells[at] = f"{cells[at]} {text}".strip()
    return cells
