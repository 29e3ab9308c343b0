"""The files that a paper is published in, one of each format for each part."""

from __future__ import annotations

from collections.abc import Mapping

from registers.models import PaperFormat
from registers.papers.document import Document
from registers.papers.html import write_html

WRITERS = {PaperFormat.HTML: write_html}


def files_of(documents: Mapping[str, Document]) -> list[tuple[str, PaperFormat, bytes]]:
    """(part, format, bytes). All are made before one is stored, so none is left half made."""
    return [
        (part, kind, write(document))
        for part, document in documents.items()
        for kind, write in WRITERS.items()
    ]
