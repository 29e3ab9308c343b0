"""The course of one risk's rating over the last quarter ends: a small picture, and the words that
say it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Protocol

from registers.charts import Cell, Table
from registers.models import Assessment
from registers.models.position import STUCK
from registers.phrases import a_number
from registers.scoring import Band

LEFT, RIGHT, TOP, BOTTOM = 6, 154, 6, 30  # of a picture 160 wide and 36 high


class Judged(Protocol):
    """What is read of an assessment."""

    pk: int
    kind: str
    perspective: str
    effective_on: datetime.date
    score: int
    band_now: Band


@dataclass(frozen=True)
class Point:
    """Where the rating stood at the end of a day. x, y: its place in the picture, 0 at the top
    left.
    """

    day: datetime.date
    band: Band
    score: int
    x: float
    y: float


@dataclass(frozen=True)
class Course:
    """points: oldest first, none for a day without a rating. words: one sentence without its full
    stop.
    """

    points: tuple[Point, ...]
    words: str

    @property
    def table(self) -> Table:
        """The same in words: a row for each day."""
        rows = [
            [Cell(f"{p.day:%-d %B %Y}"), Cell(p.band.label), Cell(str(p.score))]
            for p in reversed(self.points)
        ]
        return Table(["At the end of", "Band", "Score"], rows)

    @property
    def path(self) -> str:
        """A line in steps through the points, as an SVG path: it rises where a higher band is first
        met.
        """
        if not self.points:
            return ""
        first, *others = self.points
        return f"M{first.x:g} {first.y:g}" + "".join(
            f"H{point.x:g}V{point.y:g}" for point in others
        )


def course_of(assessments: Iterable[Judged], days: list[datetime.date]) -> Course:
    """assessments: of one risk until the last of the days, in any order; only our own of the risk
    as it stands count, and of two on one day the later one. days: quarter ends, oldest first, and
    at last the day that is read.

    Bands are compared as they were given: the same word out of as many bands counts as the same
    band. Stuck is the highest band at four quarter ends running; the day that is read is none of
    them.
    """
    ours = (Assessment.Kind.CURRENT, Assessment.Perspective.ORGANISATION)
    judged = [one for one in assessments if (one.kind, one.perspective) == ours]
    judged.sort(key=lambda one: (one.effective_on, one.pk))
    points = []
    for number, day in enumerate(days):
        standing = [one for one in judged if one.effective_on <= day]
        if standing:
            band = standing[-1].band_now
            x = LEFT + (RIGHT - LEFT) * number / max(len(days) - 1, 1)
            points.append(Point(day, band, standing[-1].score, round(x, 1), _height(band)))
    return Course(tuple(points), _words(judged, points))


def _height(band: Band) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * band.rank / max(band.of - 1, 1), 1)


def _same(one: Band, other: Band) -> bool:
    return (one.label, one.rank, one.of) == (other.label, other.rank, other.of)


def _words(judged: list, points: list[Point]) -> str:
    if not judged:
        return "Not scored yet"
    now = judged[-1].band_now
    changes = [late for early, late in pairwise(judged) if not _same(early.band_now, late.band_now)]
    since = changes[-1] if changes else judged[0]
    said = f"{now.label} since {_month(since.effective_on)}"
    if changes:
        said += f"; {_before(judged[judged.index(since) - 1], since)}"
    elif len(judged) == 1:
        said += ", when it was first judged"
    ends = sum(1 for _ in takewhile(lambda point: _same(point.band, now), reversed(points[:-1])))
    if now.rank == now.of - 1 and ends >= STUCK:
        said += f"; the highest band at {a_number(ends)} quarter ends running"
    return said


def _before(last: Judged, since: Judged) -> str:
    when = _month(last.effective_on)
    return f"was {last.band_now.label} {'earlier that month' if when == _month(since.effective_on) else f'in {when}'}"


def _month(day: datetime.date) -> str:
    return f"{day:%B %Y}"
