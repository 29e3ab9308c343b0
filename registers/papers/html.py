"""A paper as a page for print, from which its PDF is made, and as a file that stands by itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

from registers.exports.csv import plain
from registers.papers.document import Document
from registers.papers.placeholders import ABOVE_TITLE, has_place_on_cover, numbered_sections
from registers.phrases.paper_files import part_in_words

STYLES = ("paper-blocks.css", "paper-print.css", "paper-file.css")


def print_page(document: Document) -> str:
    """The paper as a page, without its styles."""
    context = {
        "document": document,
        "above": [document.front[name][1] for name in ABOVE_TITLE if name in document.front],
        "lines": [line for name, line in document.front.items() if name not in ABOVE_TITLE],
        "cover": [section for section in document.sections if has_place_on_cover(section)],
        "sections": numbered_sections(document),
        "part": part_in_words(document.part),
    }
    return plain(render_to_string("papers/paper_print.html", context))


def write_html(file, document: Document) -> None:
    """Write the page with its styles in it and without a script. file: open for bytes."""
    page = print_page(document).replace("</head>", f"<style>\n{_styles()}</style>\n</head>", 1)
    file.write(page.encode())


@cache
def _styles() -> str:
    folder = Path(settings.BASE_DIR) / "static" / "css"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in STYLES)
