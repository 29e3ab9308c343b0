"""A paper as a Document, with every kind of block."""

from registers.papers.document import Bullets, Cell, Document, Matrix, Paragraph, Section, Table

LIKELIHOOD = ("3 Likely", "2 Possible", "1 Rare")
IMPACT = ("1 Minor", "2 Moderate", "3 Severe")


def make_document(risks=2, text="Considered on 4 October 2026.", **fields):
    """risks: rows of the table of those above tolerance. text: of the first numbered paragraph."""
    front = {
        "authority": ("Authority", "Northmoor Council"),
        "committee": ("Committee", "Audit committee"),
        "date": ("Date of meeting", "8 December 2026"),
        "officer": ("Officer", "Director of finance"),
    }
    sections = (
        _section("executive_summary", "Executive summary", "Two risks are above tolerance."),
        _section("recommendation", "Recommendation", "The committee is asked to note this."),
        _section("agreed_position", "Agreed position", text),
        Section("matrix", "Matrix", (make_matrix(),)),
        Section("above_tolerance", "Risks above tolerance", (make_table(risks),)),
    )
    defaults = {"title": "Risk report", "front": front, "sections": sections}
    return Document(**{**defaults, "part": "A", "mark": "Draft", **fields})


def _section(key, heading, text):
    return Section(key, heading, (Paragraph(key, text), Bullets(f"{key}-list", ("A point",))))


def make_matrix():
    rows = (
        (Cell("Low", 0.1, 1, 0), Cell("High", 0.6, 2, 3), Cell("High", 0.6, 0, 0)),
        (Cell("Low", 0.1, 0, 0), Cell("Low", 0.1, 0, 1), Cell("High", 0.6, 4, 4)),
        (Cell("Low", 0.1, 0, 0), Cell("Low", 0.1, 0, 0), Cell("Low", 0.1, 5, 5)),
    )
    return Matrix("matrix", "Risks by likelihood and impact", LIKELIHOOD, IMPACT, rows)


def make_table(risks):
    headings = ("Reference", "Risk", "Position for the committee")
    rows = tuple(
        (f"CORP-{number:03}", "Care costs more than planned", "We wait for the grant")
        for number in range(1, risks + 1)
    )
    return Table("above", "Risks above tolerance, highest first", headings, rows)
