"""A risk's own words -> the warning signs that resemble it: a prompt to read, never evidence.

Signs are ranked by BM25, each as one document of its title, text and `also_said_as`. docs/adr/0009
says why, and what else was tried; bench/README.md, how well it does. Nothing here touches a score.

BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

import yaml
from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects

from registers.models import Citation, WarningSign

LONGEST_TEXT = 8_000  # characters that are read of a text; a page of print has some 3,000
FEWEST_WORDS, MOST_WORDS = 2, 8  # that a text shares with a sign; that are shown
# Set by leaving out each phrase of ours in turn, and on the statements to work with:
# bench/README.md.
# Of all that a text says, how much more has to speak for a sign than for any ordinary risk.
MIN_LEAD = 0.05
MIN_SCORE = 3.2  # that speaks for a sign, on BM25's scale: two or three telling words
MIN_SHARE_OF_BEST = 0.4  # of the best score: with less, a second or third sign is not shown
MIN_WORD_WEIGHT = 0.3  # what a word has to weigh to count as shared
SIGN_FIELDS = ("pk", "title", "text", "also_said_as", "case__short_name")
RISK_FIELDS = ("title", "cause", "event", "consequence")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
SENTENCE = re.compile(r"(?<=[.:;!?])\s+")
CONSEQUENCE = re.compile(
    r"\b(consequences?\b|(result|lead)(s|ing)? (in|to)\b"
    r"|(which|this|it) (may|might|could|would)\b|causing\b)",
    re.I,
)
FIRST_WORDS, FADING = 15, 20  # that count in full; after how many more a word counts half


@dataclass(frozen=True)
class Suggestion:
    """words: those of the risk that the sign has too, in lower case, the most telling first."""

    sign: WarningSign
    words: tuple[str, ...]


def risk_text(**fields) -> str:
    """A risk's title, cause, event and consequence as one text for suggest(), a line each.

    Those that are empty or None are left out. The consequence is marked as one, as it weighs less.
    """
    texts = {name: " ".join(str(text or "").split()) for name, text in fields.items()}
    return "\n".join(
        f"Consequence: {text}" if name == "consequence" else text
        for name, text in texts.items()
        if text
    )


def suggest(text: str, *, most: int = 3) -> list[Suggestion]:
    """The signs that a text resembles, best first, at most `most`; [] where none is close enough.

    text: any text; only its first LONGEST_TEXT characters are read.
    """
    index = current_index()
    ranking = index.ranked(text)[:most]
    signs = WarningSign.objects.select_related("case").in_bulk([pk for pk, _ in ranking])
    return [Suggestion(signs[pk], words) for pk, words in ranking if pk in signs]


def suggestions_for(typed: dict) -> list[Suggestion]:
    """What the words of a form suggest, each sign with its citations. Reads RISK_FIELDS alone."""
    suggestions = suggest(risk_text(**{name: typed.get(name) for name in RISK_FIELDS}))
    citations = Prefetch("citations", Citation.objects.select_related("source"))
    prefetch_related_objects([suggestion.sign for suggestion in suggestions], citations)
    return suggestions


def suggestions_of(risk) -> list[Suggestion]:
    """The same for the words of a risk as they stand."""
    return suggestions_for({name: getattr(risk, name) for name in RISK_FIELDS})


@dataclass(frozen=True)
class Term:
    """words: those of the text. weight: of its first occurrence, see weighted_words()."""

    words: tuple[str, ...]
    weight: float


class Vocabulary:
    """How words are read: in lower case, by stem, without empty words, and with their meanings."""

    def __init__(self, empty: str, meanings: dict[str, list[str]], ordinary: dict[str, list[str]]):
        import Stemmer

        self.stemmer, self.lock = Stemmer.Stemmer("english"), threading.Lock()
        self.empty, self.ordinary = frozenset(empty.split()), ordinary
        self.meanings = defaultdict(set)
        for meaning, phrases in meanings.items():
            for phrase in phrases:
                self.meanings[tuple(self.stems(split_words(phrase)))].add(f"={meaning}")
        self.longest = max(map(len, self.meanings))

    def stems(self, words: list[str]) -> list[str]:
        with self.lock:  # a stemmer keeps what it works on in itself
            return self.stemmer.stemWords(words)

    def terms(self, text: str) -> dict[str, Term]:
        """Each stem in a text and each meaning (with = before its name), as it first occurs."""
        words, weights = weighted_words(text)
        stems, terms = self.stems(words), {}
        for word, stem, weight in zip(words, stems, weights, strict=True):
            if word not in self.empty and len(stem) > 1:
                terms.setdefault(stem, Term((word,), weight))
        at = 0
        while at < len(stems):
            length, meanings = self.longest_meaning(stems, at)
            matched = words[at : at + length]
            matched = [word for word in matched if word not in self.empty] or matched
            for meaning in meanings:
                terms.setdefault(meaning, Term(tuple(matched), weights[at]))
            at += length
        return terms

    def longest_meaning(self, stems: list[str], start: int) -> tuple[int, set[str]]:
        """(how many words from there have meanings together, which), the longest run first.

        (1, no meaning) where there is none.
        """
        for length in range(self.longest, 0, -1):
            if meanings := self.meanings.get(tuple(stems[start : start + length])):
                return length, meanings
        return 1, set()


def split_words(text: str) -> list[str]:
    return WORD.findall(text.lower().replace("\u2019", "'"))


def weighted_words(text: str) -> tuple[list[str], list[float]]:
    """The words of a text, and the weight of each (0 to 1).

    Risks end with what would happen, in words that fit any risk: complaints, cost, reputation. So
    from what announces a consequence to the end of the line words count a third, and late words
    count less.
    """
    words, weights = [], []
    for line in text[:LONGEST_TEXT].splitlines():
        announced = CONSEQUENCE.search(line)
        parts = (line[: announced.start()], line[announced.start() :]) if announced else (line,)
        for part, worth in zip(parts, (1, 1 / 3), strict=False):
            for word in split_words(part):
                weights.append(worth / (1 + max(0, len(words) - FIRST_WORDS) / FADING))
                words.append(word)
    return words, weights


@cache
def vocabulary() -> Vocabulary:
    path = Path(settings.BASE_DIR, "fixtures", "precedents.yaml")
    return Vocabulary(**yaml.safe_load(path.read_text(encoding="utf-8")))


class Index:
    """A document for each sign, of all its phrases, and one for each kind of ordinary risk."""

    def __init__(self, rows: list[tuple]):
        import bm25s

        # It would log every index that it builds to standard error.
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        self.rows, self.words = rows, vocabulary()
        documents = {
            pk: [title, *SENTENCE.split(text), *phrases] for pk, title, text, phrases, _ in rows
        }
        # Keys in the order of the index; ordinary risks come after them.
        self.signs = list(documents)
        self.bm25 = bm25s.BM25(method="lucene", k1=1.0, b=0.5)
        documents_by_phrase = [*documents.values(), *self.words.ordinary.values()]
        # The name of a case in a text does not make it like that case.
        names = set(self.words.stems(split_words(" ".join(name for *_, name in rows))))
        texts = [
            [term for phrase in phrases for term in self.words.terms(phrase) if term not in names]
            for phrases in documents_by_phrase
        ]
        self.bm25.index(texts, show_progress=False)
        document_counts = Counter(term for text in texts for term in set(text))
        self.rarity = {term: _rarity(n, len(texts)) for term, n in document_counts.items()}
        self.unheard = _rarity(0, len(texts))

    def ranked(self, text: str) -> list[tuple[int, tuple[str, ...]]]:
        """(key of a sign, words that matched) for every sign that may be shown, best first."""
        import numpy

        text_terms = self.words.terms(text)
        terms = {key: term for key, term in text_terms.items() if key in self.rarity}
        if not terms:
            return []
        # terms x documents
        each = numpy.array(
            [self.bm25.get_scores([key]) * term.weight for key, term in terms.items()]
        )
        scores = each.sum(axis=0)
        ordinary = scores[len(self.signs) :].max(initial=0)
        scores = scores[: len(self.signs)]
        everything = sum(
            self.rarity.get(key, self.unheard) * term.weight for key, term in text_terms.items()
        )
        if scores.max(initial=0) - ordinary < MIN_LEAD * everything:
            return []
        matches = []
        for place in numpy.argsort(-scores, kind="stable"):
            words = telling_words(terms.values(), each[:, place].tolist())
            if (
                scores[place] > max(MIN_SCORE, ordinary, MIN_SHARE_OF_BEST * scores.max())
                and len(words) >= FEWEST_WORDS
            ):
                matches.append((self.signs[place], words))
        return matches


def _rarity(documents: int, total: int) -> float:
    """The weight of a term that so many documents have, as BM25 measures it."""
    return log(1 + (total - documents + 0.5) / (documents + 0.5))


def telling_words(terms: Iterable[Term], scores: list[float]) -> tuple[str, ...]:
    """The words that speak for a sign, most telling first, each by the sum of its terms."""
    by_word = defaultdict(float)
    for term, score in zip(terms, scores, strict=True):
        for word in term.words:
            by_word[word] += score / len(term.words)
    words = sorted(by_word, key=lambda word: -by_word[word])
    return tuple(word for word in words if by_word[word] > MIN_WORD_WEIGHT)[:MOST_WORDS]


_lock = threading.Lock()
_index: Index | None = None


def current_index() -> Index:
    """The index of the library: built once a process, and again when a sign changes."""
    global _index
    rows = list(WarningSign.objects.order_by("pk").values_list(*SIGN_FIELDS))
    with _lock:
        if _index is None or _index.rows != rows:
            _index = Index(rows)
        return _index
