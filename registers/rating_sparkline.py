"""How a risk's current rating went over the last quarter ends: a small picture, and its words.

RatingSparkline is for the page of one risk, drawn from its assessments. CompactSparkline is for
many risks on one page, drawn from their positions.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.text import capfirst

from registers.charts import Cell, Table
from registers.dates import quarter_ends_before
from registers.models import Assessment, Position, ScoringScheme
from registers.models.position_queries import STUCK
from registers.phrases.bands import (
    band_before,
    band_history_in_words,
    band_steps,
    by_another_scheme,
    constant_band,
    first_band_history_in_words,
)
from registers.phrases.dashboard import highest_band_running
from registers.scoring import Band


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
    """The rating at the end of a day. scheme: that gave it. x, y: its place in the picture."""

    day: datetime.date
    band: Band
    score: int
    scheme: int
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
        """A line in steps through the points, as an SVG path, broken where the scheme changed."""
        path, scheme = "", None
        for p in self.points:
            path += f"H{p.x:g}V{p.y:g}" if p.scheme == scheme else f"M{p.x:g} {p.y:g}"
            scheme = p.scheme
        return path


def build_rating_sparkline(
    assessments: Iterable[Assessment], days: list[datetime.date]
) -> RatingSparkline:
    """assessments: of one risk until the last of the days, in any order.

    Only our own current ratings count, and of two on one day the later one. days: quarter ends,
    oldest first, and at last the day that is read.

    A band by another scheme is another band. Stuck means the highest band at four quarter ends
    running, the day that is read left out.
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
            rating = effective[-1]
            band, x = rating.band_now, FRAME.x(number, len(days))
            points.append(Point(day, band, rating.score, rating.scheme_id, x, FRAME.y(band)))
    return RatingSparkline(tuple(points), _sentence(ratings, points))


def _sentence(ratings: list, points: list[Point]) -> str:
    if not ratings:
        return "Not scored yet"
    band, scheme = ratings[-1].band_now, ratings[-1].scheme_id
    changes = [
        late
        for early, late in pairwise(ratings)
        if (early.band_now, early.scheme_id) != (late.band_now, late.scheme_id)
    ]
    since = changes[-1] if changes else ratings[0]
    month = _month(since.effective_on)
    if changes:
        last = ratings[ratings.index(since) - 1]
        label = last.band_now.label
        label = label if last.scheme_id == since.scheme_id else by_another_scheme(label)
        before = band_before(label, _month(last.effective_on), month)
        sentence = band_history_in_words(band.label, month, before)
    elif len(ratings) == 1:
        sentence = first_band_history_in_words(band.label, month)
    else:
        sentence = band_history_in_words(band.label, month)

    def is_same(point):
        return (point.band, point.scheme) == (band, scheme)

    ends = sum(1 for _ in takewhile(is_same, reversed(points[:-1])))
    if band.rank == band.of - 1 and ends >= STUCK:
        sentence += f"; {highest_band_running(ends)}"
    return sentence


def _month(day: datetime.date) -> str:
    return date_format(day, "F Y")


@dataclass(frozen=True)
class Step:
    """The band of a risk at the end of a day. label: the band, or why there is none.

    x, y: its place in the picture; y is None without a band of the scheme in force that day, whose
    key is scheme.
    """

    day: datetime.date
    label: str
    x: float
    y: float | None
    scheme: int


@dataclass(frozen=True)
class CompactSparkline:
    """steps: oldest first, at last the day that is read."""

    steps: tuple[Step, ...]

    @property
    def points(self) -> list[Step]:
        return [step for step in self.steps if step.y is not None]

    @property
    def path(self) -> str:
        """A line in steps through the points, as an SVG path.

        Broken where there was no band, and where another scheme came into force.
        """
        first, *_ = self.steps
        path = f"M{first.x:g} {first.y:g}" if first.y is not None else ""
        for early, late in pairwise(self.steps):
            if late.y is not None:
                is_broken = early.y is None or early.scheme != late.scheme
                path += f"M{late.x:g} {late.y:g}" if is_broken else f"H{late.x:g}V{late.y:g}"
        return path

    @property
    def words(self) -> str:
        """ "Moderate in December 2025, High from June 2026, Severe now" """
        runs = [(label, list(run)) for label, run in groupby(self.steps, key=self._label)]
        if len(runs) == 1:
            label, run = runs[0]
            return capfirst(constant_band(label, _month(run[0].day)))
        steps = [(label, _month(run[0].day)) for label, run in runs]
        return capfirst(band_steps(steps, is_latest_new=len(runs[-1][1]) == 1))

    def _label(self, step: Step) -> str:
        """The band of a step in words, which name another scheme than that of the last step."""
        is_latest = step.y is None or step.scheme == self.steps[-1].scheme
        return step.label if is_latest else by_another_scheme(step.label)


class CompactSparklines:
    """The sparklines of several risks at once.

    positions: of all days, on the register. day: the one that is read. scheme_on: gives the
    ScoringScheme that was in force on a day.
    """

    def __init__(
        self, positions, *, day: datetime.date, scheme_on: Callable[[datetime.date], ScoringScheme]
    ):
        self._positions, self._days = positions, [*quarter_ends_before(day, COMPACT_ENDS), day]
        self._schemes = [scheme_on(day) for day in self._days]

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

    def _step(self, number: int, position: Position | None) -> Step:
        scheme = self._schemes[number]
        label, y = self._place(position, scheme)
        x = COMPACT_FRAME.x(number, len(self._days))
        return Step(self._days[number], label, x, y, scheme.pk)

    @staticmethod
    def _place(position: Position | None, scheme) -> tuple[str, float | None]:
        if position is None:
            return "not on the register", None
        if not position.band:
            return "not scored", None
        if position.scheme_id != scheme.pk:
            return "rated under another scheme", None
        band = scheme.rules.band(position.band)
        return band.label, COMPACT_FRAME.y(band)
