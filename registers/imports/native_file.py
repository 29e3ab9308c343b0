"""A file that this product wrote (registers.json_file) on its way through the same steps: what it
says is known already, so that nothing is named and no row is read.
"""

import zlib
from dataclasses import asdict

from django.utils import timezone

from registers.imports.read_file import CannotRead
from registers.json_file.parse import CannotRestore
from registers.json_file.restore import check, restore
from registers.models import RegisterImport

TOLD = 100  # of each kind of thing that a page names


def is_ours(file_name: str, content: bytes) -> bool:
    """Whether it is JSON, by what it says rather than by its name: a workbook never begins so."""
    begins = content[:100].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return begins == b"{" or file_name.lower().endswith(".json")


def told(content: bytes, register) -> dict:
    """What restoring it comes to, as RegisterImport.report keeps it. Raises CannotRead for what is
    no such file, or no file for this register.
    """
    report = asdict(check(content, register))
    problems = report["problems"]
    if problems and not any(problem["path"] for problem in problems):
        raise CannotRead(" ".join(problem["words"] for problem in problems[:3]).removesuffix("."))
    report["problems"] = [as_told(**problem) for problem in problems]
    report["kept"] = len(report.pop("unresolved"))
    return {
        name: value[:TOLD] if isinstance(value, list) else value for name, value in report.items()
    }


def as_told(path, words):
    return {"where": " ".join(map(str, path)), "words": words}


def packed(content: bytes) -> bytes:
    return zlib.compress(content)


def put_back(batch, by) -> RegisterImport:
    """Restore what was shown; within the transaction that holds the import. Where the register says
    all of it already nothing is written. Raises CannotRestore.
    """
    content = zlib.decompress(bytes(batch.sheets))
    if restore(
        content, batch.register, by=by, file_name=batch.file_name, under_way=batch
    ).is_unchanged:
        return batch
    batch.stage, batch.by, batch.sheets = RegisterImport.Stage.DONE, by, None
    batch.done_at = batch.done_at or timezone.now()
    batch.kept = batch.kept or {}
    batch.save(update_fields=["stage", "by", "sheets", "done_at", "kept"])
    return batch


__all__ = ["CannotRestore", "as_told", "is_ours", "packed", "put_back", "told"]
