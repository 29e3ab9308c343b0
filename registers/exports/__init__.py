"""A register leaves as a file: what each risk says on a day (columns, beside, table) -> CSV, a
workbook, open data.

The headings are those of registers.import_fields, so that the import recognises them, and a file
that comes back unchanged changes nothing. What a reader may not see is never asked for: the rows
come from positions_for.
"""

from registers.exports.metadata import About
from registers.exports.snapshot import one_state
from registers.exports.table import RegisterTable

__all__ = ["About", "RegisterTable", "one_state"]
