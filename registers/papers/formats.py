"""The files of a paper: one of each format for each part."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from registers.models import FinalPaper, PaperFormat
from registers.papers.document import Document
from registers.papers.html import write_html
from registers.papers.pango import is_available
from registers.papers.pdf import PdfFailed, write_pdf
from registers.papers.template import TemplateFailed
from registers.papers.word import write_word

# Why a file was not made, as a sentence.
FILE_ERRORS = (TemplateFailed, PdfFailed)


def formats() -> list[PaperFormat]:
    """Those that this machine can make."""
    pdf = [PaperFormat.PDF] if is_available() else []
    return [PaperFormat.HTML, PaperFormat.WORD, *pdf]


def formats_of(final: FinalPaper | None, part: str) -> list[PaperFormat]:
    """In which a part can be downloaded: those published of the final text, else all."""
    published = final.published.filter(address="").defer("content") if final else []
    if not published:
        return formats()
    return [PaperFormat(row.format) for row in published if row.part == part]


def file_of(document: Document, kind: PaperFormat, template: bytes | None = None) -> bytes:
    """template: the bytes of a PaperTemplate, for Word.

    It may take half a minute, so call it outside a transaction. Raises one of FILE_ERRORS.
    """
    file = io.BytesIO()
    if kind == PaperFormat.WORD:
        write_word(file, document, template)
    elif kind == PaperFormat.PDF:
        write_pdf(file, document)
    else:
        write_html(file, document)
    return file.getvalue()


def files_of(
    documents: Mapping[str, Document],
    template: bytes | None = None,
    kinds: Iterable[PaperFormat] | None = None,
) -> list[tuple[str, PaperFormat, bytes]]:
    """(part, format, bytes). All are made before one is stored, so none is left half made.

    kinds: by default all that formats() has. See file_of().
    """
    return [
        (part, kind, file_of(documents[part], kind, template))
        for part, kind in planned_files(documents, kinds)
    ]


def planned_files(
    parts: Iterable[str], kinds: Iterable[PaperFormat] | None = None
) -> list[tuple[str, PaperFormat]]:
    """(part, format) of each file that a paper of these parts has. kinds: see files_of()."""
    kinds = formats() if kinds is None else list(kinds)
    return [(part, kind) for part in parts for kind in kinds]
