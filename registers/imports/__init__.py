"""Import risks from a spreadsheet.

upload (read_file) -> detect_table, detect_columns -> mapping -> value_mapping ->
row_parser -> diff -> staging -> commit (registers.bulk_changes).

Only upload, existing_risks, reference_data, staging, commit and progress use the database.
"""
