"""What peers, auditors and inspectors say of risks otherwise than we do; or that nobody from
outside has rated any.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from registers.models import Assessment, Position
from registers.phrases import INDEPENDENT_RATERS, number_in_words
from registers.scoring import Band

SHOWN = 3


@dataclass(frozen=True)
class Otherwise:
    """A risk that somebody from outside puts in another band than we do. ours: None where we have
    not rated it; on: the day of their rating.
    """

    position: Position
    who: str
    theirs: Band
    ours: Band | None
    on: datetime.date


class Outside:
    """register; now: positions as read, on the register; reading: the day, and up to when it is
    known. Two queries, one where nobody from outside has rated anything. Of each who rates from
    outside the latest rating counts.
    """

    def __init__(self, register, now, reading):
        self._register, self._now, self._reading = register, now, reading
        self._rules, self._scheme = register.scheme.rules, register.scheme_id

    @cached_property
    def _said(self) -> dict[tuple[int, str], tuple[str, datetime.date]]:
        """(key of a risk, perspective) -> the band and the day of the latest rating, by the scheme
        in force.
        """
        rows = Assessment.objects.as_at(self._reading.day, self._reading.known_by)
        rows = rows.filter(
            perspective__in=[*INDEPENDENT_RATERS],
            kind=Assessment.Kind.CURRENT,
            risk__register=self._register,
        )
        rows = rows.order_by("effective_on", "pk").values_list(
            "risk", "perspective", "scheme", "band", "effective_on"
        )
        latest = {(risk, who): said for risk, who, *said in rows}
        return {
            key: (band, on) for key, (scheme, band, on) in latest.items() if scheme == self._scheme
        }

    @cached_property
    def _ours(self) -> dict[int, tuple]:
        """Key of a risk that somebody from outside has rated -> key of its position, scheme, band,
        score and number.
        """
        rated = {risk for risk, _ in self._said}
        if not rated:
            return {}
        rows = (
            self._now.order_by()
            .filter(risk__in=rated)
            .values_list("risk", "pk", "scheme", "band", "score", "number")
        )
        return {risk: said for risk, *said in rows}

    @cached_property
    def _found(self) -> list[tuple]:
        """(key of a position, perspective, their band, ours, the day), the furthest apart first."""
        ranks, found = self._rules.ranks, []
        for (risk, who), (theirs, on) in self._said.items():
            if risk not in self._ours:
                continue
            pk, scheme, band, score, number = self._ours[risk]
            if band and (scheme != self._scheme or band == theirs):
                continue
            apart = abs(ranks[theirs] - ranks[band]) if band else 0
            found.append(((-apart, -score, number), (pk, who, theirs, band, on)))
        return [said for _, said in sorted(found)]

    @property
    def keys(self) -> list[int]:
        """Of the positions that are named."""
        return [pk for pk, *_ in self._found[:SHOWN]]

    def rows(self, words: Mapping[int, Position]) -> list[Otherwise]:
        """words: key -> position, of all of `keys` at least."""
        band = self._rules.band
        return [
            Otherwise(
                words[pk],
                INDEPENDENT_RATERS[Assessment.Perspective(who)],
                band(theirs),
                band(ours) if ours else None,
                on,
            )
            for pk, who, theirs, ours, on in self._found[:SHOWN]
        ]

    @property
    def is_rated(self) -> bool:
        return bool(self._ours)

    @property
    def sentence(self) -> str:
        rated, otherwise = len(self._ours), len({pk for pk, *_ in self._found})
        if not rated:
            return "Nobody from outside has rated any of these risks."
        said = f"{number_in_words(rated).capitalize()} of these risks {'has' if rated == 1 else 'have'} been rated from outside"
        if not otherwise:
            return f"{said}: as we rate {'it' if rated == 1 else 'them'}."
        if rated == 1:
            return f"{said}, and otherwise than by us."
        return f"{said}, {number_in_words(otherwise)} of them otherwise than by us."

    @property
    def unnamed(self) -> int:
        return max(0, len(self._found) - SHOWN)
