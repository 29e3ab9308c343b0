"""A paper in Word: in our own shape, after Dorset's paper, or in a council's template."""

from __future__ import annotations

from collections.abc import Iterable

from registers.exports.csv import plain
from registers.papers.document import Document, Layout, Section
from registers.papers.placeholders import ABOVE_TITLE, has_place_on_cover, numbered_sections
from registers.papers.template import fill_template
from registers.papers.word_xml import Styles, blocks, cell, paragraph, row, style, table
from registers.phrases.paper_files import part_in_words
from registers.word_document import LONGEST_PROPERTY, POINT, element, new_document

LABELS = 28  # percent of the opening table's width
OWN_STYLES = Styles(bullet=style("ListBullet"))
NUMBERED = Styles(style("Paragraph"), style("ListBullet"))
PLAIN = Styles('<w:spacing w:before="80" w:after="80"/>', style("ListBullet"))
NUMBERING = 20  # a list that the default document of python-docx has not
LEVELS = (("Heading1", "%1."), ("Paragraph", "%1.%2"))


def write_word(file, document: Document, template: bytes | None = None) -> None:
    """Write the paper. file: open for bytes. template: the bytes of a PaperTemplate.

    Raises TemplateFailed where a template cannot be filled; then nothing is written.
    """
    if template is None:
        _build(document).save(file)
    else:
        file.write(fill_template(template, document))


def _build(document):
    marks = filter(None, [document.mark, part_in_words(document.part)])
    word = unfilled_paper(document, ". ".join(marks))
    parts = [
        *(paragraph(_front(document, name), run="<w:b/>") for name in ABOVE_TITLE),
        paragraph(document.title, style("Title")),
        opening_table(document.title, _opening_rows(document)),
        *(_section(row, document.layout) for row in numbered_sections(document)),
    ]
    append(word, "".join(parts))
    return word


def unfilled_paper(document: Document, head: str):
    """A document of python-docx with our styles, the head and foot of its pages and no text."""
    word = new_document(document.title)
    word.core_properties.author = plain(_front(document, "authority"))[:LONGEST_PROPERTY]
    _add_styles(word)
    if document.layout == Layout.COMPACT:
        _compact(word)
    _add_numbering(word)
    _fill_first(word.sections[0].header, head, run="<w:b/>")
    _add_foot(word, document)
    return word


def _front(document, name):
    return document.front.get(name, ("", ""))[1]


def _opening_rows(document):
    for name, (label, text) in document.front.items():
        if name not in ABOVE_TITLE:
            yield label, paragraph(text)
    for section in document.sections:
        if has_place_on_cover(section):
            yield section.heading, blocks(section.blocks, OWN_STYLES)


def opening_table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    """The table at the top. rows: a label, and elements; without one there is no table."""
    widths = [50 * LABELS, 50 * (100 - LABELS)]
    lines = [
        row(
            [cell(paragraph(label, run="<w:b/>"), widths[0]), cell(content, widths[1])],
            is_whole=False,
        )
        for label, content in rows
    ]
    return table(title, (), lines, widths) if lines else ""


def _section(section: Section, layout):
    if layout != Layout.NUMBERED:
        return paragraph(section.heading, style("Heading2")) + blocks(section.blocks, PLAIN)
    return paragraph(section.heading, style("Heading1")) + blocks(section.blocks, NUMBERED)


def append(word, xml):
    """Add elements at the end of the document, before the properties of its pages."""
    for node in _parse(xml):
        word.element.body.sectPr.addprevious(node)


def _parse(xml):
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def _add_styles(word):
    """The style of numbered paragraphs, and the list that numbers them and the headings."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import RGBColor

    numbered = word.styles.add_style("Paragraph", WD_STYLE_TYPE.PARAGRAPH)
    numbered.base_style = word.styles["Normal"]
    numbered.paragraph_format.space_after = 6 * POINT
    caption = word.styles["Caption"]
    caption.font.color.rgb, caption.font.size = RGBColor(0x0B, 0x0C, 0x0C), 10 * POINT
    caption.paragraph_format.space_before = 6 * POINT
    for level, (name, _) in enumerate(LEVELS):
        numbers = _style_element(word, name).get_or_add_pPr().get_or_add_numPr()
        numbers.get_or_add_ilvl().val, numbers.get_or_add_numId().val = level, NUMBERING


def _compact(word):
    """Small text with little space, for a document that has to fit one page."""
    for name, size in (("Normal", 9.5), ("Title", 16), ("Heading 2", 11), ("Caption", 9.5)):
        word.styles[name].font.size = round(size * POINT)
    for name, before, after in (("Normal", 1, 1), ("Title", 4, 4), ("Heading 2", 7, 2)):
        spacing = word.styles[name].paragraph_format
        spacing.space_before, spacing.space_after = before * POINT, after * POINT
        spacing.line_spacing = 1
    page = word.sections[0]
    page.top_margin = page.bottom_margin = 43 * POINT
    page.header_distance = page.footer_distance = 20 * POINT


def _style_element(word, name):
    return next(row for row in word.styles.element.style_lst if row.styleId == name)


def _add_numbering(word):
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        f'<w:pStyle w:val="{name}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="680" w:hanging="680"/></w:pPr></w:lvl>'
        for level, (name, text) in enumerate(LEVELS)
    )
    abstract, number = _parse(
        f'<w:abstractNum w:abstractNumId="{NUMBERING}0"><w:multiLevelType w:val="multilevel"/>'
        f'{levels}</w:abstractNum><w:num w:numId="{NUMBERING}">'
        f'<w:abstractNumId w:val="{NUMBERING}0"/></w:num>'
    )
    numbering = word.part.numbering_part.element
    numbering.insert(0, abstract)
    numbering.append(number)


def _add_foot(word, document):
    _fill_first(word.sections[0].footer, f"{document.title}. Page ")
    foot = word.sections[0].footer.paragraphs[0]
    for instruction, text in (("PAGE", " of "), ("NUMPAGES", "")):
        foot._p.append(element("w:fldSimple", instr=instruction))
        foot.add_run(text)


def _fill_first(story, text, run=""):
    """Replace the first paragraph of a header or footer."""
    first = story.paragraphs[0]._p
    first.getparent().replace(first, _parse(paragraph(text, run=run))[0])
