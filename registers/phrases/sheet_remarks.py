"""Sentences about what a file holds besides its texts, for the person who imports it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from registers.phrases.numbers import figures, join_names

SHOWN = 5  # places that a sentence names


def hidden_rows(rows: Sequence[int]) -> str:
    """rows: numbers of the hidden rows that hold a text."""
    sentence = ngettext(
        "We also read row %(rows)s, which is hidden.",
        "We also read rows %(rows)s, which are hidden.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def hidden_columns(letters: Sequence[str]) -> str:
    sentence = ngettext(
        "We also read column %(columns)s, which is hidden.",
        "We also read columns %(columns)s, which are hidden.",
        len(letters),
    )
    return sentence % {"columns": _some(letters)}


def failed_formulas(places: Sequence[str]) -> str:
    """places: "C5 (#REF!)"."""
    sentence = ngettext(
        "The formula in %(places)s failed, so we read its error as text. Correct it in the "
        "workbook, or type the value.",
        "The formulas in %(places)s failed, so we read their errors as text. Correct them in the "
        "workbook, or type the values.",
        len(places),
    )
    return sentence % {"places": _some(places)}


def formulas_without_value(count: int, row: int, column: str) -> str:
    """row, column: of the first."""
    sentence = ngettext(
        "%(count)s formula has no stored value, in row %(row)s, column %(column)s. We read its "
        "text. To get the value, open the workbook in a spreadsheet program and save it.",
        "%(count)s formulas have no stored value, the first in row %(row)s, column %(column)s. We "
        "read their text. To get the values, open the workbook in a spreadsheet program and save "
        "it.",
        count,
    )
    return sentence % {"count": figures(count), "row": figures(row), "column": column}


def merged_cells(ranges: Sequence[str]) -> str:
    """ranges: "A1:C1"."""
    sentence = ngettext(
        "%(count)s range of cells is merged (%(ranges)s). Its text counts for every row and "
        "heading that it spans.",
        "%(count)s ranges of cells are merged (%(ranges)s). The text of each counts for every row "
        "and heading that it spans.",
        len(ranges),
    )
    return sentence % {"count": figures(len(ranges)), "ranges": _some(ranges)}


def deleted_rows(count: int) -> str:
    sentence = ngettext(
        "We do not read %(count)s row that a tracked change deleted.",
        "We do not read %(count)s rows that tracked changes deleted.",
        count,
    )
    return sentence % {"count": figures(count)}


def automatic_numbers(rows: Sequence[int]) -> str:
    """rows: those with a cell that holds only a number that Word writes by itself."""
    sentence = ngettext(
        "Row %(rows)s has an automatic number, which Word does not store in the file. If it is a "
        "reference, type it as text.",
        "Rows %(rows)s have automatic numbers, which Word does not store in the file. If they are "
        "references, type them as text.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def nested_tables(rows: Sequence[int]) -> str:
    sentence = ngettext(
        "Row %(rows)s has a table inside a cell. We read its rows as lines of that cell.",
        "Rows %(rows)s have a table inside a cell. We read its rows as lines of that cell.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def joined_lines(rows: Sequence[int]) -> str:
    sentence = ngettext(
        "We joined several lines into row %(rows)s, to match the headings.",
        "We joined several lines into each of rows %(rows)s, to match the headings.",
        len(rows),
    )
    return sentence % {"rows": _some(rows)}


def small_tables(count: int) -> str:
    sentence = ngettext(
        "We do not read %(count)s table with only one row or column.",
        "We do not read %(count)s tables with only one row or column.",
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
