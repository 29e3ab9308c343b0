"""A paper as a PDF with tags for screen readers (PDF/UA), of the same content as its page.

WeasyPrint needs the system's pango. Without it the server runs, and is_available() says so.
"""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.translation import gettext

from registers.exports.csv import plain
from registers.papers.document import Document
from registers.papers.limits import LimitExceeded, run_limited, work_folder
from registers.papers.pango import MEGABYTES, PROCESS, SECONDS, is_available
from registers.papers.placeholders import ABOVE_TITLE, has_place_on_cover, numbered_sections
from registers.phrases.paper_files import part_in_words


class PdfFailed(Exception):
    """No PDF was made: a sentence."""


def write_pdf(file, document: Document) -> None:
    """Write the paper. file: open for bytes.

    Raises PdfFailed where it takes too long or pango is missing; then nothing is written.
    """
    if not is_available():
        raise PdfFailed(gettext("This server cannot make PDF files. Download the Word file."))
    with work_folder() as folder:
        (folder / "paper.html").write_text(print_page(document), encoding="utf-8")
        try:
            run_limited(PROCESS, folder, seconds=SECONDS, megabytes=MEGABYTES)
        except LimitExceeded:
            sentence = gettext("The PDF took too long to make. Download the Word file.")
            raise PdfFailed(sentence) from None
        file.write((folder / "paper.pdf").read_bytes())


def print_page(document: Document) -> str:
    """The paper as a page for print, by itself."""
    context = {
        "document": document,
        "above": [document.front[name][1] for name in ABOVE_TITLE if name in document.front],
        "lines": [line for name, line in document.front.items() if name not in ABOVE_TITLE],
        "cover": [section for section in document.sections if has_place_on_cover(section)],
        "sections": numbered_sections(document),
        "part": part_in_words(document.part),
    }
    return plain(render_to_string("papers/paper_print.html", context))
