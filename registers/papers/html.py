"""A paper as a web page that stands by itself: its style is written in, and it has no script."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

from registers.papers.document import Document


def write_html(document: Document) -> bytes:
    page = render_to_string("papers/paper_page.html", {"document": document})
    return page.replace("</head>", f"<style>\n{_style()}</style>\n</head>", 1).encode()


@cache
def _style() -> str:
    path = Path(settings.BASE_DIR) / "static" / "css" / "paper_file.css"
    return path.read_text(encoding="utf-8")
