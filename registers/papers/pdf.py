"""A paper as a PDF with tags for screen readers (PDF/UA), of the same content as its page.

WeasyPrint needs the system's pango. Without it the server runs, and is_available() says so.
"""

from __future__ import annotations

from django.utils.translation import gettext

from registers.papers.document import Document
from registers.papers.html import print_page
from registers.papers.limits import LimitExceeded, run_limited, work_folder
from registers.papers.pango import MEGABYTES, PROCESS, SECONDS, is_available


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
