"""What a workbook hides or gets wrong is read and named."""

import pytest
from openpyxl import Workbook
from spreadsheets import workbook_bytes

from registers.imports.upload import read_sheets


def sheet_with(change):
    """The sheet of a workbook of four rows and three columns, changed by `change`."""
    book = Workbook()
    for row in (["Ref", "Risk", "Score"], [1, "Flood", 20], [2, "Fire", 10], [3, "Frost", 4]):
        book.active.append(row)
    change(book.active)
    return read_sheets("risks.xlsx", workbook_bytes(book))[0]


def hide_rows(sheet):
    sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True
    sheet.row_dimensions[9].hidden = True  # without a text


def hide_columns(sheet):
    sheet.column_dimensions["B"].hidden = sheet.column_dimensions["F"].hidden = True


def filter_rows(sheet):
    sheet.auto_filter.ref = "A1:C4"
    sheet.auto_filter.add_filter_column(2, ["20"])


def break_formula(sheet):
    sheet["C2"], sheet["C3"] = "#REF!", "#N/A"


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (hide_rows, "Rows 3 and 4 are hidden in the file. They are read like all others."),
        (hide_columns, "Column B is hidden in the file. It is read like all others."),
        (filter_rows, "A filter is on. The rows that it hides are read like all others."),
        (
            break_formula,
            "2 cells hold a formula error such as #REF!, the first in row 2, column C.",
        ),
    ],
)
def test_what_is_hidden_or_wrong_is_named_and_read(change, remark):
    sheet = sheet_with(change)
    assert sheet.remarks == (remark,)
    assert [row.number for row in sheet.rows] == [1, 2, 3, 4] and len(sheet.rows[1].cells) == 3


def test_a_filter_without_a_choice_hides_nothing():
    def offer_filter(sheet):
        sheet.auto_filter.ref = "A1:C4"

    assert sheet_with(offer_filter).remarks == ()
