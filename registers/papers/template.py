"""A council's own Word template: what is wrong with it, and a paper in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial

from django.utils.translation import gettext

from registers.exports.csv import plain
from registers.imports.zip_guard import OLE, ZIP, open_archive
from registers.papers.document import Block, Document, Paragraph, Section, Table
from registers.papers.limits import LimitExceeded, run_limited, work_folder
from registers.papers.placeholders import FRONT, SECTIONS, numbered_sections
from registers.papers.word_xml import blocks
from registers.phrases.paper_files import place_in_words, template_finding
from registers.spreadsheet import CannotRead

BYTES = 10_000_000
UNPACKED = 50_000_000  # bytes
SECONDS = 10
MEGABYTES = 300
PROCESS = "registers.papers.template_process"


class TemplateFailed(Exception):
    """The template cannot be filled: a sentence."""


@dataclass(frozen=True)
class Finding:
    """text: what is wrong and what to do. place: where it stands, or "". is_note: it may stay.

    kind, subject: from which template_finding() makes the text.
    """

    text: str
    place: str
    is_note: bool
    kind: str = ""
    subject: str = ""


def check_template(content: bytes) -> list[Finding]:
    """What is wrong with a file as a template, then what its author should know."""
    try:
        _check_archive(content)
        rows, _ = _run(content, sample_document())
    except CannotRead as problem:
        return [Finding(f"{problem}.", "", False)]
    except LimitExceeded:
        return [Finding(template_finding("limit", ""), "", False)]
    findings = dict.fromkeys(_finding(row) for row in rows)
    return sorted(findings, key=lambda finding: finding.is_note)


def fill_template(content: bytes, document: Document) -> bytes:
    """The paper in the template. Raises TemplateFailed."""
    try:
        rows, paper = _run(content, document)
    except LimitExceeded:
        raise TemplateFailed(template_finding("limit", "")) from None
    if paper is None:
        raise TemplateFailed(_finding(rows[0]).text)
    return paper


def _check_archive(content):
    """Raises CannotRead for what is no archive of a size that we read."""
    if len(content) > BYTES:
        raise CannotRead(gettext("Select a file of 10 MB or less: this one is larger"))
    if content.startswith(OLE):
        raise CannotRead(
            gettext(
                "The file is in the old format of Word or has a password: open it in Word and save "
                "it as a Word document (.docx) without a password"
            )
        )
    if not content.startswith(ZIP):
        raise CannotRead(gettext("Select a Word document (.docx): this is a file of another kind"))
    with open_archive(content) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
            raise CannotRead(
                gettext("The file would unpack to more than 50 MB: make its pictures smaller")
            )


def _run(content, document):
    """(the findings as dicts, the paper or None). Raises LimitExceeded."""
    with work_folder() as folder:
        (folder / "template.docx").write_bytes(content)
        values = json.dumps(template_values(document))
        (folder / "values.json").write_text(values, encoding="utf-8")
        run_limited(PROCESS, folder, seconds=SECONDS, megabytes=MEGABYTES)
        rows = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        paper = folder / "paper.docx"
        return rows, paper.read_bytes() if paper.exists() else None


def _finding(row):
    place = place_in_words(row["part"], row["text"]) if row["part"] else ""
    kind, subject = row["kind"], row["subject"]
    return Finding(template_finding(kind, subject), place, row["is_note"], kind, subject)


def template_values(document: Document) -> dict:
    """What each placeholder of template_names.NAMES gives, as JSON takes it."""
    numbers = {
        section.anchor: str(number) for number, section in enumerate(numbered_sections(document), 1)
    }
    sections = [_section(section, numbers.get(section.anchor, "")) for section in document.sections]
    by_name = {
        section.key: _section(section, numbers.get(section.anchor, ""))
        for section in map(partial(_of_all_registers, document), document.sections)
    }
    nothing = _section(Section("", "", ()), "")
    front = {name: plain(text) for name, (_, text) in document.front.items()}
    lines = [{"label": label, "text": plain(text)} for label, text in document.front.values()]
    return {
        **{"title": plain(document.title), "part": document.part, "mark": document.mark},
        **{name: front.get(name, "") for name in FRONT},
        **{name: by_name.get(name, nothing) for name in SECTIONS},
        **{"front": lines, "sections": sections},
    }


def _of_all_registers(document, section):
    """What a name stands for: in a paper on several registers each has such a section."""
    chapters = [row for row in document.sections if row.key == section.key]
    if len(chapters) == 1:
        return section
    rows = [(Paragraph(row.anchor, row.heading), *row.blocks) for row in chapters]
    return replace(chapters[0], blocks=tuple(block for row in rows for block in row))


def _section(section, number):
    paragraphs = [line for block in section.blocks for line in block_lines(block)]
    tables = [_table(block) for block in section.blocks if isinstance(block, Table)]
    return {
        **{"number": number, "heading": plain(section.heading)},
        **{"text": "\n\n".join(paragraphs), "paragraphs": paragraphs},
        **{"content": blocks(section.blocks), "tables": tables},
    }


def _table(table):
    rows = [{"cells": [plain(text) for text in row]} for row in table.rows]
    headings = [plain(heading) for heading in table.headings]
    return {"caption": plain(table.caption), "headings": headings, "rows": rows}


def block_lines(block: Block) -> list[str]:
    """A block in lines of text, for a place that holds no table."""
    return [plain(line) for line in LINES[block.kind](block)]


def _table_lines(table):
    for row in table.rows:
        pairs = zip(table.headings, row, strict=True)
        yield "; ".join(f"{heading}: {text}" for heading, text in pairs if text)


def _matrix_lines(matrix):
    for likelihood, row in zip(matrix.likelihood, matrix.rows, strict=True):
        for impact, cell in zip(matrix.impact, row, strict=True):
            if cell.count or cell.before:
                yield f"{likelihood}, {impact} ({cell.band}): {cell.count_in_words}"


LINES = {
    "paragraph": lambda block: [block.text],
    "bullets": lambda block: [f"• {item}" for item in block.items],
    "table": _table_lines,
    "matrix": _matrix_lines,
}


def sample_document() -> Document:
    """A paper that has something in every place: a template is tried with it."""
    text = gettext("Text of the paper.")
    table = Table("sample", gettext("A table"), ("A", "B"), (("1", "2"), ("3", "4")))
    return Document(
        title=gettext("Title of the paper"),
        front={name: (label, text) for name, label in FRONT.items()},
        sections=tuple(
            Section(name, heading, (Paragraph(name, text), table))
            for name, heading in SECTIONS.items()
        ),
        part="A",
        mark=gettext("Draft"),
    )
