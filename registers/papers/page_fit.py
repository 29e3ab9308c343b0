"""About how high a document in the compact layout is, to keep it on one page whatever its texts.

An estimate in centimetres of A4 by the length of its texts: Word lays pages out only when it opens
a file, so nothing here can ask it.
"""

from __future__ import annotations

import math

from registers.papers.document import Bullets, Document, Paragraph, Table
from registers.papers.placeholders import ABOVE_TITLE

PAGE = 26.1  # of text
LINE = 0.42
TEXT, TITLE, LABELLED = 98, 56, 76  # characters of a line: of text, of the title, beside a label
HEADING, CAPTION, GAP = 0.8, 0.5, 0.15
PADDING = 3  # characters of a cell's width that hold no text


def fits_one_page(document: Document) -> bool:
    return _height(document) <= PAGE


def _height(document):
    above = [name for name in document.front if name in ABOVE_TITLE]
    lines = [text for name, (_, text) in document.front.items() if name not in ABOVE_TITLE]
    height = 0.7 * _lines(document.title, TITLE) + LINE * len(above) + GAP
    height += sum(LINE * _lines(text, LABELLED) + GAP for text in lines)
    for section in document.sections:
        height += HEADING + sum(_block_height(block) for block in section.blocks)
    return height


def _block_height(block):
    if isinstance(block, Paragraph):
        return LINE * _lines(block.text, TEXT) + GAP
    if isinstance(block, Bullets):
        return sum(LINE * _lines(item, TEXT) for item in block.items) + GAP
    if isinstance(block, Table):
        rows = [block.headings, *block.rows]
        heights = [_row_height(row, block.widths) for row in rows]
        return CAPTION * block.is_captioned + sum(heights) + GAP
    raise TypeError(f"No height of {block.kind}.")


def _row_height(row, widths):
    columns = [max(4, round(2.15 * width) - PADDING) for width in widths]
    return LINE * max(map(_lines, row, columns)) + GAP


def _lines(text, characters):
    return sum(max(1, math.ceil(_width(line) / characters)) for line in text.split("\n"))


def _width(line):
    """In characters: a capital is wider."""
    return len(line) + 0.7 * sum(map(str.isupper, line))
