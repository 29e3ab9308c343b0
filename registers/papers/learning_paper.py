"""The learning paper, in the shape of Dorset's of 2016: from cases that the author chose."""

from __future__ import annotations

from django.db.models import Prefetch

from registers.models import CaseFailureType, CaseStudy, FailureType, Lesson
from registers.papers.document import Bullets, Paragraph, Section, Table
from registers.papers.risk_paper import Material, paragraphs
from registers.phrases.numbers import join_names
from registers.phrases.papers import NOT_RECORDED


def learning_sections(m: Material) -> tuple[Section, ...]:
    cases = _chosen_cases(m.paper.case_slugs)
    return (
        *_cover(m, cases),
        _background(cases),
        _failure_types(),
        _failures(cases),
        _lessons(),
        _implications(cases),
    )


def _chosen_cases(slugs) -> list[CaseStudy]:
    """In the order of the library. Three queries."""
    types = Prefetch("failure_type_rows", CaseFailureType.objects.select_related("failure_type"))
    rows = CaseStudy.objects.filter(slug__in=slugs).prefetch_related(types, "outcome_rows")
    return list(rows.order_by("number"))


def _cover(m, cases):
    names = join_names([case.short_name for case in cases])
    about = (
        f"This paper tells how {names} failed, what followed, and what others can learn from it."
    )
    return (
        paragraphs("executive_summary", "Executive summary", about=about),
        paragraphs(
            "equalities",
            "Equalities: who bears this hardest",
            assessment="No equality impact assessment is recorded: the paper changes no service.",
        ),
        paragraphs(
            "use_of_evidence",
            "Use of evidence",
            sources="The cases rest on published reports. The library cites each statement.",
        ),
        paragraphs("budget", "Budget", none="The paper asks for no money."),
        paragraphs(
            "risk_assessment",
            "Risk assessment",
            none="The paper tells of risks elsewhere. It is for information.",
        ),
        paragraphs("other_implications", "Other implications", none=f"{NOT_RECORDED}."),
        paragraphs(
            "recommendation",
            "Recommendation",
            note=f"{m.body} is asked to note this paper, and to say what it wants to follow up.",
        ),
        paragraphs(
            "reasons",
            "Reason for recommendation",
            learn="What went wrong elsewhere shows what to look for here.",
        ),
        paragraphs("appendices", "Appendices", none="None."),
        paragraphs(
            "background_papers",
            "Background papers",
            sources="Failing Well, Institute for Government, 2016. Learning from Service Failures "
            "in other Authorities, Dorset County Council, 20 September 2016.",
        ),
    )


def _background(cases):
    councils = ", ".join(f"{case.name} ({case.period})" for case in cases)
    return paragraphs(
        "background",
        "Background",
        cases=f"The cases are {councils}.",
        harm="Failure harms the people who use a service first, and then the organisation: its "
        "name, its money, and its freedom to decide.",
    )


def _failure_types():
    rows = tuple((row.name, row.meaning) for row in FailureType.objects.all())
    overlap = "The types overlap: one case can show several."
    return Section(
        "failure_types",
        "Types of failure",
        (
            Table("failure_types.types", "Seven types of failure", ("Type", "Meaning"), rows),
            Paragraph("failure_types.overlap", overlap),
        ),
    )


def _failures(cases):
    headings = ("Organisation", "What failed", "What followed")
    table = Table(
        "failures.cases",
        "Organisations, their failures and the consequences",
        headings,
        tuple(_case_row(case) for case in cases),
    )
    return Section("failures", "Failures and consequences", (table,))


def _case_row(case):
    types = [row.failure_type.name for row in case.failure_type_rows.all()]
    outcomes = [row.text for row in case.outcome_rows.all()]
    return (
        f"{case.name}\nTypes: {', '.join(types) or NOT_RECORDED}",
        case.summary,
        "\n".join([case.consequences, *outcomes]),
    )


def _lessons():
    rows = tuple(lesson.summary for lesson in Lesson.objects.all())
    return Section("lessons", "Lessons", (Bullets("lessons.lessons", rows),))


def _implications(cases):
    """One paragraph a case: the question it asks of us, which the author answers."""
    return paragraphs(
        "implications",
        "What it means here",
        **{case.code.lower(): f"{case.short_name}: {case.question}" for case in cases},
        here="What we found when we asked this of ourselves is not recorded yet.",
    )
