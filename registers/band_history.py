"""The bands of several risks over the last quarter ends, oldest first, read together."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.formats import date_format
from django.utils.text import capfirst

from registers.dates import quarter_ends_before
from registers.models import Position, ScoringScheme
from registers.phrases.bands import band_steps, by_another_scheme, constant_band

QUARTER_ENDS = 4  # before the day that is read


@dataclass(frozen=True)
class Step:
    """The band of a risk at the end of a day.

    label: the band, or why there is none. scheme: key of the one in force that day.
    """

    day: datetime.date
    label: str
    scheme: int


@dataclass(frozen=True)
class BandHistory:
    """steps: oldest first, at last the day that is read."""

    steps: tuple[Step, ...]

    @property
    def _runs(self) -> list[tuple[str, list[Step]]]:
        return [(label, list(run)) for label, run in groupby(self.steps, key=self._label)]

    @property
    def labels(self) -> list[str]:
        """Each band it was in, the oldest first: "Moderate", "High", "Severe"."""
        return [str(capfirst(label)) for label, _ in self._runs]

    @property
    def has_changed(self) -> bool:
        return len(self._runs) > 1

    @property
    def words(self) -> str:
        """ "Moderate in December 2025, High from June 2026, Severe now" """
        runs = self._runs
        if len(runs) == 1:
            label, run = runs[0]
            return capfirst(constant_band(label, _month(run[0].day)))
        steps = [(label, _month(run[0].day)) for label, run in runs]
        return capfirst(band_steps(steps, is_latest_new=len(runs[-1][1]) == 1))

    def _label(self, step: Step) -> str:
        """The band of a step in words, which name another scheme than that of the last step."""
        is_latest = not step.scheme or step.scheme == self.steps[-1].scheme
        return step.label if is_latest else by_another_scheme(step.label)


class BandHistories:
    """The histories of several risks at once.

    positions: of all days, on the register. day: the one that is read; since: the one compared
    with, so that a history begins or passes where the page's comparison does. scheme_on: gives the
    ScoringScheme that was in force on a day.
    """

    def __init__(
        self,
        positions,
        *,
        day: datetime.date,
        since: datetime.date,
        scheme_on: Callable[[datetime.date], ScoringScheme],
    ):
        ends = {*quarter_ends_before(day, QUARTER_ENDS), since}
        self._positions = positions
        self._days = [*sorted(end for end in ends if end < day), day]
        self._schemes = [scheme_on(end) for end in self._days]

    def by_risk(self, positions: Iterable[Position]) -> dict[int, BandHistory]:
        """Key of a risk -> its history. positions: of the day that is read.

        One query whatever their number, none for none of them.
        """
        current = {position.risk_id: position for position in positions}
        if not current:
            return {}
        fields = ("risk_id", "from_day", "until_day", "band", "scheme_id")
        rows = self._positions.filter(
            risk__in=current, until_day__gt=self._days[0], from_day__lt=self._days[-1]
        ).order_by()
        earlier: dict[int, list] = {}
        for position in rows.values_list(*fields, named=True):
            earlier.setdefault(position.risk_id, []).append(position)
        return {
            risk: self._history(earlier.get(risk, []), position)
            for risk, position in current.items()
        }

    def _history(self, earlier, current) -> BandHistory:
        """earlier: rows with the fields that by_risk reads; current: a position."""
        at_ends = [
            next((p for p in earlier if p.from_day <= day < p.until_day), None)
            for day in self._days[:-1]
        ]
        rows = zip(self._days, [*at_ends, current], self._schemes, strict=True)
        return BandHistory(tuple(_step(*row) for row in rows))


def _step(day: datetime.date, position: Position | None, scheme: ScoringScheme) -> Step:
    """scheme: 0 on a step without a band, whose words are the same by any scheme."""
    if position is None:
        return Step(day, "not on the register", 0)
    if not position.band:
        return Step(day, "not scored", 0)
    if position.scheme_id != scheme.pk:
        return Step(day, "rated under another scheme", 0)
    return Step(day, scheme.rules.band(position.band).label, scheme.pk)


def _month(day: datetime.date) -> str:
    return date_format(day, "F Y")
