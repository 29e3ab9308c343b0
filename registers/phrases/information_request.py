"""The sentences of an extract for an information request."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from registers.phrases.numbers import figures

WITHHELD = _("Withheld: names an exempt risk")
OTHER_GROUND = _("another ground")
WHY_EXEMPT = _("Kept out of published papers, on a ground that the register records.")
NOT_AN_EXEMPTION = _(
    "That a risk is exempt from publication in committee papers does not by itself answer a "
    "request for information. Whoever answers decides which exemption or exception applies, and "
    "weighs the public interest where the law asks for it."
)
WHY_DRAFT = _("Not on the register on that day: somebody was still writing it.")
WHY_CLOSED = _("Closed by that day, and so off the register.")
WHY_NAMED = _("The text names an exempt risk by its reference or title.")
WHY_PEOPLE = _("Personal data. The register names posts.")
WHY_RELATED = _("They can name exempt risks.")
WHY_OTHER_RECORDS = _("Kept in other records than the register on that day.")
NOT_SHOWN = _("A field in which nothing is recorded is not shown.")
WHY_NOT_CHOSEN = _("Not chosen for this extract.")


def held_sentence(count: int, day: datetime.date, instant: datetime.datetime) -> str:
    """How many risks the extract has. instant: when it was made."""
    if not count:
        sentence = gettext("It has no risk: none that can be given was on the register on %(day)s.")
    else:
        sentence = ngettext(
            "It has %(count)s risk, as the register stood at the end of %(day)s.",
            "It has %(count)s risks, as the register stood at the end of %(day)s.",
            count,
        )
    sentence %= {"count": figures(count), "day": date_format(day, "j F Y")}
    instant_in_words = gettext("It was made at %(instant)s, from what was on record then.") % {
        "instant": date_format(timezone.localtime(instant), "H:i, j F Y")
    }
    return f"{sentence} {instant_in_words}"


def exempt_on_ground(ground: str) -> str:
    return gettext("Exempt risks: %(ground)s") % {"ground": ground}
