"""Likelihood and impact as people write them: 4, "Likely", "4 - Likely", "V High", "4 x 5", "20
(4x5)", "L4 I5", "20".

Understood by the register's scheme alone: what the scheme does not have is somebody else's to map,
never rescaled.
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


def plain(text: str) -> str:
    """A word as it is compared: small letters, single spaces, no full stops."""
    return " ".join(text.lower().replace(".", " ").split())


def same_word(text: str) -> str:
    """How a word is looked up in Plan.words: by its letters, whatever their case and spaces."""
    return " ".join(text.casefold().split())


@lru_cache(maxsize=10_000)
def level_of(levels: tuple[Level, ...], text: str) -> int | None:
    """The value of the level that a text names, by its number, its word, or both where they agree."""
    said = " ".join(text.lower().split()).strip(" .;:")
    found = LEVEL.fullmatch(said) or LEVEL_LAST.fullmatch(said)
    if not found:
        return _named(levels, plain(said))
    value = int(found["number"])
    if value not in {level.value for level in levels}:
        return None
    word = plain(found["word"] or "").strip(" -\u2013—:(=")
    return value if not word or _named(levels, word) == value else None


def _named(levels, said):
    parts = [part.strip() for part in said.split("/")] if "/" in said else [said]
    found = {value for part in parts if (value := _one_named(levels, part)) is not None}
    return found.pop() if len(found) == 1 else None


def _one_named(levels, said):
    labels = {plain(level.label): level.value for level in levels}
    in_full = " ".join(SHORT.get(word, word) for word in said.split())
    for form in (said, in_full):
        if form in labels:
            return labels[form]
    begun = [value for label, value in labels.items() if len(said) > 2 and label.startswith(said)]
    return begun[0] if len(begun) == 1 else None


@dataclass(frozen=True)
class Given:
    """What a text of a score gives away: a pair; or a score and a band of which a pair may follow.
    () for nothing.
    """

    pairs: tuple[
        tuple[int, int], ...
    ] = ()  # likelihood, impact: the cells of the scheme that it can mean
    contradicts: bool = False  # the score in it is not what its pair comes to


@lru_cache(maxsize=10_000)
def given_by(scheme: Scheme, text: str, is_impact_first: bool = False) -> Given:
    """The cells of the scheme that a text of a score can mean: one for "4 x 5", several for "12" or
    "Amber".
    """
    if len(text) > LONGEST:
        return Given()
    said = " ".join(text.lower().split()).strip(" .;")
    if found := LETTERED.fullmatch(said):
        pair = (int(found["x"]), int(found["y"]))
        if (found["a"] == "i") == (found["b"] == "i"):
            return Given()
        return _as_pair(scheme, pair if found["b"] == "i" else pair[::-1], found["score"])
    for pattern in (PAIR_AFTER, PAIR_BEFORE, PAIR):
        if found := pattern.fullmatch(said):
            pair = (int(found["l"]), int(found["i"]))
            score = found["score"] if "score" in found.re.groupindex else None
            return _as_pair(scheme, pair[::-1] if is_impact_first else pair, score)
    return _by_score(scheme, said)


def _as_pair(scheme, pair, score):
    likelihood, impact = pair
    known = (likelihood, impact) in {cell[:2] for cell in cells_of(scheme)}
    return Given((pair,) if known else (), bool(score) and int(score) != likelihood * impact)


def _by_score(scheme, said):
    found = SCORE.fullmatch(said)
    cells = cells_of(scheme)
    if found:
        cells = [cell for cell in cells if cell[2] == int(found["score"])]
        word = plain(found["before"] or found["after"] or "")
    else:
        word = plain(said)
    if word:
        named = [
            slug
            for slug, label in ((b.slug, plain(b.label)) for b in scheme.bands)
            if word in (slug, label)
        ]
        if not named and not found:
            return Given()
        of_band = [cell for cell in cells if cell[3] in named]
        cells = of_band if named else cells
    return Given(tuple(cell[:2] for cell in cells))


@lru_cache(maxsize=50)
def cells_of(scheme: Scheme) -> tuple[tuple[int, int, int, str], ...]:
    """Every cell of a scheme: likelihood, impact, score, band."""
    return tuple(
        (level.value, cell.value, placing.score, placing.band.slug)
        for level, row in scheme.matrix
        for cell, placing in row
    )


def figures_of(text: str) -> list[int]:
    """The numbers of a text of a score, its day left out."""
    return [int(figure) for figure in re.findall(r"(?<![\d/.])\d{1,3}(?![\d/])", text[:LONGEST])]


def is_impact_first(name: str) -> bool:
    """Whether a heading says that a pair begins with the impact: "I x L"."""
    return bool(
        re.search(r"\bi(?:mpact)? ?(?:[x\u00d7*&/,]|and|by) ?l(?:ikelihood)?\b", name.lower())
    )
