"""Counts -> figures for Plotly: numbers in, JSON out. No queries, no words but the ones given.

Plain dictionaries: the Plotly library would check the same few shapes anew in each request and take longer than all
that is counted. tests/test_reports.py has it check every shape that is made here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# The colours of static/css/app.css by number of bands, lowest first: paler to darker, so greyscale keeps the order.
BAND_COLOURS = {
    2: ("#FBECCB", "#6A1433"),
    3: ("#FBECCB", "#F2BD55", "#6A1433"),
    4: ("#FBECCB", "#F2BD55", "#B84A18", "#6A1433"),
    5: ("#FBECCB", "#F2BD55", "#E08A33", "#B84A18", "#6A1433"),
}
UNBANDED_COLOURS = ("#FFFFFF", "#B1B4B6")  # not scored, to re-assess
LINE = "#0B0C0C"
NO_TEMPLATE = {"data": {"scatter": [{"type": "scatter"}]}}  # what Plotly means by "none"


def stacked_bars(
    counts: Sequence[Sequence[int]], names: list[str], labels: list[str], *, bands: int, sideways: bool = False
) -> dict[str, Any]:
    """Bars of counts stacked by band. counts: for each bar a number for each of so many bands, lowest first, then one
    or two for risks without; names: one for each bar; labels: one for each number."""
    colours = [*BAND_COLOURS[bands], *UNBANDED_COLOURS[: len(labels) - bands]]
    bars = []
    for place, (label, colour) in enumerate(zip(labels, colours, strict=True)):
        heights = [line[place] for line in counts]
        x, y = (heights, names) if sideways else (names, heights)
        bars.append(
            {
                "type": "bar",
                "x": x,
                "y": y,
                "name": label,
                "orientation": "h" if sideways else "v",
                "marker": {"color": colour, "line": {"color": LINE, "width": 1}},
                "hovertemplate": f"{label}: %{{{'x' if sideways else 'y'}}}<extra></extra>",
            }
        )
    counted = {"title": {"text": "Risks"}, "rangemode": "tozero", "tickformat": "d", "nticks": 6}
    named = {"type": "category", "automargin": True}
    if sideways:
        named["autorange"] = "reversed"
    layout = {
        "template": NO_TEMPLATE,
        "barmode": "stack",
        "font": {"family": "arial, sans-serif", "size": 14, "color": LINE},
        "margin": {"l": 50, "r": 10, "t": 10, "b": 50},
        "height": 380,
        "legend": {"orientation": "h", "y": -0.25, "traceorder": "normal"},
        "xaxis": counted if sideways else named,
        "yaxis": named if sideways else counted,
    }
    return {"data": bars, "layout": layout}
