"""Signs seen elsewhere that the register's risks are testing, by case, and one case to discuss."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from registers.dashboard.section import Section
from registers.models import CaseStudy, WarningSign

SIGNS = 3  # of a case
RISKS = 5  # of a sign


class TestedRisk(NamedTuple):
    """A risk that is named by its reference alone."""

    number: int
    score: int
    reference: str


@dataclass(frozen=True)
class TestedSign:
    """A sign and the risks that test it, in the order of their marks. since: of the first mark."""

    sign: WarningSign
    risks: list[TestedRisk]
    since: datetime.date

    @property
    def listed(self) -> list[TestedRisk]:
        return self.risks[:RISKS]

    @property
    def unlisted(self) -> int:
        return len(self.risks[RISKS:])


@dataclass(frozen=True)
class TestedCase:
    """count: how many risks test any sign of the case.

    signs: those tested longest; unlisted: how many signs there are besides.
    """

    case: CaseStudy
    count: int
    href: str
    signs: list[TestedSign]
    unlisted: int


class PrecedentMatches(Section):
    """Three queries, one without a mark."""

    template = "dashboard/precedent_matches.html"
    anchor, title = "elsewhere", "Warning signs from other cases"

    @cached_property
    def cases(self) -> list[TestedCase]:
        """The case whose signs most risks test first."""
        positions = self.data.rows.current
        marks = self.data.marks.filter(Exists(positions.filter(risk=OuterRef("risk")).order_by()))
        rows = marks.order_by("effective_on", "pk").values_list("sign", "risk", "effective_on")
        by_sign: dict[int, list] = {}
        for sign, *mark in rows:
            by_sign.setdefault(sign, []).append(mark)
        signs = WarningSign.objects.select_related("case").in_bulk(list(by_sign))
        risks = self._risks({risk for marks in by_sign.values() for risk, _ in marks})
        by_case: dict[CaseStudy, dict[WarningSign, list]] = {}
        for pk, marks in by_sign.items():
            by_case.setdefault(signs[pk].case, {})[signs[pk]] = marks
        cases = [self._case(case, marks, risks) for case, marks in by_case.items()]
        return sorted(cases, key=lambda row: (-row.count, row.case.number))

    def _risks(self, keys) -> dict[int, TestedRisk]:
        rows = self.data.rows.current.filter(risk__in=keys).order_by()
        return {
            risk: TestedRisk(number, score, self.data.register.reference(number))
            for risk, number, score in rows.values_list("risk", "number", "score")
        }

    def _case(self, case, by_sign, risks):
        signs = [
            TestedSign(sign, [risks[risk] for risk, _ in marks], marks[0][1])
            for sign, marks in by_sign.items()
        ]
        count = len({risk for marks in by_sign.values() for risk, _ in marks})
        href = self.data.href(case=case.slug)
        return TestedCase(case, count, href, signs[:SIGNS], len(signs[SIGNS:]))

    @property
    def to_discuss(self) -> tuple[TestedRisk, TestedSign] | None:
        """The risk with the highest score that tests a sign, and the sign."""
        pairs = [(risk, sign) for row in self.cases for sign in row.signs for risk in sign.risks]
        return max(pairs, key=lambda pair: (pair[0].score, -pair[0].number), default=None)
