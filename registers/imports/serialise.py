"""What an import stores between its steps: sheets compressed, rows as JSON.

The JSON's keys are part of the format of exports (register.schema.json), whatever the attributes
are called here.
"""

import datetime
import json
import zlib

from registers.history.bulk_insert import Encoded
from registers.imports.diff import RowDiff
from registers.imports.mapping import Plan
from registers.imports.parsed_row import ParsedRow, RowProblem
from registers.spreadsheet import Sheet, SheetRow


def pack_sheets(sheets: list[Sheet]) -> bytes:
    contents = [
        [sheet.name, [[row.number, row.cells] for row in sheet.rows], sheet.merged, sheet.remarks]
        for sheet in sheets
    ]
    return zlib.compress(json.dumps(contents).encode())


def unpack_sheets(packed: bytes) -> list[Sheet]:
    return [
        Sheet(
            name,
            tuple(SheetRow(number, tuple(cells)) for number, cells in rows),
            tuple(map(tuple, merged)),
            tuple(remarks),
        )
        for name, rows, merged, remarks in json.loads(zlib.decompress(bytes(packed)))
    ]


def load_sheet(batch, plan: Plan) -> Sheet:
    """The sheet that the plan reads."""
    return next(sheet for sheet in unpack_sheets(batch.sheets) if sheet.name == plan.sheet)


def row_json(row: ParsedRow, diff: RowDiff) -> dict:
    """ImportedRow.reads: what a row says and what it would change, without the row itself."""
    return {
        "values": row.values,
        "controls": row.controls,
        "split": row.split_notes,
        "went": row.destinations,
        "judged": [vars(rating) for rating in row.ratings],
        "actions": [vars(action) for action in row.actions],
        "progress": [vars(note) for note in row.progress],
        "held": diff_json(diff),
    }


def diff_json(diff: RowDiff) -> dict:
    return {
        "outcome": diff.outcome,
        "changes": diff.changes,
        "judged": [vars(rating) for rating in diff.ratings],
        "controls": diff.controls,
        "actions": [vars(action) for action in diff.actions],
        "progress": [vars(note) for note in diff.progress],
        "gone": diff.missing,
        "closes": diff.closes,
    }


def problem_json(problem: RowProblem) -> dict:
    return {
        "column": problem.column,
        "said": problem.text,
        "problem": problem.problem,
        "refuses": problem.refuses,
    }


def encode_json(value) -> Encoded:
    """JSON for a database column; days as 2026-06-30, sets as sorted lists."""
    return Encoded(JSON.encode(value))


def _json_value(value):
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} has no place in JSON.")


JSON = json.JSONEncoder(default=_json_value)
