"""What is kept between the steps of an import, as the database holds it: sheets packed, rows as
JSON.
"""

import datetime
import json
import zlib

from registers.history.bulk_insert import Encoded
from registers.imports.diff import Held
from registers.imports.mapping import Plan
from registers.imports.parsed_row import ReadRow
from registers.imports.read_file import Line, Sheet


def packed_sheets(sheets: list[Sheet]) -> bytes:
    said = [
        [s.name, [[line.number, line.cells] for line in s.lines], s.merged, s.remarks]
        for s in sheets
    ]
    return zlib.compress(json.dumps(said).encode())


def sheets_in(packed: bytes) -> list[Sheet]:
    return [
        Sheet(
            name,
            tuple(Line(n, tuple(cells)) for n, cells in lines),
            tuple(map(tuple, merged)),
            tuple(remarks),
        )
        for name, lines, merged, remarks in json.loads(zlib.decompress(bytes(packed)))
    ]


def sheet_of(batch, plan: Plan) -> Sheet:
    """The sheet that is read."""
    return next(sheet for sheet in sheets_in(batch.sheets) if sheet.name == plan.sheet)


def read_as_json(row: ReadRow, held: Held) -> dict:
    """What a row says and what that would do, without the row itself: for as_json."""
    said = {name: getattr(row, name) for name in ("values", "controls", "split", "went")}
    return said | _beside(row) | {"held": vars(held) | _beside(held)}


def _beside(said):
    return {name: [vars(one) for one in getattr(said, name)] for name in ("judged", "actions")}


def as_json(value) -> Encoded:
    """Days as 2026-06-30."""
    return Encoded(json.dumps(value, default=_plain))


def _plain(value):
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} has no place in JSON.")
