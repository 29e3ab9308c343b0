"""Likelihood, impact and scores of one judgement, from the cells that speak of it: one pair, or why
there is none.
"""

from dataclasses import dataclass, field

from registers.imports import parse_rating
from registers.imports.parse_rating import IMPACT, LIKELIHOOD
from registers.scoring import RatingOutsideScheme, Scheme

SCORE = "score"
KEPT = 10_000  # verdicts
NOT_SAID = frozenset(
    (
        *("-", "\u2013", "\u2014", "n/a", "na", "tbc", "tba", "tbd", "none", "?", "nil", "n/k"),
        *("not scored", "not rated", "not assessed", "not yet scored", "to be scored"),
    )
)


@dataclass
class Verdict:
    """pair: likelihood and impact. undecided: (part, text) that nobody has said the meaning of.
    doubts: what is wrong, in words, with the text it is about. told: how the pair was come by,
    where it was not said outright. borne_out: the texts that say what the pair says.
    """

    pair: tuple[int, int] | None = None
    undecided: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    told: str = ""
    borne_out: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Judging:
    """How a plan reads ratings. words: Plan.words; another_scale: numbers mean nothing unless words
    map them.
    """

    scheme: Scheme
    words: dict  # part -> word, as scores.same_word has it -> what it means
    another_scale: bool = False
    known: dict = field(
        default_factory=dict, compare=False
    )  # texts -> verdict: most rows repeat what others say

    @classmethod
    def by(cls, scheme, words, another_scale=False) -> "Judging":
        """What a word meant by a scheme that had more levels is not known any more: it is asked
        about again.
        """
        parts = {part: words.get(part, {}) for part in (LIKELIHOOD, IMPACT, SCORE)}
        known = {
            part: {
                parse_rating.same_word(word): means
                for word, means in said.items()
                if _is_there(scheme, part, means)
            }
            for part, said in parts.items()
        }
        return cls(scheme, known, another_scale)

    def level(self, part: str, text: str) -> int | None:
        mapped = self.mapped(part, text)
        if mapped is not None:
            return mapped or None
        levels = self.scheme.likelihood if part == LIKELIHOOD else self.scheme.impact
        if self.another_scale and any(character.isdigit() for character in text):
            return None
        return parse_rating.level_of(levels, text)

    def mapped(self, part: str, text: str):
        """What Plan.words say of it: a level, a pair, "" for nothing to be read from it; None where
        they do not.
        """
        return self.words.get(part, {}).get(parse_rating.same_word(text))

    def cells(self, text: str, is_impact_first: bool) -> parse_rating.Given:
        mapped = self.mapped(SCORE, text)
        if mapped is not None:
            return parse_rating.Given((tuple(mapped),) if mapped else ())
        if self.another_scale:
            return parse_rating.Given()
        return parse_rating.given_by(self.scheme, text, is_impact_first)

    def says_nothing(self, part: str, text: str) -> bool:
        return self.mapped(part, text) == "" or parse_rating.same_word(text).strip(" .") in NOT_SAID

    def of(self, texts: list[tuple[str, str, bool]]) -> Verdict:
        """texts: part, text, and whether its heading puts the impact first. The verdict is not to
        be changed.
        """
        key = tuple(texts)
        if key not in self.known:
            if len(self.known) > KEPT:
                self.known.clear()
            self.known[key] = self._of(texts)
        return self.known[key]

    def _of(self, texts):
        verdict = Verdict()
        found = {LIKELIHOOD: {}, IMPACT: {}}
        given = {}
        for part, text, is_impact_first in texts:
            if self.says_nothing(part, text):
                continue
            if part == SCORE:
                given[text] = self.cells(text, is_impact_first)
            elif (level := self.level(part, text)) is None:
                verdict.undecided.append((part, text))
            else:
                found[part].setdefault(level, text)
        for part, levels in found.items():
            if len(levels) > 1:
                verdict.doubts.append(
                    (" and ".join(levels.values()), f"These say different things of the {part}")
                )
        if verdict.doubts:
            return verdict
        self._decide(verdict, *(next(iter(levels), None) for levels in found.values()), given)
        if verdict.pair is None and not any(
            self.mapped(part, text) == "" for part, text, _ in texts
        ):
            self._say_what_lacks(
                verdict, *(next(iter(levels), None) for levels in found.values()), given
            )
        return verdict

    def _decide(self, verdict, likelihood, impact, given):
        exact = {
            text: g.pairs[0]
            for text, g in given.items()
            if len(g.pairs) == 1 and not _is_word(text)
        }
        if likelihood is not None and impact is not None:
            verdict.pair = (likelihood, impact)
        else:
            fits = [
                set(g.pairs) for text, g in given.items() if g.pairs and not _is_band(text, self)
            ]
            left = set.intersection(*fits) if fits else set()
            left = {p for p in left if likelihood in (None, p[0]) and impact in (None, p[1])}
            if len(left) == 1:
                verdict.pair = left.pop()
                verdict.told = _how(verdict.pair, likelihood, impact, given)
        self._hold_against(verdict, given, exact)
        if verdict.pair is None:
            verdict.undecided += [
                (SCORE, text)
                for text in given
                if not verdict.undecided and not _decided(self, text)
            ]
        else:
            verdict.undecided = []

    def _hold_against(self, verdict, given, exact):
        for text, said in given.items():
            if said.contradicts:
                verdict.doubts.append(
                    (text, "The score in it is not what its likelihood and impact come to")
                )
            elif (
                verdict.pair
                and said.pairs
                and verdict.pair not in said.pairs
                and not _is_word(text)
            ):
                score = self.scheme.place(*verdict.pair).score
                pair = f"likelihood {verdict.pair[0]} and impact {verdict.pair[1]}"
                verdict.doubts.append(
                    (text, f"It does not fit {pair}, which come to {score} and stand")
                )
            elif verdict.pair and verdict.pair in said.pairs:
                verdict.borne_out.add((SCORE, text))
        if verdict.pair is None and len(set(exact.values())) > 1:
            verdict.doubts.append((" and ".join(exact), "These scores say different things"))

    @staticmethod
    def _say_what_lacks(verdict, likelihood, impact, given):
        lone = [
            (name, level)
            for name, level in ((LIKELIHOOD, likelihood), (IMPACT, impact))
            if level is not None
        ]
        if len(lone) == 1 and not given and not verdict.undecided:
            other = IMPACT if lone[0][0] == LIKELIHOOD else LIKELIHOOD
            verdict.doubts.append((str(lone[0][1]), f"It says the {lone[0][0]} and no {other}"))


def _is_there(scheme, part, means):
    """Whether the scheme has that level or pair; nothing to be read always is there."""
    pair = means if part == SCORE else (means, 1) if part == LIKELIHOOD else (1, means)
    try:
        return means in ("", []) or bool(scheme.place(*pair))
    except RatingOutsideScheme:
        return False


def _decided(judging, text):
    return judging.mapped(SCORE, text) is not None


def _is_word(text):
    return not any(character.isdigit() for character in text)


def _is_band(text, judging):
    """A band or a colour alone: read only where words map it."""
    return _is_word(text) and judging.mapped(SCORE, text) is None


def _how(pair, likelihood, impact, given):
    said = ", ".join(given)
    known = (
        f" with likelihood {likelihood}"
        if likelihood is not None
        else f" with impact {impact}"
        if impact
        else ""
    )
    return f"{said}{known}: likelihood {pair[0]}, impact {pair[1]}"
