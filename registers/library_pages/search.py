"""Search over the library: every word must occur, in any of a row's texts.

One query for each kind of row.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from registers.excerpts import Excerpt, excerpt_of
from registers.library_pages.links import RELATED, Link, link_to
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
# Heading, model, searched fields; of the first an excerpt is shown.
KINDS = [
    ("Cases", CaseStudy, ("summary", "name", "short_name", "consequences", "in_short", "question")),
    ("Warning signs", WarningSign, ("text", "title", "caution", "question", "also_said_as")),
    ("Types of failure", FailureType, ("meaning", "name", "note", "question")),
    ("Insights", Insight, ("meaning", "title", "question")),
    ("What insights mean in practice", InsightPoint, ("text",)),
    ("Events", TimelineEvent, ("text", "title")),
    ("Who stepped in", CaseIntervention, ("what", "by_whom", "exit_basis")),
    ("What turned cases round", TurnaroundMeasure, ("text",)),
    ("Later findings", LaterEvidence, ("finding", "service")),
    ("Adverse impacts", AdverseImpact, ("meaning", "name")),
    ("Other statements in the documents", Statement, ("text", "title")),
    ("What Dorset learned", Lesson, ("summary",)),
    ("Where sources differ", Discrepancy, ("resolution", "topic", "check_outside")),
]


@dataclass(frozen=True)
class Hit:
    """text: the first text of the row. excerpt: of it, None where another text has the words."""

    link: Link
    text: str
    excerpt: Excerpt | None


@dataclass(frozen=True)
class HitGroup:
    """hits: the first SHOWN of a kind of row. more_count: of the others."""

    heading: str
    hits: tuple[Hit, ...]
    more_count: int

    @property
    def count(self):
        return len(self.hits) + self.more_count


def search_library(query: str) -> list[HitGroup]:
    """Rows that have every word of the query, of its first MOST_WORDS; without empty groups."""
    words = query.split()[:MOST_WORDS]
    if not words:
        return []
    groups = [_search(heading, model, fields, words) for heading, model, fields in KINDS]
    return [group for group in groups if group.hits]


def _search(heading, model, fields, words) -> HitGroup:
    rows = model.objects.select_related(*RELATED.get(model, ()))
    for word in words:
        # Claims by a subquery: a join for each of ten words would pair every claim with every
        # other.
        matches = Q(Exists(_claims_with(word))) if model is Discrepancy else Q()
        for field in fields:
            matches |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(matches)
    rows = list(rows)
    hits = tuple(_hit(row, getattr(row, fields[0]), words) for row in rows[:SHOWN])
    return HitGroup(heading, hits, max(len(rows) - SHOWN, 0))


def _hit(row, text, words):
    return Hit(link_to(row), text, excerpt_of({"": text}, words))


def _claims_with(word):
    return Claim.objects.filter(discrepancy=OuterRef("pk"), text__icontains=word)
