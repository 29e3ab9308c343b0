"""How far a paper is, as its rows say: who cleared it, whether it is final, what was published."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from registers.models import (
    Clearance,
    ClearanceKind,
    ClearanceRule,
    Consultation,
    FinalPaper,
    Paper,
)


class Step(StrEnum):
    """What is to be done next, in its order."""

    CLEAR = "clear"
    FINALISE = "finalise"
    PUBLISH = "publish"
    NONE = "none"


STATES = {
    Step.CLEAR: "Draft",
    Step.FINALISE: "Cleared",
    Step.PUBLISH: "Final",
    Step.NONE: "Published",
}


@dataclass(frozen=True)
class NeededClearance:
    """clearance: of the text as it is, or None. earlier: the latest of an earlier text, or None."""

    kind: ClearanceKind
    clearance: Clearance | None
    earlier: Clearance | None


@dataclass(frozen=True)
class PaperProgress:
    """version: of the paper's text."""

    paper: Paper

    @cached_property
    def version(self) -> int:
        return self.paper.version

    @cached_property
    def clearances(self) -> list[NeededClearance]:
        """Those that the paper needs, and further ones that it has, in the usual order."""
        latest = {}
        for row in self.paper.clearances.select_related("by").order_by("pk"):
            is_current = row.version == self.version
            latest[row.kind, is_current] = row
        needed = ClearanceRule.kinds_of(self.paper.organisation)
        kinds = [kind for kind in ClearanceKind if kind in needed or (kind, True) in latest]
        return [
            NeededClearance(kind, latest.get((kind, True)), latest.get((kind, False)))
            for kind in kinds
        ]

    @property
    def missing(self) -> list[NeededClearance]:
        return [row for row in self.clearances if row.clearance is None]

    @cached_property
    def consultation(self) -> Consultation | None:
        """The latest one of the lead member. It is no clearance, and nothing waits for it."""
        return self.paper.consultations.order_by("pk").last()

    @cached_property
    def final(self) -> FinalPaper | None:
        """The final text, unless the paper changed since."""
        return self.paper.finals.filter(version=self.version).select_related("by").first()

    @cached_property
    def editions(self) -> list[list]:
        """The PublishedPapers of each edition, the latest first."""
        by_edition = {}
        rows = self.paper.published.defer("content").select_related("by", "final")
        for row in rows.order_by("-edition", "pk"):
            by_edition.setdefault(row.edition, []).append(row)
        return list(by_edition.values())

    @property
    def edition_pairs(self) -> list[tuple]:
        """The PublishedPapers of each edition, and a row of the edition that superseded it."""
        later = [None, *(rows[0] for rows in self.editions)]
        return list(zip(self.editions, later, strict=False))

    @property
    def is_published(self) -> bool:
        """Whether the text as it is was published."""
        return bool(self.final and self.editions and self.editions[0][0].final_id == self.final.pk)

    @property
    def next_step(self) -> Step:
        if self.final:
            return Step.NONE if self.is_published else Step.PUBLISH
        return Step.CLEAR if self.missing else Step.FINALISE

    @property
    def state(self) -> str:
        return STATES[self.next_step]
