"""How the ratings of the risks that a page names went over the last quarter ends: a small picture,
and its words.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Protocol

from registers.dates import quarter_ends_before
from registers.scoring import Scheme

ENDS = 4  # quarter ends before the day that is read
LEFT, RIGHT, TOP, BOTTOM = 5, 91, 5, 23  # of a picture 96 wide and 28 high


class Stood(Protocol):
    """What is read of a position on the register."""

    risk_id: int
    from_day: datetime.date
    until_day: datetime.date
    band: str
    scheme_id: int | None


@dataclass(frozen=True)
class Step:
    """Where a risk stood at the end of a day. label: its band in words, or why it has none; x, y:
    its place in the picture, 0 at the top left, y None where it has no band of the scheme in force.
    """

    day: datetime.date
    label: str
    x: float
    y: float | None


@dataclass(frozen=True)
class ShortCourse:
    """steps: oldest first, at last the day that is read."""

    steps: tuple[Step, ...]

    @property
    def points(self) -> list[Step]:
        return [step for step in self.steps if step.y is not None]

    @property
    def path(self) -> str:
        """A line in steps through the points, as an SVG path, broken where there was no band."""
        first, *_ = self.steps
        found = f"M{first.x:g} {first.y:g}" if first.y is not None else ""
        for early, late in pairwise(self.steps):
            if late.y is not None:
                found += f"M{late.x:g} {late.y:g}" if early.y is None else f"H{late.x:g}V{late.y:g}"
        return found

    @property
    def words(self) -> str:
        """ "Moderate in December 2025, High from June 2026, Severe now" """
        runs = [list(run) for _, run in groupby(self.steps, key=lambda step: step.label)]
        if len(runs) == 1:
            return f"{_capital(runs[0][0].label)} since {runs[0][0].day:%B %Y} or before"
        said = [
            f"{run[0].label} {'from' if n else 'in'} {run[0].day:%B %Y}"
            for n, run in enumerate(runs)
        ]
        if len(runs[-1]) == 1:
            said[-1] = f"{runs[-1][0].label} now"
        return _capital(", ".join(said))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


class Courses:
    """Of several risks at once. live: all positions on the register, as known now; known: positions
    that are no rows, instead of what live leaves out; day: the one that is read; rules, scheme: the
    scheme in force and its key.
    """

    def __init__(
        self, live, known: Sequence[Stood], *, day: datetime.date, rules: Scheme, scheme: int
    ):
        self._live, self._known, self._rules, self._scheme = live, known, rules, scheme
        self._days = [*quarter_ends_before(day, ENDS), day]

    def of(self, positions: Iterable[Stood]) -> dict[int, ShortCourse]:
        """Key of a risk -> its course. positions: as they stand on the day that is read. One query,
        whatever their number, none for none of them.
        """
        now = {position.risk_id: position for position in positions}
        if not now:
            return {}
        fields = ("risk_id", "from_day", "until_day", "band", "scheme_id")
        live = self._live.filter(
            risk__in=now, until_day__gt=self._days[0], from_day__lt=self._days[-1]
        ).order_by()
        earlier: dict[int, list[Stood]] = {}
        for one in (*live.values_list(*fields, named=True), *self._known):
            earlier.setdefault(one.risk_id, []).append(one)
        return {
            risk: self._course(earlier.get(risk, []), position) for risk, position in now.items()
        }

    def _course(self, earlier: list[Stood], now: Stood) -> ShortCourse:
        stood = [
            next((one for one in earlier if one.from_day <= day < one.until_day), None)
            for day in self._days[:-1]
        ]
        return ShortCourse(tuple(self._step(n, one) for n, one in enumerate([*stood, now])))

    def _step(self, number: int, stood: Stood | None) -> Step:
        label, y = self._place(stood)
        x = LEFT + (RIGHT - LEFT) * number / max(len(self._days) - 1, 1)
        return Step(self._days[number], label, round(x, 1), y)

    def _place(self, stood: Stood | None) -> tuple[str, float | None]:
        if stood is None:
            return "not on the register", None
        if not stood.band:
            return "not scored", None
        if stood.scheme_id != self._scheme:
            return "rated by another scheme", None
        band = self._rules.band(stood.band)
        return band.label, round(BOTTOM - (BOTTOM - TOP) * band.rank / max(band.of - 1, 1), 1)
