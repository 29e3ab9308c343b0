"""Several registers in one paper: a cover for all of them, and a chapter for each.

Nothing is added up across registers: a sentence that differs between them stands once for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from registers.papers.document import Paragraph, Section
from registers.papers.risk_paper import BODY, COVER, Material

Write = Callable[[Material], Section]


def paper_sections(materials: Sequence[Material]) -> tuple[Section, ...]:
    """materials: one for each register, that of the paper's address first."""
    cover = [_joined(write, materials) for write in COVER]
    return (*cover, *chapters(materials, lambda m: [write(m) for write in BODY]))


def chapters(
    materials: Sequence[Material], write: Callable[[Material], Iterable[Section]]
) -> list[Section]:
    """The sections of each register, under its name where there are several."""
    if len(materials) == 1:
        return list(write(materials[0]))
    return [_in_chapter(section, m.register) for m in materials for section in write(m)]


def _in_chapter(section: Section, register) -> Section:
    """A key names one place of the paper, so those of a chapter carry the key of its register."""
    blocks = tuple(replace(row, key=f"{row.key}@{register.pk}") for row in section.blocks)
    heading = f"{register}: {section.heading}"
    return replace(section, heading=heading, blocks=blocks, chapter=str(register.pk))


def _joined(write: Write, materials: Sequence[Material]) -> Section:
    """One section of all registers. What each says alike stands once."""
    if len(materials) == 1:
        return write(materials[0])
    sections = [write(m) for m in materials]
    texts = [{row.key: row.text for row in section.blocks} for section in sections]
    blocks = []
    for key in dict.fromkeys(key for rows in texts for key in rows):
        if len({rows.get(key) for rows in texts}) == 1:
            blocks.append(Paragraph(key, texts[0][key]))
            continue
        blocks += [
            Paragraph(f"{key}@{m.register.pk}", _under_its_name(rows[key], str(m.register)))
            for m, rows in zip(materials, texts, strict=True)
            if key in rows
        ]
    return replace(sections[0], blocks=tuple(blocks))


def _under_its_name(text: str, name: str) -> str:
    return text if text.startswith(name) else f"{name}: {text}"
