"""How wide the columns of a paper's table are, by what they hold."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

LINE = 100  # characters that fit beside each other in a table as wide as the text
LONGEST_WORD = 24  # characters of a word that is kept whole
LONGEST_TEXT = 2000  # characters of a text that count
MARGIN = 4  # characters, beside a word that may be bold


def column_widths(rows: Sequence[Sequence[str]], total: int) -> list[int]:
    """Widths that make the total. Each column has room for its longest word, then for its text.

    rows: of texts, as many in each; the headings are one of them.
    """
    columns = list(zip(*rows, strict=True))
    if not columns:
        return []
    words = [max(map(_longest_word, column)) + MARGIN for column in columns]
    # By the root: four times the text gets twice the width, or short columns had none left.
    texts = [
        max(math.isqrt(min(LONGEST_TEXT, len(text))) for text in column) or 1 for column in columns
    ]
    spare = max(0, LINE - sum(words))
    shares = [word + spare * text / sum(texts) for word, text in zip(words, texts, strict=True)]
    widths = [int(total * share / sum(shares)) for share in shares]
    widths[widths.index(max(widths))] += total - sum(widths)
    return widths


def _longest_word(text):
    """A space that keeps its words together joins them."""
    return min(LONGEST_WORD, max(map(len, re.split("[ \n\t]", text))))
