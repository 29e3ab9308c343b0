"""Which risks look alike, by their title and what could happen. Pure: no database.

Letters are compared with the words in alphabetical order (rapidfuzz), so that a slip or an added
word counts little and another order not at all. docs/adr/0011 says why, and why NEAR lies there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from rapidfuzz import fuzz

NEAR = 86  # per cent, from which two risks with different titles look alike
LENGTH = 240  # characters of what could happen that are read
RARE_WORDS = 6  # of a risk, a third of which another has to share
COMMON = 200  # risks from which a word leads to none of them
CANDIDATES = 30  # that share most of them are compared
APOSTROPHES = str.maketrans("", "", "'\u2019`")
WORD = re.compile(r"[^\W_]+")
# "CORP-012 ", "R12 ", "3.", "FIN 7:", "(4)", but neither "COVID-19 " nor "Phase 2: ".
REFERENCE = re.compile(
    r"^\s*(?:[Rr]isk\s*)?(?:"
    r"(?:[A-Z]{1,8}[./_-]?\d{3,6}|[A-Z]\d{1,5})[a-z]?(?:\s*[-\u2013\u2014:.)]+)?\s+"
    r"|[(#]?\s*(?:[A-Z]{1,8}[ ./_-]{0,3})?\d{1,6}(?:[./]\d{1,3})*[a-z]?\s*[-\u2013\u2014:.)]+\s+"
    r")(?=\S)"
)


class Likeness(NamedTuple):
    """key: of a risk. percent: of the same words; 100 only where all are.

    is_only: whether no other risk has all the same words.
    """

    key: Hashable
    percent: int
    has_same_title: bool
    is_only: bool = True

    @property
    def is_certain(self) -> bool:
        return self.percent == 100 and self.is_only


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a risk for comparison. text: "" where it says no more than the title.

    marks: its numbers and single letters, which tell "Phase 1" from "Phase 2".
    """

    title: str
    text: str
    words: tuple[str, ...]
    title_sorted: str
    all_sorted: str
    marks: frozenset[str]

    @classmethod
    def of(cls, title: str, text: str = "") -> Wording:
        title_words, text_words = split_words(title), split_words(text[:LENGTH])
        text_words = [] if text_words == title_words else text_words
        words = [*title_words, *text_words]
        marks = [
            word for word in title_words if not word.isalpha() or (len(word) == 1 and word != "a")
        ]
        return cls(
            " ".join(title_words),
            " ".join(text_words),
            tuple(words),
            " ".join(sorted(title_words)),
            " ".join(sorted(words)),
            frozenset(marks),
        )


def split_words(text: str) -> list[str]:
    """In lower case, without punctuation and without a reference or number in front."""
    form = unicodedata.normalize("NFKC", text)
    form = REFERENCE.sub("", form, count=1).casefold().translate(APOSTROPHES)
    return WORD.findall(form)


def compare(first: Wording, second: Wording) -> tuple[int, bool]:
    """(per cent of the same words, whether the titles are the same); (0, False): not alike."""
    has_same_title = first.title == second.title
    has_texts = bool(first.text and second.text)
    if has_same_title and (not has_texts or first.text == second.text):
        return 100, True
    if not has_same_title and first.marks != second.marks:
        return 0, False
    texts = (first.all_sorted, second.all_sorted)
    if not has_texts:  # what only one of them says tells nothing
        texts = (first.title_sorted, second.title_sorted)
    shorter, longer = sorted(map(len, texts))
    if not has_same_title and 200 * shorter < NEAR * (shorter + longer):
        return 0, False  # the shorter one would not do if the other had all of it
    percent = int(fuzz.ratio(*texts, score_cutoff=0 if has_same_title else NEAR))
    return min(percent, 99), has_same_title


class LikenessIndex:
    """Risks by their words: finds those that look like another without comparing it with all."""

    def __init__(self, wordings: Iterable[tuple[Hashable, Wording]] = ()):
        self.wordings = {}
        self.by_title, self.by_word = defaultdict(list), defaultdict(list)
        for key, wording in wordings:
            self.add(key, wording)

    def add(self, key: Hashable, wording: Wording):
        self.wordings[key] = wording
        self.by_title[wording.title].append(key)
        for word in set(wording.words):
            self.by_word[word].append(key)

    def likeliest(self, wording: Wording) -> Likeness | None:
        """The risk that is most like it, the first of several; None where none is like it."""
        if not wording.title:
            return None
        candidates = [
            Likeness(key, *compare(wording, self.wordings[key]))
            for key in self._candidates(wording)
        ]
        likenesses = [row for row in candidates if row.percent >= NEAR or row.has_same_title]
        best = max(likenesses, key=lambda row: (row.percent, row.has_same_title), default=None)
        is_only = sum(row.percent == 100 for row in likenesses) < 2
        return best and best._replace(is_only=is_only)

    def _candidates(self, wording):
        """Keys with the same title, then those that share a third of the rarest words."""
        namesakes = self.by_title.get(wording.title, ())
        lists = [keys for word in set(wording.words) if (keys := self.by_word.get(word))]
        rarest = [keys for keys in sorted(lists, key=len)[:RARE_WORDS] if len(keys) <= COMMON]
        needed = (len(rarest) + 2) // 3
        counts = Counter(chain.from_iterable(rarest))
        likely = [key for key, count in counts.items() if count >= needed]
        if len(likely) > CANDIDATES:
            likely = sorted(likely, key=counts.__getitem__, reverse=True)[:CANDIDATES]
        return dict.fromkeys([*namesakes, *likely])
