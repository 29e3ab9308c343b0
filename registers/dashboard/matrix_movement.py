"""The arrows of a matrix: how many risks came to a cell since the day compared with, and from which
side. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from registers.dashboard.period_comparison import One

Pair = tuple[int, int]  # likelihood, impact
Side = tuple[int, int]  # of each: 1 where it rose, -1 where it fell, 0 where it is the same

# As the matrix is drawn: likelihood upwards, impact to the right. The order is that of the glyphs
# in a cell.
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


@dataclass(frozen=True)
class Arrow:
    count: int
    side: Side

    @property
    def glyph(self) -> str:
        return GLYPHS[self.side]

    @property
    def words(self) -> str:
        """ "2 from a lower likelihood and a higher impact" """
        levels = {1: "lower", -1: "higher"}
        said = [
            f"a {levels[way]} {part}"
            for way, part in zip(self.side, ("likelihood", "impact"), strict=True)
            if way
        ]
        return f"{self.count} from {' and '.join(said)}"


def arrows_into(now: Iterable[One], then: Iterable[One]) -> dict[Pair, list[Arrow]]:
    """Cell -> the arrows into it, of the risks that are rated by the scheme in force on both days;
    those that did not move, and cells that none came to, left out. The counts of a cell's arrows
    are risks that stand in it now.
    """
    stood = {one.risk: one.pair for one in then if one.is_rated}
    between = Counter((stood.get(one.risk), one.pair) for one in now if one.is_rated)
    counts: Counter[tuple[Pair, Side]] = Counter()
    for (was, pair), count in between.items():
        if was not in (None, pair):
            counts[pair, (_way(pair[0] - was[0]), _way(pair[1] - was[1]))] += count
    order = list(GLYPHS)
    found: dict[Pair, list[Arrow]] = {}
    for (pair, side), count in sorted(counts.items(), key=lambda row: order.index(row[0][1])):
        found.setdefault(pair, []).append(Arrow(count, side))
    return found


def _way(difference: int) -> int:
    return (difference > 0) - (difference < 0)
