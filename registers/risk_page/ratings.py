"""The latest ratings of one risk side by side: inherent, current, target, and independent ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import Assessment
from registers.phrases.bands import INDEPENDENT_RATERS, comparison_in_words

Kind, Perspective = Assessment.Kind, Assessment.Perspective


@dataclass(frozen=True)
class IndependentRating:
    """A current rating by somebody independent, and how it compares with our own, in a sentence."""

    assessment: Assessment
    comparison: str


@dataclass(frozen=True)
class LatestRatings:
    """Our own latest rating of each kind, None without one, and of each independent rater."""

    inherent: Assessment | None
    current: Assessment | None
    target: Assessment | None
    independent: list[IndependentRating]


def latest_ratings(assessments: Iterable[Assessment]) -> LatestRatings:
    """assessments: of one risk until the day that is read, the latest first."""
    latest: dict[tuple[str, str], Assessment] = {}
    for assessment in assessments:
        latest.setdefault((assessment.perspective, assessment.kind), assessment)
    inherent, current, target = (
        latest.get((Perspective.ORGANISATION, kind))
        for kind in (Kind.INHERENT, Kind.CURRENT, Kind.TARGET)
    )
    independent = [
        IndependentRating(assessment, comparison_in_words(rater, assessment, current))
        for perspective, rater in INDEPENDENT_RATERS.items()
        if (assessment := latest.get((perspective, Kind.CURRENT)))
    ]
    return LatestRatings(inherent, current, target, independent)
