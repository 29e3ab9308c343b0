"""Which case shows which type of failure, and which insight: two grids with a word in every cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import Basis, CaseFailureType, CaseInsight, CaseStudy, FailureType, Insight

NOTHING = "No evidence in the documents"
NOTHING_OUTSIDE = (
    "No evidence in the pages read"  # of a case that is from outside the two documents
)


@dataclass(frozen=True)
class Cell:
    """text: Stated, Our reading, or that there is nothing. href: the row on the case's page, empty
    where none.
    """

    case: CaseStudy
    text: str
    href: str = ""
    is_main: bool = False


@dataclass(frozen=True)
class Line:
    """A type or an insight and its cells, one for each case."""

    row: FailureType | Insight
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Comparison:
    """Both grids. uncited, derived: types of which the two documents hold no case, or only one by
    our reading.
    """

    cases: tuple[CaseStudy, ...]
    types: tuple[Line, ...]
    insights: tuple[Line, ...]
    uncited: tuple[FailureType, ...]
    derived: tuple[FailureType, ...]


def compare() -> Comparison:
    """Five queries, whatever there is to compare."""
    cases = tuple(CaseStudy.objects.all())
    type_rows = list(CaseFailureType.objects.select_related("case", "failure_type"))
    types = list(FailureType.objects.all())
    insight_rows = CaseInsight.objects.select_related("insight")
    by_type = {(row.failure_type_id, row.case_id): row for row in type_rows}
    by_insight = {(row.insight_id, row.case_id): row for row in insight_rows}
    bases = {
        kind: {
            row.basis
            for row in type_rows
            if row.failure_type_id == kind.pk and not row.case.is_outside
        }
        for kind in types
    }
    return Comparison(
        cases,
        _lines(types, cases, by_type, lambda kind: f"type-{kind.slug}"),
        _lines(
            Insight.objects.all(), cases, by_insight, lambda insight: f"insight-{insight.number}"
        ),
        tuple(kind for kind in types if not bases[kind]),
        tuple(kind for kind in types if bases[kind] == {Basis.DERIVED}),
    )


def _lines(things: Iterable, cases: tuple[CaseStudy, ...], found: dict, anchor) -> tuple[Line, ...]:
    def cell(thing, case):
        row = found.get((thing.pk, case.pk))
        if row is None:
            return Cell(case, NOTHING_OUTSIDE if case.is_outside else NOTHING)
        text = "Stated" if row.basis == Basis.STATED else "Our reading"
        return Cell(
            case,
            text,
            f"{case.get_absolute_url()}#{anchor(thing)}",
            getattr(row, "is_primary", False),
        )

    return tuple(Line(thing, tuple(cell(thing, case) for case in cases)) for thing in things)
