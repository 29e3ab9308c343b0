"""The latest ratings of one risk side by side: inherent, current, target, and independent ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import Assessment
from registers.phrases import INDEPENDENT_RATERS, number_in_words

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
        IndependentRating(assessment, _comparison(rater, assessment, current))
        for perspective, rater in INDEPENDENT_RATERS.items()
        if (assessment := latest.get((perspective, Kind.CURRENT)))
    ]
    return LatestRatings(inherent, current, target, independent)


def _comparison(rater: str, independent: Assessment, current: Assessment | None) -> str:
    sentence = f"{rater} says {independent.band_now.label}"
    if current is None:
        return f"{sentence}, we have not rated it yet."
    label = current.band_now.label
    if current.scheme_id != independent.scheme_id:
        return (
            f"{sentence}, we say {label}: by different schemes, "
            "so the two words cannot be compared."
        )
    difference = independent.band_now.rank - current.band_now.rank
    if not difference:
        return f"{sentence}, as we do."
    bands = f"{number_in_words(abs(difference))} band{'' if abs(difference) == 1 else 's'}"
    return f"{sentence}, we say {label}: {bands} {'lower' if difference > 0 else 'higher'}."
