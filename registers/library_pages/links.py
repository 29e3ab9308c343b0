"""The page and the name of each row of the library, for lists of rows of many kinds."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from registers.models import (
    CASE_FACTS,
    AdverseImpact,
    CaseFailureType,
    CaseInsight,
    CaseStudy,
    Claim,
    Discrepancy,
    FailureType,
    Insight,
    InsightPoint,
    Lesson,
    Statement,
)

# Relations to select so that link_to needs no query.
RELATED = {
    InsightPoint: ("insight",),
    CaseFailureType: ("case", "failure_type"),
    CaseInsight: ("case", "insight"),
    Claim: ("discrepancy",),
    **dict.fromkeys(CASE_FACTS, ("case",)),
}
NAMES = {
    "timelineevent": "event",
    "turnaroundmeasure": "measure",
    "caseimpact": "impact",
    "failurelink": "one type leading to another",
    "laterevidence": "later finding",
    "casebody": "body or post",
}


@dataclass(frozen=True)
class Link:
    """text: the kind of row, its name and its case. href: its place on a page."""

    text: str
    href: str


def link_to(row) -> Link:
    """The Link to a row of any kind that cites sources. No query if RELATED was selected."""
    if isinstance(row, CASE_FACTS):
        return Link(
            f"{row.code}, {row.case.short_name}: {fact_name(row)}",
            f"{row.case.get_absolute_url()}#{row.code}",
        )
    text, href = TEXT_AND_HREF[type(row)](row)
    return Link(text, href)


def fact_name(row) -> str:
    """A fact's title where it has one, else its kind."""
    return getattr(row, "title", "") or NAMES.get(row._meta.model_name, row._meta.verbose_name)


def _type_of_case(row):
    place = f"{row.case.get_absolute_url()}#type-{row.failure_type.slug}"
    return f"{row.case.short_name}: {row.failure_type.name} failure", place


def _insight_of_case(row):
    return (
        f"{row.case.short_name}: insight {row.insight.number}",
        f"{row.case.get_absolute_url()}#insight-{row.insight.number}",
    )


def _discrepancy(row):
    return f"{row.code}: {row.topic}", f"{reverse('library_discrepancies')}#{row.code}"


TEXT_AND_HREF = {
    FailureType: lambda row: (f"Type: {row.name}", row.get_absolute_url()),
    AdverseImpact: lambda row: (f"Impact: {row.name}", row.get_absolute_url()),
    Insight: lambda row: (f"Insight {row.number}", row.get_absolute_url()),
    InsightPoint: lambda row: (f"{row.code}, insight {row.insight.number}", row.get_absolute_url()),
    Statement: lambda row: (row.title, row.get_absolute_url()),
    Lesson: lambda row: (f"Dorset, lesson {row.number}", row.get_absolute_url()),
    CaseStudy: lambda row: (row.short_name, row.get_absolute_url()),
    CaseFailureType: _type_of_case,
    CaseInsight: _insight_of_case,
    Discrepancy: _discrepancy,
    Claim: lambda row: (
        f"Claim {row}",
        f"{reverse('library_discrepancies')}#{row.discrepancy.code}",
    ),
}
