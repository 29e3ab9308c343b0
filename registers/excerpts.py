"""Excerpts of texts that a search found: the words in their context, with what to highlight."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

LENGTH = 130  # characters of an excerpt, about one line
BEFORE = 45  # of them before the first word
CUT = "…"


class Snippet(NamedTuple):
    """A part of an excerpt. is_match: whether it is one of the words that were searched for."""

    text: str
    is_match: bool


class Excerpt(NamedTuple):
    """label: of the text that it is taken from, "" for the only one."""

    label: str
    snippets: list[Snippet]


def excerpt_of(texts: Mapping[str, str], words: Sequence[str]) -> Excerpt | None:
    """Of the text that has most of the words, the first of equals; None where none has any.

    texts: label -> text.
    """
    wanted = [*dict.fromkeys(word.lower() for word in words)]
    if not wanted:
        return None
    counts = {label: _count(text.lower(), wanted) for label, text in texts.items()}
    label = max(counts, key=counts.__getitem__, default="")
    if not counts.get(label):
        return None
    # The longest first: of "fund" and "funding" the whole word.
    pattern = "|".join(re.escape(word) for word in sorted(wanted, key=len, reverse=True))
    line = " ".join(texts[label].split())
    snippets = _snippets(line, re.compile(pattern, re.IGNORECASE))
    return Excerpt(label, snippets) if snippets else None


def _count(text: str, words: Iterable[str]) -> int:
    return sum(word in text for word in words)


def _snippets(line: str, pattern: re.Pattern[str]) -> list[Snippet]:
    first = pattern.search(line)
    if first is None:
        return []
    start, end = _window(line, first.start())
    snippets, position = [], start
    for match in pattern.finditer(line, start, end):
        snippets += [Snippet(line[position : match.start()], False), Snippet(match[0], True)]
        position = match.end()
    tail = line[position:end]
    if end < len(line):
        tail = tail.rstrip(",;: ") + CUT
    snippets.append(Snippet(tail, False))
    if start:
        snippets[0] = Snippet(CUT + snippets[0].text, False)
    return [snippet for snippet in snippets if snippet.text]


def _window(line: str, first: int) -> tuple[int, int]:
    """From the start of a word before the first match to the end of a word; long ones are cut."""
    start = max(0, first - BEFORE)
    if start:
        start = line.find(" ", start, first) + 1 or start
    end = min(len(line), start + LENGTH)
    if end < len(line):
        last_space = line.rfind(" ", first, end)
        end = last_space if last_space > first else end
    return start, end
