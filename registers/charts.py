"""Charts: figures for Plotly with their tables, cells that link to the risks they count, and the
colours of bands.

Figures are pure: numbers in, JSON out, no queries, no words but the ones given. Plotly builds and
checks each shape of figure once in a process, and each request puts its numbers in: checking the
same shape anew each time took longer than all that is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from registers.scoring import Band

# The colours of static/css/app.css by number of bands, lowest first: paler to darker, so greyscale
# keeps the order.
PALE, AMBER, ORANGE, RUST, WINE = "#FBECCB", "#F2BD55", "#E08A33", "#B84A18", "#6A1433"
BAND_COLOURS = {
    2: (PALE, WINE),
    3: (PALE, AMBER, WINE),
    4: (PALE, AMBER, RUST, WINE),
    5: (PALE, AMBER, ORANGE, RUST, WINE),
}
UNBANDED_COLOURS = ("#FFFFFF", "#B1B4B6")  # not scored, to re-assess
LINE = "#0B0C0C"
NO_RISKS = "–"  # noqa: RUF001 (a dash, in a cell of the matrix)
FEW_TICKS = 6
SHAPES = 64  # cached: an installation has few schemes, each with two charts


@dataclass(frozen=True)
class Cell:
    """A number or a text. href: the list of the risks behind it; count: how many that has."""

    text: str
    href: str = ""
    count: int | None = None

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Chart:
    """figure: for Plotly. The summary and the table say all that the picture shows.

    note: a sentence under the picture.
    """

    id: str
    title: str
    summary: str
    figure: dict
    table: Table
    note: str = ""


def stacked_bars(
    counts: Sequence[Sequence[int]],
    names: list[str],
    labels: list[str],
    *,
    bands: Sequence[Band],
    sideways: bool = False,
) -> dict[str, Any]:
    """Bars of counts stacked by band, as a Plotly figure.

    counts: for each bar, one number a band, lowest first, then one or two for risks without a band.
    names: one for each bar; labels: one for each number.
    """
    colours = [*map(_fill, bands), *UNBANDED_COLOURS[: len(labels) - len(bands)]]
    shape = _shape(tuple(labels), tuple(colours), sideways)
    bars = []
    for place, bar in enumerate(shape["data"]):
        heights = [line[place] for line in counts]
        x, y = (heights, names) if sideways else (names, heights)
        bars.append({**bar, "x": x, "y": y})
    layout, axis = shape["layout"], "xaxis" if sideways else "yaxis"
    if max(map(sum, counts), default=0) < FEW_TICKS:
        # Else Plotly puts a tick at each half, and rounds it.
        layout = {**layout, axis: {**layout[axis], "tick0": 0, "dtick": 1}}
    return {"data": bars, "layout": layout}


@lru_cache(SHAPES)
def _shape(labels: tuple[str, ...], colours: tuple[str, ...], sideways: bool) -> dict[str, Any]:
    """The figure without its numbers. Raises ValueError for what Plotly does not know."""
    from plotly import graph_objects as go  # half a second, and only who opens a chart waits for it

    bars = [
        go.Bar(
            name=label,
            orientation="h" if sideways else "v",
            marker={"color": colour, "line": {"color": LINE, "width": 1}},
            hovertemplate=f"{label}: %{{{'x' if sideways else 'y'}}}<extra></extra>",
        )
        for label, colour in zip(labels, colours, strict=True)
    ]
    count_axis = {
        "title": {"text": "Risks"},
        "rangemode": "tozero",
        "tickformat": "d",
        "nticks": FEW_TICKS,
    }
    name_axis = {"type": "category", "automargin": True}
    if sideways:
        # Each name, however low the bars.
        name_axis |= {"autorange": "reversed", "dtick": 1}
    layout = {
        "template": "none",
        "barmode": "stack",
        "font": {"family": "arial, sans-serif", "size": 14, "color": LINE},
        "margin": {"l": 130 if sideways else 50, "r": 10, "t": 10, "b": 50},
        "height": 300 if sideways else 250,
        "legend": {"orientation": "h", "y": -0.25, "traceorder": "normal"},
        "xaxis": count_axis if sideways else name_axis,
        "yaxis": name_axis if sideways else count_axis,
    }
    return go.Figure(bars, layout).to_plotly_json()


# In files that are printed


class Shade(NamedTuple):
    """Two colours as RRGGBB. The name of the band always stands beside its colour."""

    fill: str
    ink: str


def shade_of(band: Band) -> Shade:
    fill = _fill(band)
    return Shade(fill[1:], "FFFFFF" if fill in (RUST, WINE) else LINE[1:])


def _fill(band: Band) -> str:
    """Of a scheme with more bands than five, the colours are those of the five, spread."""
    fills = BAND_COLOURS.get(band.of) or BAND_COLOURS[5]
    return fills[band.rank * (len(fills) - 1) // max(band.of - 1, 1)]
