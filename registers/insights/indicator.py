"""What an insight reads off a register: indicators, each a count and exactly as many rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from registers.phrases.insights import count_sentence

# Below this a share says nothing: one risk more or less would turn it over.
FEWEST = 10


class IndicatorRow(NamedTuple):
    """One of the things counted. number, title: of its risk. note: what the count is about."""

    number: int
    title: str
    note: str = ""


@dataclass(frozen=True)
class Indicator:
    """A count of `total` things, with a row for each that counts.

    slug: its name in an address. heading: in few words. predicate: what is said of the things that
    count, and scope: the things that the total counts: of a single one and of more. reading: what a
    high or low count may mean. missing: what to record where there is nothing to count among.
    is_about_people: neither the number nor the rows of a small total are shown, for they point at
    people.
    """

    slug: str
    heading: str
    predicate: tuple[str, str]
    scope: tuple[str, str]
    rows: tuple[IndicatorRow, ...]
    total: int
    reading: str
    missing: str
    is_about_people: bool = False

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def is_empty(self) -> bool:
        return self.total == 0

    @property
    def is_small(self) -> bool:
        """Whether the total is too small for a share."""
        return 0 < self.total < FEWEST

    @property
    def is_withheld(self) -> bool:
        return self.is_about_people and self.is_small

    @property
    def shown_rows(self) -> tuple[IndicatorRow, ...]:
        return () if self.is_withheld else self.rows

    @property
    def hint(self) -> str:
        """What the count may mean, or what to record first."""
        return self.missing if self.is_empty else self.reading

    @property
    def sentence(self) -> str:
        numbers = (self.count, self.total)
        return count_sentence(
            *numbers, self.scope, self.predicate, FEWEST, is_withheld=self.is_withheld
        )


@dataclass(frozen=True)
class Insight:
    """How one insight of the library is read. number: of the library's row.

    summary: the insight in a sentence. method: how its indicators are computed, and from what.
    caveat: what they cannot say. indicators: of an InsightData.
    """

    number: int
    summary: str
    method: str
    caveat: str
    indicators: Callable
