"""What each kind of paper says in its parts, and how long it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from registers.models import Paper, PaperKind
from registers.papers.chapters import chapters, paper_sections
from registers.papers.document import Section
from registers.papers.exempt_part import exempt_risk_sections, exempt_sections
from registers.papers.governance_extract import governance_sections
from registers.papers.learning_paper import learning_sections
from registers.papers.quarterly_summary import summary_sections
from registers.papers.risk_paper import Material

Sections = Callable[[Material], tuple[Section, ...]]


@dataclass(frozen=True)
class Content:
    """public: of the registers that the paper covers. exempt: of one of them in a Part B, None for
    a kind that tells of no risk. page_limit: pages of A4.
    """

    public: Callable[[Sequence[Material]], tuple[Section, ...]]
    exempt: Sections | None
    page_limit: int


def _of_each(write: Sections) -> Callable[[Sequence[Material]], tuple[Section, ...]]:
    return lambda materials: tuple(chapters(materials, write))


CONTENTS = {
    PaperKind.RISK: Content(paper_sections, exempt_sections, 10),
    PaperKind.LEARNING: Content(_of_each(learning_sections), None, 10),
    PaperKind.SUMMARY: Content(_of_each(summary_sections), exempt_risk_sections, 3),
    PaperKind.GOVERNANCE: Content(_of_each(governance_sections), exempt_risk_sections, 6),
}


def content_of(paper: Paper) -> Content:
    return CONTENTS[PaperKind(paper.kind)]
