"""The sentences of the insights: figures in, words out."""

from django.utils.translation import gettext, ngettext

from registers.phrases.numbers import figures


def count_sentence(count, total, scope, predicate, fewest):
    """ "3 of 14 risks above tolerance have an owner.", or why there is no such share.

    scope, predicate: the things counted and what is said of them, of one and of several. fewest:
    below it a total is too small to compare; None: the numbers are withheld.
    """
    one, several = scope
    if not total:
        return gettext("There are no %(several)s.") % {"several": several}
    if fewest is None:
        return gettext("There are too few %(several)s to show.") % {"several": several}
    text = gettext("%(count)s of %(total)s %(things)s %(predicate)s.")
    if total < fewest:
        text += " " + gettext("That is too few to compare.")
    return text % {
        "count": figures(count) if count else gettext("None"),
        "total": figures(total),
        "things": one if total == 1 else several,
        "predicate": predicate[count != 1],
    }


def days_since_outside_sentence(days):
    """days: since anybody outside rated a risk, None where nobody ever did."""
    if days is None:
        return gettext("Nobody outside has rated any of these risks.")
    text = ngettext(
        "Somebody outside last rated one of these risks %(days)s day ago.",
        "Somebody outside last rated one of these risks %(days)s days ago.",
        days,
    )
    return text % {"days": figures(days)}


def days_to_log_note(days):
    if days < 0:
        return gettext("Logged before anybody told us")
    text = ngettext("Logged %(days)s day later", "Logged %(days)s days later", days)
    return text % {"days": figures(days)}
