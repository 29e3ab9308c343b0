"""Resolve the cells of one rating (likelihood, impact, scores) into one pair, or say why not."""

from dataclasses import dataclass, field

from registers.imports import parse_rating
from registers.imports.parse_rating import IMPACT, LIKELIHOOD
from registers.phrases.numbers import join_with_and
from registers.scoring import RatingOutsideScheme, Scheme

SCORE = "score"
CACHE_SIZE = 10_000  # results
UNRATED_WORDS = frozenset(
    (
        *("-", "\u2013", "\u2014", "n/a", "na", "tbc", "tba", "tbd", "none", "?", "nil", "n/k"),
        *("not scored", "not rated", "not assessed", "not yet scored", "to be scored"),
    )
)


@dataclass
class RatingResult:
    """What the cells of one rating come to.

    pair: (likelihood, impact). undecided: (part, text) without a meaning yet.
    doubts: (text, problem).
    explanation: how the pair follows, where no cell gives it outright. confirmed: (part, text) that
    agree with the pair.
    """

    pair: tuple[int, int] | None = None
    undecided: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    explanation: str = ""
    confirmed: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class RatingResolver:
    """How a plan reads ratings. words: part -> word_key() -> level or pair.

    another_scale: numbers mean nothing unless words map them. cache: most rows repeat others.
    """

    scheme: Scheme
    words: dict
    another_scale: bool = False
    cache: dict = field(default_factory=dict, compare=False)

    @classmethod
    def for_plan(cls, scheme, words, another_scale=False) -> "RatingResolver":
        """Drops words mapped to a level that the scheme no longer has, to ask about them again."""
        parts = {part: words.get(part, {}) for part in (LIKELIHOOD, IMPACT, SCORE)}
        valid_words = {
            part: {
                parse_rating.word_key(word): means
                for word, means in meanings.items()
                if _is_in_scheme(scheme, part, means)
            }
            for part, meanings in parts.items()
        }
        return cls(scheme, valid_words, another_scale)

    def level(self, part: str, text: str) -> int | None:
        mapped = self.mapped_value(part, text)
        if mapped is not None:
            return mapped or None
        levels = self.scheme.likelihood if part == LIKELIHOOD else self.scheme.impact
        if self.another_scale and any(character.isdigit() for character in text):
            return None
        return parse_rating.match_level(levels, text)

    def mapped_value(self, part: str, text: str):
        """The level or pair in Plan.words, "" for nothing to be read, None if not mapped."""
        return self.words.get(part, {}).get(parse_rating.word_key(text))

    def match(self, text: str, is_impact_first: bool) -> parse_rating.ScoreMatch:
        mapped = self.mapped_value(SCORE, text)
        if mapped is not None:
            return parse_rating.ScoreMatch((tuple(mapped),) if mapped else ())
        if self.another_scale:
            return parse_rating.ScoreMatch()
        return parse_rating.match_score(self.scheme, text, is_impact_first)

    def is_blank(self, part: str, text: str) -> bool:
        return (
            self.mapped_value(part, text) == ""
            or parse_rating.word_key(text).strip(" .") in UNRATED_WORDS
        )

    def resolve(self, texts: list[tuple[str, str, bool]]) -> RatingResult:
        """texts: (part, text, whether the heading puts the impact first).

        The result is cached: do not change it.
        """
        key = tuple(texts)
        if key not in self.cache:
            if len(self.cache) > CACHE_SIZE:
                self.cache.clear()
            self.cache[key] = self._resolve(texts)
        return self.cache[key]

    def _resolve(self, texts):
        result = RatingResult()
        levels_by_part = {LIKELIHOOD: {}, IMPACT: {}}
        matches = {}
        for part, text, is_impact_first in texts:
            if self.is_blank(part, text):
                continue
            if part == SCORE:
                matches[text] = self.match(text, is_impact_first)
            elif (level := self.level(part, text)) is None:
                result.undecided.append((part, text))
            else:
                levels_by_part[part].setdefault(level, text)
        for part, levels in levels_by_part.items():
            if len(levels) > 1:
                result.doubts.append(
                    (join_with_and(levels.values()), f"These give different levels of {part}")
                )
        if result.doubts:
            return result
        likelihood, impact = (next(iter(levels), None) for levels in levels_by_part.values())
        self._decide(result, likelihood, impact, matches)
        if result.pair is None and not any(
            self.mapped_value(part, text) == "" for part, text, _ in texts
        ):
            self._report_missing_half(result, likelihood, impact, matches)
        return result

    def _decide(self, result, likelihood, impact, matches):
        exact = {
            text: match.pairs[0]
            for text, match in matches.items()
            if len(match.pairs) == 1 and not _is_word(text)
        }
        if likelihood is not None and impact is not None:
            result.pair = (likelihood, impact)
        else:
            fits = [
                set(match.pairs)
                for text, match in matches.items()
                if match.pairs and not _is_band(text, self)
            ]
            common = set.intersection(*fits) if fits else set()
            common = {p for p in common if likelihood in (None, p[0]) and impact in (None, p[1])}
            if len(common) == 1:
                result.pair = common.pop()
                result.explanation = _explain(result.pair, likelihood, impact, matches)
        self._check_scores(result, matches, exact)
        if result.pair is None:
            result.undecided += [
                (SCORE, text)
                for text in matches
                if not result.undecided and self.mapped_value(SCORE, text) is None
            ]
        else:
            result.undecided = []

    def _check_scores(self, result, matches, exact):
        for text, match in matches.items():
            if match.contradicts:
                result.doubts.append((text, "The score does not match its likelihood and impact"))
            elif (
                result.pair
                and match.pairs
                and result.pair not in match.pairs
                and not _is_word(text)
            ):
                score = self.scheme.place(*result.pair).score
                pair = f"likelihood {result.pair[0]} and impact {result.pair[1]}"
                result.doubts.append(
                    (text, f"This does not match {pair}, which give {score}. We use {score}")
                )
            elif result.pair and result.pair in match.pairs:
                result.confirmed.add((SCORE, text))
        if result.pair is None and len(set(exact.values())) > 1:
            result.doubts.append((join_with_and(exact), "These scores differ"))

    @staticmethod
    def _report_missing_half(result, likelihood, impact, matches):
        lone = [
            (name, level)
            for name, level in ((LIKELIHOOD, likelihood), (IMPACT, impact))
            if level is not None
        ]
        if len(lone) == 1 and not matches and not result.undecided:
            other = IMPACT if lone[0][0] == LIKELIHOOD else LIKELIHOOD
            result.doubts.append((str(lone[0][1]), f"This gives the {lone[0][0]} but no {other}"))


def _is_in_scheme(scheme, part, means):
    """Whether the scheme has that level or pair; "nothing to be read" always counts."""
    pair = means if part == SCORE else (means, 1) if part == LIKELIHOOD else (1, means)
    try:
        return means in ("", []) or bool(scheme.place(*pair))
    except RatingOutsideScheme:
        return False


def _is_word(text):
    return not any(character.isdigit() for character in text)


def _is_band(text, resolver):
    """A band or colour alone, which is read only where words map it."""
    return _is_word(text) and resolver.mapped_value(SCORE, text) is None


def _explain(pair, likelihood, impact, matches):
    texts = ", ".join(matches)
    condition = (
        f" with likelihood {likelihood}"
        if likelihood is not None
        else f" with impact {impact}"
        if impact
        else ""
    )
    return f"{texts}{condition}: likelihood {pair[0]}, impact {pair[1]}"
