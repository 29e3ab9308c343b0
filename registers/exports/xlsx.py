"""An export as a workbook: the risks with filters, lists to choose from and a frozen heading; the
matrix of them; the scheme; and what the file is. Rows are written as they come, so that ten
thousand of them need little memory.
"""

import datetime

from registers.exports.columns import Column, Value
from registers.exports.csv import plain
from registers.exports.row_heights import LINE, height_of
from registers.exports.sheets import FONT, write_about, write_matrix, write_scheme
from registers.exports.validation_lists import LISTS, Choices, choices_of
from registers.import_fields import Sort

AT_MOST = 32_767  # characters in a cell
CUT = " … (cut here: too long for a cell. The whole text is in the CSV file.)"
SPARE = 500  # rows below the last one that the lists hold for too
DAY = "d mmm yyyy"
WIDTHS = {
    **{
        "Reference": 11,
        "Title": 24,
        "Failure type": 13,
        "Owner": 16,
        "Controls": 28,
        "Actions": 32,
        "Status": 10,
    },
    **{
        "Cause": 22,
        "Event": 22,
        "Consequence": 22,
        "Current band": 10,
        "Next review": 13,
        "Exempt from publication": 12,
    },
    **{
        f"{kind} {part}": 10
        for kind in ("Inherent", "Current", "Target")
        for part in ("likelihood", "impact", "score")
    },
}
# What is printed on one page across; the other columns are folded away, and come back with one
# click on +.
PRINTED = {
    *(
        "Reference",
        "Title",
        "Cause",
        "Event",
        "Consequence",
        "Failure type",
        "Owner",
        "Status",
        "Current likelihood",
    ),
    *(
        "Current impact",
        "Current score",
        "Current band",
        "Target score",
        "Controls",
        "Actions",
        "Next review",
    ),
    "Exempt from publication",
}


def write_xlsx(table, about, file) -> None:
    """table: a RegisterTable. about: an About. file: open for bytes."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = f"{about.register}: {about.as_of}"
    book.properties.creator = "Failing Well"
    book.properties.language = "en-GB"
    sheet = _laid_out(book, table.columns)
    _write_rows(sheet, table)
    _end(sheet, table, _write_lists(book, choices_of(table)))
    write_matrix(book, table, about)
    write_scheme(book, table, about)
    write_about(book, table, about)
    book.move_sheet("Lists", 3)
    book.save(file)


def _laid_out(book, columns: tuple[Column, ...]):
    """The sheet before its first row: what stands before the rows in the file."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet("Register")
    sheet.freeze_panes = "C2"
    sheet.sheet_properties.outlinePr.summaryRight = False
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for number, column in enumerate(columns, 1):
        shape = sheet.column_dimensions[get_column_letter(number)]
        shape.width = width_of(column)
        if column.heading not in PRINTED:
            shape.outlineLevel, shape.hidden = 1, True
    return sheet


def width_of(column: Column) -> int:
    """In characters."""
    return WIDTHS.get(column.heading, 40 if column.sort == Sort.TEXT else 16)


def _write_rows(sheet, table) -> None:
    """One cell of each style serves them all, for each is written before the next is asked for:
    half the time.
    """
    text, number, day, head = _cells(sheet)

    def cell_of(value: Value):
        if value is None or value == "":
            return None
        if isinstance(value, str):
            text.value = _fitting(value)
            text.data_type = "s"  # never a formula, never an error value
            return text
        cell = day if isinstance(value, datetime.date) else number
        cell.value = value
        return cell

    shown = [(n, width_of(one)) for n, one in enumerate(table.columns) if one.heading in PRINTED]
    sheet.row_dimensions[1].height = 2 * LINE + 2
    sheet.append([head(heading) for heading in table.headings])
    for place, row in enumerate(table.rows(), 2):
        sheet.row_dimensions[place].height = height_of((row[n], width) for n, width in shown)
        sheet.append(cell_of(value) for value in row)


def _cells(sheet):
    """(a cell for texts, one for numbers, one for days, a function that makes a heading)."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    def styled(value=None, **style):
        cell = WriteOnlyCell(sheet, value)
        cell.font, cell.alignment = (
            Font(name=FONT, size=11),
            Alignment("left", "top", wrap_text=True),
        )
        for name, said in style.items():
            setattr(cell, name, said)
        return cell

    bold = {
        "font": Font(name=FONT, size=11, bold=True),
        "fill": PatternFill("solid", fgColor="D9E5E6"),
    }
    return styled(), styled(), styled(number_format=DAY), lambda heading: styled(heading, **bold)


def _fitting(text: str) -> str:
    """A text as a cell can hold it: its type says that it is text, so that it needs no apostrophe."""
    said = plain(text).replace("\r", "\n")
    return said if len(said) <= AT_MOST else said[: AT_MOST - len(CUT)] + CUT


def _write_lists(book, choices: list[Choices]) -> dict[str, str]:
    """A hidden sheet with a list in each column; heading -> where its list stands."""
    sheet = book.create_sheet("Lists")
    sheet.sheet_state = "hidden"
    sheet.append([one.name for one in choices])
    for n in range(max(len(one.words) for one in choices)):
        sheet.append(
            [_word(sheet, one.words[n]) if n < len(one.words) else None for one in choices]
        )
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {
        heading: f"Lists!${letters[n]}$2:${letters[n]}${len(one.words) + 1}"
        for n, one in enumerate(choices)
        for heading in one.headings
    }


def _word(sheet, word: str | int):
    """A cell of a list: a post may be called "=1"."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, _fitting(word) if isinstance(word, str) else word)
    if isinstance(word, str):
        cell.data_type = "s"
    return cell


def _end(sheet, table, lists: dict[str, str]) -> None:
    """What stands after the rows in the file: filters, lists and how it is printed."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last, rows = get_column_letter(len(table.columns)), table.counted.rows
    sheet.auto_filter.ref = f"A1:{last}{rows + 1}"
    for number, column in enumerate(table.columns, 1):
        if column.heading in lists:
            rule = DataValidation(
                "list", formula1=lists[column.heading], allow_blank=True, errorStyle="warning"
            )
            rule.showErrorMessage = rule.showInputMessage = True
            rule.errorTitle, rule.error = (
                column.heading,
                "That is not on the list. The import will ask what it means.",
            )
            rule.promptTitle, rule.prompt = (
                column.heading[:32],
                LISTS.get(column.target, "")[:255] or None,
            )
            letter = get_column_letter(number)
            rule.add(f"{letter}2:{letter}{rows + 1 + SPARE}")
            sheet.data_validations.append(rule)
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True
    page = sheet.page_setup
    page.orientation, page.paperSize, page.fitToWidth, page.fitToHeight = "landscape", "8", 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = (
        "NOT FOR PUBLICATION: holds exempt risks" if table.counted.exempt else None
    )
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&F", "Page &P of &N"
