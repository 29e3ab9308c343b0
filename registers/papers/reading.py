"""What a person may read of a paper now: its draft, its final text, or what was published."""

from __future__ import annotations

from typing import NamedTuple

from registers.models import FinalPaper
from registers.papers.document import Document
from registers.papers.edits import PUBLIC
from registers.papers.parts import PaperParts, final_documents
from registers.papers.progress import PaperProgress
from registers.permissions import Permission, can_on, may_read_part_b


class ReadableText(NamedTuple):
    """documents: part -> its Document; none while a draft is held back. final: that they are of."""

    documents: dict[str, Document]
    final: FinalPaper | None


def readable_text(user, parts: PaperParts, progress: PaperProgress) -> ReadableText:
    """For a person who may read the paper (permissions.papers_for)."""
    sees_part_b = may_read_part_b(user, parts.paper)
    if not can_on(user, Permission.READ_DRAFT_PAPERS, parts.paper.register):
        return _final_text(progress.editions[0][0].final, sees_part_b)
    if is_held(parts, progress) and not sees_part_b:
        return ReadableText({}, None)
    if progress.final:
        return _final_text(progress.final, sees_part_b)
    if sees_part_b:
        return ReadableText(parts.documents, None)
    # It does not say whether there is another part.
    return ReadableText({PUBLIC: parts.document(PUBLIC, tells_of_part_b=False)}, None)


def is_held(parts: PaperParts, progress: PaperProgress) -> bool:
    """Whether the text may tell of a risk that became exempt since, and is not published yet."""
    return bool(parts.exempt_since) and not progress.is_published


def _final_text(final, sees_part_b):
    documents = final_documents(final)
    return ReadableText(documents if sees_part_b else {PUBLIC: documents[PUBLIC]}, final)
