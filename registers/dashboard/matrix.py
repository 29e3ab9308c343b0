"""Likelihood by impact as a page draws it: what stands in each cell now and then, and the line of
what is let stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from registers.dashboard.matrix_movement import Arrow, Pair
from registers.scoring import Scheme, Tolerance


def matrix_of(
    rules: Scheme,
    tolerance: Tolerance,
    counts: Mapping[Pair, int],
    before: Mapping[Pair, int] | None,
    href: Callable[..., str],
    came: Mapping[Pair, Sequence[Arrow]] | None = None,
) -> dict[str, Any]:
    """For the matrix component, highest likelihood first. counts, before: risks by cell, now and
    then (None where that is not compared with); came: by cell, the arrows into it; href:
    likelihood=, impact= -> the address of the list. edges: the sides on which a cell within
    tolerance touches one above it; where some categories have a tolerance of their own, that of the
    others.
    """
    above = {band.slug for band in tolerance.above()}
    grid = rules.matrix
    is_above = [[placing.band.slug in above for _, placing in cells] for _, cells in grid]

    def cell(row, column):
        level, (impact, placing) = grid[row][0], grid[row][1][column]
        beside = {
            "right": is_above[row][column + 1 : column + 2],
            "top": is_above[row - 1][column : column + 1 if row else 0],
        }
        sides = [side for side, other in beside.items() if any(other)]
        pair = level.value, impact.value
        count, then = counts.get(pair, 0), (before or {}).get(pair, 0)
        return {
            "likelihood": level,
            "impact": impact,
            "band": placing.band,
            "edges": [] if is_above[row][column] else sides,
            "count": count,
            "came": (came or {}).get(pair, ()),
            "total_then": None if before is None or then == count else then,
            "href": href(likelihood=level.value, impact=impact.value),
        }

    rows = [
        {
            "label": level.label,
            "value": level.value,
            "cells": [cell(row, column) for column in range(len(cells))],
        }
        for row, (level, cells) in enumerate(grid)
    ]
    columns = [{"value": level.value, "label": level.label} for level in rules.impact]
    said = {"has_line": any(map(any, is_above)), "has_arrows": bool(came)}
    return {"rows": rows, "columns": columns, "bands": rules.bands, **said}
