"""Read a workbook (.xlsx): openpyxl for sheets and number formats, our own parser for the cells."""

import datetime
import re
import warnings

from registers.imports import zip_guard
from registers.imports.read_sheet_xml import SharedTexts, SheetCells, decode_text
from registers.phrases.files import formula_errors, hidden_columns, hidden_rows
from registers.spreadsheet import SHEETS, CannotRead, RowCollector, Sheet, column_letter

MACROS = (".xlsm", ".xltm", ".xlam")
WORKBOOK_SUFFIXES = (".xlsx", ".xls", ".xlsb", ".xltx", *MACROS)
STRINGS = "xl/sharedStrings.xml"  # unless the manifest says otherwise
PADDED = re.compile(r'(?:"([^"]*)")?(0+)')  # the format CRR0000 shows 7 as CRR0007


def is_workbook(file_name: str, content: bytes) -> bool:
    return content.startswith((zip_guard.ZIP, zip_guard.OLE)) or file_name.lower().endswith(
        WORKBOOK_SUFFIXES
    )


def read_sheets(file_name: str, content: bytes) -> list[Sheet]:
    if file_name.lower().endswith(MACROS):
        raise CannotRead(
            "The workbook carries macros: save it as .xlsx, which has none, and choose that file"
        )
    archive = zip_guard.open_archive(content)
    with archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts that openpyxl does not read
        try:
            return list(_read(archive))
        except (CannotRead, MemoryError):
            raise
        except Exception:  # openpyxl raises anything for a damaged part
            raise CannotRead(
                f"The workbook cannot be read, part of it is damaged: {zip_guard.SAVE_AS_XLSX}"
            ) from None


def _read(archive):
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet
    from openpyxl.xml.constants import SHARED_STRINGS

    reader = ExcelReader(archive.fp, read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    sheets = [
        (sheet, rel.target)
        for sheet, rel in reader.parser.find_sheets()
        if rel.Type.endswith("/worksheet")
    ]
    if len(sheets) > SHEETS:
        raise CannotRead(
            f"The workbook has more than {SHEETS} sheets: delete those that hold no risks"
        )
    texts = []
    shared = reader.package.find(SHARED_STRINGS)
    strings = shared.PartName[1:] if shared is not None else STRINGS
    if strings in archive.namelist():
        with archive.open(strings) as part:
            texts = SharedTexts.read(part)
    cell_text = _CellText(reader.wb, texts)
    collector = RowCollector()
    for sheet, target in sheets:
        cells = SheetCells(sheet.name, cell_text)
        with archive.open(target) as part:
            rows = collector.collect(f'Sheet "{sheet.name}"', cells.rows(part))
        yield Sheet(sheet.name, rows, tuple(cells.merged), tuple(_remarks(sheet, cells)))


def _remarks(sheet, cells):
    if sheet.state != "visible":
        yield "The sheet is hidden."
    if cells.hidden_rows:
        yield hidden_rows(cells.hidden_rows)
    columns = [at for first, last in cells.hidden_columns for at in range(first, last + 1)]
    if letters := [column_letter(at - 1) for at in columns if at in cells.filled_columns]:
        yield hidden_columns(letters)
    if cells.is_filtered:
        yield "A filter is on. The rows that it hides are read like all others."
    if cells.errors:
        row, column = cells.errors[0]
        yield formula_errors(len(cells.errors), row, column_letter(column - 1))
    if cells.formulas:
        row, column = cells.formulas[0]
        yield (
            f"{len(cells.formulas):,} formulas have no stored value, the first in row {row:,}, "
            f"column {column_letter(column - 1)}: their text stands there. Open the workbook in a "
            "spreadsheet program and save it."
        )


class _CellText:
    """The text that a cell shows: days in one form, numbers without a needless .0."""

    def __init__(self, workbook, texts):
        from openpyxl.styles.numbers import (
            BUILTIN_FORMATS,
            BUILTIN_FORMATS_MAX_SIZE,
            is_date_format,
        )

        custom = workbook._number_formats
        numbers = [style.numFmtId for style in workbook._cell_styles]
        self.formats = [
            BUILTIN_FORMATS.get(n, "General")
            if n < BUILTIN_FORMATS_MAX_SIZE
            else custom[n - BUILTIN_FORMATS_MAX_SIZE]
            for n in numbers
        ]
        self.are_days = [is_date_format(number_format) for number_format in self.formats]
        self.epoch, self.texts = workbook.epoch, texts

    def __call__(self, kind, value, style):
        if kind == "s":
            return self.texts[int(value)]
        if kind == "n":
            return self._number(value, style)
        if kind == "b":
            return "TRUE" if value not in ("0", "false") else "FALSE"
        # Else an inline text, an error, or a day in ISO form.
        return decode_text(value) if kind == "str" else value

    def _number(self, value, style):
        if style >= len(self.formats):
            return value
        number = float(value) if not value.lstrip("-").isdecimal() else int(value)
        return (
            self._day(number, style)
            if self.are_days[style]
            else _number_text(number, self.formats[style])
        )

    def _day(self, number, style):
        """A day as 2026-04-01; the first of a month shown as a month ("Apr-26") as Apr 2026."""
        from openpyxl.utils.datetime import from_excel

        try:
            date = from_excel(number, self.epoch)
        except (OverflowError, ValueError):
            return _number_text(number, "General")
        if not isinstance(date, datetime.datetime):
            return str(date)
        if date.time() != datetime.time():
            return date.isoformat(sep=" ", timespec="seconds" if date.second else "minutes")
        plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", self.formats[style].lower())
        is_month = "m" in plain and "y" in plain and "d" not in plain
        return f"{date:%b %Y}" if is_month and date.day == 1 else date.date().isoformat()


def _number_text(value, number_format):
    if number_format == "General":
        return str(value) if isinstance(value, int) else f"{value:.15g}"
    number_format = number_format.split(";")[0]
    if number_format.endswith("%"):
        return f"{float(value) * 100:.10g}%"
    if (match := PADDED.fullmatch(number_format)) and len(match[0]) > 1 and value >= 0:
        return f"{match[1] or ''}{round(value):0{len(match[2])}d}"
    return str(value) if isinstance(value, int) else f"{value:.15g}"
