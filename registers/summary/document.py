"""Write a summary as a Word document, which officers go on to edit."""

from registers.cell_lists import format_day
from registers.charts import NO_RISKS
from registers.exports.csv import plain
from registers.phrases.files import unlisted_sentence
from registers.summary.content import Summary
from registers.summary.docx_parts import add_footer, add_row, add_table, new_document, shade

ABOVE = [2.2, 4.3, 3.0, 2.7, 4.8]  # widths in cm, 17 in all
BANDS = [3.0, 3.0, 4.5, 6.5]
CHECKS = [14.0, 3.0]
GAP = 8 * 12700  # 8 points, in the format's own unit


def write_docx(summary: Summary, file) -> None:
    """file: open for bytes."""
    document = new_document(summary.title)
    _title(document, summary)
    _matrix(document, summary)
    _above_tolerance(document, summary)
    _worklist(document, summary)
    _scheme(document, summary)
    add_footer(
        document,
        f"{summary.metadata.register}. {summary.metadata.as_of_in_words.partition(':')[0]}",
    )
    document.save(file)


def add_paragraph(document, text: str, style: str | None = None):
    return document.add_paragraph(plain(text), style)


def _title(document, summary):
    metadata = summary.metadata
    add_paragraph(document, summary.title, "Title")
    line = add_paragraph(document, str(metadata.register.organisation))
    line.runs[0].bold = True
    add_paragraph(document, f"{metadata.as_of_in_words}.")
    add_paragraph(document, f"Made on {metadata.exported_at_text}. {summary.exempt}")
    for sentence in summary.sentences:
        add_paragraph(document, sentence, "List Bullet")


def _matrix(document, summary):
    document.add_heading("Risks by likelihood and impact", 1)
    matrix = summary.matrix
    widths = [3.5, *[13.5 / len(matrix.columns)] * len(matrix.columns)]
    caption = (
        "Number of risks for each likelihood (rows, highest first) and impact (columns), with the "
        "band of each cell"
    )
    table = add_table(document, ["Likelihood, by impact", *matrix.columns], widths, caption=caption)
    for level, cells in matrix.rows:
        row = add_row(
            table,
            [level, *(f"{cell.text}\n{cell.band}" for cell in cells)],
            widths,
            bold_first=True,
        )
        for cell, content in zip(row.cells[1:], cells, strict=True):
            cell.paragraphs[0].runs[0].bold = content.text != NO_RISKS
            shade(cell, content.shade.fill, content.shade.ink)
    for row in table.rows:
        for cell in row.cells[1:]:
            cell.paragraphs[0].alignment = 1
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _above_tolerance(document, summary):
    document.add_heading(f"Risks above tolerance: {summary.above_tolerance_count}", 1)
    if not summary.above_tolerance:
        add_paragraph(document, "No risk stands above tolerance.")
        return
    head = ["Reference", "Risk", "Owner", "Current rating", "Why"]
    table = add_table(
        document, head, ABOVE, caption="Risks above tolerance, the highest score first"
    )
    for risk in summary.above_tolerance:
        reference = f"{risk.reference} (exempt)" if risk.is_exempt else risk.reference
        add_row(
            table,
            [reference, risk.title, risk.owner, risk.rating, risk.rationale],
            ABOVE,
            bold_first=True,
        )
    more = summary.above_tolerance_count - len(summary.above_tolerance)
    if more:
        add_paragraph(document, unlisted_sentence(more)).paragraph_format.space_before = GAP


def _worklist(document, summary):
    document.add_heading(f"To put right, as of {format_day(summary.worklist_day)}", 1)
    add_paragraph(document, summary.worklist.sentence)
    if summary.worklist.checks:
        table = add_table(
            document,
            ["What was found", "How many"],
            CHECKS,
            caption="What is to be put right, by check",
        )
        for title, count in summary.worklist.checks:
            add_row(table, [title, str(count)], CHECKS)


def _scheme(document, summary):
    document.add_heading("How risks are rated", 1)
    add_paragraph(
        document,
        f"Scheme: {summary.scheme}. Score: likelihood times impact; it orders risks and is never "
        "added up.",
    )
    head = ["Band", "Scores", "Looked at again", "Where it stands"]
    table = add_table(document, head, BANDS, caption="The bands of the scheme, highest first")
    for *texts, colours in summary.bands:
        row = add_row(table, texts, BANDS, bold_first=True)
        shade(row.cells[0], colours.fill, colours.ink)
    for place, sentence in enumerate(summary.tolerance):
        add_paragraph(document, sentence).paragraph_format.space_before = (
            GAP if place == 0 else None
        )
