"""Makes a PDF of a page, in a process with limits: see registers/papers/limits.py.

Reads paper.html in its folder and writes paper.pdf; without paper.html it only tries whether
WeasyPrint can be imported. It fetches nothing: its styles are our own files.
"""

from __future__ import annotations

from registers.papers.limits import ROOT, limit_process

STYLES = ("paper-blocks.css", "paper-print.css")


def main():
    folder = limit_process()
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    class Refusal(URLFetcher):
        """A paper shows nothing from elsewhere, neither from the network nor from this machine."""

        def fetch(self, url, headers=None):
            raise ValueError(f"Not fetched: {url}")

    page = folder / "paper.html"
    if not page.exists():
        return
    styles = [CSS(filename=ROOT / "static" / "css" / name) for name in STYLES]
    text = page.read_text(encoding="utf-8")
    document = HTML(string=text, url_fetcher=Refusal())
    document.write_pdf(folder / "paper.pdf", stylesheets=styles, pdf_variant="pdf/ua-1")


if __name__ == "__main__":
    main()
