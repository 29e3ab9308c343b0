"""A Document as JSON and back, for the text of a final paper."""

from __future__ import annotations

from dataclasses import asdict

from registers.papers.document import (
    Bullets,
    Cell,
    Document,
    Layout,
    Matrix,
    Paragraph,
    Section,
    Table,
)

KINDS = {kind.kind: kind for kind in (Paragraph, Bullets, Table, Matrix)}


def freeze(document: Document) -> dict:
    content = asdict(document)
    for section, row in zip(document.sections, content["sections"], strict=True):
        for block, values in zip(section.blocks, row["blocks"], strict=True):
            values["kind"] = block.kind
    return content


def thaw(content: dict) -> Document:
    sections = tuple(
        Section(
            row["key"], row["heading"], tuple(map(_block, row["blocks"])), row.get("chapter", "")
        )
        for row in content["sections"]
    )
    front = {name: tuple(line) for name, line in content["front"].items()}
    layout = Layout(content.get("layout", Layout.NUMBERED))
    return Document(content["title"], front, sections, content["part"], content["mark"], layout)


def _block(values):
    kind = KINDS[values["kind"]]
    fields = {name: _tuples(value) for name, value in values.items() if name != "kind"}
    if kind is Matrix:
        fields["rows"] = tuple(tuple(Cell(**cell) for cell in row) for row in values["rows"])
    return kind(**fields)


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
