"""Made-up workbooks of LibreOffice (.ods) and documents of Word (.docx), as bytes, in their XML."""

import io
import zipfile
from html import escape

ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODS_KIND = "application/vnd.oasis.opendocument.spreadsheet"
ODF_NAMES = " ".join(
    f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text", "style", "drawing")
)
ODF_NAMES += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def archive(parts):
    """parts: name -> text or bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


# .ods


def ods(*tables, styles="", **parts):
    """tables: as ods_table() makes them. parts: further ones, or others: mimetype="..."."""
    content = (
        f"<?xml version='1.0'?><office:document-content {ODF_NAMES}><office:automatic-styles>"
        f"{styles}</office:automatic-styles><office:body><office:spreadsheet>{''.join(tables)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive({"mimetype": ODS_KIND, "content.xml": content} | parts)


def ods_table(*rows, name="Register", attributes="", columns=""):
    """rows: lists of texts and ready cells, or a ready row."""
    lines = [row if isinstance(row, str) else ods_row(*row) for row in rows]
    return f'<table:table table:name="{name}" {attributes}>{columns}{"".join(lines)}</table:table>'


def ods_row(*cells, attributes=""):
    cells = [cell if str(cell).startswith("<table:") else ods_cell(cell) for cell in cells]
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(shown, kind="string", value=None, attributes=""):
    """kind: of the value, "float" say; value: where it is not what the cell shows."""
    name = {"date": "date-value", "boolean": "boolean-value"}.get(kind, "value")
    typed = f'office:value-type="{kind}"' if kind else ""
    typed += f' office:{name}="{shown if value is None else value}"' if kind != "string" else ""
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(shown).split("\n"))
    return (
        f"<table:table-cell {typed} {attributes}>{lines if shown != '' else ''}</table:table-cell>"
    )


# .docx


def docx(*blocks, **parts):
    """blocks: tables and paragraphs, in their order."""
    document = (
        f"<?xml version='1.0'?><w:document xmlns:w='{WORD}'><w:body>{''.join(blocks)}</w:body>"
        "</w:document>"
    )
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": document} | parts)


def paragraph(text):
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def docx_table(*rows):
    """rows: lists of texts and ready cells, or a ready row."""
    lines = [row if isinstance(row, str) else docx_row(*row) for row in rows]
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def docx_row(*cells, properties=""):
    cells = [cell if str(cell).startswith("<w:tc") else docx_cell(cell) for cell in cells]
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def docx_cell(text="", *, properties="", content=""):
    """content: XML behind the paragraphs, a nested table say."""
    lines = "".join(map(paragraph, str(text).split("\n")))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{lines}{content}</w:tc>"
