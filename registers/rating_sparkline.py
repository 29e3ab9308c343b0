"""How a risk's residual rating went over the last quarter ends: a small picture, and its words.

For the page of one risk, drawn from its assessments. Of many risks on one page the bands are said
in a row: band_history.py.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

from django.utils.formats import date_format

from registers.charts import Cell, Table
from registers.models import Assessment
from registers.models.position_queries import STUCK
from registers.phrases.bands import (
    band_before,
    band_history_in_words,
    by_another_scheme,
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
