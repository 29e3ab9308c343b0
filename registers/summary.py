"""A register's summary in Word: two pages for a meeting, which officers go on to edit.

Counts what its reader may see.
"""

from registers.cell_lists import format_day
from registers.charts import NO_RISKS, shade_of
from registers.dashboard import Dashboard
from registers.dashboard.data import OTHER_SCHEME
from registers.dashboard.headline import Headline
from registers.dashboard.matrix import Matrix
from registers.exports.sheets import band_treatment, score_range
from registers.models import Category
from registers.phrases.bands import threshold_sentences
from registers.phrases.dashboard import nothing_rated_sentence
from registers.phrases.files import MADE_UP, unlisted_sentence
from registers.phrases.register import review_days_in_words, worklist_sentence
from registers.quality.worklist import Worklist
from registers.word_document import (
    POINT,
    add_footer,
    add_paragraph,
    add_row,
    add_table,
    new_document,
    shade,
)

LISTED = 100  # risks above tolerance that are listed; the count is of all
RATIONALE = 400  # characters
ABOVE = [2.2, 4.3, 3.0, 2.7, 4.8]  # widths in cm, 17 in all
BANDS = [3.0, 3.0, 4.5, 6.5]
CHECKS = [14.0, 3.0]
GAP = 8 * POINT


def write_summary(file, *, metadata, positions, risks, **dashboard_options):
    """The summary on the day read. file: open for bytes.

    positions: as at that day; risks: today's that the reader may see, for the worklist;
    dashboard_options: further arguments of Dashboard.
    """
    register = metadata.register
    dashboard = Dashboard(register, current=positions, days=[metadata.day], **dashboard_options)
    document = new_document(f"{register}: summary")
    _add_opening(document, metadata, dashboard.section(Headline), positions.on_register())
    _add_matrix(document, dashboard.section(Matrix).matrix)
    _add_above_tolerance(document, dashboard.data, positions.on_register())
    _add_worklist(document, Worklist(register, risks, dashboard.data.as_of.today))
    _add_scheme(document, register.scheme, dashboard.data.tolerance)
    add_footer(document, f"{register}. {metadata.position_in_words}")
    document.save(file)


def _add_opening(document, metadata, headline, on_register):
    add_paragraph(document, document.core_properties.title, "Title")
    line = add_paragraph(document, str(metadata.register.organisation))
    line.runs[0].bold = True
    if metadata.register.organisation.is_sandbox:
        add_paragraph(document, MADE_UP)
    add_paragraph(document, f"{metadata.as_of_in_words}.")
    exempt = on_register.filter(is_exempt=True).count() if metadata.sees_all_exempt else 0
    add_paragraph(
        document, f"Created on {metadata.exported_at_text}. {metadata.exempt_sentence(exempt)}"
    )
    for sentence in [*headline.sentences, *headline.unrated_sentences]:
        add_paragraph(document, sentence, "List Bullet")


def _add_matrix(document, matrix):
    document.add_heading("Risks by likelihood and impact", 1)
    columns = [f"{column['value']} {column['label']}" for column in matrix["columns"]]
    widths = [3.5, *[13.5 / len(columns)] * len(columns)]
    caption = (
        "Number of risks by likelihood (rows, highest first) and impact (columns), with the band "
        "of each cell"
    )
    table = add_table(document, ["Likelihood, by impact", *columns], widths, caption=caption)
    for level in matrix["rows"]:
        texts = [f"{cell['count'] or NO_RISKS}\n{cell['band'].label}" for cell in level["cells"]]
        row = add_row(table, [f"{level['value']} {level['label']}", *texts], widths, is_bold=True)
        for cell, content in zip(row.cells[1:], level["cells"], strict=True):
            cell.paragraphs[0].runs[0].bold = bool(content["count"])
            shade(cell, *shade_of(content["band"]))
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
        add_paragraph(document, sentence)
        return
    head = ["Reference", "Risk", "Owner", "Residual rating", "Rationale"]
    table = add_table(
        document, head, ABOVE, caption="Risks above tolerance, the highest score first"
    )
    for position in positions:
        add_row(table, _above_tolerance_texts(position, data), ABOVE, is_bold=True)
    if more := data.above_count - len(positions):
        add_paragraph(document, unlisted_sentence(more)).paragraph_format.space_before = GAP


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
    add_paragraph(document, worklist_sentence(worklist.count, worklist.risk_count))
    if groups := worklist.groups("check"):
        caption = "Data quality issues, by check"
        table = add_table(document, ["Issue", "Number"], CHECKS, caption=caption)
        for group in groups:
            add_row(table, [group.title, str(group.count)], CHECKS)


def _add_scheme(document, scheme, tolerance):
    rules = scheme.rules
    document.add_heading("Scoring scheme", 1)
    add_paragraph(
        document,
        f"Scoring scheme: {scheme.name}, version {scheme.version}. The score is likelihood times "
        "impact. Scores put risks in order. We never add them up.",
    )
    head = ["Band", "Scores", "Next review", "Tolerance"]
    table = add_table(document, head, BANDS, caption="The bands of the scheme, highest first")
    for band in reversed(rules.bands):
        period = review_days_in_words(band.review_days)
        treatment = band_treatment(rules, band, tolerance)
        texts = [band.label, score_range(rules, band), period, treatment]
        shade(add_row(table, texts, BANDS, is_bold=True).cells[0], *shade_of(band))
    for place, sentence in enumerate(threshold_sentences(rules, tolerance)):
        paragraph = add_paragraph(document, sentence)
        paragraph.paragraph_format.space_before = GAP if place == 0 else None
