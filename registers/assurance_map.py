"""The assurance map: risks by lines, the latest opinion in each cell with its age, and what the
whole register says.

The idea is the three lines model's (IIA 2020) with the outside as a fourth, as in HM Treasury's
guidance on assurance maps: an empty cell is a gap.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from django.db.models import Count

from registers.models import Assurance, AssuranceLevel, ControlWeakness, Line
from registers.phrases import a_number, how_long

# After a number: of one and of several, where they differ by more than "has" and "have". By kind
# first: the members of the two are texts, and some are alike.
WORDS = {
    AssuranceLevel: {
        AssuranceLevel.BEYOND: ("has an opinion from line 2, 3 or 4 that still holds",),
        AssuranceLevel.FIRST_LINE: ("rests on line 1 alone", "rest on line 1 alone"),
        AssuranceLevel.EXPIRED: ("has only opinions that have run out",),
        AssuranceLevel.NONE: ("has no assurance at all",),
    },
    ControlWeakness: {
        ControlWeakness.NONE: ("has no control written down",),
        ControlWeakness.UNTESTED: ("has a control that was not tested in twelve months",),
    },
}


class Opinion(Protocol):
    """What is read of an assurance."""

    pk: int
    risk_id: int
    line: int
    effective_on: datetime.date
    expires_on: datetime.date


@dataclass(frozen=True)
class Cell:
    """One line of one risk. given: the latest opinion, None where there is a gap; age: of it, empty
    on its day.
    """

    line: Line
    given: Opinion | None = None
    age: str = ""
    has_run_out: bool = False


@dataclass(frozen=True)
class Row:
    """A risk, told by its position, and a Cell for each of the four lines."""

    position: object
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Said:
    """How many risks something is true of, in words, and the list that shows them."""

    count: int
    words: str
    href: str


def map_of(
    risks: Iterable[int], opinions: Iterable[Opinion], day: datetime.date
) -> dict[int, tuple[Cell, ...]]:
    """risk id -> a Cell for each line, 1 to 4. risks: ids, in any order. opinions: in any order;
    those given after the day are left out, those of one line take each other's place (the later
    day, then the later record). An opinion holds on the day until which it is good, and has run out
    on the next.
    """
    latest: dict[tuple[int, int], Opinion] = {}
    for one in sorted(opinions, key=lambda one: (one.effective_on, one.pk)):
        if one.effective_on <= day:
            latest[one.risk_id, one.line] = one
    return {
        risk: tuple(_cell(line, latest.get((risk, line)), day) for line in Line) for risk in risks
    }


def _cell(line: Line, given: Opinion | None, day: datetime.date) -> Cell:
    if given is None:
        return Cell(line)
    return Cell(line, given, how_long(given.effective_on, day), given.expires_on < day)


def rows_of(positions, reading) -> list[Row]:
    """A row for each position, in the order given. One query."""
    risks = [position.risk_id for position in positions]
    opinions = Assurance.objects.latest_by_line(reading.day, reading.known_by).filter(
        risk__in=risks
    )
    cells = map_of(risks, opinions, reading.day)
    return [Row(position, cells[position.risk_id]) for position in positions]


class AssuranceSummary:
    """What stands behind the risks of a whole register. positions: on the register that day. One
    query.
    """

    def __init__(self, register, positions, reading):
        self.register, self.reading = register, reading
        asked = {
            _name(one): one.on(reading.day, reading.known_by) for kind in WORDS for one in kind
        }
        counts = {name: Count("pk", filter=condition) for name, condition in asked.items()}
        self.counts = positions.order_by().aggregate(total=Count("pk"), **counts)

    @property
    def total(self) -> int:
        return self.counts["total"]

    @property
    def wanting(self) -> list[Said]:
        return [
            self._said(one)
            for one in (AssuranceLevel.FIRST_LINE, AssuranceLevel.EXPIRED, AssuranceLevel.NONE)
        ]

    @property
    def beyond(self) -> Said:
        return self._said(AssuranceLevel.BEYOND)

    @property
    def controls(self) -> list[Said]:
        return [self._said(one) for one in ControlWeakness]

    def _said(self, one) -> Said:
        name = "assurance" if isinstance(one, AssuranceLevel) else "controls"
        href = f"{self.register.get_absolute_url()}?{urlencode({**self.reading.asked, name: one.value})}"
        count = self.counts[_name(one)]
        return Said(count, in_words(one, count), href)


def _name(one: AssuranceLevel | ControlWeakness) -> str:
    return f"{type(one).__name__}_{one.name}"


def in_words(one: AssuranceLevel | ControlWeakness, count: int) -> str:
    """How many risks it is true of, to be read after "Of 35 risks"."""
    of_one, *of_several = WORDS[type(one)][one]
    several = of_several[0] if of_several else f"have{of_one.removeprefix('has')}"
    return f"{a_number(count)} {of_one if count in (0, 1) else several}"
