"""The risks that a reader sees on all their registers, by warning sign and by register: what pages
of the library show beside a case, a failure type, an insight or an adverse impact.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.utils.functional import cached_property

from registers.models import CaseStudy, Position
from registers.permissions import (
    defaults_to_agreed,
    mark_visibility,
    marks_across,
    positions_across,
    registers_for,
)

SHOWN_RISKS = 3  # beside a sign; the numbers beside them count all


@dataclass(frozen=True)
class RegisterCount:
    """How many risks of a register, and the address of the list that holds as many."""

    register: object
    count: int
    href: str


@dataclass(frozen=True)
class TestingRisks:
    """The reader's risks that test a sign.

    risks: a few of them, the highest score first; lists: all of them, by register.
    """

    risks: list[Position]
    lists: list[RegisterCount]


class ReadersRisks:
    """The risks that a reader sees on a day, on every register of theirs."""

    def __init__(self, reader, day):
        self.reader, self.day = reader, day
        self.registers = list(registers_for(reader))
        self.positions = positions_across(reader, self.registers, day).on_register()

    @cached_property
    def holds_back(self) -> bool:
        """Whether some marks may be hidden because no body has agreed them yet."""
        cuts = mark_visibility(self.reader, self.registers, self.day).values()
        return any(cut is None or cut.agreement for cut in cuts)

    @cached_property
    def confirmed(self):
        """The marks that found a sign relevant."""
        return marks_across(self.reader, self.registers, self.day).confirmed()

    def testing(self, **signs):
        """Positions of the risks that test such signs. signs: lookups on Precedent."""
        return self.positions.marked(self.confirmed.filter(**signs))

    def counts_by_register(self, positions, **query_params) -> list[RegisterCount]:
        """How many of these positions each register has.

        query_params: what narrows the list in the same way. One query.
        """
        rows = positions.order_by().values_list("register").annotate(n=Count("pk"))
        return self._register_counts(dict(rows), query_params)

    def _register_counts(self, counts, query_params):
        return [
            RegisterCount(register, count, self._address(register, query_params))
            for register in self.registers
            if (count := counts.get(register.pk))
        ]

    def _address(self, register, query_params):
        if defaults_to_agreed(self.reader, register):
            query_params = query_params | {"as_at": self.day.isoformat()}
        return f"{register.get_absolute_url()}?{urlencode(query_params)}"

    def risks_by_sign(self, case: CaseStudy) -> dict[str, TestingRisks]:
        """Code of a sign -> TestingRisks, for the signs of a case that any risk tests.

        As many queries whatever their number.
        """
        marks = self.confirmed.filter(sign__case=case)
        rows = self.positions.marked(marks).order_by("-score", "register", "number")
        positions = {
            risk: (pk, register)
            for pk, risk, register in rows.values_list("pk", "risk", "register")
        }
        by_sign = {}
        for code, risk in marks.order_by().values_list("sign__code", "risk"):
            if risk in positions:
                by_sign.setdefault(code, []).append(risk)
        places = {risk: place for place, risk in enumerate(positions)}
        by_sign = {code: sorted(risks, key=places.get) for code, risks in by_sign.items()}
        keys = {positions[risk][0] for risks in by_sign.values() for risk in risks[:SHOWN_RISKS]}
        headings = self.positions.headings_by_key(keys) if keys else {}
        return {
            code: self._testing_risks(code, risks, positions, headings)
            for code, risks in by_sign.items()
        }

    def _testing_risks(self, code, risks, positions, headings):
        counts = {}
        for risk in risks:
            register = positions[risk][1]
            counts[register] = counts.get(register, 0) + 1
        return TestingRisks(
            [headings[positions[risk][0]] for risk in risks[:SHOWN_RISKS]],
            self._register_counts(counts, {"sign": code}),
        )
