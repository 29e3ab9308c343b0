"""A template to begin with: our own shape of a paper, with placeholders in place of its texts."""

from __future__ import annotations

from registers.papers.document import Document
from registers.papers.placeholders import ABOVE_TITLE, COVER, FRONT
from registers.papers.word import append, opening_table, unfilled_paper
from registers.papers.word_xml import paragraph, style
from registers.phrases.paper_files import part_in_words

LOOP = "{%p for section in sections %}"
CONDITION = "{%p if section.number %}"  # those of the cover have none


def write_starter(file) -> None:
    """file: open for bytes."""
    marks = ["{{ mark }}"]
    for part in ("A", "B"):
        marks.append(f'{{% if part == "{part}" %}} {part_in_words(part)}{{% endif %}}')
    document = Document("{{ title }}", {}, ())
    word = unfilled_paper(document, "".join(marks))
    lines = [
        (description, paragraph(f"{{{{ {name} }}}}"))
        for name, description in FRONT.items()
        if name not in ABOVE_TITLE
    ]
    sections = [
        (f"{{{{ {name}.heading }}}}", paragraph(f"{{{{p {name}.content }}}}")) for name in COVER
    ]
    parts = [
        *(paragraph(f"{{{{ {name} }}}}", run="<w:b/>") for name in ABOVE_TITLE),
        paragraph("{{ title }}", style("Title")),
        opening_table("{{ title }}", [*lines, *sections]),
        *map(paragraph, (LOOP, CONDITION)),
        paragraph("{{ section.heading }}", style("Heading1")),
        *map(paragraph, ("{{p section.content }}", "{%p endif %}", "{%p endfor %}")),
    ]
    append(word, "".join(parts))
    word.save(file)
