"""Check that a workbook's ZIP archive is safe to unpack, by what it declares.

A few kilobytes can declare gigabytes, and XML can define entities that grow without end. No
spreadsheet program writes either.
"""

import io
import zipfile
import zlib
from xml.parsers import expat

from registers.spreadsheet import CannotRead

ENTRIES = 2000
UNPACKED = 120_000_000  # bytes, of all entries
STRINGS = 40_000_000  # bytes, of the table of texts, which is kept in memory
RATIO = 300  # of sizes, of an entry; text rarely compresses better than 30 to 1
RATIO_FROM = 5_000_000  # bytes, from which the ratio is checked
ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SAVE_AS_XLSX = "open it in a spreadsheet program and save it as .xlsx"
KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def open_archive(content: bytes) -> zipfile.ZipFile:
    """The archive of a workbook that is safe to unpack. Raises CannotRead."""
    if content.startswith(OLE):
        raise CannotRead(
            "The workbook is protected by a password or in the old .xls format: save it as .xlsx "
            "without one"
        )
    if not content.startswith(ZIP):
        raise CannotRead(
            "The file is named like a workbook and is none: choose the workbook itself, or name "
            "the file .csv if it is text"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise CannotRead(
            f"The workbook ends too early or is damaged: fetch it again, or {SAVE_AS_XLSX}"
        ) from None
    entries = archive.infolist()
    _check_kind({entry.filename.lower() for entry in entries})
    _check_sizes(entries)
    for entry in entries:
        _refuse_definitions(archive, entry)
    return archive


def _check_kind(names):
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names) or any(
        "macrosheets/" in n for n in names
    ):
        raise CannotRead(
            "The workbook carries macros: save it as .xlsx, which has none, and choose that file"
        )
    if "xl/workbook.bin" in names:
        raise CannotRead(f"The workbook is in the binary format .xlsb: {SAVE_AS_XLSX}")
    if "content.xml" in names or "index/document.iwa" in names:
        raise CannotRead(f"The file is a spreadsheet of another kind: {SAVE_AS_XLSX}")
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise CannotRead("The file is an archive and no workbook: choose a .xlsx or .csv file")


def _check_sizes(entries):
    if len(entries) > ENTRIES:
        raise CannotRead(
            f"The workbook has {len(entries):,} parts, more than {ENTRIES:,}: {SAVE_AS_XLSX}"
        )
    if len({entry.filename for entry in entries}) < len(entries):
        raise CannotRead(f"The workbook has two parts of one name: {SAVE_AS_XLSX}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED:
        raise CannotRead(
            f"The workbook would unpack to {unpacked // 1_000_000:,} MB, more than "
            f"{UNPACKED // 1_000_000}: delete sheets and pictures that you do not need"
        )
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise CannotRead("The workbook is protected by a password: save it without one")
        if entry.compress_type not in KINDS:
            raise CannotRead(f"The workbook is packed in a way that we do not read: {SAVE_AS_XLSX}")
        if entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise CannotRead(
                f"A part of the workbook would grow to {RATIO} times its size and more: "
                f"{SAVE_AS_XLSX}"
            )
        if entry.filename.lower().endswith("sharedstrings.xml") and entry.file_size > STRINGS:
            raise CannotRead(
                f"The workbook holds more than {STRINGS // 1_000_000} MB of text: take in a part "
                "at a time"
            )


class _FirstElement(Exception):
    pass


def _refuse_definitions(archive, entry):
    """Refuse a document type, which comes before the first element: only it can define entities.

    A part that is not XML, or damaged, fails when it is read.
    """

    def refuse(*_):
        raise CannotRead(
            "The workbook defines entities of its own, as none does that a spreadsheet program "
            "wrote"
        )

    def stop(*_):
        raise _FirstElement

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with archive.open(entry) as part:
            parser.ParseFile(part)
    except _FirstElement:
        return
    except CannotRead:
        raise
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
        LookupError,
    ):
        return
