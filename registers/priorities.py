"""Why a risk is worth a committee's look, and what to ask for each reason (docs/adr/0014)."""

from __future__ import annotations

from enum import StrEnum


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
    Reason.STUCK: "What would have to be true for this to come down, and who is making it so?",
    Reason.SLIPPED: "What stands in the way of this action, and is it still the right one?",
    Reason.UNSEEN: "Who that does not run it could look at this before we meet again?",
}


def question_key(number: int | None, text: str) -> str:
    """Identifies a question among those that somebody gathered. number: of the risk, if any."""
    return f"{number} {text}"
