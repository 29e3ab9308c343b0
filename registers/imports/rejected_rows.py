"""The rows that an import left out, as a CSV file to correct and import again."""

import csv
import io

from registers.models import ImportedRow
from registers.spreadsheet import escape_formula

ROW, REASON = "Row in the file", "Why it was not taken in"


def rejected_rows_csv(batch) -> bytes:
    """CSV in UTF-8 with a byte order mark, for Excel, under the file's own headings.

    Each row has its number and the reasons. A risk in several rows is returned with all of them.
    """
    names = batch.plan.get("names", [])
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*map(escape_formula, names), ROW, REASON])
    for row in batch.rows.filter(outcome=ImportedRow.Outcome.REFUSED).order_by("number"):
        continuation = f"It goes on with row {row.number}."
        source_rows = [
            (row.number, row.cells, rejection_reasons(row)),
            *((number, cells, continuation) for number, cells in row.further),
        ]
        for number, cells, reason in source_rows:
            padded = [*cells, *[""] * (len(names) - len(cells))]
            writer.writerow([*map(escape_formula, padded), number, escape_formula(reason)])
    return text.getvalue().encode("utf-8-sig")


def rejection_reasons(row) -> str:
    """The problems that refuse a row, one a line."""
    return "\n".join(problem_sentence(problem) for problem in row.problems if problem["refuses"])


def problem_sentence(problem) -> str:
    text = f" {problem['said']}." if problem["said"] else ""
    return f"{problem['column']}:{text} {problem['problem']}."
