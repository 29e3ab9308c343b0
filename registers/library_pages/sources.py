"""The sources with what rests on each place in them, and where they disagree.

As many queries whatever the number of rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch

from registers.library_pages.links import RELATED, Link, link_to
from registers.library_pages.page_contexts import with_citations
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
    """A citation with links to the rows that cite it."""

    citation: Citation
    links: tuple[Link, ...]


@dataclass(frozen=True)
class SourceGroup:
    """Sources outside the two documents that a case cites. case: None where no case does."""

    case: CaseStudy | None
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Dispute:
    """A discrepancy with links to the facts of cases that it touches."""

    row: Discrepancy
    links: tuple[Link, ...]


def places_in(source: Source) -> list[Place]:
    """Each citation of a source, in the order of its lines. One query for each kind of row."""
    links = defaultdict(list)
    for model in CITING:
        for through in _citation_links(model, citation__source=source):
            links[through.citation_id].append(link_to(getattr(through, model._meta.model_name)))
    return [
        Place(citation, tuple(links[citation.pk]))
        for citation in source.citations.select_related("source")
    ]


def _citation_links(model, **lookups):
    """The links from rows of one kind to citations, with the rows and what link_to needs."""
    name = model._meta.model_name
    related = [name, *(f"{name}__{path}" for path in RELATED.get(model, ()))]
    return (
        model.citations.through.objects.filter(**lookups)
        .select_related(*related)
        .order_by(f"{name}_id")
    )


def all_sources() -> dict:
    """documents: the two. groups: pages outside them by the first case that cites them."""
    documents, pages = [], []
    for source in Source.objects.all():
        (pages if source.kind == Source.Kind.PAGE else documents).append(source)
    cases = {case.pk: case for case in CaseStudy.objects.all()}
    first_case = {}
    for source_id, case_id in _sources_and_cases():
        current = first_case.get(source_id)
        if current is None or cases[case_id].number < cases[current].number:
            first_case[source_id] = case_id
    groups = [
        SourceGroup(case, tuple(page for page in pages if first_case.get(page.pk) == case.pk))
        for case in cases.values()
    ]
    uncited = tuple(page for page in pages if page.pk not in first_case)
    return {
        "documents": documents,
        "groups": [group for group in (*groups, SourceGroup(None, uncited)) if group.sources],
    }


def _sources_and_cases():
    """(key of a source, key of a case that cites it), from every kind of fact and from claims."""
    for model in CASE_FACTS:
        yield from _source_and_case_keys(model, "case")
    yield from _source_and_case_keys(CaseStudy, "")
    yield from _source_and_case_keys(Discrepancy, "case")
    yield from _source_and_case_keys(Claim, "discrepancy__case")


def _source_and_case_keys(model, path):
    case = "__".join(part for part in (model._meta.model_name, path, "pk") if part)
    rows = model.citations.through.objects.filter(citation__source__kind=Source.Kind.PAGE)
    return rows.exclude(**{case: None}).values_list("citation__source_id", case).distinct()


def all_disputes() -> list[Dispute]:
    """Every discrepancy with its claims, their citations and the facts it touches."""
    rows = with_citations(Discrepancy.objects.select_related("case")).prefetch_related(
        Prefetch("claims", with_citations(Claim.objects.all())),
        *(
            Prefetch(f"{m._meta.model_name}_rows", m.objects.select_related("case"))
            for m in CASE_FACTS
        ),
    )
    return [Dispute(row, tuple(link_to(fact) for fact in _facts(row))) for row in rows]


def _facts(row: Discrepancy):
    for model in CASE_FACTS:
        yield from getattr(row, f"{model._meta.model_name}_rows").all()
