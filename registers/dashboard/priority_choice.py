"""Which few risks a committee might look at first, each with why it is there and one question. The
choosing is pure; no risk gets a mark, and the order of the reasons is the order in which committees
ask (docs/adr/0014).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
SHOWN = 3
WORDS = 40  # of a consequence


class Reason(StrEnum):
    """Why a risk is worth a look, the first to be asked about first."""

    HAPPENED = "happened"
    ROSE = "rose"
    STUCK = "stuck"
    SLIPPED = "slipped"
    UNSEEN = "unseen"


QUESTIONS = {
    Reason.HAPPENED: "What could be seen before it happened, who saw it, and what was done about it?",
    Reason.ROSE: "What changed, and what would bring it back within what we tolerate, by when?",
    Reason.STUCK: "What would have to be true for this to come down, and who is making it so?",
    Reason.SLIPPED: "What stands in the way of this action, and is it still the right one?",
    Reason.UNSEEN: "Who that does not run it could look at this before we meet again?",
}


@dataclass(frozen=True)
class Chosen:
    """One risk to look at. reasons: in words, the most pressing first; question: to ask about the
    first of them.
    """

    position: object
    reasons: tuple[str, ...]
    question: str

    @property
    def noticed(self) -> str:
        """What people would notice: the consequence, cut at a sentence's end or at 40 words."""
        return first_words(self.position.revision.consequence)

    @property
    def asked_as(self) -> str:
        return asked_as(self.position.number, self.question)


def asked_as(number: int | None, text: str) -> str:
    """What a question is known by to a page that asks whether it stands on somebody's list. number:
    the risk's.
    """
    return f"{number} {text}"


def choose(
    found: Mapping[Reason, Sequence[Key]], count: int = SHOWN
) -> list[tuple[Key, list[Reason]]]:
    """found: for each reason its risks, the most pressing first. Takes one of each reason in the
    order of Reason, then a second of each, until there are so many; each risk once, with every
    reason that it was found for.
    """
    chosen: list[Key] = []
    for place in range(max(map(len, found.values()), default=0)):
        for reason in Reason:
            of_it = found.get(reason, ())
            if place < len(of_it) and of_it[place] not in chosen:
                chosen.append(of_it[place])
    return [
        (key, [reason for reason in Reason if key in found.get(reason, ())])
        for key in chosen[:count]
    ]


def first_words(text: str, words: int = WORDS) -> str:
    """The first sentence of a text, or its first so many words with a mark that more follow."""
    said = text.split()
    for place, word in enumerate(said[:words], 1):
        if word.endswith((".", "!", "?")) and place >= 5:
            return " ".join(said[:place])
    return " ".join(said) if len(said) <= words else f"{' '.join(said[:words])} …"
