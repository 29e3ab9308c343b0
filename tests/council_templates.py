"""Word templates in the shapes that councils use, made by code, with our placeholders."""

import io
import struct
import zipfile
import zlib
from xml.sax.saxutils import escape

import docx
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm

from registers.papers.template_package import DOCX

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATIONSHIPS = f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>'
CALM = "Access to information: contact Democratic Services."  # a paragraph without placeholder


def content_of(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def cover_sheet():
    """A table at the top, as Dorset's paper; then a loop over the sections."""
    document = docx.Document()
    document.core_properties.title = "{{ title }}"
    document.sections[0].header.paragraphs[
        0
    ].text = "{{ mark }} {% if part %}Part {{ part }}{% endif %}"
    document.add_paragraph("{{ committee }}", "Title")
    document.add_paragraph("{{ authority }}")
    table = document.add_table(rows=4, cols=2, style="Table Grid")
    rows = (
        ("Date of meeting", "{{ date }}"),
        ("Officer", "{{ officer }}"),
        ("Executive summary", "{{p executive_summary.content }}"),
        ("Recommendation", "{{ recommendation }}"),
    )
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph(CALM)
    document.add_paragraph("{%p for section in sections %}")
    document.add_paragraph("{{ section.heading }}", "Heading 1")
    document.add_paragraph("{{p section.content }}")
    document.add_paragraph("{%p endfor %}")
    return content_of(document)


def two_columns():
    """A header of two columns with the council's logo; a table whose rows are a loop."""
    document = docx.Document()
    header = document.sections[0].header
    table = header.add_table(1, 2, Cm(16))
    table.cell(0, 0).paragraphs[0].add_run().add_picture(io.BytesIO(logo()), width=Cm(2))
    cut = table.cell(0, 1).paragraphs[0]  # Word cuts a placeholder into runs
    for piece, is_bold in (("{{ auth", False), ("ority", True), (" }}", False)):
        cut.add_run(piece).bold = is_bold
    document.sections[0].footer.paragraphs[0].text = "{{ subject }}"
    document.add_paragraph("{{ title }}", "Title")
    document.add_paragraph(CALM)
    document.add_paragraph("{%p for table in above_tolerance.tables %}")
    document.add_paragraph("{{ table.caption }}")
    rows = document.add_table(rows=4, cols=1, style="Table Grid").rows
    texts = ("Risk", "{%tr for row in table.rows %}", None, "{%tr endfor %}")
    for row, text in zip(rows, texts, strict=True):
        row.cells[0].text = text or "{% for text in row.cells %}{{ text }} {% endfor %}"
    document.add_paragraph("{%p endfor %}")
    return content_of(document)


def content_controls():
    """Numbered headings, and content controls in a line and around paragraphs."""
    document = docx.Document()
    document.add_paragraph(CALM)
    for line in (
        inline_control("Title", "{{ subject }}"),
        block_control("Summary", "{{p executive_summary.content }}"),
    ):
        document.element.body.sectPr.addprevious(parse_xml(line))
    document.add_paragraph(
        "{% for section in sections %}{{ section.heading }}. {% endfor %}", "List Number"
    )
    document.add_paragraph("{%p if not recommendation %}")
    document.add_paragraph("There is no recommendation.")
    document.add_paragraph("{%p endif %}")
    return content_of(document)


def inline_control(name, text):
    return (
        f"<w:p {nsdecls('w')}><w:r><w:t>Subject: </w:t></w:r><w:sdt><w:sdtPr>"
        f'<w:alias w:val="{name}"/></w:sdtPr><w:sdtContent><w:r><w:t>{text}</w:t></w:r>'
        "</w:sdtContent></w:sdt></w:p>"
    )


def block_control(name, text):
    return (
        f'<w:sdt {nsdecls("w")}><w:sdtPr><w:alias w:val="{name}"/></w:sdtPr><w:sdtContent>'
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )


def logo():
    """A picture of one pixel, as PNG."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\x12\x43\x6d")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


COUNCILS = {"cover": cover_sheet, "columns": two_columns, "controls": content_controls}


def template_of(*paragraphs):
    """A template of these paragraphs, with as few parts as a document can have."""
    rows = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{DOCX}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RT.OFFICE_DOCUMENT}" Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": RELATIONSHIPS,
        "word/document.xml": f"<w:document {nsdecls('w')}><w:body>{rows}</w:body></w:document>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def with_parts(content, changes):
    """The file with parts added or replaced. changes: name -> bytes, or a function of its text."""
    changes, file = dict(changes), io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            data, change = source.read(entry), changes.pop(entry.filename, None)
            if callable(change):
                data = change(data.decode()).encode()
            elif change is not None:
                data = change
            target.writestr(entry, data)
        for name, data in changes.items():
            target.writestr(name, data)
    return file.getvalue()


def words_of(content):
    """The text of a document's paragraphs, those in tables and controls too, in their order."""
    body = docx.Document(io.BytesIO(content)).element.body
    return ["".join(node.text or "" for node in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
