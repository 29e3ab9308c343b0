"""The few risks that a committee might look at first, each with why, and one question.

Choosing is pure. No risk gets a mark: risks are taken reason by reason (docs/adr/0014).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from registers.dashboard.section import Section
from registers.models import Position
from registers.movement import NEW
from registers.phrases.register import (
    happened_sentence,
    put_off_sentence,
    rose_sentence,
    stuck_reason,
)
from registers.priorities import (
    NEW_ABOVE_QUESTION,
    QUESTIONS,
    Reason,
    question_key,
    slipped,
    unseen,
)

Key = TypeVar("Key", bound=Hashable)
SHOWN = 3
CANDIDATES = 2 * SHOWN  # of each reason: enough for three, however they overlap
WORDS = 40  # of a consequence


@dataclass(frozen=True)
class PriorityRisk:
    """reasons: in words, the most pressing first. question: the one to ask of the first reason."""

    position: Position
    reasons: tuple[str, ...]
    question: str

    @property
    def consequence(self) -> str:
        """What people would notice: the first sentence of the consequence, 40 words at most."""
        return first_sentence(self.position.revision.consequence)

    @property
    def question_key(self) -> str:
        return question_key(self.position.number, self.question)


class PriorityRisks(Section):
    """As many queries for few risks as for many."""

    template = "dashboard/priority_risks.html"
    anchor, title = "look", "Risks to look at first"

    @property
    def is_shown(self) -> bool:
        return super().is_shown and bool(self._chosen)

    @cached_property
    def _candidates(self) -> dict[Reason, dict[int, str]]:
        """For each reason: key of a position -> why in words, the most pressing first."""
        finders = {
            Reason.STUCK: self._stuck,
            Reason.SLIPPED: self._slipped,
            Reason.UNSEEN: self._unseen,
        }
        if self.data.as_of.has_comparison:
            finders |= {Reason.HAPPENED: self._happened, Reason.ROSE: self._rose}
        return {reason: dict(find()) for reason, find in finders.items()}

    @cached_property
    def _chosen(self) -> list[tuple[int, list[Reason]]]:
        return choose({reason: list(rows) for reason, rows in self._candidates.items()})

    @property
    def heading_keys(self):
        return [pk for pk, _ in self._chosen]

    @cached_property
    def risks(self) -> list[PriorityRisk]:
        return [
            PriorityRisk(
                self.dashboard.headings[pk],
                tuple(self._candidates[reason][pk] for reason in reasons),
                self._question(pk, reasons[0]),
            )
            for pk, reasons in self._chosen
        ]

    def _question(self, pk: int, reason: Reason) -> str:
        is_new = reason == Reason.ROSE and pk in self._new_above
        return NEW_ABOVE_QUESTION if is_new else QUESTIONS[reason]

    @property
    def _new_above(self) -> set[int]:
        """Keys of the positions of risks that came onto the register above tolerance."""
        rows = self.dashboard.moved.risen_above[:CANDIDATES]
        return {movement.pk for movement in rows if movement.kind == NEW}

    def _happened(self):
        return [(pk, happened_sentence(on)) for pk, on in self.data.came_true_since[:CANDIDATES]]

    def _rose(self):
        """Above tolerance, in a band that they reached since: from a lower one, or as new risks."""
        bands = {band.slug: band.label for band in self.data.rules.bands}
        day = self.data.since_in_words
        return [
            (movement.pk, rose_sentence(bands.get(movement.band_before, ""), day))
            for movement in self.dashboard.moved.risen_above[:CANDIDATES]
        ]

    def _stuck(self):
        band = self.data.rules.bands[-1].label
        return [(pk, stuck_reason(band, ends)) for pk, _, ends in self.data.stuck[:CANDIDATES]]

    def _slipped(self):
        reasons = {}
        for pk, _, title, redated in slipped(self.data.above, self.data.as_of, CANDIDATES):
            reasons.setdefault(pk, put_off_sentence(title, redated))
        return reasons

    def _unseen(self):
        rows = unseen(self.data.above, self.data.as_of)
        keys = rows.values_list("pk", flat=True)[:CANDIDATES]
        reason = "No valid assurance from outside the first line."
        return [(pk, reason) for pk in keys]


def choose(
    candidates: Mapping[Reason, Sequence[Key]], count: int = SHOWN
) -> list[tuple[Key, list[Reason]]]:
    """candidates: for each reason its risks, the most pressing first.

    Takes the first of each reason in the order of Reason, then the second of each, up to the count.
    Each risk comes once, with every reason that it is a candidate for.
    """
    chosen: list[Key] = []
    for place in range(max(map(len, candidates.values()), default=0)):
        for reason in Reason:
            keys = candidates.get(reason, ())
            if place < len(keys) and keys[place] not in chosen:
                chosen.append(keys[place])
    return [
        (key, [reason for reason in Reason if key in candidates.get(reason, ())])
        for key in chosen[:count]
    ]


def first_sentence(text: str, words: int = WORDS) -> str:
    """The first sentence of a text, or its first so many words and an ellipsis."""
    split = text.split()
    for place, word in enumerate(split[:words], 1):
        if word.endswith((".", "!", "?")) and place >= 5:
            return " ".join(split[:place])
    return " ".join(split) if len(split) <= words else f"{' '.join(split[:words])} …"
