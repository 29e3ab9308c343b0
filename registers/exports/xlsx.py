"""An export as a workbook: the risks, their matrix, the scheme, and a sheet about the file.

The risks have filters, lists to choose from and a frozen heading. Rows are written as they are
read, to save memory.
"""

import datetime
from dataclasses import dataclass

from registers.cell_lists import single_line
from registers.exports.columns import BY_IMPORT_FIELD, CHOICES, Column, Value
from registers.exports.csv import plain
from registers.exports.sheets import FONT, LINE, row_height, write_about, write_matrix, write_scheme
from registers.import_fields import KINDS, Sort

MOST_CHARACTERS = 32_767  # in a cell
CUT = " … (cut here: too long for a cell. The whole text is in the CSV file.)"
SPARE_ROWS = 500  # below the last one, in which the lists can be used as well
DAY = "d mmm yyyy"
WIDTHS = {
    "Reference": 11,
    "Title": 24,
    "Failure type": 13,
    "Owner": 16,
    "Controls": 28,
    "Actions": 32,
    "Status": 10,
    "Cause": 22,
    "Event": 22,
    "Consequence": 22,
    "Current band": 10,
    "Next review": 13,
    "Exempt from publication": 12,
    **{
        f"{kind} {part}": 10
        for kind in ("Inherent", "Current", "Target")
        for part in ("likelihood", "impact", "score")
    },
}
# Columns of the printed page; the others are folded away, one click on + shows them.
PRINTED = {
    *("Reference", "Title", "Cause", "Event", "Consequence", "Failure type", "Owner", "Status"),
    *("Current likelihood", "Current impact", "Current score", "Current band", "Target score"),
    *("Controls", "Actions", "Next review", "Exempt from publication"),
}
# Import field -> the hint for a cell of it.
HINTS = {
    **{
        f"{kind}.likelihood": "Choose a level of the scoring scheme: see the sheet Scheme."
        for kind in KINDS
    },
    **{
        f"{kind}.impact": "Choose a level of the scoring scheme: see the sheet Scheme."
        for kind in KINDS
    },
    "primary_failure_type": "The type of failure that the risk is most like.",
    "owner": "Choose a post, not a person.",
}


def write_xlsx(table, metadata, file) -> None:
    """table: a RegisterTable. metadata: an ExportMetadata. file: open for bytes."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = f"{metadata.register}: {metadata.as_of_in_words}"
    book.properties.creator = "Failing Well"
    book.properties.language = "en-GB"
    sheet = _create_sheet(book, table.columns)
    _write_rows(sheet, table)
    _finish_sheet(sheet, table, _write_lists(book, value_lists(table)))
    write_matrix(book, table, metadata)
    write_scheme(book, table)
    write_about(book, table, metadata)
    book.move_sheet("Lists", 3)
    book.save(file)


def _create_sheet(book, columns: tuple[Column, ...]):
    """The sheet of risks with all that the file has before the first row."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet("Register")
    sheet.freeze_panes = "C2"
    sheet.sheet_properties.outlinePr.summaryRight = False
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for number, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = column_width(column)
        if column.heading not in PRINTED:
            dimension.outlineLevel, dimension.hidden = 1, True
    return sheet


def column_width(column: Column) -> int:
    """In characters."""
    return WIDTHS.get(column.heading, 40 if column.sort in (Sort.LINE, Sort.TEXT) else 16)


def _write_rows(sheet, table) -> None:
    """One cell of each style serves all rows, each written before the next: half the time."""
    text, number, day, head = _cells(sheet)

    def cell_of(value: Value):
        if value is None or value == "":
            return None
        if isinstance(value, str):
            text.value = _cell_text(value)
            text.data_type = "s"  # never a formula, never an error value
            return text
        cell = day if isinstance(value, datetime.date) else number
        cell.value = value
        return cell

    printed = [
        (n, column_width(column))
        for n, column in enumerate(table.columns)
        if column.heading in PRINTED
    ]
    sheet.row_dimensions[1].height = 2 * LINE + 2
    sheet.append([head(heading) for heading in table.headings])
    for place, row in enumerate(table.rows(), 2):
        sheet.row_dimensions[place].height = row_height((row[n], width) for n, width in printed)
        sheet.append(cell_of(value) for value in row)


def _cells(sheet):
    """(a cell for texts, one for numbers, one for days, a function that makes a heading cell)."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    def styled_cell(value=None, **style):
        cell = WriteOnlyCell(sheet, value)
        cell.font, cell.alignment = (
            Font(name=FONT, size=11),
            Alignment("left", "top", wrap_text=True),
        )
        for name, setting in style.items():
            setattr(cell, name, setting)
        return cell

    bold = {
        "font": Font(name=FONT, size=11, bold=True),
        "fill": PatternFill("solid", fgColor="D9E5E6"),
    }
    day = styled_cell(number_format=DAY)
    return styled_cell(), styled_cell(), day, lambda heading: styled_cell(heading, **bold)


def _cell_text(text: str) -> str:
    """The text as a cell can hold it. The cell's type keeps it from being a formula."""
    text = plain(text).replace("\r", "\n")
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - len(CUT)] + CUT


@dataclass(frozen=True)
class ValueList:
    """A list that cells can be chosen from, and the headings of the columns that use it."""

    name: str
    headings: tuple[str, ...]
    words: list[str | int]


def value_lists(table) -> list[ValueList]:
    """The lists for a RegisterTable, without empty ones."""
    rules, related = table.register.scheme.rules, table.related
    posts = sorted({single_line(title) for title, _ in related.posts.values()}, key=str.lower)
    lists = [
        _value_list(name.replace("_", " ").capitalize(), [*words.values()], name)
        for name, words in CHOICES.items()
    ]
    lists += [
        _value_list("Failure types", [*related.failure_types.values()], "primary_failure_type"),
        _value_list(
            "Adverse impacts", [*related.impacts.values()], *(f"{kind}.driver" for kind in KINDS)
        ),
        _value_list("Posts", posts, "owner"),
        _value_list(
            "Likelihood",
            [level.value for level in rules.likelihood],
            *(f"{kind}.likelihood" for kind in KINDS),
        ),
        _value_list(
            "Impact", [level.value for level in rules.impact], *(f"{kind}.impact" for kind in KINDS)
        ),
    ]
    return [values for values in lists if values.words]


def _value_list(name, words, *import_fields) -> ValueList:
    headings = tuple(BY_IMPORT_FIELD[field].heading for field in import_fields)
    words = [word if isinstance(word, int) else str(word) for word in words]
    return ValueList(name, headings, words)


def _write_lists(book, lists: list[ValueList]) -> dict[str, str]:
    """Write a hidden sheet with a list in each column; return heading -> the range of its list."""
    sheet = book.create_sheet("Lists")
    sheet.sheet_state = "hidden"
    sheet.append([values.name for values in lists])
    for n in range(max(len(values.words) for values in lists)):
        sheet.append(
            [
                _word_cell(sheet, values.words[n]) if n < len(values.words) else None
                for values in lists
            ]
        )
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {
        heading: f"Lists!${letters[n]}$2:${letters[n]}${len(values.words) + 1}"
        for n, values in enumerate(lists)
        for heading in values.headings
    }


def _word_cell(sheet, word: str | int):
    """A post may be called "=1"."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, _cell_text(word) if isinstance(word, str) else word)
    if isinstance(word, str):
        cell.data_type = "s"
    return cell


def _finish_sheet(sheet, table, ranges: dict[str, str]) -> None:
    """Add what the file has after its rows: filters, lists, print settings. ranges: by heading."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last, rows = get_column_letter(len(table.columns)), table.totals.rows
    sheet.auto_filter.ref = f"A1:{last}{rows + 1}"
    for number, column in enumerate(table.columns, 1):
        if column.heading in ranges:
            rule = DataValidation(
                "list", formula1=ranges[column.heading], allow_blank=True, errorStyle="warning"
            )
            rule.showErrorMessage = rule.showInputMessage = True
            rule.errorTitle, rule.error = (
                column.heading,
                "This is not on the list. The import will ask you what it means.",
            )
            rule.promptTitle, rule.prompt = (
                column.heading[:32],
                HINTS.get(column.import_field, "")[:255] or None,
            )
            letter = get_column_letter(number)
            rule.add(f"{letter}2:{letter}{rows + 1 + SPARE_ROWS}")
            sheet.data_validations.append(rule)
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True
    page = sheet.page_setup
    page.orientation, page.paperSize, page.fitToWidth, page.fitToHeight = "landscape", "8", 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = (
        "NOT FOR PUBLICATION: holds exempt risks" if table.totals.exempt else None
    )
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&F", "Page &P of &N"
