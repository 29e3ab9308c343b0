"""The colours of bands in files that are printed.

They are those of the pages, from pale to dark, so that the order survives greyscale. The name of
the band always stands beside its colour.
"""

from typing import NamedTuple

from registers.scoring import Band

NO_RISKS = "–"  # noqa: RUF001 (a dash, in a cell of the matrix)
PALE, AMBER, ORANGE, RUST, WINE = "FBECCB", "F2BD55", "E08A33", "B84A18", "6A1433"
BY_COUNT = {
    2: (PALE, WINE),
    3: (PALE, AMBER, WINE),
    4: (PALE, AMBER, RUST, WINE),
    5: (PALE, AMBER, ORANGE, RUST, WINE),
}


class Shade(NamedTuple):
    """Two colours as RRGGBB."""

    fill: str
    ink: str


def shade_of(band: Band) -> Shade:
    """Of a scheme with more bands than five, the colours are those of the five, spread."""
    fills = BY_COUNT.get(band.of) or BY_COUNT[5]
    fill = fills[band.rank * (len(fills) - 1) // max(band.of - 1, 1)]
    return Shade(fill, "FFFFFF" if fill in (RUST, WINE) else "0B0C0C")
