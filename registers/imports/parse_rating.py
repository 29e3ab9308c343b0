"""Parse ratings as people write them: 4, "4 - Likely", "V High", "4 x 5", "20 (4x5)", "L4 I5".

Only by the register's scheme: nothing is rescaled, other words are left for the user to map.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from registers.scoring import Level, Scheme

LIKELIHOOD, IMPACT = "likelihood", "impact"
SHORT = {
    "v": "very",
    "vh": "very high",
    "vl": "very low",
    "h": "high",
    "m": "medium",
    "l": "low",
    "med": "medium",
}
NUMBER = re.compile(r"\d{1,3}(?:\.0+)?")
LEVEL = re.compile(
    r"[li]? ?(?P<number>\d{1,3})(?:\.0+)?(?: ?[-\u2013—:.,)=]? ?\(?(?P<word>[^\d()]*)\)?)?"
)
LEVEL_LAST = re.compile(r"(?P<word>[^\d()]+?) ?[-\u2013—:(=]? ?\(?(?P<number>\d{1,3})(?:\.0+)?\)?")
LONGEST = 100  # characters: what is longer is no level and no score
_PAIR = (
    r"\(?\s*(?:l(?:ikelihood)?\s*[:=]?\s*)?(?P<l>\d{1,2})\s*(?P<by>[x\u00d7*,&;/]|by)"
    r"\s*(?:i(?:mpact)?\s*[:=]?\s*)?(?P<i>\d{1,2})\s*\)?"
)
PAIR = re.compile(_PAIR)
PAIR_BEFORE = re.compile(
    rf"{_PAIR}\s*=?\s*[\[(]?(?P<score>\d{{1,3}})[\])]?(?:\s*[-:]?\s*(?P<band>[a-z ]+))?"
)
PAIR_AFTER = re.compile(
    rf"(?:(?P<band>[a-z ]+?)\s*[-:]?\s*)?(?P<score>\d{{1,3}})\s*(?:=|-|:)?\s*{_PAIR}"
)
LETTERED = re.compile(
    r"\(?(?P<a>[lip])[a-z]*\s*[:=]?\s*(?P<x>\d{1,2})\s*[x\u00d7*,;&/-]?\s*"
    r"(?P<b>[lip])[a-z]*\s*[:=]?\s*(?P<y>\d{1,2})\)?(?:\s*=?\s*\(?(?P<score>\d{1,3})\)?)?"
)
SCORE = re.compile(
    r"(?:(?P<before>[a-z][a-z /-]*?)\s*[-\u2013:(]?\s*)?(?P<score>\d{1,3})(?:\.0+)?\)?"
    r"(?:\s*[-\u2013:(]?\s*(?P<after>[a-z][a-z /-]*?)\s*\)?)?"
)


def normalise_word(text: str) -> str:
    """For comparison: lower case, single spaces, no full stops."""
    return " ".join(text.lower().replace(".", " ").split())


def word_key(text: str) -> str:
    """The key of a word in Plan.words: case and spaces do not matter."""
    return " ".join(text.casefold().split())


@lru_cache(maxsize=10_000)
def match_level(levels: tuple[Level, ...], text: str) -> int | None:
    """The level that a text names by number, word, or both where they agree."""
    form = " ".join(text.lower().split()).strip(" .;:")
    match = LEVEL.fullmatch(form) or LEVEL_LAST.fullmatch(form)
    if not match:
        return _match_level_word(levels, normalise_word(form))
    value = int(match["number"])
    if value not in {level.value for level in levels}:
        return None
    word = normalise_word(match["word"] or "").strip(" -\u2013—:(=")
    return value if not word or _match_level_word(levels, word) == value else None


def _match_level_word(levels, word):
    parts = [part.strip() for part in word.split("/")] if "/" in word else [word]
    values = {value for part in parts if (value := _match_single_word(levels, part)) is not None}
    return values.pop() if len(values) == 1 else None


def _match_single_word(levels, word):
    labels = {normalise_word(level.label): level.value for level in levels}
    in_full = " ".join(SHORT.get(part, part) for part in word.split())
    for form in (word, in_full):
        if form in labels:
            return labels[form]
    prefixed = [
        value for label, value in labels.items() if len(word) > 2 and label.startswith(word)
    ]
    return prefixed[0] if len(prefixed) == 1 else None


@dataclass(frozen=True)
class ScoreMatch:
    """What a text of a score gives away: a pair; or a score and a band of which a pair may follow.
    () for nothing.
    """

    pairs: tuple[
        tuple[int, int], ...
    ] = ()  # likelihood, impact: the cells of the scheme that it can mean
    contradicts: bool = False  # the score in it is not what its pair comes to


@lru_cache(maxsize=10_000)
def match_score(scheme: Scheme, text: str, is_impact_first: bool = False) -> ScoreMatch:
    """The cells of the scheme that a score can mean: one for "4 x 5", several for "12"."""
    if len(text) > LONGEST:
        return ScoreMatch()
    form = " ".join(text.lower().split()).strip(" .;")
    if match := LETTERED.fullmatch(form):
        pair = (int(match["x"]), int(match["y"]))
        if (match["a"] == "i") == (match["b"] == "i"):
            return ScoreMatch()
        return _match_pair(scheme, pair if match["b"] == "i" else pair[::-1], match["score"])
    for pattern in (PAIR_AFTER, PAIR_BEFORE, PAIR):
        if match := pattern.fullmatch(form):
            pair = (int(match["l"]), int(match["i"]))
            score = match["score"] if "score" in match.re.groupindex else None
            return _match_pair(scheme, pair[::-1] if is_impact_first else pair, score)
    return _match_number_or_band(scheme, form)


def _match_pair(scheme, pair, score):
    likelihood, impact = pair
    is_valid = (likelihood, impact) in {cell[:2] for cell in scheme_cells(scheme)}
    return ScoreMatch(
        (pair,) if is_valid else (), bool(score) and int(score) != likelihood * impact
    )


def _match_number_or_band(scheme, form):
    match = SCORE.fullmatch(form)
    cells = scheme_cells(scheme)
    if match:
        cells = [cell for cell in cells if cell[2] == int(match["score"])]
        word = normalise_word(match["before"] or match["after"] or "")
    else:
        word = normalise_word(form)
    if word:
        bands = [
            slug
            for slug, label in ((b.slug, normalise_word(b.label)) for b in scheme.bands)
            if word in (slug, label)
        ]
        if not bands and not match:
            return ScoreMatch()
        of_band = [cell for cell in cells if cell[3] in bands]
        cells = of_band if bands else cells
    return ScoreMatch(tuple(cell[:2] for cell in cells))


@lru_cache(maxsize=50)
def scheme_cells(scheme: Scheme) -> tuple[tuple[int, int, int, str], ...]:
    """Every cell of a scheme: (likelihood, impact, score, slug of the band)."""
    return tuple(
        (level.value, cell.value, placing.score, placing.band.slug)
        for level, row in scheme.matrix
        for cell, placing in row
    )


def is_pair(text: str) -> bool:
    """Whether a text gives likelihood and impact in figures, whatever the scheme."""
    form = " ".join(text.lower().split())
    patterns = (PAIR, PAIR_AFTER, PAIR_BEFORE, LETTERED)
    return len(form) < 40 and any(pattern.fullmatch(form) for pattern in patterns)


def numbers_in(text: str) -> list[int]:
    """The numbers in the text of a score, without those of a date."""
    return [int(figure) for figure in re.findall(r"(?<![\d/.])\d{1,3}(?![\d/])", text[:LONGEST])]


def is_impact_first(name: str) -> bool:
    """Whether a heading puts the impact first in a pair: "I x L"."""
    return bool(
        re.search(r"\bi(?:mpact)? ?(?:[x\u00d7*&/,]|and|by) ?l(?:ikelihood)?\b", name.lower())
    )
