"""A file arrives: what it is, which of its sheets is the register, and how that seems to be laid
out.
"""

import hashlib

from django.db import transaction

from registers.history.form_token import FormToken
from registers.imports import native_file
from registers.imports.mapping import Plan, data_lines, guess, most_like_a_register
from registers.imports.read_file import CannotRead, Sheet, sheets_of
from registers.imports.reference_data import known_of, remembered_of
from registers.imports.serialise import packed_sheets, sheets_in
from registers.models import Register, RegisterImport

Stage = RegisterImport.Stage


def begin_import(
    register, *, by, file_name, content, token=None, sheet="", is_fresh=False
) -> RegisterImport:
    """Keep the file and what its columns seem to be; returns the import. The same form sent twice,
    or the same file while it is on its way, leads to the same import, unless it is to be a fresh
    one. sheet: the name of the one to read, where it is not to be guessed. Raises CannotRead.
    """
    token = FormToken(token, register, by)
    digest = hashlib.sha256(content).hexdigest()
    file_name = file_name[-200:]
    fields = {"file_name": file_name, "digest": digest, "by": by}
    under_way = None if is_fresh else _under_way(register, digest, token, by)
    if not under_way:
        fields |= _read(register, file_name, content, sheet)

    def insert(token):
        return RegisterImport.objects.create(register=register, token=token, **fields)

    with transaction.atomic():
        Register.objects.select_for_update().get(
            pk=register.pk
        )  # who sends the same file at once comes second
        under_way = under_way or (None if is_fresh else _under_way(register, digest, token, by))
        return under_way or token.insert(RegisterImport, insert)


def best_plan(sheets: list[Sheet], register) -> Plan:
    """That of the sheet which is most like a register. Raises CannotRead where it has no row below
    its headings.
    """
    known, remembered = known_of(register), remembered_of(register)
    sheet = sheets[most_like_a_register(sheets, known)]
    plan = guess(sheet, known, remembered)
    if not data_lines(sheet, plan):
        raise CannotRead(f"{sheet.name} has no row below its headings: choose a file that has one")
    return plan


def plan_of(batch, sheet_name: str, heading_row: int | None = None) -> Plan:
    """The layout of another sheet, or of this one below other headings. Raises CannotRead."""
    sheet = next(sheet for sheet in sheets_in(batch.sheets) if sheet.name == sheet_name)
    if heading_row:
        lines = tuple(line for line in sheet.lines if line.number >= heading_row)
        sheet = Sheet(sheet.name, lines, sheet.merged, sheet.remarks)
    return best_plan([sheet], batch.register)


def heading_row_of(sheet: Sheet, plan: Plan) -> int:
    """The last row above the first row of data."""
    above = [line.number for line in sheet.lines if line.number < plan.first_line]
    return above[-1] if above else max(1, plan.first_line - 1)


def _read(register, file_name, content, sheet):
    """The fields of an import that follow from what the file says. Raises CannotRead."""
    if native_file.is_ours(file_name, content):
        said = {
            "report": native_file.told(content, register),
            "sheets": native_file.packed(content),
        }
        return said | {"is_ours": True, "stage": Stage.READY}
    sheets = sheets_of(file_name, content)
    plan = best_plan(_named(sheet, sheets), register)
    return {"sheets": packed_sheets(sheets), "plan": plan.as_json()}


def _named(name, sheets):
    found = [sheet for sheet in sheets if sheet.name == name] if name else sheets
    if not found:
        names = ", ".join(sheet.name for sheet in sheets)
        raise CannotRead(f"The file has no sheet {name}. It has: {names}")
    return found


def _under_way(register, digest, token, by):
    same = token.row_of(register.imports.filter(by=by))
    return same or register.imports.exclude(stage=Stage.DONE).filter(digest=digest).first()
