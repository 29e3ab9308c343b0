"""The names that stand for parts of a paper: in a council's own Word template, and in a Document.

FRONT: lines of the opening table. COVER: sections that the default paper shows in that table, as
Dorset's paper does. BODY: sections below it, numbered. Each name -> what it gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a process that fills templates does without Django, and so without documents
    from registers.papers.document import Document, Section

PAPER = {
    "title": "The title of the paper",
    "mark": "Draft, until the paper is published",
    "part": "A (public) or B (exempt), or nothing where the paper has one part",
}
FRONT = {
    "authority": "The name of the organisation",
    "committee": "The body that meets",
    "date": "The day of the meeting",
    "officer": "The officer whose report it is",
    "subject": "The subject of the report",
    "register": "The register or registers that the paper reports",
    "contact": "Who answers questions about the paper",
}
ABOVE_TITLE = ("authority", "committee")  # lines that stand above the title, not in the table
COVER = {
    "executive_summary": "Executive summary",
    "equalities": "Impact assessment: equalities, and who bears this hardest",
    "use_of_evidence": "Impact assessment: use of evidence",
    "budget": "Impact assessment: budget",
    "risk_assessment": "Impact assessment: risk",
    "other_implications": "Impact assessment: other implications",
    "recommendation": "Recommendation",
    "reasons": "Reason for the recommendation",
    "appendices": "Appendices",
    "background_papers": "Background papers",
}
BODY = {
    "exempt_information": "Why a part is exempt: the ground, the public interest, the opinion",
    "agreed_position": "The position that a body agreed last, and which body",
    "movement": "What moved between bands since the last meeting",
    "matrix": "The matrix of likelihood and impact, then and now",
    "above_tolerance": "Risks above tolerance, with cause, position and target",
    "stuck": "Risks in the top band for four quarter ends",
    "overdue_actions": "Overdue actions, and those whose due date changed",
    "assurance_gaps": "Lines of defence without assurance",
    "warning_signs": "Warning signs from other cases that are marked relevant",
    "case": "The case for this meeting",
    "questions": "Questions asked last time, and their answers",
    "register_quality": "Data quality of the register",
    "background": "Learning paper: background",
    "failure_types": "Learning paper: types of failure",
    "failures": "Learning paper: organisations, their failures and the consequences",
    "lessons": "Learning paper: lessons",
    "implications": "Learning paper: what the lessons mean here",
}
SECTIONS = {**COVER, **BODY}

GROUPS = (
    ("About the paper", PAPER),
    ("Lines at the top", FRONT),
    ("Sections of the opening table", COVER),
    ("Sections of the report", BODY),
)
# What can be written -> what it gives.
WAYS = (
    ("{{ committee }}", "The text of a line"),
    ("{{ reasons }}", "A section as text"),
    (
        "{{p reasons.content }}",
        "A section with its lists and tables. Needs a paragraph of its own",
    ),
    ("{{ reasons.heading }}", "The heading of a section. With .number, its number"),
    (
        "{%p for section in sections %} … {%p endfor %}",
        "What is between them, once for each section. Use section.heading and section.content "
        "there. The two need paragraphs of their own",
    ),
    ("{%p for line in front %} … {%p endfor %}", "The same for lines: line.label and line.text"),
    (
        "{%tr for row in table.rows %} … {%tr endfor %}",
        "Rows of your own table. The two need rows of their own. The tables of a section are in "
        "section.tables, the texts of a row in row.cells",
    ),
    ('{% if part == "B" %} … {% endif %}', "What is between them, if the paper is Part B"),
)


def has_place_on_cover(section: Section) -> bool:
    """Whether it stands in the opening table: a table does not fit into a cell of one."""
    kinds = {block.kind for block in section.blocks}
    return section.key in COVER and kinds <= {"paragraph", "bullets"}


def numbered_sections(document: Document) -> list[Section]:
    """Those below the opening table, in their order."""
    return [section for section in document.sections if not has_place_on_cover(section)]
