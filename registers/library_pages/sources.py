"""The sources and what rests on each place in them; where sources disagree. As many queries
whatever there is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from registers.library_pages.cases import cited
from registers.library_pages.links import AT_HAND, Link, link_to
from registers.models import (
    CASE_FACTS,
    LIBRARY_MODELS,
    CaseStudy,
    Citation,
    Claim,
    Discrepancy,
    Source,
)

CITING = [model for model in LIBRARY_MODELS if hasattr(model, "citations") and model is not Source]


@dataclass(frozen=True)
class Place:
    """A citation, and what cites it."""

    citation: Citation
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Group:
    """Sources outside the two documents that one case cites. case: None for what no case cites."""

    case: CaseStudy | None
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Dispute:
    """A disagreement and the facts of cases that it touches."""

    row: Discrepancy
    links: tuple[Link, ...]


def places_in(source: Source) -> list[Place]:
    """Each citation of a source in the order of its lines, with what cites it: one query for each
    kind of row.
    """
    links = defaultdict(list)
    for model in CITING:
        for through in _uses(model, citation__source=source):
            links[through.citation_id].append(link_to(getattr(through, model._meta.model_name)))
    return [
        Place(citation, tuple(links[citation.pk]))
        for citation in source.citations.select_related("source")
    ]


def _uses(model, **narrow):
    """The links from rows of one kind to citations, with the rows and what their names need."""
    name = model._meta.model_name
    needed = [name, *(f"{name}__{other}" for other in AT_HAND.get(model, ()))]
    return (
        model.citations.through.objects.filter(**narrow)
        .select_related(*needed)
        .order_by(f"{name}_id")
    )


def all_sources() -> dict:
    """documents: the two. groups: pages outside by the first case that cites them, in the order of
    the cases.
    """
    documents, pages = [], []
    for source in Source.objects.all():
        (pages if source.kind == Source.Kind.PAGE else documents).append(source)
    cases = {case.pk: case for case in CaseStudy.objects.all()}
    first = {}
    for source_id, case_id in _cited_by_cases():
        known = first.get(source_id)
        if known is None or cases[case_id].number < cases[known].number:
            first[source_id] = case_id
    groups = [
        Group(case, tuple(page for page in pages if first.get(page.pk) == case.pk))
        for case in cases.values()
    ]
    rest = tuple(page for page in pages if page.pk not in first)
    return {
        "documents": documents,
        "groups": [group for group in (*groups, Group(None, rest)) if group.sources],
    }


def _cited_by_cases():
    """Pairs of a source and a case that cites it, from every kind of fact and from claims and
    checks.
    """
    for model in CASE_FACTS:
        yield from _pairs(model, "case")
    yield from _pairs(CaseStudy, "")
    yield from _pairs(Discrepancy, "case")
    yield from _pairs(Claim, "discrepancy__case")


def _pairs(model, path):
    case = "__".join(part for part in (model._meta.model_name, path, "pk") if part)
    rows = model.citations.through.objects.filter(citation__source__kind=Source.Kind.PAGE)
    return rows.exclude(**{case: None}).values_list("citation__source_id", case).distinct()


def all_disputes() -> list[Dispute]:
    """Every disagreement with its claims, their citations and the facts it touches."""
    rows = cited(Discrepancy.objects.select_related("case")).prefetch_related(
        Prefetch("claims", cited(Claim.objects.all())),
        *(
            Prefetch(f"{m._meta.model_name}_rows", m.objects.select_related("case"))
            for m in CASE_FACTS
        ),
    )
    return [Dispute(row, tuple(link_to(fact) for fact in _touched(row))) for row in rows]


def _touched(row: Discrepancy):
    for model in CASE_FACTS:
        yield from getattr(row, f"{model._meta.model_name}_rows").all()
