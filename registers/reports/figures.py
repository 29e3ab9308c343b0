"""Tables -> figures for Plotly: numbers in, JSON out. No queries, no words but the ones given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# The colours of static/css/app.css by number of bands, lowest first: paler to darker, so greyscale keeps the order.
BAND_COLOURS = {
    2: ("#FBECCB", "#6A1433"),
    3: ("#FBECCB", "#F2BD55", "#6A1433"),
    4: ("#FBECCB", "#F2BD55", "#B84A18", "#6A1433"),
    5: ("#FBECCB", "#F2BD55", "#E08A33", "#B84A18", "#6A1433"),
}
UNBANDED_COLOURS = ("#FFFFFF", "#B1B4B6")  # not scored, to re-assess
LINE = "#0B0C0C"


def stacked_bars(
    table: pd.DataFrame, names: list[str], labels: list[str], *, bands: int, sideways: bool = False
) -> dict[str, Any]:
    """Bars of counts stacked by band. table: a row for each bar, a column for each of so many bands, lowest first,
    then one or two for risks without; names: one for each bar; labels: one for each column."""
    import plotly.graph_objects as go

    colours = [*BAND_COLOURS[bands], *UNBANDED_COLOURS[: len(labels) - bands]]
    bars = []
    for column, label, colour in zip(table.columns, labels, colours, strict=True):
        counts = [int(n) for n in table[column]]
        x, y = (counts, names) if sideways else (names, counts)
        bar = go.Bar(
            x=x,
            y=y,
            name=label,
            orientation="h" if sideways else "v",
            marker={"color": colour, "line": {"color": LINE, "width": 1}},
            hovertemplate=f"{label}: %{{{'x' if sideways else 'y'}}}<extra></extra>",
        )
        bars.append(bar.to_plotly_json())
    counted = {"title": {"text": "Risks"}, "rangemode": "tozero", "tickformat": "d", "nticks": 6}
    named = {"type": "category", "automargin": True}
    if sideways:
        named["autorange"] = "reversed"
    layout = go.Layout(
        template="none",
        barmode="stack",
        font={"family": "arial, sans-serif", "size": 14, "color": LINE},
        margin={"l": 50, "r": 10, "t": 10, "b": 50},
        height=380,
        legend={"orientation": "h", "y": -0.25, "traceorder": "normal"},
        xaxis=counted if sideways else named,
        yaxis=named if sideways else counted,
    )
    return {"data": bars, "layout": layout.to_plotly_json()}  # a go.Figure checks the same and takes five times as long
