"""Edits of drafted paragraphs: laid over each new draft, and marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from registers.models import Paper, PaperText
from registers.papers.document import Document, Paragraph

PUBLIC, EXEMPT = "A", "B"  # the part that an edit belongs to; a paper of one part is public


@dataclass(frozen=True)
class StaleEdit:
    """An edit whose draft says something else now. drafted: what, "" where it says nothing there.

    is_removed: the draft has no such paragraph any more.
    """

    text: PaperText
    drafted: str

    @property
    def is_removed(self):
        return not self.drafted


def edits_of(paper: Paper, part: str) -> dict[str, PaperText]:
    """Key of a paragraph -> its latest edit. One query."""
    texts = paper.texts.filter(part=part).order_by("pk")
    latest = {text.key: text for text in texts}
    return {key: text for key, text in latest.items() if text.wording}


def with_edits(document: Document, edits: Mapping[str, PaperText]) -> Document:
    """The same document, with the edited paragraphs in their places and marked."""

    def edited(block):
        if not isinstance(block, Paragraph) or block.key not in edits:
            return block
        return Paragraph(block.key, edits[block.key].wording, is_edited=True)

    sections = tuple(
        replace(section, blocks=tuple(map(edited, section.blocks))) for section in document.sections
    )
    return replace(document, sections=sections)


def paragraphs_of(document: Document) -> dict[str, Paragraph]:
    """Key -> paragraph."""
    return {
        block.key: block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Paragraph)
    }


def stale_edits(document: Document, edits: Iterable[PaperText]) -> list[StaleEdit]:
    """document: as drafted, without edits."""
    drafted = {key: block.text for key, block in paragraphs_of(document).items()}
    return [
        StaleEdit(text, drafted.get(text.key, ""))
        for text in edits
        if drafted.get(text.key, "") != text.drafted
    ]
