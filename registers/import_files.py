"""Start and commit the import of a file of either kind: a workbook, or a register as JSON.

Workbooks go through registers.imports, step by step. A JSON file that this product wrote is
checked and restored by registers.json_file: it has no columns to name and no rows to read.
"""

import zlib
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from registers.imports.commit import commit_workbook
from registers.imports.staging import lock_import
from registers.imports.upload import read_workbook, store_import
from registers.json_file.restore import check, restore
from registers.models import RegisterImport
from registers.spreadsheet import CannotRead

SHOWN = 100  # entries of each list in a report


def begin_import(
    register, *, by, file_name, content, token=None, sheet="", is_fresh=False
) -> RegisterImport:
    """Store an uploaded file as an import; returns the open one for a form or file sent twice.

    sheet: the name of the sheet to read, "" for the likeliest. is_fresh: always create an import.
    Raises CannotRead.
    """

    def read_fields():
        if is_json_file(file_name, content):
            return _read_json_file(register, content)
        return read_workbook(register, file_name[-200:], content, sheet)

    return store_import(
        register,
        by=by,
        file_name=file_name,
        content=content,
        read_fields=read_fields,
        token=token,
        is_fresh=is_fresh,
    )


def commit_import(batch, *, by, shown_version=None) -> RegisterImport:
    """Write what was staged, all or nothing; returns the import.

    Committing twice has no further effect. Where the file says nothing new, nothing is written and
    the import stays as it was. shown_version: staged_version() of what the user was shown.

    Raises ImportOutdated, BulkEditConflict where a risk has changed since its row was compared, and
    CannotRestore for a JSON file that no longer fits the register.
    """
    if batch.is_ours:
        return _restore_json_file(batch, by)
    return commit_workbook(batch, by=by, shown_version=shown_version)


def is_json_file(file_name: str, content: bytes) -> bool:
    """Whether it is JSON, by its first character or its name. No workbook begins with a brace."""
    start = content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return start == b"{" or file_name.lower().endswith(".json")


def problem_entry(path, words):
    return {"where": " ".join(map(str, path)), "words": words}


def _read_json_file(register, content):
    """The fields of its import; `report` says what restoring it would do.

    Raises CannotRead for a file of another format, or for another register.
    """
    report = asdict(check(content, register))
    problems = report["problems"]
    if problems and not any(problem["path"] for problem in problems):
        raise CannotRead(" ".join(problem["words"] for problem in problems[:3]).removesuffix("."))
    report["problems"] = [problem_entry(**problem) for problem in problems]
    report["kept"] = len(report.pop("unresolved"))
    return {
        "report": {
            name: value[:SHOWN] if isinstance(value, list) else value
            for name, value in report.items()
        },
        "sheets": zlib.compress(content),
        "is_ours": True,
        "stage": RegisterImport.Stage.READY,
    }


@transaction.atomic
def _restore_json_file(batch, by):
    batch = lock_import(batch)
    if batch.is_done:
        return batch
    content = zlib.decompress(bytes(batch.sheets))
    report = restore(content, batch.register, by=by, file_name=batch.file_name, under_way=batch)
    if report.is_unchanged:
        return batch
    batch.stage, batch.by, batch.sheets = RegisterImport.Stage.DONE, by, None
    batch.done_at = batch.done_at or timezone.now()
    batch.kept = batch.kept or {}
    batch.save(update_fields=["stage", "by", "sheets", "done_at", "kept"])
    return batch
