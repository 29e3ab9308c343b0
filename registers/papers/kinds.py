"""What each kind of paper says in its parts, and how long it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from registers.models import Paper, PaperKind
from registers.papers.document import Section
from registers.papers.exempt_part import exempt_risk_sections, exempt_sections
from registers.papers.governance_extract import governance_sections
from registers.papers.learning_paper import learning_sections
from registers.papers.quarterly_summary import summary_sections
from registers.papers.risk_paper import Material, sections_of

Sections = Callable[[Material], tuple[Section, ...]]


@dataclass(frozen=True)
class Content:
    """exempt: of a Part B, None for a kind that tells of no risk. page_limit: pages of A4."""

    public: Sections
    exempt: Sections | None
    page_limit: int


CONTENTS = {
    PaperKind.RISK: Content(sections_of, exempt_sections, 10),
    PaperKind.LEARNING: Content(learning_sections, None, 10),
    PaperKind.SUMMARY: Content(summary_sections, exempt_risk_sections, 3),
    PaperKind.GOVERNANCE: Content(governance_sections, exempt_risk_sections, 6),
}


def content_of(paper: Paper) -> Content:
    return CONTENTS[PaperKind(paper.kind)]
