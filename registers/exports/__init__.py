"""A register as a file: `columns` and `related_data` say what a cell holds, `table` reads the rows,
and `csv`, `xlsx` and `open_data` write them. `summary` is the register on two pages in Word.

The headings are those of registers.import_fields, so that the import recognises them, and a file
that comes back unchanged changes nothing. Rows come from positions_for: what a reader may not see
is never read.
"""

from registers.exports.metadata import ExportMetadata
from registers.exports.table import RegisterTable

__all__ = ["ExportMetadata", "RegisterTable"]
