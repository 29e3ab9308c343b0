"""The sentences of a risk on a page."""

from __future__ import annotations

import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from registers.phrases.numbers import number_to_begin

EXEMPT = _("Exempt from publication: only for people who may see this risk")
SHORTENED = _("Shortened to fit one page. The register has the rest.")


def on_day(day: datetime.date) -> str:
    """ "On 20 September 2016" """
    return gettext("On %(day)s") % {"day": date_format(day, "j F Y")}


def tolerance_sentence(tolerance) -> str:
    """tolerance: an appetite.AppliedTolerance."""
    words = {
        True: gettext("Above tolerance."),
        False: gettext("Within tolerance."),
        None: gettext("To re-assess under the scoring scheme of the register."),
    }
    return words[tolerance.is_above]


def opinion_in_words(cell) -> str:
    """cell: an assurance_map.AssuranceCell. "Reasonable, valid until 3 March 2027"."""
    if cell.opinion is None:
        return gettext("No assurance from this line")
    words = gettext("%(opinion)s, expired on %(day)s")
    if not cell.has_run_out:
        words = gettext("%(opinion)s, valid until %(day)s")
    day = date_format(cell.opinion.expires_on, "j F Y")
    return words % {"opinion": cell.opinion.get_opinion_display(), "day": day}


def further_controls_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)s further control is in place.",
        "%(count)s further controls are in place.",
        count,
    )
    return sentence % {"count": number_to_begin(count)}


def further_actions_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)s further action is open.", "%(count)s further actions are open.", count
    )
    return sentence % {"count": number_to_begin(count)}


def further_questions_sentence(count: int) -> str:
    sentence = ngettext(
        "%(count)s further question was put.", "%(count)s further questions were put.", count
    )
    return sentence % {"count": number_to_begin(count)}
