"""What the pages about cases, types, insights and impacts gather. As many queries whatever the
number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, Q

from registers.library_pages.date_ranges import how_long, when
from registers.library_pages.timeline import timeline_of
from registers.models import (
    AdverseImpact,
    CaseFailureType,
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


@dataclass(frozen=True)
class When:
    """An event's code, and when it was, in words."""

    code: str
    words: str


@dataclass(frozen=True)
class Sign:
    """A warning sign with what its events say. seen, acted: when it could be seen and was acted on,
    None where no source names an event. differ: the disagreements about it or about one of the two
    dates, by code. marked: the reader's risks that test it, if any do.
    """

    row: WarningSign
    seen: When | None
    acted: When | None
    how_long: str
    differ: tuple[Discrepancy, ...]
    marked: TestingRisks | None


def cited(rows):
    """The rows with their citations and the sources of those."""
    return rows.prefetch_related(Prefetch("citations", Citation.objects.select_related("source")))


def with_disputes(rows):
    """The rows of a case with their citations and with what sources differ on about them."""
    return cited(rows).prefetch_related("discrepancies")


def all_cases():
    """Cases with their types, for lists."""
    types = CaseFailureType.objects.select_related("failure_type")
    return CaseStudy.objects.prefetch_related(Prefetch("failure_type_rows", types))


@dataclass(frozen=True)
class TypeShown:
    """A type of failure and the short names of the cases that show it, in the two documents and
    outside them.
    """

    row: FailureType
    inside: tuple[str, ...]
    outside: tuple[str, ...]


def all_types() -> list[TypeShown]:
    """Types with where they are shown, for lists."""
    rows = FailureType.objects.prefetch_related(
        Prefetch("case_rows", CaseFailureType.objects.select_related("case"))
    )
    return [
        TypeShown(row, _names(row, is_outside=False), _names(row, is_outside=True)) for row in rows
    ]


def _names(failure_type: FailureType, *, is_outside: bool) -> tuple[str, ...]:
    shown = [one.case for one in failure_type.case_rows.all() if one.case.is_outside == is_outside]
    return tuple(case.short_name for case in sorted(shown, key=lambda case: case.number))


def of_case(case: CaseStudy, marked: dict[str, TestingRisks]) -> dict:
    """All that a case's page shows beside the case itself, by the names its template uses. marked:
    the reader's risks that test its signs, by the code of the sign.
    """
    events = {event.pk: event for event in with_disputes(case.timelineevent_rows)}
    signs = with_disputes(case.warningsign_rows)
    return {
        "type_rows": cited(case.failure_type_rows.select_related("failure_type")),
        "insight_rows": cited(case.insight_rows.select_related("insight")),
        "impact_rows": with_disputes(case.caseimpact_rows.select_related("impact")),
        "type_links": with_disputes(case.failurelink_rows.select_related("cause", "effect")),
        "later": with_disputes(case.laterevidence_rows).order_by("found_on", "code"),
        "signs": [_sign(row, events, marked.get(row.code)) for row in signs],
        "timeline": timeline_of(events.values()),
        "interventions": with_disputes(case.intervention_rows),
        "measures": with_disputes(case.turnaroundmeasure_rows),
        "outcomes": with_disputes(case.outcome_rows),
        "bodies": with_disputes(case.body_rows),
        "discrepancies": case.discrepancies.all(),
    }


def _sign(row: WarningSign, events: dict[int, TimelineEvent], marked: TestingRisks | None) -> Sign:
    seen, acted = events.get(row.first_seen_id), events.get(row.acted_on_id)
    disputes = [one for thing in (row, seen, acted) if thing for one in thing.discrepancies.all()]
    differ = tuple(sorted(set(disputes), key=lambda one: (one.number, one.code)))
    first, last = (When(thing.code, when(thing)) if thing else None for thing in (seen, acted))
    return Sign(row, first, last, how_long(seen, acted), differ, marked)


def of_failure_type(failure_type: FailureType) -> dict:
    links = FailureLink.objects.filter(Q(cause=failure_type) | Q(effect=failure_type)).order_by(
        "case__number"
    )
    rows = cited(failure_type.case_rows.select_related("case")).order_by("case__number")
    return {
        "rows": rows,
        "in_documents": [row for row in rows if not row.case.is_outside],
        "links": with_disputes(links.select_related("case", "cause", "effect")),
        "signs": with_disputes(failure_type.signs.select_related("case")).order_by(
            "case__number", "pk"
        ),
        "rules": Statement.objects.filter(kind=Statement.Kind.TYPE_RULE),
    }


def of_insight(insight: Insight) -> dict:
    """points: (heading, points) for each kind that has some, in the order of the kinds."""
    points = list(cited(insight.points.all()))
    kinds = [
        (kind, kind.label, [point for point in points if point.kind == kind])
        for kind in InsightPoint.Kind
    ]
    return {
        "rows": cited(insight.case_rows.select_related("case")).order_by("case__number"),
        "points": [group for group in kinds if group[2]],
        "signs": with_disputes(insight.signs.select_related("case")).order_by("case__number", "pk"),
        "measures": with_disputes(insight.measures.select_related("case")).order_by(
            "case__number", "pk"
        ),
        "later": with_disputes(insight.later_evidence.select_related("case")).order_by("found_on"),
        "lessons": cited(insight.lessons.all()),
    }


def of_impact(impact: AdverseImpact) -> dict:
    return {"rows": with_disputes(impact.case_rows.select_related("case")).order_by("case__number")}


def statements_by_kind() -> list:
    """(kind, statements) for each kind of statement: what reads the types, what the label costs,
    and so on.
    """
    rows = list(cited(Statement.objects.prefetch_related("lessons")))
    return [(kind, [row for row in rows if row.kind == kind]) for kind in Statement.Kind]


def left_out():
    """The insights to which no lesson of Dorset's answers."""
    return Insight.objects.filter(lessons=None)
