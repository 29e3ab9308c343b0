"""Read CSV: commas, semicolons, tabs or bars; UTF-8, UTF-16 or Windows-1252."""

import codecs
import csv
import io
import re

from registers.spreadsheet import (
    LAST_ROW,
    CannotRead,
    RowCollector,
    Sheet,
    column_letter,
    unescape_formula,
)

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 100_000  # characters
SAVE_ADVICE = 'open it in a spreadsheet program and save it as "CSV UTF-8" or as .xlsx'
UNCLOSED = "unexpected end of data"  # the message of csv in strict mode
SEP = re.compile(r"sep=([,;\t|])\r?\n", re.I)  # a first line that Excel writes
DIALECT_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright lines"}


def read_sheets(file_name: str, content: bytes) -> list[Sheet]:
    text, remarks = _decode(content)
    declared = SEP.match(text)
    delimiter = declared[1] if declared else _delimiter(text)
    if delimiter != ",":
        remarks.append(f"Its columns are separated by {DIALECT_NAMES[delimiter]}.")
    rows = RowCollector().collect("The file", _rows(text, delimiter, remarks))
    return [Sheet(file_name.rsplit(".", 1)[0] or "CSV", rows, (), tuple(remarks))]


def _decode(content):
    """(text, remarks on its encoding). Raises CannotRead for a file in two encodings."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(name), []
            except UnicodeDecodeError as error:
                raise CannotRead(
                    f"{_line_label(content, error.start)} is not in the encoding that the file "
                    f"names: {SAVE_ADVICE}"
                ) from None
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _decode_cp1252(content, error), [
            "Read in the Windows encoding for Western Europe (cp1252)."
        ]


def _decode_cp1252(content, error):
    if re.search(rb"[\xc3-\xf4][\x80-\xbf]", content) and _has_utf8_line(content):
        raise CannotRead(
            f"{_line_label(content, error.start)} is in another encoding than the rows before or "
            f"after it: {SAVE_ADVICE}"
        )
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise CannotRead(
            f"{_line_label(content, error.start)} has a character in no encoding that we know: "
            f"{SAVE_ADVICE}"
        ) from None


def _has_utf8_line(content):
    """Whether a line with non-ASCII characters is valid UTF-8."""
    for line in content.split(b"\n"):
        if not line.isascii():
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            return True
    return False


def _line_label(content, place):
    return f"Line {content.count(bytes([10]), 0, place) + 1:,} of the file"


def _delimiter(text):
    """The delimiter that gives most rows the same width of two columns or more; else a comma."""
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [
            len(row)
            for row in csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=delimiter)
            if row
        ][:50]
        wide = [width for width in widths if width > 1]
        usual = max(set(wide), key=wide.count, default=0)
        score = wide.count(usual) / len(widths) + usual / 1000 if usual else 0
        if score > most:
            best, most = delimiter, score
    return best


def _rows(text, delimiter, remarks):
    try:
        yield from _read(text, delimiter, is_strict=True)
    except _StrayQuotes:
        remarks.append("Some quotation marks are not in pairs: check the rows around them.")
        yield from _read(text, delimiter, is_strict=False)


class _StrayQuotes(Exception):
    pass


def _read(text, delimiter, *, is_strict):
    if is_strict and _has_stray_quotes(text, delimiter):
        raise _StrayQuotes
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            if number > LAST_ROW:
                raise CannotRead(
                    f"The file has more than {LAST_ROW:,} rows: import a part of them at a time"
                )
            for at, cell in enumerate(row):
                if "\0" in cell:
                    raise CannotRead(
                        f"Row {number:,}, column {column_letter(at)} has a NUL character: the "
                        "file is damaged, or is not a CSV file"
                    )
            yield number, [unescape_formula(cell) for cell in row]
    except csv.Error as error:
        raise CannotRead(
            f"Row {number + 1:,} cannot be read ({error}): is a quotation mark missing? "
            f"{SAVE_ADVICE}"
        ) from None


def _has_stray_quotes(text, delimiter):
    """Whether quotation marks are in the wrong place. Raises CannotRead for one never closed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, _ in enumerate(reader, 1):
            if number > LAST_ROW:
                return False
    except csv.Error as error:
        if str(error) == UNCLOSED:
            raise CannotRead(
                f"Row {number + 1:,} has a quotation mark that is never closed: {SAVE_ADVICE}"
            ) from None
        return str(error).endswith("expected after '\"'")
    return False
