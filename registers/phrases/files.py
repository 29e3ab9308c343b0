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
    return gettext("It is more of the risk in row %(row)s.") % {"row": row}


def duplicate_reference(rows: Sequence[int], shown: int) -> str:
    """rows: the others with that reference, of which so many are named."""
    message = ngettext(
        "It also stands in row %(rows)s: put what one risk says into one row, or give each risk a "
        "reference of its own",
        "It also stands in rows %(rows)s: put what one risk says into one row, or give each risk a "
        "reference of its own",
        len(rows),
    )
    return message % {"rows": ", ".join(map(str, rows[:shown]))}


def taken_apart_into(parts: Sequence[str]) -> str:
    return gettext("taken apart into %(parts)s") % {"parts": join_with_and(parts)}


def first_of_owners(title: str, further: int) -> str:
    """A cell with several owners. further: how many besides the first."""
    note = ngettext(
        "the first, %(title)s, is the owner; %(count)s other stays with the notes",
        "the first, %(title)s, is the owner; %(count)s others stay with the notes",
        further,
    )
    return note % {"title": title, "count": further}


def several_in_one_cell(count: int, separator: str) -> str:
    """separator: what stands between them, "numbered" where each begins with its number."""
    if separator == "numbered":
        note = ngettext(
            "%(count)s in one cell, by their numbers",
            "%(count)s in one cell, by their numbers",
            count,
        )
    else:
        note = ngettext(
            "%(count)s in one cell, by %(separator)s",
            "%(count)s in one cell, by %(separator)s",
            count,
        )
    return note % {"count": count, "separator": separator}


def unequal_lists(parts: int, actions: int) -> str:
    """A cell with another number of owners or days than there are actions."""
    note = ngettext(
        "%(parts)s beside %(count)s action: kept with the notes",
        "%(parts)s beside %(count)s actions: kept with the notes",
        actions,
    )
    return note % {"parts": parts, "count": actions}


def possible_pairs(pairs: Sequence[tuple[int, int]]) -> str:
    """ "It can be 2 x 4 or 4 x 2" """
    names = [f"{likelihood} x {impact}" for likelihood, impact in pairs]
    return gettext("It can be %(pairs)s") % {"pairs": join_with_or(names)}


def likeness_sentence(reference: str, percent: int, has_same_title: bool) -> str:
    """ "It looks like CORP-012, 94% the same words" """
    words = {"reference": reference, "percent": percent}
    if percent == 100:
        return gettext("It says the same as %(reference)s") % words
    if has_same_title:
        return gettext("It has the title of %(reference)s and %(percent)s%% the same words") % words
    return gettext("It looks like %(reference)s, %(percent)s%% the same words") % words


def import_totals(read: int, new: int, changed: int, unchanged: int, refused: int) -> str:
    rows = ngettext("%(count)s rows read", "%(count)s rows read", read) % {"count": read}
    clauses = [
        ngettext("%(count)s new", "%(count)s new", new) % {"count": new},
        ngettext("%(count)s changed", "%(count)s changed", changed) % {"count": changed},
        ngettext("%(count)s the same", "%(count)s the same", unchanged) % {"count": unchanged},
        ngettext("%(count)s left out", "%(count)s left out", refused) % {"count": refused},
    ]
    return f"{rows}: {', '.join(clauses)}."


def unrated_totals(count: int) -> str:
    sentence = ngettext(
        "%(count)s of the new come in unrated.", "%(count)s of the new come in unrated.", count
    )
    return sentence % {"count": count}


# The library


def library_problems(count: int) -> str:
    message = ngettext(
        "These files cannot be loaded: %(count)s problem, listed on this page. Nothing was changed",
        "These files cannot be loaded: %(count)s problems, listed on this page. Nothing was "
        "changed",
        count,
    )
    return message % {"count": count}


def library_totals(added: int, changed: int, unchanged: int, vanished: int) -> str:
    """ "3 added, 1 changed, 1245 left alone" """
    clauses = [
        ngettext("%(count)s added", "%(count)s added", added) % {"count": added},
        ngettext("%(count)s changed", "%(count)s changed", changed) % {"count": changed},
        ngettext("%(count)s left alone", "%(count)s left alone", unchanged) % {"count": unchanged},
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
        "%(count)s dated event, drawn on one scale of years",
        "%(count)s dated events, drawn on one scale of years",
        dated,
    ) % {"count": number_to_begin(dated)}
    if not undated:
        return sentence
    undated_clause = ngettext(
        "and %(count)s for which no source gives a date",
        "and %(count)s for which no source gives a date",
        undated,
    ) % {"count": number_in_words(undated)}
    return f"{sentence}, {undated_clause}"


# Exports and the summary


def exempt_sentence(count: int) -> str:
    """count: exempt risks among those in the file."""
    if not count:
        return gettext("No exempt risk is in it.")
    sentence = ngettext(
        "%(count)s risk in it is exempt: not for publication.",
        "%(count)s risks in it are exempt: not for publication.",
        count,
    )
    return sentence % {"count": number_to_begin(count)}


def in_matrix_sentence(scored: int, on_register: int) -> str:
    sentence = ngettext(
        "%(scored)s of %(count)s risks on the register in this file are in the matrix.",
        "%(scored)s of %(count)s risks on the register in this file are in the matrix.",
        scored,
    )
    return sentence % {"scored": scored, "count": on_register}


def unlisted_sentence(count: int) -> str:
    sentence = ngettext(
        "And %(count)s more, which the register lists.",
        "And %(count)s more, which the register lists.",
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
    return ngettext("%(count)s risks differ.", "%(count)s risks differ.", count) % {"count": count}


def mended_sentence(count: int) -> str:
    sentence = ngettext("%(count)s risks were put right.", "%(count)s risks were put right.", count)
    return sentence % {"count": count}
