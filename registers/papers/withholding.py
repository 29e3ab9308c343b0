"""Texts that name an exempt risk, taken out of a document that everybody may read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from registers.papers.checks import named_exempt_risks, texts_of_block
from registers.papers.document import Block, Bullets, Document, Matrix, Paragraph, Table
from registers.phrases.information_request import WITHHELD

WITHHELD_TEXT = f"[{WITHHELD}]"


def without_names(row: Iterable, exempt: Sequence) -> list:
    """The values, with a note in place of each text that names one of these risks.

    exempt: with `reference` and `title`. Asks each text only where one of them names a risk.
    """
    row = list(row)
    texts = [value for value in row if isinstance(value, str)]
    if not named_exempt_risks(texts, exempt):
        return row
    return [
        WITHHELD_TEXT if isinstance(value, str) and named_exempt_risks([value], exempt) else value
        for value in row
    ]


def withhold(document: Document, exempt: Sequence) -> Document:
    """The same document with a note in place of each text that names one of these risks."""
    sections = tuple(
        replace(section, blocks=tuple(_block(block, exempt) for block in section.blocks))
        for section in document.sections
    )
    return replace(document, sections=sections)


def _block(block: Block, exempt) -> Block:
    if isinstance(block, Matrix) or not named_exempt_risks(texts_of_block(block), exempt):
        return block
    if isinstance(block, Paragraph):
        return replace(block, text=WITHHELD_TEXT)
    if isinstance(block, Bullets):
        return replace(block, items=tuple(without_names(block.items, exempt)))
    if isinstance(block, Table):
        return replace(block, rows=tuple(tuple(without_names(row, exempt)) for row in block.rows))
    return block
