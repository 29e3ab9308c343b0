"""Search over the library: every word must occur, in any of a row's texts. One query for each kind
of row.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from registers.library_pages.links import AT_HAND, Link, link_to
from registers.models import (
    AdverseImpact,
    CaseIntervention,
    CaseStudy,
    Claim,
    Discrepancy,
    FailureType,
    Insight,
    InsightPoint,
    LaterEvidence,
    Lesson,
    Statement,
    TimelineEvent,
    TurnaroundMeasure,
    WarningSign,
)

MOST_WORDS = 10
SHOWN = 20  # of each kind
# heading, what is searched, which of its fields; the first is shown as an excerpt
KINDS = [
    ("Cases", CaseStudy, ("summary", "name", "short_name", "consequences", "in_short", "question")),
    ("Warning signs", WarningSign, ("text", "title", "caution", "question", "also_said_as")),
    ("Types of failure", FailureType, ("meaning", "name", "note", "question")),
    ("Insights", Insight, ("meaning", "title", "question")),
    ("What insights come to in practice", InsightPoint, ("text",)),
    ("Events", TimelineEvent, ("text", "title")),
    ("Who stepped in", CaseIntervention, ("what", "by_whom", "exit_basis")),
    ("What turned cases round", TurnaroundMeasure, ("text",)),
    ("Later findings", LaterEvidence, ("finding", "service")),
    ("Adverse impacts", AdverseImpact, ("meaning", "name")),
    ("What else the documents say", Statement, ("text", "title")),
    ("Lessons that Dorset drew", Lesson, ("summary",)),
    ("Where sources differ", Discrepancy, ("resolution", "topic", "check_outside")),
]


@dataclass(frozen=True)
class Hit:
    link: Link
    excerpt: str


@dataclass(frozen=True)
class Found:
    """hits: the first of a kind. more: how many others there are."""

    heading: str
    hits: tuple[Hit, ...]
    more: int


def search_library(words: str) -> list[Found]:
    """What holds every one of the words (the first ten), by kind; kinds without a hit are left out."""
    asked = words.split()[:MOST_WORDS]
    if not asked:
        return []
    found = [_found(heading, model, fields, asked) for heading, model, fields in KINDS]
    return [group for group in found if group.hits]


def _found(heading, model, fields, asked) -> Found:
    rows = model.objects.select_related(*AT_HAND.get(model, ()))
    for word in asked:
        # A claim by a subquery: joined once for each word, ten words would pair every claim with
        # every other.
        holds = Q(Exists(_claims_with(word))) if model is Discrepancy else Q()
        for field in fields:
            holds |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(holds)
    rows = list(rows)
    hits = tuple(Hit(link_to(row), getattr(row, fields[0])) for row in rows[:SHOWN])
    return Found(heading, hits, max(len(rows) - SHOWN, 0))


def _claims_with(word):
    return Claim.objects.filter(discrepancy=OuterRef("pk"), text__icontains=word)
