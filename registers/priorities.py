"""Why a risk is worth a committee's look, which ones are, and what to ask (docs/adr/0014)."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import F

from registers.actions import actions_on_day
from registers.models import AssuranceLevel

MOST_SEVERE_FIRST = ("-score", "number")


class Reason(StrEnum):
    """In the order in which committees ask: the most pressing first."""

    HAPPENED = "happened"
    ROSE = "rose"
    STUCK = "stuck"
    SLIPPED = "slipped"
    UNSEEN = "unseen"


QUESTIONS = {
    Reason.HAPPENED: (
        "What could be seen before it happened, who saw it, and what was done about it?"
    ),
    Reason.ROSE: "What changed, and what would bring it back within what we tolerate, by when?",
    Reason.STUCK: "What would bring this down, and who is responsible for that?",
    Reason.SLIPPED: "What stands in the way of this action, and is it still the right one?",
    Reason.UNSEEN: "Who outside the service could check this before the next meeting?",
}


# Of a risk that came onto the register above tolerance, and was never within it.
NEW_ABOVE_QUESTION = "What would bring it within what we tolerate, and by when?"


def question_key(number: int | None, text: str) -> str:
    """Identifies a question among those that somebody gathered. number: of the risk, if any."""
    return f"{number} {text}"


# Positions on the register on a day, the most pressing first


def happened(positions):
    """Of risks that ever came true, the latest first: an index of their own finds these few."""
    return positions.filter(happened_on__isnull=False).order_by("-happened_on", "number")


def stuck(positions, scheme, day):
    """Of risks in the highest band at four quarter ends, the longest first."""
    return positions.stuck(scheme, day).order_by("band_since", *MOST_SEVERE_FIRST)


def unseen(positions, as_of):
    """Of risks with no assurance from beyond line 1 that still holds."""
    is_seen = AssuranceLevel.BEYOND.on(as_of.day, as_of.recorded_by)
    return positions.exclude(is_seen).order_by(*MOST_SEVERE_FIRST)


def slipped(positions, as_of, limit):
    """(position, risk, title, how often re-dated) of actions that are open and re-dated often.

    Keys of the position and of the risk. A risk comes once for each of its actions. Two queries.
    """
    actions = actions_on_day(positions, as_of).redated_often()
    rows = actions.order_by("-redated", F("due_on").asc(nulls_last=True), "record_id")
    rows = list(rows.values_list("record__risk", "title", "redated")[:limit])
    of_risks = positions.order_by().filter(risk__in={key for key, *_ in rows})
    keys = dict(of_risks.values_list("risk", "pk"))
    return [(keys[key], key, title, redated) for key, title, redated in rows]
