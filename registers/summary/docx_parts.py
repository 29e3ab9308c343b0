"""Parts of a Word document that a screen reader needs: styles, tables with headings, a language.

What python-docx cannot do is written as elements of the format (ECMA-376).
"""

from registers.exports.csv import plain

LANGUAGE = "en-GB"


def new_document(title: str):
    """An empty A4 document in our typeface, with its language and title set."""
    from docx import Document
    from docx.oxml import OxmlElement
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
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGE)
    normal.append(language)
    document.core_properties.title = plain(title)
    document.core_properties.language = LANGUAGE
    document.core_properties.author = "Failing Well"
    document.core_properties.comments = ""
    return document


def add_table(document, head: list[str], widths: list[float], *, caption: str):
    """Add a table with its heading row, which each page repeats.

    widths: of the columns in cm; caption: what it holds, for those who cannot see it.
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    table.autofit = False
    description = OxmlElement("w:tblCaption")
    description.set(qn("w:val"), plain(caption))
    table._tbl.tblPr.append(description)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = _cm(width)
    set_row_property(table.rows[0], "w:tblHeader")
    fill_row(table.rows[0], head, widths, bold=True)
    for cell in table.rows[0].cells:
        shade(cell, "D9E5E6")
    return table


def add_row(table, texts: list[str], widths: list[float], *, bold_first: bool = False):
    row = table.add_row()
    fill_row(row, texts, widths)
    if bold_first:
        row.cells[0].paragraphs[0].runs[0].bold = True
    return row


def fill_row(row, texts: list[str], widths: list[float], *, bold: bool = False) -> None:
    """Fill the cells, and keep the row on one page."""
    from docx.shared import Pt

    set_row_property(row, "w:cantSplit")
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = _cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(plain(text))
        run.bold, run.font.size = bold, Pt(9.5)


def set_row_property(row, name: str) -> None:
    """name: w:tblHeader or w:cantSplit."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def shade(cell, fill: str, ink: str = "") -> None:
    """Colour a cell's background and its text. fill, ink: RRGGBB."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    background = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        background.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(background)
    if ink:
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.font.color.rgb = RGBColor.from_string(ink)


def add_footer(document, text: str) -> None:
    """A line at the foot of each page, with the page's number."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph = document.sections[0].footer.paragraphs[0]
    run = paragraph.add_run(f"{plain(text)}. Page ")
    run.font.size = Pt(9)
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    paragraph._p.append(number)


def _cm(width: float):
    from docx.shared import Cm

    return Cm(width)
