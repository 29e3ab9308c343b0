"""Sentences about what comes in and goes out: imports, exports, the library's files, mails."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from registers.phrases.numbers import (
    figures,
    join_names,
    join_with_and,
    join_with_or,
    number_in_words,
    number_to_begin,
)

# What every file of a sandbox says.
MADE_UP = "Sandbox. Made-up risks for training: nothing here is real."

# What is typed


def missing_date_parts(subject: str, parts: Sequence[str]) -> str:
    """parts: of "day", "month" and "year"."""
    names = {"day": gettext("a day"), "month": gettext("a month"), "year": gettext("a year")}
    message = gettext("%(subject)s must include %(parts)s")
    return message % {"subject": subject, "parts": join_names([names[part] for part in parts])}


# A workbook


def in_rows(count: int) -> str:
    return ngettext("In %(count)s row", "In %(count)s rows", count) % {"count": count}


def in_rows_of_column(rows: Sequence[int], column: str) -> str:
    """ "In rows 5, 7 and 8, column C" """
    words = ngettext(
        "In row %(rows)s, column %(column)s", "In rows %(rows)s, column %(column)s", len(rows)
    )
    return words % {"rows": join_names(rows), "column": column}


def rows_of_sheet(name: str, count: int) -> str:
    words = ngettext("%(name)s (%(count)s row)", "%(name)s (%(count)s rows)", count)
    return words % {"name": name, "count": figures(count)}


def rows_and_others(rows: str, more: int) -> str:
    """rows: some of them in words; more: how many others there are."""
    if not more:
        return rows
    words = ngettext("%(rows)s and %(count)s others", "%(rows)s and %(count)s others", more)
    return words % {"rows": rows, "count": figures(more)}


def more_of_risk(row: int) -> str:
    return gettext("It continues the risk in row %(row)s.") % {"row": row}


def duplicate_reference(rows: Sequence[int], shown: int) -> str:
    """rows: the others with that reference, of which so many are named."""
    message = ngettext(
        "Row %(rows)s has the same reference: put each risk into one row, or give each risk its "
        "own reference",
        "Rows %(rows)s have the same reference: put each risk into one row, or give each risk its "
        "own reference",
        len(rows),
    )
    return message % {"rows": ", ".join(map(str, rows[:shown]))}


def taken_apart_into(parts: Sequence[str]) -> str:
    return gettext("split into %(parts)s") % {"parts": join_with_and(parts)}


def first_of_owners(title: str, further: int) -> str:
    """A cell with several owners. further: how many besides the first."""
    note = ngettext(
        "the first, %(title)s, is the owner; %(count)s other is kept in the notes",
        "the first, %(title)s, is the owner; %(count)s others are kept in the notes",
        further,
    )
    return note % {"title": title, "count": further}


def several_in_one_cell(count: int, separator: str) -> str:
    """separator: what stands between them, "numbered" where each begins with its number."""
    if separator == "numbered":
        note = ngettext(
            "%(count)s item in one cell, split at its number",
            "%(count)s items in one cell, split at their numbers",
            count,
        )
    else:
        note = ngettext(
            "%(count)s item in one cell, split at %(separator)s",
            "%(count)s items in one cell, split at %(separator)s",
            count,
        )
    return note % {"count": count, "separator": separator}


def unequal_lists(parts: int, actions: int) -> str:
    """A cell with another number of owners or days than there are actions."""
    note = ngettext(
        "%(parts)s for %(count)s action: kept in the notes",
        "%(parts)s for %(count)s actions: kept in the notes",
        actions,
    )
    return note % {"parts": parts, "count": actions}


def possible_pairs(pairs: Sequence[tuple[int, int]]) -> str:
    """ "This can mean 2 x 4 or 4 x 2" """
    names = [f"{likelihood} x {impact}" for likelihood, impact in pairs]
    return gettext("This can mean %(pairs)s") % {"pairs": join_with_or(names)}


def likeness_sentence(reference: str, percent: int, has_same_title: bool) -> str:
    """ "It shares 94% of its words with CORP-012" """
    words = {"reference": reference, "percent": percent}
    if percent == 100:
        return gettext("It says the same as %(reference)s") % words
    if has_same_title:
        return gettext("It has the title of %(reference)s and %(percent)s%% of its words") % words
    return gettext("It shares %(percent)s%% of its words with %(reference)s") % words


def import_totals(read: int, new: int, changed: int, unchanged: int, refused: int) -> str:
    rows = ngettext("%(count)s row read", "%(count)s rows read", read) % {"count": read}
    clauses = [
        ngettext("%(count)s new", "%(count)s new", new) % {"count": new},
        ngettext("%(count)s changed", "%(count)s changed", changed) % {"count": changed},
        ngettext("%(count)s unchanged", "%(count)s unchanged", unchanged) % {"count": unchanged},
        ngettext("%(count)s left out", "%(count)s left out", refused) % {"count": refused},
    ]
    return f"{rows}: {', '.join(clauses)}."


def unrated_totals(count: int) -> str:
    sentence = ngettext(
        "%(count)s new risk has no residual rating.",
        "%(count)s new risks have no residual rating.",
        count,
    )
    return sentence % {"count": count}


# The library


def library_problems(count: int) -> str:
    message = ngettext(
        "Correct the %(count)s problem listed on this page, then load the files again. Nothing has "
        "changed",
        "Correct the %(count)s problems listed on this page, then load the files again. Nothing "
        "has changed",
        count,
    )
    return message % {"count": count}


def library_totals(added: int, changed: int, unchanged: int, vanished: int) -> str:
    """ "3 added, 1 changed, 1245 unchanged" """
    clauses = [
        ngettext("%(count)s added", "%(count)s added", added) % {"count": added},
        ngettext("%(count)s changed", "%(count)s changed", changed) % {"count": changed},
        ngettext("%(count)s unchanged", "%(count)s unchanged", unchanged) % {"count": unchanged},
    ]
    if vanished:
        clause = ngettext(
            "%(count)s no longer in the files", "%(count)s no longer in the files", vanished
        )
        clauses.append(clause % {"count": vanished})
    return ", ".join(clauses)


def timeline_sentence(dated: int, undated: int) -> str:
    """Of the events of a case; at least one has a date."""
    sentence = ngettext(
        "%(count)s dated event on a line of years",
        "%(count)s dated events on a line of years",
        dated,
    ) % {"count": number_to_begin(dated)}
    if not undated:
        return sentence
    undated_clause = ngettext(
        "and %(count)s without a date in any source",
        "and %(count)s without a date in any source",
        undated,
    ) % {"count": number_in_words(undated)}
    return f"{sentence}, {undated_clause}"


# Exports and the summary


def exempt_sentence(count: int) -> str:
    """count: exempt risks among those in the file."""
    if not count:
        return gettext("This file has no exempt risks.")
    sentence = ngettext(
        "%(count)s risk in this file is exempt: do not publish it.",
        "%(count)s risks in this file are exempt: do not publish them.",
        count,
    )
    return sentence % {"count": number_to_begin(count)}


def in_matrix_sentence(scored: int, on_register: int) -> str:
    sentence = ngettext(
        "The matrix shows %(scored)s of the %(count)s risks on the register in this file.",
        "The matrix shows %(scored)s of the %(count)s risks on the register in this file.",
        scored,
    )
    return sentence % {"scored": scored, "count": on_register}


def unlisted_sentence(count: int) -> str:
    sentence = ngettext(
        "The register lists %(count)s more.",
        "The register lists %(count)s more.",
        count,
    )
    return sentence % {"count": count}


# Reminders


def reminder_subject(overdue: int, soon: int, waiting: int) -> str:
    """How many, and nothing of what: subjects are shown on locked screens."""
    clauses = []
    if overdue:
        clause = ngettext("%(count)s overdue", "%(count)s overdue", overdue)
        clauses.append(clause % {"count": figures(overdue)})
    if soon:
        clause = ngettext("%(count)s due soon", "%(count)s due soon", soon)
        clauses.append(clause % {"count": figures(soon)})
    if waiting:
        clause = ngettext("%(count)s waiting", "%(count)s waiting", waiting)
        clauses.append(clause % {"count": figures(waiting)})
    return gettext("Your risk registers: %(counts)s") % {"counts": join_names(clauses)}


def more_reminders(count: int, address: str) -> str:
    words = ngettext("And %(count)s more: %(address)s", "And %(count)s more: %(address)s", count)
    return words % {"count": figures(count), "address": address}


# Commands


def differing_sentence(count: int) -> str:
    return ngettext("%(count)s risk differs.", "%(count)s risks differ.", count) % {"count": count}


def mended_sentence(count: int) -> str:
    sentence = ngettext("%(count)s risk corrected.", "%(count)s risks corrected.", count)
    return sentence % {"count": count}


def name_in_files(organisation):
    """Its name as files have it, which says of a sandbox that everything is made up."""
    return f"{organisation}. {MADE_UP}" if organisation.is_sandbox else str(organisation)
