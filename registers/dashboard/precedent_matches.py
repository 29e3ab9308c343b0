"""For a dashboard: signs seen elsewhere that a register's risks are testing, by case, and one case
to talk about.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from registers.models import CaseStudy, WarningSign

SIGNS = 3  # of a case that are named
RISKS = 5  # of a sign that are named


class TestedRisk(NamedTuple):
    """A risk as it is named here: by its reference alone."""

    number: int
    score: int
    reference: str


@dataclass(frozen=True)
class Tested:
    """A sign and the risks that test it, those marked first at the top. since: the day of the first
    of these marks.
    """

    sign: WarningSign
    risks: list[TestedRisk]
    since: datetime.date

    @property
    def named(self) -> list[TestedRisk]:
        return self.risks[:RISKS]

    @property
    def unnamed(self) -> int:
        return len(self.risks[RISKS:])


@dataclass(frozen=True)
class CaseTested:
    """count: how many risks test any sign of the case; signs: those tested longest, and how many
    are not named.
    """

    case: CaseStudy
    count: int
    href: str
    signs: list[Tested]
    unnamed: int


class SeenElsewhere:
    """marks: those that stand and found a sign relevant, as far as the reader is shown them; now:
    positions as read, on the register; href: filters -> the address of the list. Three queries, of
    the last two none without a mark.
    """

    def __init__(self, marks, now, href, register):
        self._marks, self._now, self._href, self._register = marks, now, href, register

    @cached_property
    def cases(self) -> list[CaseTested]:
        """Those whose signs most risks test first."""
        marks = self._marks.filter(Exists(self._now.filter(risk=OuterRef("risk")).order_by()))
        by_sign: dict[int, list] = {}
        for sign, *mark in marks.order_by("effective_on", "pk").values_list(
            "sign", "risk", "effective_on"
        ):
            by_sign.setdefault(sign, []).append(mark)
        known = WarningSign.objects.select_related("case").in_bulk(list(by_sign))
        risks = self._risks({risk for rows in by_sign.values() for risk, _ in rows})
        found: dict[CaseStudy, dict[WarningSign, list]] = {}
        for pk, rows in by_sign.items():
            found.setdefault(known[pk].case, {})[known[pk]] = rows
        cases = [self._case(case, signs, risks) for case, signs in found.items()]
        return sorted(cases, key=lambda row: (-row.count, row.case.number))

    def _risks(self, keys) -> dict[int, TestedRisk]:
        rows = self._now.filter(risk__in=keys).order_by().values_list("risk", "number", "score")
        return {
            risk: TestedRisk(number, score, self._register.reference(number))
            for risk, number, score in rows
        }

    def _case(self, case, by_sign, risks):
        signs = [
            Tested(sign, [risks[risk] for risk, _ in rows], rows[0][1])
            for sign, rows in by_sign.items()
        ]
        count = len({risk for rows in by_sign.values() for risk, _ in rows})
        return CaseTested(
            case, count, self._href(case=case.slug), signs[:SIGNS], len(signs[SIGNS:])
        )

    @property
    def to_talk_about(self) -> tuple[TestedRisk, Tested] | None:
        """The risk with the highest score that tests a sign, and the sign: its case is the one for
        this meeting.
        """
        tested = [(risk, sign) for row in self.cases for sign in row.signs for risk in sign.risks]
        return max(tested, key=lambda pair: (pair[0].score, -pair[0].number), default=None)
