"""The warning signs that officers marked beside a risk, and the cases of its failure type."""

from __future__ import annotations

from dataclasses import dataclass, field

from registers.models import Precedent
from registers.models.cases import cases_of
from registers.permissions import VisibilityCutOff, marks_of


@dataclass(frozen=True)
class MarkedSign:
    """The latest mark on a sign beside a risk, and the earlier ones, latest first."""

    mark: Precedent
    earlier: list[Precedent]


def marked_signs_of(risk, day) -> list[MarkedSign]:
    """The signs that officers marked beside a risk by that day, relevant ones first.

    As many queries whatever their number.
    """
    by_sign = {}
    for mark in risk.precedents.as_at(day).with_words().order_by("-effective_on", "-pk"):
        by_sign.setdefault(mark.sign_id, []).append(mark)
    return [
        MarkedSign(latest, earlier)
        for latest, *earlier in sorted(by_sign.values(), key=lambda marks: _order(marks[0]))
    ]


def _order(mark):
    return list(Precedent.Mark).index(mark.mark), mark.sign.case.number, mark.sign_id


@dataclass(frozen=True)
class RiskPrecedents:
    """Where what a risk speaks of has happened.

    confirmed, unconfirmed: the latest mark on each sign, relevant ones and the rest. cut: up to
    when marks are shown to this reader, None where none is. cases: rows that show its main type.
    """

    confirmed: list[Precedent] = field(default_factory=list)
    unconfirmed: list[Precedent] = field(default_factory=list)
    cut: VisibilityCutOff | None = None
    cases: object = ()


def precedents_of(reader, risk, position, day, recorded_by=None) -> RiskPrecedents:
    """position: of the risk on that day, None where there is none."""
    if position is None:
        return RiskPrecedents()
    marks, cut = marks_of(reader, risk, day, recorded_by)
    ordered = sorted(marks, key=_order)
    return RiskPrecedents(
        confirmed=[mark for mark in ordered if mark.mark == Precedent.Mark.RELEVANT],
        unconfirmed=[mark for mark in ordered if mark.mark != Precedent.Mark.RELEVANT],
        cut=cut,
        cases=cases_of(position.revision.primary_failure_type),
    )
