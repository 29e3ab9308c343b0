"""What the template of a paper may hold besides text: no macros, objects, or links to other files.

Reads the parts of a .docx (ECMA-376, part 2). Runs without Django, in the process that fills
templates. Each problem: (what it is, the part, what was in it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from zipfile import ZipFile

CONTENT_TYPES = "[Content_Types].xml"
DOCUMENT = "word/document.xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
XML = (".xml", ".rels")
MACROS = re.compile(r"vbaProject|vbaData|macroEnabled|activeX|/customUI", re.IGNORECASE)
OBJECTS = re.compile(r"^word/(embeddings|activeX)/|oleObject", re.IGNORECASE)
HYPERLINK = "/hyperlink"
WEB = ("http://", "https://", "mailto:", "tel:")
# A target that lies outside the file, whatever its mode says: a scheme, or a shared folder.
OUTSIDE = re.compile(r"^\s*([a-z][a-z0-9+.-]+:|\\\\|//)", re.IGNORECASE)
# Elements that bring another file into the document -> the problem.
ELEMENTS = {
    "altChunk": "alternative",
    **dict.fromkeys(("object", "OLEObject", "control"), "objects"),
}
# Fields that fetch something when the document is opened or updated.
FETCHES = re.compile(
    r"^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|INCLUDE|LINK|DATABASE)\b",
    re.IGNORECASE,
)


def parse(content: bytes):
    """The root of a part. Raises lxml.etree.XMLSyntaxError."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def package_problems(archive: ZipFile) -> Iterator[tuple[str, str, str]]:
    """Kinds: "no-document", "broken", "macros", "objects", "alternative", "external", "field"."""
    from lxml import etree

    names = archive.namelist()
    if CONTENT_TYPES not in names or DOCUMENT not in names:
        yield "no-document", "", ""
        return
    for name in names:
        if MACROS.search(name):
            yield "macros", name, ""
        elif OBJECTS.search(name):
            yield "objects", name, ""
        elif name.lower().endswith(XML):
            try:
                root = parse(archive.read(name))
            except etree.XMLSyntaxError as problem:
                yield "broken", name, str(problem)[:200]
                continue
            yield from _part_problems(name, root)


def _part_problems(name, root):
    if name == CONTENT_TYPES:
        yield from _type_problems(root)
    elif name.endswith(".rels"):
        yield from _link_problems(name, root)
    elif name.startswith("word/"):
        yield from _element_problems(name, root)


def _type_problems(root):
    types = {row.get("PartName"): row.get("ContentType", "") for row in root}
    if any(MACROS.search(kind) for kind in types.values()):
        yield "macros", CONTENT_TYPES, ""
    elif types.get(f"/{DOCUMENT}") != DOCX:
        yield "no-document", "", types.get(f"/{DOCUMENT}") or ""


def _link_problems(name, root):
    for row in root:
        target, kind = row.get("Target", ""), row.get("Type", "")
        is_inside = row.get("TargetMode", "").lower() != "external"
        if is_inside and not OUTSIDE.search(target):
            continue
        if not (kind.endswith(HYPERLINK) and target.lower().startswith(WEB)):
            yield "external", name, f"{kind.rsplit('/', 1)[-1]}: {target[:200]}"


def _element_problems(name, root):
    if name == DOCUMENT and root.tag != f"{{{W}}}document":
        yield "no-document", "", root.tag
    for local, problem in ELEMENTS.items():
        if next(root.iter(f"{{*}}{local}"), None) is not None:
            yield problem, name, ""
    for field in root.iter(f"{{{W}}}fldSimple"):
        if FETCHES.match(field.get(f"{{{W}}}instr", "")):
            yield "field", name, field.get(f"{{{W}}}instr")[:100]
    for code in _field_codes(root):
        if FETCHES.match(code):
            yield "field", name, code[:100]


def _field_codes(root):
    """The instructions of fields, whose text may be cut into many runs and nested."""
    stack = []
    for node in root.iter(f"{{{W}}}fldChar", f"{{{W}}}instrText"):
        if node.tag.endswith("}instrText"):
            if stack:
                stack[-1] += node.text or ""
            else:
                yield node.text or ""
        elif node.get(f"{{{W}}}fldCharType") == "begin":
            stack.append("")
        elif node.get(f"{{{W}}}fldCharType") == "end" and stack:
            yield stack.pop()
    yield from stack
