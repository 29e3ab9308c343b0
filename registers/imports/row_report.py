"""What became of every row of a file, with the reason: for the report in CSV and for --json."""

import csv
import io
from collections.abc import Iterator

from registers.import_fields import BY_NAME
from registers.imports.rejected_rows import ROW, rejection_reasons
from registers.models import ImportedRow
from registers.phrases.numbers import join_names
from registers.spreadsheet import escape_formula

OUTCOME, REASON = "What became of it", "Why"
Outcome = ImportedRow.Outcome
REASONS = {
    Outcome.NEW: "It is a new risk.",
    Outcome.UNCHANGED: "The register already says this.",
}


def rows_of_import(batch) -> Iterator[dict]:
    """Each row of the sheet from 1 to its last with a text: row, outcome, reason, cells."""
    entries = [
        (row.number, row.number, row.outcome, reason_for(row), row.cells)
        for row in batch.rows.order_by("number")
    ]
    entries += [
        tuple(entry[name] for name in ("row", "last", "outcome", "reason", "cells"))
        for entry in batch.non_risk_rows
    ]
    for first, last, outcome, reason, cells in sorted(entries, key=lambda entry: entry[0]):
        for number in range(first, last + 1):
            yield {"row": number, "outcome": str(outcome), "reason": reason, "cells": cells}


def all_rows_csv(batch) -> bytes:
    """CSV in UTF-8 with a byte order mark, for Excel: a line for each row of the sheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([ROW, OUTCOME, REASON, *map(escape_formula, batch.plan.get("names", []))])
    for row in rows_of_import(batch):
        cells = map(escape_formula, row["cells"])
        writer.writerow([row["row"], row["outcome"], escape_formula(row["reason"]), *cells])
    return text.getvalue().encode("utf-8-sig")


def reason_for(row: ImportedRow) -> str:
    """Why a risk's row has its outcome."""
    if row.outcome == Outcome.CHANGED:
        return f"It changes {join_names(_changes(row.reads['held']))}."
    return REASONS.get(row.outcome) or rejection_reasons(row)


def _changes(diff):
    """The names of what a row changes: fields, and what it adds."""
    names = [BY_NAME[name].label.lower() for name, _, _ in diff["changes"]]
    added = {"judged": "ratings", "controls": "controls", "actions": "actions"}
    return [*names, *(word for key, word in added.items() if diff[key])]
