"""How a risk's current rating went over the last quarter ends: a small picture, and its words.

RatingSparkline is for the page of one risk, drawn from its assessments. CompactSparkline is for
many risks on one page, drawn from their positions.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.text import capfirst

from registers.charts import Cell, Table
from registers.dates import quarter_ends_before
from registers.models import Assessment, Position
from registers.models.position import STUCK
from registers.phrases.bands import (
    band_before,
    band_history_in_words,
    band_steps,
    constant_band,
    first_band_history_in_words,
)
from registers.phrases.dashboard import highest_band_running
from registers.scoring import Band, Scheme


class Frame(NamedTuple):
    """The edges between which a picture is drawn, in its units; 0 is at the top left."""

    left: int
    right: int
    top: int
    bottom: int

    def x(self, number: int, count: int) -> float:
        """The place of the point with that number, of so many, from 0."""
        return round(self.left + (self.right - self.left) * number / max(count - 1, 1), 1)

    def y(self, band: Band) -> float:
        height = (self.bottom - self.top) * band.rank / max(band.of - 1, 1)
        return round(self.bottom - height, 1)


FRAME = Frame(6, 154, 6, 30)  # of a picture 160 wide and 36 high
COMPACT_FRAME = Frame(5, 91, 5, 23)  # of a picture 96 wide and 28 high
COMPACT_ENDS = 4  # quarter ends before the day that is read


@dataclass(frozen=True)
class Point:
    """The rating at the end of a day. x, y: its place in the picture."""

    day: datetime.date
    band: Band
    score: int
    x: float
    y: float


@dataclass(frozen=True)
class RatingSparkline:
    """points: oldest first, none for a day without a rating. words: without a full stop."""

    points: tuple[Point, ...]
    words: str

    @property
    def table(self) -> Table:
        """The same as a table, a row for each day, the latest first."""
        rows = [
            [Cell(f"{p.day:%-d %B %Y}"), Cell(p.band.label), Cell(str(p.score))]
            for p in reversed(self.points)
        ]
        return Table(["At the end of", "Band", "Score"], rows)

    @property
    def path(self) -> str:
        """A line in steps through the points, as an SVG path."""
        if not self.points:
            return ""
        first, *later = self.points
        return f"M{first.x:g} {first.y:g}" + "".join(f"H{p.x:g}V{p.y:g}" for p in later)


def build_rating_sparkline(
    assessments: Iterable[Assessment], days: list[datetime.date]
) -> RatingSparkline:
    """assessments: of one risk until the last of the days, in any order.

    Only our own current ratings count, and of two on one day the later one. days: quarter ends,
    oldest first, and at last the day that is read.

    Bands are compared as they were given: the same word out of as many bands is the same band.
    Stuck means the highest band at four quarter ends running, the day that is read left out.
    """
    own_current = (Assessment.Kind.CURRENT, Assessment.Perspective.ORGANISATION)
    ratings = [
        assessment
        for assessment in assessments
        if (assessment.kind, assessment.perspective) == own_current
    ]
    ratings.sort(key=lambda rating: (rating.effective_on, rating.pk))
    points = []
    for number, day in enumerate(days):
        effective = [rating for rating in ratings if rating.effective_on <= day]
        if effective:
            band, score = effective[-1].band_now, effective[-1].score
            points.append(Point(day, band, score, FRAME.x(number, len(days)), FRAME.y(band)))
    return RatingSparkline(tuple(points), _sentence(ratings, points))


def _is_same_band(a: Band, b: Band) -> bool:
    return (a.label, a.rank, a.of) == (b.label, b.rank, b.of)


def _sentence(ratings: list, points: list[Point]) -> str:
    if not ratings:
        return "Not scored yet"
    band = ratings[-1].band_now
    changes = [
        late
        for early, late in pairwise(ratings)
        if not _is_same_band(early.band_now, late.band_now)
    ]
    since = changes[-1] if changes else ratings[0]
    month = _month(since.effective_on)
    if changes:
        last = ratings[ratings.index(since) - 1]
        before = band_before(last.band_now.label, _month(last.effective_on), month)
        sentence = band_history_in_words(band.label, month, before)
    elif len(ratings) == 1:
        sentence = first_band_history_in_words(band.label, month)
    else:
        sentence = band_history_in_words(band.label, month)
    ends = sum(
        1 for _ in takewhile(lambda point: _is_same_band(point.band, band), reversed(points[:-1]))
    )
    if band.rank == band.of - 1 and ends >= STUCK:
        sentence += f"; {highest_band_running(ends)}"
    return sentence


def _month(day: datetime.date) -> str:
    return date_format(day, "F Y")


@dataclass(frozen=True)
class Step:
    """The band of a risk at the end of a day. label: the band, or why there is none.

    x, y: its place in the picture; y is None without a band of the scheme in force.
    """

    day: datetime.date
    label: str
    x: float
    y: float | None


@dataclass(frozen=True)
class CompactSparkline:
    """steps: oldest first, at last the day that is read."""

    steps: tuple[Step, ...]

    @property
    def points(self) -> list[Step]:
        return [step for step in self.steps if step.y is not None]

    @property
    def path(self) -> str:
        """A line in steps through the points, as an SVG path, broken where there was no band."""
        first, *_ = self.steps
        path = f"M{first.x:g} {first.y:g}" if first.y is not None else ""
        for early, late in pairwise(self.steps):
            if late.y is not None:
                path += f"M{late.x:g} {late.y:g}" if early.y is None else f"H{late.x:g}V{late.y:g}"
        return path

    @property
    def words(self) -> str:
        """ "Moderate in December 2025, High from June 2026, Severe now" """
        runs = [list(run) for _, run in groupby(self.steps, key=lambda step: step.label)]
        if len(runs) == 1:
            return capfirst(constant_band(runs[0][0].label, _month(runs[0][0].day)))
        steps = [(run[0].label, _month(run[0].day)) for run in runs]
        return capfirst(band_steps(steps, is_latest_new=len(runs[-1]) == 1))


class CompactSparklines:
    """The sparklines of several risks at once.

    positions: of all days, on the register. day: the one that is read. rules, scheme: the scheme in
    force and its key.
    """

    def __init__(self, positions, *, day: datetime.date, rules: Scheme, scheme: int):
        self._positions, self._rules, self._scheme = positions, rules, scheme
        self._days = [*quarter_ends_before(day, COMPACT_ENDS), day]

    def by_risk(self, positions: Iterable[Position]) -> dict[int, CompactSparkline]:
        """Key of a risk -> its sparkline. positions: of the day that is read.

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
            risk: self._sparkline(earlier.get(risk, []), position)
            for risk, position in current.items()
        }

    def _sparkline(self, earlier, current) -> CompactSparkline:
        """earlier: rows with the fields that by_risk reads; current: a position."""
        at_ends = [
            next((p for p in earlier if p.from_day <= day < p.until_day), None)
            for day in self._days[:-1]
        ]
        return CompactSparkline(
            tuple(
                self._step(number, position) for number, position in enumerate([*at_ends, current])
            )
        )

    def _step(self, number: int, position) -> Step:
        label, y = self._place(position)
        return Step(self._days[number], label, COMPACT_FRAME.x(number, len(self._days)), y)

    def _place(self, position) -> tuple[str, float | None]:
        if position is None:
            return "not on the register", None
        if not position.band:
            return "not scored", None
        if position.scheme_id != self._scheme:
            return "rated by another scheme", None
        band = self._rules.band(position.band)
        return band.label, COMPACT_FRAME.y(band)
