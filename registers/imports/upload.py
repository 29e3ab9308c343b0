"""A file is uploaded: store it as an import and guess how its sheet is laid out."""

import hashlib

from django.db import transaction

from registers.history.form_token import FormToken
from registers.imports import scales
from registers.imports.detect_table import TableLayout
from registers.imports.mapping import Plan, data_rows, guess_plan, likeliest_sheet
from registers.imports.read_file import read_file
from registers.imports.reference_data import load_reference_data, previous_plan
from registers.imports.serialise import pack_sheets
from registers.models import Register, RegisterImport
from registers.spreadsheet import BYTES, CannotRead, Sheet


def store_import(
    register, *, by, file_name, content, read_fields, token=None, is_fresh=False
) -> RegisterImport:
    """Create an import, unless the same form or the same file has an open one: then return that.

    read_fields: called for the fields that follow from the content. is_fresh: always create one.
    """
    token = FormToken(token, register, by)
    digest = hashlib.sha256(content).hexdigest()
    fields = {"file_name": file_name[-200:], "digest": digest, "by": by}
    open_import = None if is_fresh else _find_open_import(register, digest, token, by)
    if not open_import:
        fields |= read_fields()

    def insert(token):
        return RegisterImport.objects.create(register=register, token=token, **fields)

    with transaction.atomic():
        # The lock makes a second request with the same file wait.
        Register.objects.select_for_update().get(pk=register.pk)
        if not open_import and not is_fresh:
            open_import = _find_open_import(register, digest, token, by)
        return open_import or token.insert(RegisterImport, insert)


def read_workbook(register, file_name, content, sheet_name="") -> dict:
    """The fields of an import of a workbook. sheet_name: "" to choose the likeliest sheet.

    Raises CannotRead.
    """
    sheets = read_sheets(file_name, content)
    plan = guess_best_plan(_select_sheets(sheet_name, sheets), register, sheets)
    return {
        "sheets": pack_sheets(sheets),
        "sheet_names": [sheet.name for sheet in sheets],
        "plan": plan.as_json(),
    }


def guess_best_plan(sheets: list[Sheet], register, workbook: list[Sheet] = ()) -> Plan:
    """The plan of the sheet that is most like a register. workbook: sheets that may have a key.

    Raises CannotRead where that sheet has no row below its headings.
    """
    sheet = sheets[likeliest_sheet(sheets, load_reference_data(register))]
    return guess_columns(sheet, register, workbook)


def guess_columns(
    sheet: Sheet, register, workbook: list[Sheet] = (), layout: TableLayout | None = None
) -> Plan:
    """Guess the plan of a sheet. layout: where its table is, by the user's word.

    Raises CannotRead where it has no row below its headings.
    """
    key = scales.find_key([other for other in workbook if other.name != sheet.name])
    plan = guess_plan(sheet, load_reference_data(register), previous_plan(register), key, layout)
    if not data_rows(sheet, plan):
        raise CannotRead(
            f"{sheet.name} has no rows below its headings: choose a file that has some"
        )
    return plan


def heading_row_number(sheet: Sheet, plan: Plan) -> int:
    """The number of the last row above the first row of data."""
    above = [row.number for row in sheet.rows if row.number < plan.first_line]
    return above[-1] if above else max(1, plan.first_line - 1)


def _select_sheets(name, sheets):
    selected = [sheet for sheet in sheets if sheet.name == name] if name else sheets
    if not selected:
        names = ", ".join(sheet.name for sheet in sheets)
        raise CannotRead(f"The file has no sheet {name}. It has: {names}")
    return selected


def _find_open_import(register, digest, token, by):
    resent = token.row_of(register.imports.filter(by=by))
    open_imports = register.imports.exclude(stage=RegisterImport.Stage.DONE).filter(digest=digest)
    return resent or open_imports.last()  # the oldest: later ones read its other sheets


def read_sheets(file_name: str, content: bytes) -> list[Sheet]:
    """The sheets of a file, hidden ones too, empty ones left out. Raises CannotRead."""
    if len(content) > BYTES:
        raise CannotRead(
            f"The file is larger than {BYTES // 1_000_000} MB: remove pictures, or import a part "
            "of it"
        )
    if not content.strip(b"\0 \r\n\t"):
        raise CannotRead("The file is empty: choose another one")
    sheets = [sheet for sheet in read_file(file_name, content) if sheet.rows]
    if not sheets:
        raise CannotRead("No sheet of the file has any text: choose another file")
    return sheets
