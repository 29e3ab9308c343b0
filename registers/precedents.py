"""A new risk's own words -> the warning signs of the library that resemble it: a prompt to read, never evidence.

A library of BM25 ranks every way of saying a sign: its title, the sentences of its text, its `also_said_as`. Why so, and
what else was tried, says docs/adr/0009; how well it does, bench/README.md. Nothing here touches a score.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings

from registers.models import WarningSign

LONGEST_TEXT = 8_000  # characters that are read of a text; a page of print has some 3,000
MOST_WORDS = 8  # shown of what matched
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
SENTENCE = re.compile(r"(?<=[.:;!?])\s+")


@dataclass(frozen=True)
class Suggestion:
    """words: the reader's own, in lower case as typed, that the sign has too; the most telling first."""

    sign: WarningSign
    words: tuple[str, ...]


def words_of(**fields) -> str:
    """A risk's title, cause, event and consequence as one text for suggest(); what is empty or None is left out."""
    return "\n".join(text for text in (str(part or "").strip() for part in fields.values()) if text)


def suggest(text: str, *, most: int = 3) -> list[Suggestion]:
    """The signs that a text resembles, best first, at most `most`; [] where none is close enough to be worth a look.

    text: a risk in anybody's words; only the first LONGEST_TEXT characters are read. Any text will do."""
    index = current_index()
    chosen = index.ranked(text)[:most]
    signs = WarningSign.objects.select_related("case").in_bulk([pk for pk, _ in chosen])
    return [Suggestion(signs[pk], words) for pk, words in chosen if pk in signs]


class Vocabulary:
    """How words are read: in lower case, by their stems, without those that say nothing, and with what they mean."""

    def __init__(self, empty: str, meanings: dict[str, list[str]], ordinary: dict[str, list[str]]):
        import Stemmer

        self.stemmer = Stemmer.Stemmer("english")
        self.empty = frozenset(empty.split())
        self.ordinary = ordinary
        self.meanings = defaultdict(set)
        for meaning, phrases in meanings.items():
            for phrase in phrases:
                self.meanings[tuple(self.stems(words_in(phrase)))].add(f"={meaning}")
        self.longest = max(map(len, self.meanings))

    def stems(self, words: list[str]) -> list[str]:
        return [stem.removesuffix("'s") for stem in self.stemmer.stemWords(words)]

    def terms(self, text: str) -> dict[str, list[str]]:
        """Each stem and each meaning (written with a = before it) in a text, with the words that it stands for."""
        words = words_in(text)
        stems, found = self.stems(words), defaultdict(list)
        for word, stem in zip(words, stems, strict=True):
            if word not in self.empty and len(stem) > 1 and word not in found[stem]:
                found[stem].append(word)
        at = 0
        while at < len(stems):
            length = next((n for n in range(self.longest, 0, -1) if tuple(stems[at : at + n]) in self.meanings), 1)
            for meaning in self.meanings.get(tuple(stems[at : at + length]), ()):
                found[meaning] += [w for w in words[at : at + length] if w not in found[meaning]]
            at += length
        return {term: said for term, said in found.items() if said}


def words_in(text: str) -> list[str]:
    return WORD.findall(text[:LONGEST_TEXT].lower().replace("\u2019", "'"))


@cache
def vocabulary() -> Vocabulary:
    path = Path(settings.BASE_DIR, "fixtures", "precedents.yaml")
    return Vocabulary(**yaml.safe_load(path.read_text(encoding="utf-8")))


class Index:
    """All ways of saying every sign, and of the ordinary risks beside them, ready to be asked."""

    def __init__(self, rows: list[tuple]):
        import bm25s
        import numpy

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it would tell standard error of every index it builds
        self.rows, self.words = rows, vocabulary()
        said = [(pk, text) for pk, *texts, phrases in rows for text in ways_of_saying(*texts, phrases)]
        said += [(None, phrase) for phrases in self.words.ordinary.values() for phrase in phrases]
        self.signs = numpy.array([pk or 0 for pk, _ in said])
        self.bm25 = bm25s.BM25(k1=1.2, b=0.4)
        self.bm25.index([list(self.words.terms(text)) for _, text in said], show_progress=False)

    def ranked(self, text: str) -> list[tuple[int, tuple[str, ...]]]:
        """(key of a sign, words that matched), best first."""
        import numpy

        terms = {t: said for t, said in self.words.terms(text).items() if t in self.bm25.vocab_dict}
        if not terms:
            return []
        each = numpy.array([self.bm25.get_scores([term]) for term in terms])  # terms x ways of saying
        scores = each.sum(axis=0)
        best = {}
        for way in numpy.argsort(-scores, kind="stable"):
            best.setdefault(int(self.signs[way]), int(way))
        ordinary = scores[best.pop(0)] if 0 in best else 0
        found = []
        for sign, way in best.items():
            weights = each[:, way]
            told = [said for weight, said in sorted(zip(weights, terms.values()), key=lambda p: -p[0]) if weight > 0]
            words = tuple(dict.fromkeys(word for said in told for word in said))
            if scores[way] > max(ordinary, 4.0) and len(told) > 1:
                found.append((sign, words[:MOST_WORDS]))
        return found


def ways_of_saying(title: str, text: str, phrases: list[str]) -> list[str]:
    return [title, *SENTENCE.split(text), *phrases]


_lock = threading.Lock()
_index: Index | None = None


def current_index() -> Index:
    """The index of the library as it is now: made once a process, and again when a sign says something else."""
    global _index
    rows = list(WarningSign.objects.order_by("pk").values_list("pk", "title", "text", "also_said_as"))
    with _lock:
        if _index is None or _index.rows != rows:
            _index = Index(rows)
        return _index
