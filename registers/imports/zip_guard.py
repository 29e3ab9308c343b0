"""Check that the ZIP archive of a workbook or document is safe to unpack, by what it declares.

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
IN_MEMORY = 40_000_000  # bytes, of a part whose texts are kept in memory
KEPT_IN_MEMORY = ("sharedstrings.xml", "word/document.xml")
RATIO = 300  # of sizes, of an entry; text rarely compresses better than 30 to 1
RATIO_FROM = 5_000_000  # bytes, from which the ratio is checked
ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SAVE_AS = {
    "xlsx": "open it in a spreadsheet program and save it as .xlsx",
    "ods": "open it in a spreadsheet program and save it as .xlsx",
    "docx": "open it in Word and save it again as .docx",
}
SAVE_AGAIN = "open it in the program that wrote it and save it again"
KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def open_archive(content: bytes) -> zipfile.ZipFile:
    """The archive, if it is safe to unpack. Raises CannotRead."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise CannotRead(
            f"The file ends too early or is damaged: fetch it again, or {SAVE_AGAIN}"
        ) from None
    entries = archive.infolist()
    _check_sizes(entries)
    for entry in entries:
        _refuse_definitions(archive, entry)
    return archive


def _check_sizes(entries):
    if len(entries) > ENTRIES:
        raise CannotRead(
            f"The file has {len(entries):,} parts, more than {ENTRIES:,}: {SAVE_AGAIN}"
        )
    if len({entry.filename for entry in entries}) < len(entries):
        raise CannotRead(f"The file has two parts of one name: {SAVE_AGAIN}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED:
        raise CannotRead(
            f"The file would unpack to {unpacked // 1_000_000:,} MB, more than "
            f"{UNPACKED // 1_000_000}: delete sheets and pictures that you do not need"
        )
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise CannotRead("The file is protected by a password: save it without one")
        if entry.compress_type not in KINDS:
            raise CannotRead(f"The file is compressed in a way that we cannot read: {SAVE_AGAIN}")
        if entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise CannotRead(
                f"A part of the file would grow to {RATIO} times its size and more: {SAVE_AGAIN}"
            )
        if entry.filename.lower().endswith(KEPT_IN_MEMORY) and entry.file_size > IN_MEMORY:
            raise CannotRead(
                f"The file holds more than {IN_MEMORY // 1_000_000} MB of text: import a part at a "
                "time"
            )


class _FirstElement(Exception):
    pass


def _refuse_definitions(archive, entry):
    """Refuse a document type, which comes before the first element: only it can define entities.

    A part that is not XML, or damaged, fails when it is read.
    """

    def refuse(*_):
        raise CannotRead(
            "The file defines its own entities, which files from a spreadsheet program never do"
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
