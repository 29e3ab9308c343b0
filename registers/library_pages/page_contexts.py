"""What the library's pages show: contexts for their templates, and rows with their citations.

As many queries whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from registers.library_pages.timeline import draw_timeline, event_date, time_until_action
from registers.models import (
    AdverseImpact,
    Basis,
    CaseFailureType,
    CaseInsight,
    CaseStudy,
    Citation,
    Discrepancy,
    FailureLink,
    FailureType,
    Insight,
    InsightPoint,
    Statement,
    TimelineEvent,
    WarningSign,
)
from registers.readers_risks import TestingRisks

NOTHING = "No evidence in the documents"
NOTHING_OUTSIDE = "No evidence in the pages read"  # of a case outside the two documents


@dataclass(frozen=True)
class DatedEvent:
    """date: in words, as exactly as it is known."""

    code: str
    date: str


@dataclass(frozen=True)
class CaseSign:
    """A warning sign of a case.

    visible, action: when it could be seen and when somebody outside acted, None where no source
    names an event; duration: between them, in words. disputes: about the sign or the two events.
    marked: the reader's risks that test it, if any do.
    """

    row: WarningSign
    visible: DatedEvent | None
    action: DatedEvent | None
    duration: str
    disputes: tuple[Discrepancy, ...]
    marked: TestingRisks | None


def with_citations(rows):
    """Prefetch the citations of the rows with their sources."""
    return rows.prefetch_related(Prefetch("citations", Citation.objects.select_related("source")))


def with_disputes(rows):
    """Prefetch the citations of the rows and the discrepancies about them."""
    return with_citations(rows).prefetch_related("discrepancies")


def cases_with_types():
    types = CaseFailureType.objects.select_related("failure_type")
    return CaseStudy.objects.prefetch_related(Prefetch("failure_type_rows", types))


@dataclass(frozen=True)
class TypeWithCases:
    """A failure type with the short names of its cases, in the two documents and outside them."""

    row: FailureType
    document_cases: tuple[str, ...]
    outside_cases: tuple[str, ...]


def types_with_cases() -> list[TypeWithCases]:
    rows = FailureType.objects.prefetch_related(
        Prefetch("case_rows", CaseFailureType.objects.select_related("case"))
    )
    return [
        TypeWithCases(row, _case_names(row, is_outside=False), _case_names(row, is_outside=True))
        for row in rows
    ]


def _case_names(failure_type: FailureType, *, is_outside: bool) -> tuple[str, ...]:
    cases = [row.case for row in failure_type.case_rows.all() if row.case.is_outside == is_outside]
    return tuple(case.short_name for case in sorted(cases, key=lambda case: case.number))


def case_context(case: CaseStudy, marked: dict[str, TestingRisks]) -> dict:
    """marked: code of a sign -> the reader's risks that test it."""
    events = {event.pk: event for event in with_disputes(case.timelineevent_rows)}
    signs = with_disputes(case.warningsign_rows)
    return {
        "type_rows": with_citations(case.failure_type_rows.select_related("failure_type")),
        "insight_rows": with_citations(case.insight_rows.select_related("insight")),
        "impact_rows": with_disputes(case.caseimpact_rows.select_related("impact")),
        "type_links": with_disputes(case.failurelink_rows.select_related("cause", "effect")),
        "later": with_disputes(case.laterevidence_rows).order_by("found_on", "code"),
        "signs": [_sign(row, events, marked.get(row.code)) for row in signs],
        "timeline": draw_timeline(events.values()),
        "interventions": with_disputes(case.caseintervention_rows),
        "measures": with_disputes(case.turnaroundmeasure_rows),
        "outcomes": with_disputes(case.outcome_rows),
        "bodies": with_disputes(case.casebody_rows),
        "discrepancies": case.discrepancies.all(),
    }


def _sign(
    row: WarningSign, events: dict[int, TimelineEvent], marked: TestingRisks | None
) -> CaseSign:
    visible, action = events.get(row.first_seen_id), events.get(row.acted_on_id)
    disputes = {
        dispute
        for subject in (row, visible, action)
        if subject
        for dispute in subject.discrepancies.all()
    }
    return CaseSign(
        row,
        visible and DatedEvent(visible.code, event_date(visible)),
        action and DatedEvent(action.code, event_date(action)),
        time_until_action(visible, action),
        tuple(sorted(disputes, key=lambda dispute: (dispute.number, dispute.code))),
        marked,
    )


def failure_type_context(failure_type: FailureType) -> dict:
    links = FailureLink.objects.filter(Q(cause=failure_type) | Q(effect=failure_type)).order_by(
        "case__number"
    )
    rows = with_citations(failure_type.case_rows.select_related("case")).order_by("case__number")
    return {
        "rows": rows,
        "in_documents": [row for row in rows if not row.case.is_outside],
        "links": with_disputes(links.select_related("case", "cause", "effect")),
        "signs": with_disputes(failure_type.signs.select_related("case")).order_by(
            "case__number", "pk"
        ),
        "rules": Statement.objects.filter(kind=Statement.Kind.TYPE_RULE),
    }


def insight_context(insight: Insight) -> dict:
    """points: (kind, heading, points) for each kind that has some, in the order of the kinds."""
    points = list(with_citations(insight.points.all()))
    kinds = [
        (kind, kind.label, [point for point in points if point.kind == kind])
        for kind in InsightPoint.Kind
    ]
    return {
        "rows": with_citations(insight.case_rows.select_related("case")).order_by("case__number"),
        "points": [group for group in kinds if group[2]],
        "signs": with_disputes(insight.signs.select_related("case")).order_by("case__number", "pk"),
        "measures": with_disputes(insight.measures.select_related("case")).order_by(
            "case__number", "pk"
        ),
        "later": with_disputes(insight.later_evidence.select_related("case")).order_by("found_on"),
        "lessons": with_citations(insight.lessons.all()),
    }


def impact_context(impact: AdverseImpact) -> dict:
    return {"rows": with_disputes(impact.case_rows.select_related("case")).order_by("case__number")}


def statements_by_kind() -> list:
    """[(kind, statements)]"""
    rows = list(with_citations(Statement.objects.prefetch_related("lessons")))
    return [(kind, [row for row in rows if row.kind == kind]) for kind in Statement.Kind]


def insights_without_lesson():
    return Insight.objects.filter(lessons=None)


# Cases by the failure types, and by the insights, that they show


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
