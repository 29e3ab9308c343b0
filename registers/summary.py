"""A register's summary in Word: two pages for a meeting, which officers go on to edit.

Counts what its reader may see. What a screen reader needs and python-docx cannot do (tables with
headings, a language) is written as elements of the format (ECMA-376).
"""

from registers.cell_lists import format_day
from registers.charts import NO_RISKS, shade_of
from registers.dashboard import Dashboard
from registers.dashboard.data import OTHER_SCHEME
from registers.dashboard.headline import Headline
from registers.dashboard.matrix import Matrix
from registers.exports.csv import plain
from registers.exports.sheets import band_treatment, score_range
from registers.models import Category
from registers.phrases.bands import threshold_sentences
from registers.phrases.dashboard import nothing_rated_sentence
from registers.phrases.files import MADE_UP, unlisted_sentence
from registers.phrases.register import review_days_in_words, worklist_sentence
from registers.quality.worklist import Worklist

LISTED = 100  # risks above tolerance that are listed; the count is of all
RATIONALE = 400  # characters
LANGUAGE = "en-GB"
ABOVE = [2.2, 4.3, 3.0, 2.7, 4.8]  # widths in cm, 17 in all
BANDS = [3.0, 3.0, 4.5, 6.5]
CHECKS = [14.0, 3.0]
POINT = 12_700  # in the format's own unit
GAP = 8 * POINT


def write_summary(file, *, metadata, positions, risks, **dashboard_options):
    """The summary on the day read. file: open for bytes.

    positions: as at that day; risks: today's that the reader may see, for the worklist;
    dashboard_options: further arguments of Dashboard.
    """
    register = metadata.register
    dashboard = Dashboard(register, current=positions, days=[metadata.day], **dashboard_options)
    document = _new_document(f"{register}: summary")
    _add_opening(document, metadata, dashboard.section(Headline), positions.on_register())
    _add_matrix(document, dashboard.section(Matrix).matrix)
    _add_above_tolerance(document, dashboard.data, positions.on_register())
    _add_worklist(document, Worklist(register, risks, dashboard.data.as_of.today))
    _add_scheme(document, register.scheme, dashboard.data.tolerance)
    _add_footer(document, f"{register}. {metadata.position_in_words}")
    document.save(file)


def _add_opening(document, metadata, headline, on_register):
    _add_paragraph(document, document.core_properties.title, "Title")
    line = _add_paragraph(document, str(metadata.register.organisation))
    line.runs[0].bold = True
    if metadata.register.organisation.is_sandbox:
        _add_paragraph(document, MADE_UP)
    _add_paragraph(document, f"{metadata.as_of_in_words}.")
    exempt = on_register.filter(is_exempt=True).count() if metadata.sees_all_exempt else 0
    _add_paragraph(
        document, f"Created on {metadata.exported_at_text}. {metadata.exempt_sentence(exempt)}"
    )
    for sentence in [*headline.sentences, *headline.unrated_sentences]:
        _add_paragraph(document, sentence, "List Bullet")


def _add_matrix(document, matrix):
    document.add_heading("Risks by likelihood and impact", 1)
    columns = [f"{column['value']} {column['label']}" for column in matrix["columns"]]
    widths = [3.5, *[13.5 / len(columns)] * len(columns)]
    caption = (
        "Number of risks by likelihood (rows, highest first) and impact (columns), with the band "
        "of each cell"
    )
    table = _add_table(document, ["Likelihood, by impact", *columns], widths, caption=caption)
    for level in matrix["rows"]:
        texts = [f"{cell['count'] or NO_RISKS}\n{cell['band'].label}" for cell in level["cells"]]
        row = _add_row(table, [f"{level['value']} {level['label']}", *texts], widths, is_bold=True)
        for cell, content in zip(row.cells[1:], level["cells"], strict=True):
            cell.paragraphs[0].runs[0].bold = bool(content["count"])
            _shade(cell, *shade_of(content["band"]))
    for row in table.rows:
        for cell in row.cells[1:]:
            cell.paragraphs[0].alignment = 1
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _add_above_tolerance(document, data, on_register):
    document.add_heading(f"Risks above tolerance: {data.above_count}", 1)
    above = on_register.above_tolerance(data.register.scheme, data.tolerance)
    positions = above.order_by("-score", "number").select_related("revision__owner", "current")
    positions = list(positions[:LISTED])
    if not positions:
        is_rated = data.rated_total or not data.total
        to_re_assess = data.current_by_band.get(OTHER_SCHEME[0], 0)
        sentence = (
            "No risk is above tolerance." if is_rated else nothing_rated_sentence(to_re_assess)
        )
        _add_paragraph(document, sentence)
        return
    head = ["Reference", "Risk", "Owner", "Residual rating", "Rationale"]
    table = _add_table(
        document, head, ABOVE, caption="Risks above tolerance, the highest score first"
    )
    for position in positions:
        _add_row(table, _above_tolerance_texts(position, data), ABOVE, is_bold=True)
    if more := data.above_count - len(positions):
        _add_paragraph(document, unlisted_sentence(more)).paragraph_format.space_before = GAP


def _above_tolerance_texts(position, data):
    revision, current, rules = position.revision, position.current, data.rules
    reference = data.register.reference(position.number)
    product = f"{current.likelihood}\u00a0\u00d7\u00a0{current.impact}"
    rationale = (
        current.rationale
        if len(current.rationale) <= RATIONALE
        else f"{current.rationale[:RATIONALE].rsplit(' ', 1)[0]} …"
    )
    if revision.category in data.tolerance.by_category:
        label = Category(revision.category).label.lower()
        tolerated = data.tolerance.of(revision.category).label
        rationale = f"{rationale} Tolerance for {label}: {tolerated}."
    return [
        f"{reference} (exempt)" if position.is_exempt else reference,
        revision.title,
        revision.owner.title if revision.owner else "No owner yet",
        f"{rules.band(current.band).label}, {current.score}\u00a0({product})",
        rationale,
    ]


def _add_worklist(document, worklist):
    document.add_heading(f"Data quality at {format_day(worklist.day)}", 1)
    _add_paragraph(document, worklist_sentence(worklist.count, worklist.risk_count))
    if groups := worklist.groups("check"):
        caption = "Data quality issues, by check"
        table = _add_table(document, ["Issue", "Number"], CHECKS, caption=caption)
        for group in groups:
            _add_row(table, [group.title, str(group.count)], CHECKS)


def _add_scheme(document, scheme, tolerance):
    rules = scheme.rules
    document.add_heading("Scoring scheme", 1)
    _add_paragraph(
        document,
        f"Scoring scheme: {scheme.name}, version {scheme.version}. The score is likelihood times "
        "impact. Scores put risks in order. We never add them up.",
    )
    head = ["Band", "Scores", "Next review", "Tolerance"]
    table = _add_table(document, head, BANDS, caption="The bands of the scheme, highest first")
    for band in reversed(rules.bands):
        period = review_days_in_words(band.review_days)
        treatment = band_treatment(rules, band, tolerance)
        texts = [band.label, score_range(rules, band), period, treatment]
        _shade(_add_row(table, texts, BANDS, is_bold=True).cells[0], *shade_of(band))
    for place, sentence in enumerate(threshold_sentences(rules, tolerance)):
        paragraph = _add_paragraph(document, sentence)
        paragraph.paragraph_format.space_before = GAP if place == 0 else None


# Parts of a Word document


def _new_document(title):
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
    normal.append(_element("w:lang", val=LANGUAGE))
    document.core_properties.title = plain(title)
    document.core_properties.language = LANGUAGE
    document.core_properties.author = "Failing Well"
    document.core_properties.comments = ""
    return document


def _element(name, **attributes):
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    return element


def _add_paragraph(document, text, style=None):
    return document.add_paragraph(plain(text), style)


def _add_table(document, head, widths, *, caption):
    """Add a table with its heading row, which each page repeats.

    widths: of the columns in cm; caption: what it holds, for those who cannot see it.
    """
    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    table.autofit = False
    table._tbl.tblPr.append(_element("w:tblCaption", val=plain(caption)))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = _cm(width)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    _fill_row(table.rows[0], head, widths, is_bold=True)
    for cell in table.rows[0].cells:
        _shade(cell, "D9E5E6")
    return table


def _add_row(table, texts, widths, *, is_bold=False):
    """is_bold: of the first cell."""
    row = table.add_row()
    _fill_row(row, texts, widths)
    row.cells[0].paragraphs[0].runs[0].bold = is_bold
    return row


def _fill_row(row, texts, widths, *, is_bold=False):
    """Fill the cells, and keep the row on one page."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = _cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = 2 * POINT
        run = paragraph.add_run(plain(text))
        run.bold, run.font.size = is_bold, int(9.5 * POINT)


def _shade(cell, fill, ink=""):
    """Colour a cell's background and its text. fill, ink: RRGGBB."""
    from docx.shared import RGBColor

    background = _element("w:shd", val="clear", color="auto", fill=fill)
    cell._tc.get_or_add_tcPr().append(background)
    for run in (run for paragraph in cell.paragraphs for run in paragraph.runs if ink):
        run.font.color.rgb = RGBColor.from_string(ink)


def _cm(width):
    from docx.shared import Cm

    return Cm(width)


def _add_footer(document, text):
    """A line at the foot of each page, with the page's number."""
    paragraph = document.sections[0].footer.paragraphs[0]
    run = paragraph.add_run(f"{plain(text)}. Page ")
    run.font.size = 9 * POINT
    paragraph._p.append(_element("w:fldSimple", instr="PAGE"))
