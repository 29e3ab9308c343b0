"""The rows that an import refused or left out, as a CSV file to correct and import again."""

import csv
import io

from registers.imports.row_roles import RowOutcome
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
    for number, cells, reason in sorted(_rejected(batch), key=lambda line: line[0]):
        padded = [*cells, *[""] * (len(names) - len(cells))]
        writer.writerow([*map(escape_formula, padded), number, escape_formula(reason)])
    return text.getvalue().encode("utf-8-sig")


def _rejected(batch):
    """(number, cells, reason) of each row."""
    outcomes = (ImportedRow.Outcome.REFUSED, ImportedRow.Outcome.LEFT_OUT)
    for row in batch.rows.filter(outcome__in=outcomes):
        yield row.number, row.cells, rejection_reasons(row)
        for number, cells in row.further:
            yield number, cells, f"It continues row {row.number}."
    for entry in batch.non_risk_rows:
        if entry["outcome"] == RowOutcome.LEFT_OUT:
            yield entry["row"], entry["cells"], entry["reason"]


def rejection_reasons(row) -> str:
    """The problems that keep a row out, one a line."""
    return "\n".join(problem_sentence(problem) for problem in row.problems if problem["refuses"])


def problem_sentence(problem) -> str:
    text = f" {problem['said']}." if problem["said"] else ""
    return f"{problem['column']}:{text} {problem['problem']}."
