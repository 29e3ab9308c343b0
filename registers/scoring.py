"""Ratings -> score -> band. Pure Python, and the only place that says what a rating means.

A scheme is data. Scores order and band; they are never added up or averaged.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

SLUG = re.compile(r"[a-z][a-z0-9-]{0,49}")
# Names in addresses: of a risk without a band of the scheme, and of all bands above tolerance.
NOT_SCORED, TO_RE_ASSESS = "not-scored", "to-re-assess"
ABOVE_TOLERANCE = "above-tolerance"
MOST_LEVELS = 10  # of a rating
LONGEST = 3_660  # days until the next review: ten years
RESERVED = frozenset({NOT_SCORED, TO_RE_ASSESS, ABOVE_TOLERANCE})


class RatingOutsideScheme(ValueError):
    """A likelihood or impact that the scheme has no level for."""


@dataclass(frozen=True)
class Level:
    value: int
    label: str
    guidance: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.label}"


@dataclass(frozen=True)
class Band:
    slug: str
    label: str
    review_days: int
    rank: int  # from 0, the lowest
    of: int  # how many bands the scheme has


@dataclass(frozen=True)
class Placing:
    """Where a pair of ratings falls: the score orders, the band speaks."""

    score: int
    band: Band


@dataclass(frozen=True)
class Scheme:
    """likelihood and impact: levels, lowest first. bands: lowest first. cells: band slugs, one row
    per likelihood level, one column per impact level, lowest first. tolerance: the highest band
    that is tolerated; escalation: the band from which a risk is taken higher.
    """

    likelihood: tuple[Level, ...]
    impact: tuple[Level, ...]
    bands: tuple[Band, ...]
    cells: tuple[tuple[str, ...], ...]
    tolerance: str
    escalation: str

    @classmethod
    def from_data(cls, *, likelihood, impact, bands, cells, tolerance, escalation) -> "Scheme":
        """From the JSON lists that a ScoringScheme stores. Raises KeyError or TypeError on a
        missing key.
        """
        return cls(
            likelihood=tuple(Level(**level) for level in likelihood),
            impact=tuple(Level(**level) for level in impact),
            bands=tuple(Band(rank=rank, of=len(bands), **band) for rank, band in enumerate(bands)),
            cells=tuple(tuple(row) for row in cells),
            tolerance=tolerance,
            escalation=escalation,
        )

    def band(self, slug: str) -> Band:
        """The band of that name; KeyError when the scheme has none."""
        return self._by_slug[slug]

    @cached_property
    def _by_slug(self):
        return {band.slug: band for band in reversed(self.bands)}

    def place(self, likelihood: int, impact: int) -> Placing:
        """Score and band of a pair of ratings. Raises RatingOutsideScheme."""
        try:
            return self._placings[likelihood, impact]
        except KeyError:
            raise RatingOutsideScheme(f"likelihood {likelihood}, impact {impact}") from None

    @cached_property
    def _placings(self):
        return {
            (level.value, other.value): Placing(
                score=level.value * other.value, band=self.band(slug)
            )
            for level, row in zip(self.likelihood, self.cells, strict=False)
            for other, slug in zip(self.impact, row, strict=False)
        }

    def is_above_tolerance(self, slug: str) -> bool:
        return self.band(slug).rank > self.band(self.tolerance).rank

    @property
    def matrix(self) -> list[tuple[Level, list[tuple[Level, Placing]]]]:
        """Every pair of ratings and where it falls, as it is drawn: highest likelihood first,
        lowest impact first.
        """
        return [
            (row, [(column, self.place(row.value, column.value)) for column in self.impact])
            for row in reversed(self.likelihood)
        ]

    @property
    def ranks(self) -> dict[str, int]:
        """Name of a band -> its rank, 0 for the lowest."""
        return {band.slug: band.rank for band in self.bands}

    @property
    def above_tolerance(self) -> tuple[Band, ...]:
        return tuple(band for band in self.bands if self.is_above_tolerance(band.slug))

    @property
    def taken_higher(self) -> tuple[Band, ...]:
        """The bands from which a risk is taken higher, lowest first."""
        return tuple(band for band in self.bands if band.rank >= self.band(self.escalation).rank)


@dataclass(frozen=True)
class Tolerance:
    """The highest band that is tolerated: one for all risks, and others for some categories.

    general: the name of a band. by_category: category -> name of a band, only where it differs from
    the general one.
    """

    scheme: Scheme
    general: str
    by_category: Mapping[str, str]

    @classmethod
    def from_statements(cls, scheme: Scheme, statements: Mapping[str, str]) -> "Tolerance":
        """statements: category -> name of a band, "" for all categories without their own.

        Without a general statement the scheme's tolerance holds. Raises KeyError for a band that
        the scheme lacks.
        """
        bands = {category: scheme.band(slug).slug for category, slug in statements.items()}
        general = bands.pop("", scheme.tolerance)
        return cls(
            scheme, general, {category: slug for category, slug in bands.items() if slug != general}
        )

    def of(self, category: str) -> Band:
        """The highest band that is tolerated for a category ("" where none is decided)."""
        return self.scheme.band(self.by_category.get(category, self.general))

    def is_above(self, slug: str, category: str = "") -> bool:
        return self.scheme.band(slug).rank > self.of(category).rank

    def above(self, category: str = "") -> tuple[Band, ...]:
        """The bands above tolerance for a category, lowest first."""
        return tuple(band for band in self.scheme.bands if self.is_above(band.slug, category))


def find_problems(scheme: Scheme) -> list[str]:
    """What is wrong with a scheme, in sentences; empty when it is sound.

    A band never falls as either rating rises, and no cell of the lowest band touches one of the
    highest, corners included (the weak consistency and betweenness axioms of Cox, "What's wrong
    with risk matrices?", 2008).
    """
    return list(_shape_problems(scheme)) or [problem.text for problem in cell_problems(scheme)]


class CellProblem(NamedTuple):
    """What is wrong at one pair of ratings, in a sentence."""

    likelihood: int
    impact: int
    text: str


def cell_problems(scheme: Scheme) -> list[CellProblem]:
    """What is wrong with the matrix of a scheme whose shape is sound, cell by cell."""
    rank = [[scheme.band(slug).rank for slug in row] for row in scheme.cells]
    rows, columns, highest = len(rank), len(rank[0]), len(scheme.bands) - 1
    problems = []
    for r in range(rows):
        for c in range(columns):
            place = f"likelihood {r + 1}, impact {c + 1}"
            higher = [(r + 1, c), (r, c + 1)]
            if any(i < rows and j < columns and rank[i][j] < rank[r][c] for i, j in higher):
                text = f"The band falls as a rating rises from {place}."
                problems.append(CellProblem(r + 1, c + 1, text))
            if highest > 1 and rank[r][c] == 0 and _touches_highest(rank, r, c, highest):
                text = f"The lowest band touches the highest at {place}."
                problems.append(CellProblem(r + 1, c + 1, text))
    return problems


def _shape_problems(scheme: Scheme) -> Iterator[str]:
    slugs = [band.slug for band in scheme.bands]
    if len(slugs) < 2 or len(set(slugs)) != len(slugs):
        yield "A scheme needs at least two bands with names of their own."
    yield from _level_problems(scheme)
    if len(scheme.cells) != len(scheme.likelihood) or any(
        len(row) != len(scheme.impact) for row in scheme.cells
    ):
        yield "The matrix needs one row for each likelihood and one column for each impact."
    yield from _band_name_problems(scheme, slugs)
    if not all(
        type(band.review_days) is int and 1 <= band.review_days <= LONGEST for band in scheme.bands
    ):
        yield f"Each band needs a number of days until its next review, {LONGEST:,} at most."
    labelled = (*scheme.likelihood, *scheme.impact, *scheme.bands)
    if not all(type(row.label) is str and row.label.strip() for row in labelled):
        yield "Each level and each band needs a label, in words."


def _level_problems(scheme: Scheme) -> Iterator[str]:
    for name, levels in (("likelihood", scheme.likelihood), ("impact", scheme.impact)):
        if len(levels) > MOST_LEVELS or any(type(level.value) is not int for level in levels):
            yield f"The levels of {name} are whole numbers, {MOST_LEVELS} at most."
        if [level.value for level in levels] != list(range(1, len(levels) + 1)) or len(levels) < 2:
            yield f"The levels of {name} must count up from 1."


def _band_name_problems(scheme: Scheme, slugs: list[str]) -> Iterator[str]:
    if not all(SLUG.fullmatch(slug) for slug in slugs) or RESERVED.intersection(slugs):
        yield (
            "The name of a band is made of small letters, digits and hyphens, "
            "and is not one of ours."
        )
    unknown = {slug for row in scheme.cells for slug in row} - set(slugs)
    if unknown:
        yield f"The matrix names bands that the scheme does not have: {', '.join(sorted(unknown))}."
    for name, slug in (("tolerance", scheme.tolerance), ("escalation", scheme.escalation)):
        if slug not in slugs:
            yield f"The {name} band is not one of the scheme's bands."


def _touches_highest(rank: list[list[int]], r: int, c: int, highest: int) -> bool:
    around = [(r + i, c + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return any(
        0 <= i < len(rank) and 0 <= j < len(rank[0]) and rank[i][j] == highest for i, j in around
    )
