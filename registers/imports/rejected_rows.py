"""The rows that were not taken in, as they came, each with its number and why: to be put right and
brought in again.
"""

import csv
import io

from registers.models import ImportedRow
from registers.spreadsheet_text import escaped

ROW, WHY = "Row in the file", "Why it was not taken in"


def refused_csv(batch) -> bytes:
    """CSV in UTF-8 with the mark by which Excel knows it. The headings are those of the file. A
    risk that stands in several rows is given back in all of them.
    """
    names = batch.plan.get("names", [])
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*map(escaped, names), ROW, WHY])
    for row in batch.rows.filter(outcome=ImportedRow.Outcome.REFUSED).order_by("number"):
        goes_on = f"It goes on with row {row.number}."
        reasons = [
            (row.number, row.cells, why(row)),
            *((*further, goes_on) for further in row.further),
        ]
        for number, cells, reason in reasons:
            filled = [*cells, *[""] * (len(names) - len(cells))]
            writer.writerow([*map(escaped, filled), number, escaped(reason)])
    return text.getvalue().encode("utf-8-sig")


def why(row) -> str:
    """The reasons of a row, one a line."""
    return "\n".join(in_words(problem) for problem in row.problems if problem["refuses"])


def in_words(problem) -> str:
    said = f" {problem['said']}." if problem["said"] else ""
    return f"{problem['column']}:{said} {problem['problem']}."
