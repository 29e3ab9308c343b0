"""The sentences of a body's report of the year."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from registers.phrases.numbers import number_in_words, number_to_begin

ABOUT = _("It follows from the record of the meetings. It says nothing about exempt risks.")


def no_meeting_sentence(year: str) -> str:
    return gettext("No meeting yet in %(year)s.") % {"year": year}


def questions_sentence(count: int, answered: int) -> str:
    if not count:
        return gettext("No question was put for its meetings.")
    sentence = ngettext(
        "%(count)s question was put for its meetings. Answered: %(answered)s.",
        "%(count)s questions were put for its meetings. Answered: %(answered)s.",
        count,
    )
    return sentence % {"count": number_to_begin(count), "answered": number_in_words(answered)}


def actions_sentence(count: int, done: int, overdue: int, redated: int) -> str:
    """redated: actions whose due date changed."""
    if not count:
        return gettext("No action was agreed in the year.")
    sentence = ngettext(
        "%(count)s action was agreed. Done: %(done)s. Overdue: %(overdue)s. Due date changed: "
        "%(redated)s.",
        "%(count)s actions were agreed. Done: %(done)s. Overdue: %(overdue)s. Due date changed: "
        "%(redated)s.",
        count,
    )
    return sentence % {
        "count": number_to_begin(count),
        "done": number_in_words(done),
        "overdue": number_in_words(overdue),
        "redated": number_in_words(redated),
    }
