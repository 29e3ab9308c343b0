"""Likelihood by impact as a page draws it: counts, the line of tolerance, and arrows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from registers.dashboard.ordering_uncertainty import OrderingUncertainty
from registers.dashboard.period_comparison import cell_counts
from registers.dashboard.section import Section
from registers.movement import RiskPoint
from registers.phrases.dashboard import arrow_in_words
from registers.scoring import Scheme, Tolerance

REFERENCES = 8  # of each of the highest cells
Pair = tuple[int, int]  # likelihood, impact
Side = tuple[int, int]  # of each: 1 where it rose, -1 where it fell, 0 where it is the same

# As the matrix is drawn: likelihood upwards, impact to the right. In the order of the glyphs of a
# cell.
GLYPHS: dict[Side, str] = {
    (1, 0): "↑",
    (1, 1): "↗",
    (0, 1): "→",
    (1, -1): "↖",
    (-1, 1): "↘",
    (0, -1): "←",
    (-1, -1): "↙",
    (-1, 0): "↓",
}


class Matrix(Section):
    template = "dashboard/matrix.html"
    anchor, title = "matrix", "Likelihood and impact"
    indicator = title

    @property
    def is_compared(self) -> bool:
        return self.data.as_of.has_comparison and self.data.compares_bands

    @cached_property
    def matrix(self) -> dict[str, Any]:
        data, comparison = self.data, self.data.comparison
        previous, arrows = None, None
        if self.is_compared:
            previous = cell_counts(comparison.previous)
            arrows = arrows_into(comparison.begun, comparison.ended)
        return build_matrix(
            data.rules, data.tolerance, cell_counts(comparison.current), previous, data.href, arrows
        )

    @cached_property
    def top_cells(self) -> list[TopCell]:
        """The cells of the highest band that risks stand in, the highest scores first."""
        data = self.data
        counts, top = cell_counts(data.comparison.current), data.rules.bands[-1].slug
        numbers: dict[Pair, list[int]] = {}
        for row in data.top_rows:
            if row.band == top:
                numbers.setdefault((row.likelihood, row.impact), []).append(row.number)
        return [
            TopCell(
                *pair,
                counts[pair],
                data.href(likelihood=pair[0], impact=pair[1]),
                [(data.register.reference(n), data.links.risk(n)) for n in rows[:REFERENCES]],
            )
            for pair, rows in numbers.items()
        ]

    @cached_property
    def uncertainty(self) -> OrderingUncertainty:
        """How sure its order is, shown only where it is expanded."""
        return OrderingUncertainty(self.data)


@dataclass(frozen=True)
class TopCell:
    """A cell of the highest band. references: (reference, address) of some of its risks."""

    likelihood: int
    impact: int
    count: int
    href: str
    references: list[tuple[str, str]]

    @property
    def unlisted(self) -> int:
        return self.count - len(self.references)


@dataclass(frozen=True)
class Arrow:
    """How many risks came to a cell from one side."""

    count: int
    side: Side

    @property
    def glyph(self) -> str:
        return GLYPHS[self.side]

    @property
    def words(self) -> str:
        """ "2 from a lower likelihood and a higher impact" """
        return arrow_in_words(self.count, *self.side)


def arrows_into(
    current: Iterable[RiskPoint], previous: Iterable[RiskPoint]
) -> dict[Pair, list[Arrow]]:
    """Cell -> the arrows into it. Cells that no risk came to are left out.

    Of the risks that are rated by the scheme in force on both days.
    """
    before = {point.risk: point.pair for point in previous if point.is_rated}
    steps = Counter((before.get(point.risk), point.pair) for point in current if point.is_rated)
    counts: Counter[tuple[Pair, Side]] = Counter()
    for (start, end), count in steps.items():
        if start not in (None, end):
            counts[end, (_sign(end[0] - start[0]), _sign(end[1] - start[1]))] += count
    order = list(GLYPHS)
    arrows: dict[Pair, list[Arrow]] = {}
    for (pair, side), count in sorted(counts.items(), key=lambda row: order.index(row[0][1])):
        arrows.setdefault(pair, []).append(Arrow(count, side))
    return arrows


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)


def build_matrix(
    rules: Scheme,
    tolerance: Tolerance,
    counts: Mapping[Pair, int],
    previous: Mapping[Pair, int] | None,
    href: Callable[..., str],
    arrows: Mapping[Pair, Sequence[Arrow]] | None = None,
) -> dict[str, Any]:
    """What dashboard/matrix_table.html takes, the highest likelihood first.

    counts, previous: risks by cell on the two days, previous None where they are not compared.
    arrows: by cell. href: likelihood=, impact= -> the address of the list. Each cell's `edges` are
    the sides on which a cell within tolerance touches one above it. Where some categories have a
    tolerance of their own, the line is that of the others.
    """
    above = {band.slug for band in tolerance.above()}
    grid = rules.matrix
    is_above = [[placing.band.slug in above for _, placing in cells] for _, cells in grid]

    def cell(row, column):
        level, (impact, placing) = grid[row][0], grid[row][1][column]
        neighbours = {
            "right": is_above[row][column + 1 : column + 2],
            "top": is_above[row - 1][column : column + 1 if row else 0],
        }
        sides = [side for side, cells in neighbours.items() if any(cells)]
        pair = level.value, impact.value
        count, before = counts.get(pair, 0), (previous or {}).get(pair, 0)
        return {
            "likelihood": level,
            "impact": impact,
            "band": placing.band,
            "edges": [] if is_above[row][column] else sides,
            "count": count,
            "arrows": (arrows or {}).get(pair, ()),
            "previous_count": None if previous is None or before == count else before,
            "href": href(likelihood=level.value, impact=impact.value),
        }

    return {
        "rows": [
            {
                "label": level.label,
                "value": level.value,
                "cells": [cell(row, column) for column in range(len(cells))],
            }
            for row, (level, cells) in enumerate(grid)
        ],
        "columns": [{"value": level.value, "label": level.label} for level in rules.impact],
        "bands": rules.bands,
        "has_line": any(map(any, is_above)),
        "has_arrows": bool(arrows),
    }
