"""Parts of a Word document: its language and styles, tables with headings, shades and the footer.

What a screen reader needs and python-docx cannot do is written as elements of the format
(ECMA-376). Texts are cleaned of control characters, which XML cannot hold.
"""

from registers.exports.csv import plain

LANGUAGE = "en-GB"
LONGEST_PROPERTY = 255  # characters, by the format
POINT = 12_700  # in the format's own unit


def new_document(title):
    """An empty A4 document in our typeface, with its language and title set."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    for name, size in (("Normal", 11), ("Title", 22), ("Heading 1", 15), ("Heading 2", 12)):
        style = document.styles[name]
        style.font.name, style.font.size = "Arial", Pt(size)
        style.font.color.rgb = RGBColor(0x0B, 0x0C, 0x0C)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # A theme's typeface would win over the name.
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:hAnsi"), "Arial")
    borders = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    normal = document.styles["Normal"].element.get_or_add_rPr()
    normal.append(element("w:lang", val=LANGUAGE))
    document.core_properties.title = plain(title)[:LONGEST_PROPERTY]
    document.core_properties.language = LANGUAGE
    document.core_properties.author = "Failing Well"
    document.core_properties.comments = ""
    return document


def element(name, **attributes):
    """An element of the format, as "w:tblHeader", with its attributes."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    node = OxmlElement(name)
    for attribute, value in attributes.items():
        node.set(qn(f"w:{attribute}"), value)
    return node


def add_paragraph(document, text, style=None):
    return document.add_paragraph(plain(text), style)


def add_table(document, head, widths, *, caption):
    """Add a table with its heading row, which each page repeats.

    widths: of the columns in cm; caption: what it holds, for those who cannot see it.
    """
    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    table.autofit = False
    table._tbl.tblPr.append(element("w:tblCaption", val=plain(caption)))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = _cm(width)
    table.rows[0]._tr.get_or_add_trPr().append(element("w:tblHeader"))
    _fill_row(table.rows[0], head, widths, is_bold=True)
    for cell in table.rows[0].cells:
        shade(cell, "D9E5E6")
    return table


def add_row(table, texts, widths, *, is_bold=False):
    """Add a row and return it. is_bold: of the first cell."""
    row = table.add_row()
    _fill_row(row, texts, widths)
    row.cells[0].paragraphs[0].runs[0].bold = is_bold
    return row


def _fill_row(row, texts, widths, *, is_bold=False):
    """Fill the cells, and keep the row on one page."""
    row._tr.get_or_add_trPr().append(element("w:cantSplit"))
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = _cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = 2 * POINT
        run = paragraph.add_run(plain(text))
        run.bold, run.font.size = is_bold, int(9.5 * POINT)


def shade(cell, fill, ink=""):
    """Colour a cell's background and its text. fill, ink: RRGGBB."""
    from docx.shared import RGBColor

    background = element("w:shd", val="clear", color="auto", fill=fill)
    cell._tc.get_or_add_tcPr().append(background)
    for run in (run for paragraph in cell.paragraphs for run in paragraph.runs if ink):
        run.font.color.rgb = RGBColor.from_string(ink)


def _cm(width):
    from docx.shared import Cm

    return Cm(width)


def add_footer(document, text):
    """A line at the foot of each page, with the page's number."""
    paragraph = document.sections[0].footer.paragraphs[0]
    run = paragraph.add_run(f"{plain(text)}. Page ")
    run.font.size = 9 * POINT
    paragraph._p.append(element("w:fldSimple", instr="PAGE"))
