"""What a sheet holds besides its texts: merged, hidden and filtered cells, failed formulas."""

import re
from collections.abc import Iterator, Sequence

from registers.phrases import sheet_remarks
from registers.spreadsheet import LAST_COLUMN, LAST_ROW, CannotRead, SheetRow, column_letter

MERGED = 20_000  # merged cells of a sheet
COVERED = 200_000  # rows that they span in all
ERROR = re.compile(r"#[^\Wa-z_]+(?:/0)?[!?]|#N/A|Err:\d{3}")  # in any language


class SheetFeatures:
    """Collected while a sheet is read. Raises CannotRead for more than is read.

    formulas: (row, column) of those without a stored value. errors: (row, column, text) of those
    that failed. hidden_rows: those with a text. remarks: further sentences of the reader.
    """

    def __init__(self, title: str):
        self.title = title
        self.merged: list[tuple[int, int, int, int]] = []
        self.covered = 0
        self.formulas: list[tuple[int, int]] = []
        self.errors: list[tuple[int, int, str]] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: set[int] = set()
        self.is_hidden = self.is_filtered = self.has_comments = self.has_pictures = False
        self.remarks: list[str] = []

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Note merged cells, by their corners."""
        if top > LAST_ROW or left > LAST_COLUMN:
            return
        self.merged.append((top, left, min(bottom, LAST_ROW), min(right, LAST_COLUMN)))
        self.covered += self.merged[-1][2] - top
        if len(self.merged) > MERGED or self.covered > COVERED:
            raise CannotRead(f'Sheet "{self.title}" has too many merged cells: unmerge them')

    def hide_columns(self, first: int, last: int) -> None:
        self.hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))

    def refuse_place(self, row: int, column: int) -> None:
        """Raise CannotRead for a text that lies too far out."""
        place = f'Sheet "{self.title}", row {row:,}, column {column_letter(column - 1)}'
        if column > LAST_COLUMN:
            raise CannotRead(
                f"{place} is not empty. We read only the first {LAST_COLUMN} columns: delete what "
                "is there"
            )
        raise CannotRead(
            f"{place} is too far down to read at once: import a part of the rows at a time"
        )

    def remarks_for(self, rows: Sequence[SheetRow]) -> tuple[str, ...]:
        """The sentences that a user should read. rows: of the sheet, all of one width."""
        width = len(rows[0].cells) if rows else 0
        numbers = {row.number for row in rows}
        merged = sorted(corners for corners in self.merged if corners[0] in numbers)
        return (*self._hidden(width), *self._formulas(), *self._left_out(merged), *self.remarks)

    def _hidden(self, width) -> Iterator[str]:
        if self.is_hidden:
            yield "The sheet is hidden."
        if self.is_filtered:
            yield "A filter is on. We also read the rows that it hides."
        if self.hidden_rows:
            yield sheet_remarks.hidden_rows(self.hidden_rows)
        if hidden := [at for at in range(width) if at + 1 in self.hidden_columns]:
            yield sheet_remarks.hidden_columns([column_letter(at) for at in hidden])

    def _formulas(self) -> Iterator[str]:
        if self.errors:
            yield sheet_remarks.failed_formulas(
                [f"{column_letter(column - 1)}{row} ({text})" for row, column, text in self.errors]
            )
        if self.formulas:
            row, column = self.formulas[0]
            yield sheet_remarks.formulas_without_value(
                len(self.formulas), row, column_letter(column - 1)
            )

    def _left_out(self, merged) -> Iterator[str]:
        if merged:
            yield sheet_remarks.merged_cells([_range_name(*corners) for corners in merged])
        if self.has_comments:
            yield "We do not read comments on cells. Put anything that matters into a cell."
        if self.has_pictures:
            yield "We do not read pictures and shapes."


def _range_name(top, left, bottom, right):
    return f"{column_letter(left - 1)}{top}:{column_letter(right - 1)}{bottom}"
