"""The assurance map: risks by lines, with the latest opinion of each, and counts of the register.

The idea is the three lines model's (IIA 2020) with the outside as a fourth, as in HM Treasury's
guidance on assurance maps: an empty cell is a gap.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count

from registers.models import Assurance, AssuranceLevel, ControlWeakness, Line
from registers.phrases.numbers import duration_in_words
from registers.phrases.register import state_in_words


@dataclass(frozen=True)
class AssuranceCell:
    """One line of one risk. opinion: the latest, None where there is a gap.

    age: of the opinion in words, empty on its day.
    """

    line: Line
    opinion: Assurance | None = None
    age: str = ""
    has_run_out: bool = False


@dataclass(frozen=True)
class AssuranceRow:
    """The position of a risk, and a cell for each of the four lines."""

    position: object
    cells: tuple[AssuranceCell, ...]


@dataclass(frozen=True)
class AssuranceCount:
    """How many risks are in a state, in words, and the address of the list of them."""

    count: int
    words: str
    href: str


def build_assurance_map(
    risks: Iterable[int], opinions: Iterable[Assurance], day: datetime.date
) -> dict[int, tuple[AssuranceCell, ...]]:
    """Key of a risk -> a cell for each line, 1 to 4. risks: keys; opinions: in any order.

    Opinions of a later day are left out. Of one line the latest day counts, then the latest record.
    An opinion still holds on its last day, and has run out on the next.
    """
    latest: dict[tuple[int, int], Assurance] = {}
    for opinion in sorted(opinions, key=lambda opinion: (opinion.effective_on, opinion.pk)):
        if opinion.effective_on <= day:
            latest[opinion.risk_id, opinion.line] = opinion
    return {
        risk: tuple(_cell(line, latest.get((risk, line)), day) for line in Line) for risk in risks
    }


def _cell(line: Line, opinion: Assurance | None, day: datetime.date) -> AssuranceCell:
    if opinion is None:
        return AssuranceCell(line)
    return AssuranceCell(
        line, opinion, duration_in_words(opinion.effective_on, day), opinion.expires_on < day
    )


def assurance_rows(positions, as_of) -> list[AssuranceRow]:
    """A row for each position, in the order given. One query."""
    risks = [position.risk_id for position in positions]
    latest = Assurance.objects.latest_per(
        "risk", "line", day=as_of.day, recorded_by=as_of.recorded_by
    )
    opinions = latest.filter(risk__in=risks)
    cells = build_assurance_map(risks, opinions, as_of.day)
    return [AssuranceRow(position, cells[position.risk_id]) for position in positions]


class AssuranceSummary:
    """The assurance and the controls of a whole register, in counts.

    positions: on the register that day. One query.
    """

    def __init__(self, register, positions, as_of):
        self.register, self.as_of = register, as_of
        conditions = {
            _name(state): state.on(as_of.day, as_of.recorded_by)
            for kind in (AssuranceLevel, ControlWeakness)
            for state in kind
        }
        counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
        self.counts = positions.order_by().aggregate(total=Count("pk"), **counts)

    @property
    def total(self) -> int:
        return self.counts["total"]

    @property
    def wanting(self) -> list[AssuranceCount]:
        return [
            self._count(state)
            for state in (AssuranceLevel.FIRST_LINE, AssuranceLevel.EXPIRED, AssuranceLevel.NONE)
        ]

    @property
    def beyond(self) -> AssuranceCount:
        return self._count(AssuranceLevel.BEYOND)

    @property
    def controls(self) -> list[AssuranceCount]:
        return [self._count(state) for state in ControlWeakness]

    def _count(self, state) -> AssuranceCount:
        name = "assurance" if isinstance(state, AssuranceLevel) else "controls"
        query = urlencode({**self.as_of.query_params, name: state.value})
        href = f"{self.register.get_absolute_url()}?{query}"
        count = self.counts[_name(state)]
        return AssuranceCount(count, state_in_words(state, count), href)


def _name(state: AssuranceLevel | ControlWeakness) -> str:
    return f"{type(state).__name__}_{state.name}"
