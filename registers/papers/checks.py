"""What an author should look at before a paper is final: length, acronyms, and exempt risks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from registers.papers.document import Document, Matrix, Paragraph, Table

WORDS_OF_A_PAGE = 450
MATRIX_PAGES = 0.4
ACRONYM = re.compile(r"\b[A-Z][A-Z&]{1,5}s?\b(?!-\d)")
# Everybody who reads a committee's papers knows these.
KNOWN_ACRONYMS = {"UK", "NHS"}


def texts_of(document: Document) -> Iterator[str]:
    """Every text of it, the title and the opening table included."""
    yield document.title
    for label, text in document.front.values():
        yield from (label, text)
    for section in document.sections:
        yield section.heading
        for block in section.blocks:
            yield from texts_of_block(block)


def texts_of_block(block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Table):
        yield from (block.caption, *block.headings)
        for row in block.rows:
            yield from row
    elif isinstance(block, Matrix):
        yield from (block.caption, *block.likelihood, *block.impact)
        yield from (cell.band for row in block.rows for cell in row)
    else:
        yield from block.items


def page_count(document: Document) -> int:
    """About how many pages of A4 it takes, by its words."""
    words = sum(len(text.split()) for text in texts_of(document))
    matrices = sum(
        isinstance(block, Matrix) for section in document.sections for block in section.blocks
    )
    return round(words / WORDS_OF_A_PAGE + matrices * MATRIX_PAGES + 0.5)


def unexplained_acronyms(document: Document) -> list[str]:
    """Those that it uses without their long form beside them, in brackets or before brackets."""
    text = "\n".join(texts_of(document))
    acronyms = dict.fromkeys(word.removesuffix("s") for word in ACRONYM.findall(text))
    return [
        word
        for word in acronyms
        if word not in KNOWN_ACRONYMS and f"({word})" not in text and f"{word} (" not in text
    ]


def named_exempt_risks(texts: Iterable[str], exempt_risks) -> list[str]:
    """References of the exempt risks that these texts name, by reference or title.

    exempt_risks: with `reference` and `title`.
    """
    text = "\n".join(texts).casefold()
    return [
        risk.reference
        for risk in exempt_risks
        if any(_is_in(text, words.casefold()) for words in (risk.reference, risk.title))
    ]


def _is_in(text, words):
    """As whole words: a risk that is called Art is not named by "part"."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None
