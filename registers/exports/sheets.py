"""The further sheets of a workbook: the matrix of its risks, the scoring scheme, and the file."""

import math
from collections.abc import Iterable

from registers.charts import NO_RISKS, shade_of
from registers.exports.csv import plain
from registers.phrases.bands import above_sentence, threshold_sentences
from registers.phrases.files import MADE_UP, in_matrix_sentence
from registers.phrases.register import review_days_in_words

FONT = "Arial"
LINE = 14.5  # points, at 11 points of type
MOST_POINTS = 409  # the highest row that a spreadsheet allows
FILLED = 1.1  # letters on a line for each character of width: somewhat fewer than the average


def row_height(cells: Iterable[tuple[object, float]], size: int = 11) -> float:
    """In points: not every program works it out when it opens a file.

    cells: (value, width of its column in characters).
    """
    lines = max(
        (
            _line_count(str(value), width * 11 / size)
            for value, width in cells
            if value not in ("", None)
        ),
        default=1,
    )
    return min(lines * LINE * size / 11 + 2, MOST_POINTS)


def _line_count(text: str, width: float) -> int:
    if len(text) <= width * FILLED and "\n" not in text:
        return 1
    return sum(math.ceil(max(len(line), 1) / (width * FILLED)) for line in text.split("\n"))


class Page:
    """A sheet to be read from the top, printed on one page."""

    def __init__(self, book, name: str, widths: list[int], *, landscape: bool = False):
        from openpyxl.utils import get_column_letter

        self.sheet, self.widths = book.create_sheet(name), widths
        self.sheet.sheet_view.showGridLines = False
        for number, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        page = self.sheet.page_setup
        page.orientation, page.paperSize = "landscape" if landscape else "portrait", "9"
        page.fitToWidth = page.fitToHeight = 1
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self.rows = 0

    def cell(self, value, *, bold=False, size=11, shade=None, boxed=False, centred=False):
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        cell = WriteOnlyCell(self.sheet)
        cell.value = plain(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"
        cell.font = Font(name=FONT, bold=bold, size=size, color=shade.ink if shade else "0B0C0C")
        cell.alignment = Alignment(
            "center" if centred else "left", "center" if centred else "top", wrap_text=True
        )
        if shade:
            cell.fill = PatternFill("solid", fgColor=shade.fill)
        if boxed:
            cell.border = Border(*[Side("thin", color="505A5F")] * 4)
        return cell

    def add(self, *cells, height: float | None = None, over: int = 1):
        """Add a row. over: the number of columns that its first cell spans."""
        self.rows += 1
        widths = [sum(self.widths[:over]), *self.widths[over:]]
        sized = [(cell.value, width) for cell, width in zip(cells, widths, strict=False)]
        size = max((int(cell.font.size) for cell in cells), default=11)
        self.sheet.row_dimensions[self.rows].height = height or row_height(sized, size)
        self.sheet.append(cells)
        if over > 1:
            self.sheet.merged_cells.add(f"A{self.rows}:{'ABCDEFGHIJ'[over - 1]}{self.rows}")

    def add_text(self, text: str, *, over: int = 1, **style):
        self.add(self.cell(text, **style), over=over)

    def add_head(self, *words: str):
        self.add(*(self.cell(word, bold=True, boxed=True) for word in words))

    def add_line(self, *values):
        self.add(*(self.cell(value, boxed=True) for value in values))


def write_matrix(book, table, metadata) -> None:
    """The number of risks in the file for each cell of the matrix."""
    rules, totals = table.register.scheme.rules, table.totals
    across = len(rules.impact) + 1
    page = Page(book, "Matrix", [24, *[17] * len(rules.impact)], landscape=True)
    page.add_text(
        f"{table.register}: risks by likelihood and impact", over=across, bold=True, size=16
    )
    page.add_text(f"{metadata.as_of_in_words}.", over=across)
    page.add_text(" ".join(_matrix_sentences(totals, metadata)), over=across)
    page.add()
    page.add(
        page.cell("Likelihood ↓   Impact →", bold=True, boxed=True, centred=True),
        *(page.cell(str(level), bold=True, boxed=True, centred=True) for level in rules.impact),
        height=30,
    )
    for level, cells in rules.matrix:
        row = [page.cell(str(level), bold=True, boxed=True, centred=True)]
        for impact, placing in cells:
            count = totals.cells.get((level.value, impact.value), 0)
            text = f"{count or NO_RISKS}\n{placing.band.label}"
            style = {
                "bold": bool(count),
                "shade": shade_of(placing.band),
                "boxed": True,
                "centred": True,
            }
            row.append(page.cell(text, size=14 if count else 11, **style))
        page.add(*row, height=58)
    page.add()
    page.add_text(
        f"{above_sentence(table.tolerance)} Scheme: {table.register.scheme}.",
        over=across,
    )


def _matrix_sentences(totals, metadata) -> list[str]:
    """What the matrix counts, and what it leaves out."""
    scored = sum(totals.cells.values())
    sentences = [in_matrix_sentence(scored, totals.on_register)]
    sentences += [f"Not scored: {totals.not_scored}."] if totals.not_scored else []
    sentences += (
        [f"Rated under an earlier scoring scheme: {totals.to_re_assess}."]
        if totals.to_re_assess
        else []
    )
    not_counted = totals.rows - totals.on_register
    sentences += [f"Drafts or closed, not counted: {not_counted}."] if not_counted else []
    sentences += (
        ["This file has only the risks within the filters of the list."]
        if metadata.is_narrowed
        else []
    )
    return [*sentences, metadata.exempt_sentence(totals.exempt)]


def write_scheme(book, table) -> None:
    """The levels, the bands and the tolerance."""
    scheme, rules = table.register.scheme, table.register.scheme.rules
    page = Page(book, "Scheme", [22, 26, 44, 24])
    page.add_text(f"{scheme.name}, version {scheme.version}", over=4, bold=True, size=16)
    page.add_text(
        "The score is likelihood times impact. Scores put risks in order and in bands. We never "
        "add them up.",
        over=4,
    )
    for name, levels in (("Likelihood", rules.likelihood), ("Impact", rules.impact)):
        page.add()
        page.add_head(name, "", "What it means")
        for level in levels:
            page.add_line(level.value, level.label, level.guidance)
    page.add()
    page.add_head("Band", "Scores", "Next review", "Tolerance")
    for band in reversed(rules.bands):
        page.add(
            page.cell(band.label, bold=True, shade=shade_of(band), boxed=True),
            page.cell(score_range(rules, band), boxed=True),
            page.cell(review_days_in_words(band.review_days), boxed=True),
            page.cell(band_treatment(rules, band, table.tolerance), boxed=True),
        )
    page.add()
    for sentence in threshold_sentences(rules, table.tolerance):
        page.add_text(sentence, over=4)


def score_range(rules, band) -> str:
    """ "8 to 12", from the band's cells in the matrix; "none" where it has no cell."""
    scores = [
        placing.score for _, cells in rules.matrix for _, placing in cells if placing.band == band
    ]
    return f"{min(scores)} to {max(scores)}" if scores else "none"


def band_treatment(rules, band, tolerance) -> str:
    words = ["above tolerance" if tolerance.is_above(band.slug) else "within tolerance"]
    words += ["escalate"] if band in rules.taken_higher else []
    return ", ".join(words).capitalize()


def write_about(book, table, metadata) -> None:
    register = metadata.register
    page = Page(book, "About", [28, 90])
    page.add_text("About this file", over=2, bold=True, size=16)
    rows = [
        ("Register", f"{register} ({register.slug})"),
        ("Organisation", str(register.organisation)),
        *([("Sandbox", MADE_UP)] if register.organisation.is_sandbox else []),
        ("Position", f"{metadata.as_of_in_words}."),
        (
            "Risks",
            f"{table.totals.rows}{', by the filters of the list' if metadata.is_narrowed else ''}",
        ),
        ("Exempt risks", metadata.exempt_sentence(table.totals.exempt)),
        (
            "Who may read it",
            "Anybody who may read the register. The file has only what its reader may see.",
        ),
        ("Created on", metadata.exported_at_text),
        ("Columns", "The sheet Register hides some columns. To see them, choose + above them."),
        (
            "Import",
            "You can change this file and import it on the page of the register. What you do not "
            "change stays as it is.",
        ),
    ]
    for name, text in rows:
        page.add(page.cell(name, bold=True, boxed=True), page.cell(text, boxed=True))
