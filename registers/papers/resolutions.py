"""The resolution to exclude the public, drafted for the minutes from the ground of a Part B."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import FinalPaper, Paper
from registers.papers.grounds import exclusion_wording, statute_of

LONGEST_GROUND = 200  # characters, in the record of a resolution


@dataclass(frozen=True)
class ExclusionDraft:
    """wording: of the resolution. ground: the paragraphs of the statute, without their words."""

    paper: Paper
    wording: str
    ground: str


def exclusion_drafts(papers: Iterable[Paper]) -> list[ExclusionDraft]:
    """One for each paper whose latest final text has a Part B that needs a resolution. One query.

    papers: with their organisation at hand.
    """
    by_key = {paper.pk: paper for paper in papers}
    finals = FinalPaper.objects.filter(paper__in=by_key).defer("documents").order_by("pk")
    latest = {final.paper_id: final for final in finals}
    return [
        _draft(by_key[key], final)
        for key, final in latest.items()
        if final.grounds and not final.is_confidential
    ]


def _draft(paper, final):
    grounds = [ground.partition(": ")[0] for ground in final.grounds]
    values = {"grounds": final.grounds, "interest": final.interest, "title": paper.title}
    wording = exclusion_wording(statute_of(paper.organisation), **values)
    return ExclusionDraft(paper, wording, "; ".join(grounds)[:LONGEST_GROUND])
