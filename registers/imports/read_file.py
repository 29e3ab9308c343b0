"""Read an uploaded CSV or XLSX file into sheets."""

from registers.imports import read_csv, read_xlsx
from registers.spreadsheet import BYTES, CannotRead, Sheet


def read_sheets(file_name: str, content: bytes) -> list[Sheet]:
    """The sheets of a CSV or XLSX file, hidden ones too, empty ones left out. Raises CannotRead."""
    if len(content) > BYTES:
        raise CannotRead(
            f"The file is larger than {BYTES // 1_000_000} MB: take out pictures, or take in a "
            "part of it"
        )
    if not content.strip(b"\0 \r\n\t"):
        raise CannotRead("The file is empty: choose another one")
    read = (
        read_xlsx.read_sheets if read_xlsx.is_workbook(file_name, content) else read_csv.read_sheets
    )
    sheets = [sheet for sheet in read(file_name, content) if sheet.rows]
    if not sheets:
        raise CannotRead("No sheet of the file has a text in it: choose another one")
    return sheets
