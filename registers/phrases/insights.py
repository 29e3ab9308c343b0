"""The sentences of the insights: figures in, words out."""

from django.utils.translation import gettext, ngettext

from registers.phrases.numbers import figures


def count_sentence(count, total, scope, predicate, fewest, *, is_withheld=False):
    """ "3 of 14 risks above tolerance have an owner.", or why there is no such share.

    scope, predicate: the things counted and what is said of them, of a single one and of more.
    fewest: below it a total is too small to compare. is_withheld: no number may be shown.
    """
    values = {"count": figures(count) if count else gettext("None"), "total": figures(total)}
    values |= {"fewest": fewest, "things": scope[total != 1], "predicate": predicate[count != 1]}
    if not total:
        text = gettext("There are no %(things)s.")
    elif is_withheld:
        values["things"] = scope[1]
        text = gettext("There are fewer than %(fewest)s %(things)s: too few to show.")
    else:
        text = gettext("%(count)s of %(total)s %(things)s %(predicate)s.")
        text += " " + gettext("That is too few to compare.") if total < fewest else ""
    return text % values


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
