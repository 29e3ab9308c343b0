"""A register as a file: CSV, workbook or open data.

`columns` defines the cells, `table` reads the rows, and `csv`, `xlsx` and `open_data` write them.
The headings are those of registers.import_fields, so that the import recognises them, and a file
that comes back unchanged changes nothing. Rows come from positions_for: what a reader may not see
is never read.
"""
