"""Sentences about people: their roles, and what the posts that they give up own."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from registers.models import Role
from registers.phrases.numbers import join_names, number_in_words


def last_day_missing(role: Role) -> str:
    return gettext("Enter a last day for the role of %(role)s") % {"role": role.label.lower()}


def role_changed_sentence(until: datetime.date | None) -> str:
    """Why a new last day was not saved: somebody else saved another, which is this one."""
    if until is None:
        return gettext("Not saved: somebody else changed this role. It has no end now")
    day = date_format(until, "j F Y")
    words = gettext("Not saved: somebody else changed this role. It ends on %(day)s now")
    return words % {"day": day}


def holdings_in_words(counts: Mapping[str, int]) -> str:
    """ "owns three risks and one open action, and has one question to answer".

    counts: of Holdings.
    """
    names = ("risks", "controls", "actions", "committee_actions", "questions")
    risks, controls, actions, of_committees, questions = (counts.get(name, 0) for name in names)
    clauses = (
        (risks, ngettext("%(count)s risk", "%(count)s risks", risks)),
        (controls, ngettext("%(count)s control", "%(count)s controls", controls)),
        (actions, ngettext("%(count)s open action", "%(count)s open actions", actions)),
        (
            of_committees,
            ngettext(
                "%(count)s open committee action", "%(count)s open committee actions", of_committees
            ),
        ),
    )
    things = [clause % {"count": number_in_words(count)} for count, clause in clauses if count]
    owned = (
        gettext("owns %(things)s") % {"things": join_names(things)}
        if things
        else gettext("owns no open risk, control or action")
    )
    if not questions:
        return owned
    clause = ngettext(
        "%(owned)s, and has %(count)s question to answer",
        "%(owned)s, and has %(count)s questions to answer",
        questions,
    )
    return clause % {"owned": owned, "count": number_in_words(questions)}


def saved_views_sentence(views: int, shared: int) -> str:
    """ "They saved three views of lists and share one. Colleagues keep the shared one." """
    saved = ngettext(
        "They saved %(count)s view of a list", "They saved %(count)s views of lists", views
    )
    saved %= {"count": number_in_words(views)}
    if not shared:
        return gettext("%(saved)s. Nobody else sees them.") % {"saved": saved}
    clause = ngettext(
        "%(saved)s and share %(count)s. Colleagues keep the shared one.",
        "%(saved)s and share %(count)s. Colleagues keep the shared ones.",
        shared,
    )
    return clause % {"saved": saved, "count": number_in_words(shared)}


def leave_sentence(
    name: str, on: datetime.date, *, stays_elsewhere: bool, leaves_no_manager: bool
) -> str:
    """What follows when somebody leaves on a day."""
    words = gettext("The roles and seats of %(name)s end after %(day)s.")
    sentences = [words % {"name": name, "day": date_format(on, "j F Y")}]
    if not stays_elsewhere:
        sentences.append(gettext("After that day they cannot sign in."))
    sentences.append(gettext("Their posts change when you confirm."))
    if leaves_no_manager:
        sentences.append(_no_manager())
    return " ".join(sentences)


def departure_message(name: str, on: datetime.date, today: datetime.date) -> str:
    """on: the last day, which is today or has passed."""
    if on < today:
        return gettext("%(name)s has left.") % {"name": name}
    words = gettext("%(name)s leaves at the end of today, %(day)s.")
    return words % {"name": name, "day": date_format(on, "j F Y")}


def move_sentence(*, leaves_no_manager: bool) -> str:
    sentences = [gettext("The posts change when you confirm.")]
    if leaves_no_manager:
        sentences.append(_no_manager())
    return " ".join(sentences)


def _no_manager() -> str:
    return gettext(
        "Nobody else runs the registers after that: give somebody the role of risk manager."
    )
