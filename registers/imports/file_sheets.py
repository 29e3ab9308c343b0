"""The sheets of one file: each is read by an import of its own, or named as not read."""

from dataclasses import dataclass

from django.db import transaction

from registers.imports.serialise import unpack_sheets
from registers.imports.upload import guess_best_plan
from registers.models import Register, RegisterImport


@dataclass(frozen=True)
class FileSheet:
    """batch: the import that reads it, or None. is_current: whether that is the one asked about."""

    name: str
    batch: RegisterImport | None
    is_current: bool

    @property
    def is_read(self) -> bool:
        return self.is_current or bool(self.batch and self.batch.is_done)


def file_sheets(batch) -> list[FileSheet]:
    """The sheets of an import's file with the imports of the same file, if it has several."""
    if len(batch.sheet_names) < 2:
        return [FileSheet(name, batch, True) for name in batch.sheet_names]
    same_file = batch.register.imports.filter(digest=batch.digest).defer("sheets")
    imports = {}
    for other in same_file.order_by("stage", "-pk"):  # "done" comes before the other stages
        other.register = batch.register
        imports.setdefault(other.plan.get("sheet"), other)
    imports[batch.plan["sheet"]] = batch
    return [
        FileSheet(name, imports.get(name), name == batch.plan["sheet"])
        for name in batch.sheet_names
    ]


@transaction.atomic
def begin_sheets(batch, names, *, by) -> list[RegisterImport]:
    """Begin an import for each of these sheets of an import's file that has none.

    Raises CannotRead where a sheet has no row below its headings.
    """
    Register.objects.select_for_update().get(pk=batch.register_id)
    free = {sheet.name for sheet in file_sheets(batch) if not sheet.batch}
    sheets = unpack_sheets(batch.sheets)
    return [
        RegisterImport.objects.create(
            register=batch.register,
            by=by,
            file_name=batch.file_name,
            digest=batch.digest,
            sheets=batch.sheets,
            sheet_names=batch.sheet_names,
            plan=guess_best_plan([sheet], batch.register, sheets).as_json(),
        )
        for sheet in sheets
        if sheet.name in names and sheet.name in free
    ]
