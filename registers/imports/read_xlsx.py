"""Read a workbook (.xlsx): openpyxl for sheets and number formats, our own parser for the cells."""

import datetime
import re
import warnings
from collections.abc import Iterator
from zipfile import ZipFile

from registers.imports.read_sheet_xml import SharedTexts, SheetCells, decode_text
from registers.spreadsheet import SHEETS, CannotRead, RowCollector, Sheet

RELATIONS = 100_000  # bytes that are looked at
STRINGS = "xl/sharedStrings.xml"  # unless the manifest says otherwise
PADDED = re.compile(r'(?:"([^"]*)")?(0+)')  # the format CRR0000 shows 7 as CRR0007


def read_sheets(archive: ZipFile) -> Iterator[Sheet]:
    """Raises CannotRead, and anything for a damaged part."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts that openpyxl does not read
        yield from _read(archive)


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
        features = cells.features
        features.is_hidden = sheet.state != "visible"
        relations = _relations(archive, target)
        features.has_comments = b'relationships/comments"' in relations
        features.has_pictures = b'relationships/drawing"' in relations
        yield Sheet(sheet.name, rows, tuple(features.merged), features.remarks_for(rows))


def _relations(archive, target):
    """The names of the parts that belong to a sheet: its comments, its drawings."""
    folder, _, name = target.rpartition("/")
    path = f"{folder}/_rels/{name}.rels"
    if path not in archive.namelist():
        return b""
    with archive.open(path) as part:
        return part.read(RELATIONS)


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
