"""Two matrices: cases by the failure types, and by the insights, that they show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import Basis, CaseFailureType, CaseInsight, CaseStudy, FailureType, Insight

NOTHING = "No evidence in the documents"
NOTHING_OUTSIDE = "No evidence in the pages read"  # of a case outside the two documents


@dataclass(frozen=True)
class Cell:
    """text: Stated, Our reading, or that there is no evidence. href: to the evidence or empty."""

    case: CaseStudy
    text: str
    href: str = ""
    is_main: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """A type or an insight with a cell for each case."""

    subject: FailureType | Insight
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class CaseMatrix:
    """types, insights: a row for each.

    types_without_case: no case of the two documents shows them; derived_types: a case does, by our
    reading only.
    """

    cases: tuple[CaseStudy, ...]
    types: tuple[MatrixRow, ...]
    insights: tuple[MatrixRow, ...]
    types_without_case: tuple[FailureType, ...]
    derived_types: tuple[FailureType, ...]


def build_case_matrix() -> CaseMatrix:
    """Five queries."""
    cases = tuple(CaseStudy.objects.all())
    type_rows = list(CaseFailureType.objects.select_related("case", "failure_type"))
    types = list(FailureType.objects.all())
    insight_rows = CaseInsight.objects.select_related("insight")
    by_type = {(row.failure_type_id, row.case_id): row for row in type_rows}
    by_insight = {(row.insight_id, row.case_id): row for row in insight_rows}
    bases = {
        failure_type.pk: {
            row.basis
            for row in type_rows
            if row.failure_type_id == failure_type.pk and not row.case.is_outside
        }
        for failure_type in types
    }
    return CaseMatrix(
        cases,
        _matrix_rows(types, cases, by_type, lambda failure_type: f"type-{failure_type.slug}"),
        _matrix_rows(
            Insight.objects.all(), cases, by_insight, lambda insight: f"insight-{insight.number}"
        ),
        tuple(row for row in types if not bases[row.pk]),
        tuple(row for row in types if bases[row.pk] == {Basis.DERIVED}),
    )


def _matrix_rows(
    subjects: Iterable, cases: tuple[CaseStudy, ...], evidence: dict, anchor
) -> tuple[MatrixRow, ...]:
    """evidence: (key of a subject, key of a case) -> the row that says so."""

    def cell(subject, case):
        row = evidence.get((subject.pk, case.pk))
        if row is None:
            return Cell(case, NOTHING_OUTSIDE if case.is_outside else NOTHING)
        text = "Stated" if row.basis == Basis.STATED else "Our reading"
        return Cell(
            case,
            text,
            f"{case.get_absolute_url()}#{anchor(subject)}",
            getattr(row, "is_primary", False),
        )

    return tuple(
        MatrixRow(subject, tuple(cell(subject, case) for case in cases)) for subject in subjects
    )
