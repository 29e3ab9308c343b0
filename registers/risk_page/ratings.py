"""Judgements of one risk side by side: with no controls, as it stands, as wanted; ours and what
others say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import Assessment
from registers.phrases import a_number

Kind, Perspective = Assessment.Kind, Assessment.Perspective
WHO = {
    Perspective.PEER: "The peer reviewer",
    Perspective.INTERNAL_AUDIT: "Internal audit",
    Perspective.EXTERNAL: "The external auditor or inspector",
}


@dataclass(frozen=True)
class View:
    """What somebody independent said of the risk as it stands, and how that compares with what we
    say: a sentence.
    """

    assessment: Assessment
    words: str


@dataclass(frozen=True)
class SideBySide:
    """The latest of our own of each kind, None where there is none; and the latest of each
    independent perspective.
    """

    inherent: Assessment | None
    current: Assessment | None
    target: Assessment | None
    views: list[View]


def side_by_side(assessments: Iterable[Assessment]) -> SideBySide:
    """assessments: of one risk until the day that is read, the latest first."""
    found: dict[tuple[str, str], Assessment] = {}
    for assessment in assessments:
        found.setdefault((assessment.perspective, assessment.kind), assessment)
    ours = {kind: found.get((Perspective.ORGANISATION, kind)) for kind in Kind}
    views = [
        View(theirs, _comparison(perspective, theirs, ours[Kind.CURRENT]))
        for perspective in WHO
        if (theirs := found.get((perspective, Kind.CURRENT)))
    ]
    return SideBySide(ours[Kind.INHERENT], ours[Kind.CURRENT], ours[Kind.TARGET], views)


def _comparison(perspective: str, theirs: Assessment, ours: Assessment | None) -> str:
    said = f"{WHO[Perspective(perspective)]} says {theirs.band_now.label}"
    if ours is None:
        return f"{said}, we have not rated it yet."
    if ours.scheme_id != theirs.scheme_id:
        return f"{said}, we say {ours.band_now.label}: by different schemes, so the two words cannot be compared."
    apart = theirs.band_now.rank - ours.band_now.rank
    if not apart:
        return f"{said}, as we do."
    bands = f"{a_number(abs(apart))} band{'' if abs(apart) == 1 else 's'}"
    return f"{said}, we say {ours.band_now.label}: {bands} {'lower' if apart > 0 else 'higher'}."
