"""For a dashboard: signs seen elsewhere that a register's risks are testing, by case, and one case to talk about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from registers.models import CaseStudy, Position, WarningSign

SIGNS = 3  # of a case that are named


@dataclass(frozen=True)
class Tested:
    """A sign and the risks that test it, those marked first at the top. since: the day of the first of these marks."""

    sign: WarningSign
    risks: list[Position]
    since: datetime.date


@dataclass(frozen=True)
class CaseTested:
    """count: how many risks test any sign of the case; signs: those tested longest, and how many are not named."""

    case: CaseStudy
    count: int
    href: str
    signs: list[Tested]
    unnamed: int


class SeenElsewhere:
    """marks: those that stand and found a sign relevant, as far as the reader is shown them; now: positions as read, on
    the register; href: filters -> the address of the list. Two queries, and those for the words of risks named."""

    def __init__(self, marks, now, href):
        self._marks, self._now, self._href = marks, now, href

    @cached_property
    def cases(self) -> list[CaseTested]:
        """Those whose signs most risks test first."""
        marks = self._marks.filter(risk__in=self._now.order_by().values("risk")).select_related("sign__case")
        found: dict[CaseStudy, dict[WarningSign, list]] = {}
        for mark in marks.order_by("effective_on", "pk"):
            found.setdefault(mark.sign.case, {}).setdefault(mark.sign, []).append(mark)
        positions = self._positions_of({mark.risk_id for by in found.values() for rows in by.values() for mark in rows})
        cases = [self._case(case, by_sign, positions) for case, by_sign in found.items()]
        return sorted(cases, key=lambda row: (-row.count, row.case.number))

    def _positions_of(self, risks):
        rows = self._now.filter(risk__in=risks).with_headings() if risks else ()
        return {position.risk_id: position for position in rows}

    def _case(self, case, by_sign, positions):
        signs = [
            Tested(sign, [positions[m.risk_id] for m in marks], marks[0].effective_on)
            for sign, marks in by_sign.items()
        ]
        risks = {mark.risk_id for marks in by_sign.values() for mark in marks}
        return CaseTested(case, len(risks), self._href(case=case.slug), signs[:SIGNS], len(signs[SIGNS:]))

    @property
    def to_talk_about(self) -> tuple[Position, Tested] | None:
        """The risk with the highest score that tests a sign, and the sign: its case is the one for this meeting."""
        tested = [(risk, sign) for row in self.cases for sign in row.signs for risk in sign.risks]
        return max(tested, key=lambda pair: (pair[0].score, -pair[0].number), default=None)
