"""Sentences about what a file holds besides its texts, for the person who imports it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from registers.phrases.numbers import figures, join_names

SHOWN = 5  # places that a sentence names


def hidden_rows(rows: Sequence[int]) -> str:
    """rows: numbers of the hidden rows that hold a text."""
    sentence = ngettext(
        "Row %(rows)s is hidden, and is read too.",
        "Rows %(rows)s are hidden, and are read too.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def hidden_columns(letters: Sequence[str]) -> str:
    sentence = ngettext(
        "Column %(columns)s is hidden, and is read too.",
        "Columns %(columns)s are hidden, and are read too.",
        len(letters),
    )
    return sentence % {"columns": _some(letters)}


def failed_formulas(places: Sequence[str]) -> str:
    """places: "C5 (#REF!)"."""
    sentence = ngettext(
        "The formula in %(places)s failed: its error is read as it stands. Put it right in the "
        "workbook and save it, or type the value.",
        "The formulas in %(places)s failed: their errors are read as they stand. Put them right in "
        "the workbook and save it, or type the values.",
        len(places),
    )
    return sentence % {"places": _some(places)}


def formulas_without_value(count: int, row: int, column: str) -> str:
    """row, column: of the first."""
    sentence = ngettext(
        "%(count)s formula has no stored value, in row %(row)s, column %(column)s: its text stands "
        "there. Open the workbook in a spreadsheet program and save it.",
        "%(count)s formulas have no stored value, the first in row %(row)s, column %(column)s: "
        "their text stands there. Open the workbook in a spreadsheet program and save it.",
        count,
    )
    return sentence % {"count": figures(count), "row": figures(row), "column": column}


def merged_cells(ranges: Sequence[str]) -> str:
    """ranges: "A1:C1"."""
    sentence = ngettext(
        "%(count)s range of cells is merged (%(ranges)s): its text counts for each row and each "
        "heading that it spans.",
        "%(count)s ranges of cells are merged (%(ranges)s): the text of each counts for each row "
        "and each heading that it spans.",
        len(ranges),
    )
    return sentence % {"count": figures(len(ranges)), "ranges": _some(ranges)}


def deleted_rows(count: int) -> str:
    sentence = ngettext(
        "%(count)s row was deleted with its change tracked: it is not read.",
        "%(count)s rows were deleted with their changes tracked: they are not read.",
        count,
    )
    return sentence % {"count": figures(count)}


def automatic_numbers(rows: Sequence[int]) -> str:
    """rows: those with a cell that holds only a number that Word writes by itself."""
    sentence = ngettext(
        "In row %(rows)s a number is one that Word writes by itself: it is not in the file, and "
        "not read. Type it as text if it is a reference.",
        "In rows %(rows)s a number is one that Word writes by itself: it is not in the file, and "
        "not read. Type the numbers as text if they are references.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def nested_tables(rows: Sequence[int]) -> str:
    sentence = ngettext(
        "Row %(rows)s holds a table inside a cell: its rows are read as lines of that cell.",
        "Rows %(rows)s hold a table inside a cell: its rows are read as lines of that cell.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def joined_lines(rows: Sequence[int]) -> str:
    sentence = ngettext(
        "Row %(rows)s is made of several lines, which together have as many cells as the headings.",
        "Rows %(rows)s are made of several lines each, which together have as many cells as the "
        "headings.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def small_tables(count: int) -> str:
    sentence = ngettext(
        "%(count)s table of a single row or column is not read.",
        "%(count)s tables of a single row or column are not read.",
        count,
    )
    return sentence % {"count": figures(count)}


def _some(names):
    """The first few of them, and how many more there are."""
    names = [str(name) for name in names]
    if len(names) <= SHOWN:
        return join_names(names)
    more = len(names) - SHOWN
    words = ngettext("%(count)s other", "%(count)s others", more) % {"count": figures(more)}
    return gettext("%(names)s and %(more)s") % {"names": ", ".join(names[:SHOWN]), "more": words}
