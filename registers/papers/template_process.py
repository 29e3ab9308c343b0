"""Checks a template and fills it, in a process with limits: see registers/papers/limits.py.

Reads template.docx and values.json in its folder. Writes findings.json, and paper.docx where the
template breaks no rule. Parts and paragraphs without placeholders stay as they are.
"""

from __future__ import annotations

import json
import re
import sys
from copy import deepcopy
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from registers.papers.limits import limit_process
from registers.papers.template_names import ELEMENTS, NAMES, ListOf, NameCheck, unused_names
from registers.papers.template_package import W, package_problems, parse

FILLED = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml|docProps/core\.xml"
)
TAG = re.compile(r"\{[{%#]|[}%#]\}")
KEEP = f"{{{W}}}keep"  # of ours, on what stands for a paragraph meanwhile
WHOLE_PARAGRAPH = re.compile(r"\s*(\{\{p [^{}]*\}\}|\{%p [^{}]*%\})\s*")
OF_PARAGRAPH = re.compile(r"(\{\{|\{%)p\s")
CONTENT = re.compile(r"\{\{(?P<p>p\s)?\s*(?P<name>[^{}]*?)\s*\}\}")
CHARACTERS = 40_000_000  # of a part when it is filled
SHOWN = 160  # characters of a paragraph that a finding quotes


def main():
    folder = limit_process()
    try:
        findings = fill(folder)
    except MemoryError:
        sys.exit("memory")
    (folder / "findings.json").write_text(json.dumps(findings), encoding="utf-8")


def fill(folder: Path) -> list[dict]:
    """Write paper.docx, and return the findings: dicts of kind, subject, part, text, is_note."""
    with ZipFile(folder / "template.docx") as archive:
        findings = [
            _finding(kind, subject, part) for kind, part, subject in package_problems(archive)
        ]
        if findings:
            return findings
        parts = [Part(name, archive.read(name)) for name in archive.namelist() if _is_text(name)]
        tagged = [part for part in parts if part.has_tags]
        used = set()
        for part in tagged:
            findings += part.check(used)
        if findings:
            return findings
        values = _values(json.loads((folder / "values.json").read_text(encoding="utf-8")))
        filled = {}
        for part in tagged:
            try:
                filled[part.name] = part.filled(values)
            except NotFilled as problem:
                return [_finding("not-filled", str(problem), part.name)]
        _write(archive, filled, folder / "paper.docx")
        return [*_notes(archive, parts, used)]


class NotFilled(Exception):
    """What came out is no document."""


def _finding(kind, subject="", part="", text="", is_note=False):
    names = {"kind": kind, "subject": subject, "part": part, "text": text[:SHOWN]}
    return {**names, "is_note": is_note}


def _is_text(name):
    return name.endswith(".xml") and (name.startswith("word/") or FILLED.fullmatch(name))


class Part:
    """A part of the document. source: its text as Jinja reads it, a line for each paragraph."""

    def __init__(self, name, content):
        self.name = name
        self.root = parse(content)
        self.has_tags = bool(TAG.search(_tag_text(self.root)))
        self.aside = []

    def check(self, used: set[str]) -> list[dict]:
        """The findings of this part. used: takes the names in it."""
        from jinja2 import TemplateSyntaxError

        if not FILLED.fullmatch(self.name):
            return [_finding("place", "", self.name, _tag_text(self.root))]
        findings = list(self._misplaced())
        self._prepare()
        names = NameCheck()
        try:
            names.check(_environment().parse(self.source))
        except TemplateSyntaxError as problem:
            text = self._text_at(problem.lineno)
            return [*findings, _finding("syntax", problem.message, self.name, text)]
        except RecursionError:
            return [*findings, _finding("syntax", "", self.name)]
        used |= names.used
        return findings + [
            _finding(row.rule, row.subject, self.name, self._text_at(row.line))
            for row in names.broken
        ]

    def _misplaced(self):
        """Placeholders of a whole paragraph beside other text, and the other way round."""
        for paragraph in self.root.iter(f"{{{W}}}p"):
            text = _own_text(paragraph)
            if OF_PARAGRAPH.search(text) and not WHOLE_PARAGRAPH.fullmatch(text):
                yield _finding("alone", "", self.name, text)
            for match in CONTENT.finditer(text):
                is_elements = match["name"].endswith(".content")
                if is_elements != bool(match["p"]):
                    kind = "needs-p" if is_elements else "needs-no-p"
                    yield _finding(kind, match["name"], self.name, text)

    def _prepare(self):
        """Put what has no placeholder aside, so that nothing touches it, and clean the rest."""
        from docxtpl import DocxTemplate
        from lxml import etree

        for paragraph in list(self.root.iter(f"{{{W}}}p")):
            if _is_inside_paragraph(paragraph) or TAG.search(_tag_text(paragraph)):
                continue
            marker = etree.Element(f"{{{W}}}p", {KEEP: str(len(self.aside))}, nsmap={"w": W})
            marker.text = ""
            marker.tail = paragraph.tail
            self.aside.append(paragraph)
            paragraph.getparent().replace(paragraph, marker)
            paragraph.tail = None
        self.cleaner = DocxTemplate(None)
        text = etree.tostring(self.root, encoding="unicode")
        self.source = re.sub(r"<w:p([ >])", r"\n<w:p\1", self.cleaner.patch_xml(text))

    def _text_at(self, line):
        lines = self.source.split("\n")
        if not 0 < line <= len(lines):
            return ""
        text = re.sub(r"<[^>]*>", "", lines[line - 1])
        return " ".join(text.split())

    def filled(self, values: dict) -> bytes:
        """The part with its values. Raises NotFilled."""
        from lxml import etree

        # As DocxTemplate.render_xml_part() does; it adds a line before each paragraph itself.
        source = re.sub(r"\n<w:p([ >])", r"<w:p\1", self.source)
        text = self.cleaner.render_xml_part(source, None, values, _environment())
        if len(text) > CHARACTERS:
            raise MemoryError
        try:
            root = parse(text.encode())
        except etree.XMLSyntaxError as problem:
            raise NotFilled(str(problem)) from None
        if any(len(node) for node in root.iter(f"{{{W}}}t")):
            raise NotFilled("elements inside a text")
        self._bring_back(root)
        _complete_tables(root)
        _number_drawings(root)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)

    def _bring_back(self, root):
        for marker in list(root.iter(f"{{{W}}}p")):
            if (place := marker.get(KEEP)) is not None:
                paragraph = deepcopy(self.aside[int(place)])
                paragraph.tail = marker.tail
                marker.getparent().replace(marker, paragraph)


def _tag_text(node):
    """All the text in an element, and that of attributes, where a placeholder may stand too."""
    attributes = (value for row in node.iter() for value in row.attrib.values() if "{" in value)
    return "".join([*node.itertext(), *attributes])


def _own_text(paragraph):
    """The text of a paragraph without those inside it, as of a text box."""
    texts = (
        node.text or ""
        for node in paragraph.iter(f"{{{W}}}t")
        if next(node.iterancestors(f"{{{W}}}p"), None) is paragraph
    )
    return "".join(texts)


def _is_inside_paragraph(node):
    return next(node.iterancestors(f"{{{W}}}p"), None) is not None


def _environment():
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


class Record:
    """The fields of a record. By itself it prints its text."""

    def __init__(self, fields):
        self.__dict__.update(fields)

    def __str__(self):
        return self.__dict__.get("text", "")

    def __bool__(self):
        return bool(str(self))


def _values(values):
    return {name: _value(values[name], shape) for name, shape in NAMES.items()}


def _value(value, shape):
    from markupsafe import Markup

    if isinstance(shape, ListOf):
        return [_value(item, shape.item) for item in value]
    if isinstance(shape, dict):
        return Record({name: _value(value[name], inner) for name, inner in shape.items()})
    # Elements are ours (registers/papers/word_xml.py), every text in them escaped.
    return Markup(value) if shape == ELEMENTS else value  # noqa: S704 (our elements, escaped)


def _complete_tables(root):
    """A cell needs a paragraph at its end, and a table a row: a loop over nothing leaves none."""
    for table in list(root.iter(f"{{{W}}}tbl")):
        if table.find(f"{{{W}}}tr") is None:
            table.getparent().remove(table)
    for cell in root.iter(f"{{{W}}}tc"):
        if len(cell) == 0 or cell[-1].tag != f"{{{W}}}p":
            cell.append(cell.makeelement(f"{{{W}}}p"))


def _number_drawings(root):
    """Drawings that a loop repeated get numbers of their own."""
    numbers = set()
    drawings = [node for node in root.iter("{*}docPr") if node.get("id")]
    highest = max((int(node.get("id")) for node in drawings if node.get("id").isdigit()), default=0)
    for node in drawings:
        if node.get("id") in numbers:
            highest += 1
            node.set("id", str(highest))
        numbers.add(node.get("id"))


def _write(archive, filled, path):
    with ZipFile(path, "w", ZIP_DEFLATED) as paper:
        for entry in archive.infolist():
            content = filled.get(entry.filename)
            paper.writestr(entry, archive.read(entry) if content is None else content)


def _notes(archive, parts, used):
    if "mark" not in used:
        yield _finding("no-mark", is_note=True)
    if missing := list(unused_names(used)):
        yield _finding("missing", ", ".join(missing), is_note=True)
    if "word/comments.xml" in archive.namelist():
        yield _finding("comments", is_note=True)
    changes = (f"{{{W}}}ins", f"{{{W}}}del")
    if any(next(part.root.iter(*changes), None) is not None for part in parts):
        yield _finding("changes", is_note=True)


if __name__ == "__main__":
    main()
