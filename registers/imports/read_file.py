"""Tell by its content which kind of file it is, and read its sheets, or say what to do instead."""

from registers.imports import read_csv, read_docx, read_ods, read_pasted, read_xlsx, zip_guard
from registers.spreadsheet import CannotRead, Sheet

WORKBOOKS = (".xlsx", ".xltx", ".xls", ".xlsb", ".ods", ".ots")
DOCUMENTS = (".docx", ".dotx", ".doc", ".odt")
MACROS = (".xlsm", ".xltm", ".xlam", ".docm", ".dotm")
READERS = {
    "xlsx": read_xlsx.read_sheets,
    "ods": read_ods.read_sheets,
    "docx": read_docx.read_sheets,
}
HAS_MACROS = "The file has macros: save it as .xlsx or .docx, which have none, and choose that file"
COPY_TABLE = "copy its table and paste it into the box instead, or save the table as .xlsx"
# Names in the directory of an OLE file, which are UTF-16.
OLE_KINDS = {
    "EncryptedPackage": "The file is protected by a password: save it without one",
    "WordDocument": "The file is in the old .doc format: open it in Word and save it as .docx",
    "Workbook": "The workbook is in the old .xls format: open it in a spreadsheet program and save "
    "it as .xlsx",
}
TEXT_KINDS = {
    b"%PDF": f"The file is a PDF: {COPY_TABLE}",
    b"{\\rtf": "The file is in the .rtf format: open it in Word and save it as .docx",
    b"<!doctype html": f"The file is a web page: {COPY_TABLE}",
    b"<html": f"The file is a web page: {COPY_TABLE}",
    b"<?xml": "The file is XML: open it in the program that wrote it and save it as .xlsx",
}


def read_file(file_name: str, content: bytes) -> list[Sheet]:
    """The sheets of a file, empty ones too. Raises CannotRead."""
    _refuse_other_kinds(file_name.lower(), content)
    if content.startswith(zip_guard.ZIP):
        return _read_archive(content)
    if file_name == read_pasted.NAME:
        return read_pasted.read_sheets(content)
    return read_csv.read_sheets(file_name, content)


def _refuse_other_kinds(name, content):
    if name.endswith(MACROS):
        raise CannotRead(HAS_MACROS)
    if content.startswith(zip_guard.OLE):
        raise CannotRead(_ole_kind(content))
    start = content[:100].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, reason in TEXT_KINDS.items():
        if start.startswith(mark.lower()):
            raise CannotRead(reason)
    is_archive = content.startswith(zip_guard.ZIP)
    for suffixes, noun in ((WORKBOOKS, "workbook"), (DOCUMENTS, "document")):
        if name.endswith(suffixes) and not is_archive:
            raise CannotRead(
                f"The file has the name of a {noun} but is not one: choose the {noun} itself, or "
                "name the file .csv if it is text"
            )


def _ole_kind(content):
    for name, reason in OLE_KINDS.items():
        if name.encode("utf-16-le") in content:
            return reason
    return (
        "The file is protected by a password or in the old .xls format: save it as .xlsx without "
        "one"
    )


def _read_archive(content):
    with zip_guard.open_archive(content) as archive:
        kind = _archive_kind({entry.filename.lower() for entry in archive.infolist()})
        try:
            return list(READERS[kind](archive))
        except (CannotRead, MemoryError):
            raise
        except Exception:  # a damaged part raises anything
            raise CannotRead(
                f"The file cannot be read because part of it is damaged: {zip_guard.SAVE_AS[kind]}"
            ) from None


def _archive_kind(names):
    """A key of READERS. names: of the archive's parts, in small letters."""
    if "encryptedpackage" in names or "encrypted-package" in names:
        raise CannotRead(OLE_KINDS["EncryptedPackage"])
    if _has_macros(names):
        raise CannotRead(HAS_MACROS)
    if "xl/workbook.bin" in names:
        raise CannotRead(f"The workbook is in the binary format .xlsb: {zip_guard.SAVE_AS['xlsx']}")
    if "index/document.iwa" in names:
        raise CannotRead(f"The file is a workbook of another kind: {zip_guard.SAVE_AS['xlsx']}")
    if "content.xml" in names:
        return "ods"
    if "[content_types].xml" in names and any(name.startswith("word/") for name in names):
        return "docx"
    if "[content_types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise CannotRead(
        "The file is an archive, not a workbook: choose a .xlsx, .ods, .docx or .csv file"
    )


def _has_macros(names):
    return any(
        name.endswith(("vbaproject.bin", "vbadata.xml"))
        or "macrosheets/" in name
        or (
            name.startswith(("basic/", "scripts/"))
            and not name.endswith(("-lc.xml", "-lb.xml", "/"))
        )
        for name in names
    )
