"""How high a row of a sheet must be for its texts to be read: not every program works that out when
it opens a file.
"""

import math
from collections.abc import Iterable

LINE = 14.5  # points, at 11 points of type
AT_MOST = 409  # what a spreadsheet allows
FILLED = 1.1  # letters on a line, for each character of width: less than there are on the average


def height_of(cells: Iterable[tuple[object, float]], size: int = 11) -> float:
    """In points. cells: (value, width of its column in characters)."""
    lines = max(
        (
            _lines(str(value), width * 11 / size)
            for value, width in cells
            if value not in ("", None)
        ),
        default=1,
    )
    return min(lines * LINE * size / 11 + 2, AT_MOST)


def _lines(text: str, width: float) -> int:
    if len(text) <= width * FILLED and "\n" not in text:
        return 1
    return sum(math.ceil(max(len(line), 1) / (width * FILLED)) for line in text.split("\n"))
