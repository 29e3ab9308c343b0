"""What a question may be about beside a risk: an indicator, or a part of a published paper.

An address or a form names one as "indicator-above" or "paper-12-B".
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from registers.indicators import INDICATORS
from registers.models import PaperPart
from registers.permissions import may_read_part_b, papers_for

INDICATOR = re.compile(r"indicator-(?P<slug>[-a-z0-9]{1,40})")
PAPER = re.compile(r"paper-(?P<pk>[1-9][0-9]{0,17})-(?P<part>[AB])")
UNREADABLE = (
    "You cannot read what this question is about. Start again from the page that you ask about"
)


def find_subject(user, register, value) -> dict:
    """The fields of QuestionSubject for what an address or a form names; {} for nothing.

    Raises ValidationError for what does not exist for this reader. No query for an indicator.
    """
    if not value:
        return {}
    if (match := INDICATOR.fullmatch(value)) and (title := INDICATORS.get(match["slug"])):
        return {"indicator": match["slug"], "indicator_title": title}
    if match := PAPER.fullmatch(value):
        papers = papers_for(user, register).filter(is_published=True)
        paper = papers.select_related("register__organisation").filter(pk=match["pk"]).first()
        if paper and match["part"] in parts_to_ask_about(user, paper):
            return {"paper": paper, "paper_part": match["part"]}
    raise ValidationError(UNREADABLE)


def parts_to_ask_about(user, paper) -> list[PaperPart]:
    """The parts of a published paper that the person reads."""
    has_part_b = may_read_part_b(user, paper) and paper.published.first().final.has_part_b
    return list(PaperPart) if has_part_b else [PaperPart.PUBLIC]


def subject_choices(user, papers):
    """Choices of a select: what a question can be about. papers: published ones."""
    parts = [
        (f"paper-{paper.pk}-{part}", f"{paper}, {part.label}")
        for paper in papers
        for part in parts_to_ask_about(user, paper)
    ]
    indicators = [(f"indicator-{slug}", title) for slug, title in INDICATORS.items()]
    groups = [("Papers", parts), ("Indicators", indicators)]
    return [("", "No paper or indicator"), *(group for group in groups if group[1])]
