"""Risks that peers, auditors or inspectors put in another band than we do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from registers.dashboard.section import Section
from registers.models import Assessment, Position
from registers.phrases.bands import INDEPENDENT_RATERS
from registers.phrases.dashboard import independent_ratings_sentence
from registers.scoring import Band

SHOWN = 3


@dataclass(frozen=True)
class Disagreement:
    """A risk and two bands. own_band: None where we have not rated it."""

    position: Position
    rater: str
    independent_band: Band
    own_band: Band | None


class IndependentRatings(Section):
    """Two queries, one where nobody independent has rated anything.

    Of each independent rater, the latest rating of a risk counts.
    """

    template = "dashboard/independent_ratings.html"
    anchor, title = "outside", "Independent ratings"
    indicator = title

    @cached_property
    def _latest(self) -> dict[tuple[int, str], str]:
        """(key of a risk, perspective) -> band of the latest rating, by the scheme in force."""
        as_of, scheme = self.data.as_of, self.data.scheme
        rows = Assessment.objects.filter(
            perspective__in=[*INDEPENDENT_RATERS], kind=Assessment.Kind.CURRENT
        )
        latest = rows.latest_per(
            "risk", "perspective", day=as_of.day, recorded_by=as_of.recorded_by
        ).filter(risk__register=self.data.register, scheme=scheme)
        return {
            (risk, perspective): band
            for risk, perspective, band in latest.order_by("effective_on", "pk").values_list(
                "risk", "perspective", "band"
            )
        }

    @cached_property
    def _positions(self) -> dict[int, tuple]:
        """Key of a risk with an independent rating -> (key of its position, scheme, band, score,
        number).
        """
        risks = {risk for risk, _ in self._latest}
        if not risks:
            return {}
        rows = self.data.rows.current.order_by().filter(risk__in=risks)
        fields = ("risk", "pk", "scheme", "band", "score", "number")
        return {risk: values for risk, *values in rows.values_list(*fields)}

    @cached_property
    def _disagreements(self) -> list[tuple[int, str, str, str]]:
        """(key of a position, perspective, independent band, own), the furthest apart first."""
        ranks, rows = self.data.rules.ranks, []
        for (risk, perspective), independent_band in self._latest.items():
            if risk not in self._positions:
                continue
            pk, scheme, band, score, number = self._positions[risk]
            if band and (scheme != self.data.scheme or band == independent_band):
                continue
            distance = abs(ranks[independent_band] - ranks[band]) if band else 0
            rows.append(((-distance, -score, number), (pk, perspective, independent_band, band)))
        return [row for _, row in sorted(rows)]

    @property
    def heading_keys(self):
        return [pk for pk, *_ in self._disagreements[:SHOWN]]

    @property
    def rows(self) -> list[Disagreement]:
        band = self.data.rules.band
        return [
            Disagreement(
                self.dashboard.headings[pk],
                INDEPENDENT_RATERS[Assessment.Perspective(perspective)],
                band(independent_band),
                band(own_band) if own_band else None,
            )
            for pk, perspective, independent_band, own_band in self._disagreements[:SHOWN]
        ]

    @property
    def unlisted(self) -> int:
        return max(0, len(self._disagreements) - SHOWN)

    @property
    def is_rated(self) -> bool:
        return bool(self._positions)

    @property
    def sentence(self) -> str:
        differing = len({pk for pk, *_ in self._disagreements})
        as_of, register = self.data.as_of, self.data.register
        adoptions = register.adoptions_by(as_of.day, as_of.recorded_by)
        return independent_ratings_sentence(
            len(self._positions), differing, is_scheme_newer=bool(adoptions)
        )
