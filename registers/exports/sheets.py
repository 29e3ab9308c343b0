"""The sheets beside the risks: the matrix of what the file holds, the scheme it is rated by, and
what the file is.
"""

from registers.exports.csv import plain
from registers.exports.row_heights import height_of
from registers.phrases import above_in_words, tolerated_in_words
from registers.print_palette import NO_RISKS, shade_of

FONT = "Arial"


class Page:
    """A sheet that is read from the top and printed on one page."""

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
        """A row. over: how many columns its first cell reaches over."""
        self.rows += 1
        widths = [sum(self.widths[:over]), *self.widths[over:]]
        said = [(cell.value, width) for cell, width in zip(cells, widths, strict=False)]
        size = max((int(cell.font.size) for cell in cells), default=11)
        self.sheet.row_dimensions[self.rows].height = height or height_of(said, size)
        self.sheet.append(cells)
        if over > 1:
            self.sheet.merged_cells.add(f"A{self.rows}:{'ABCDEFGHIJ'[over - 1]}{self.rows}")

    def say(self, text: str, *, over: int = 1, **style):
        """A text over several columns."""
        self.add(self.cell(text, **style), over=over)

    def head(self, *words: str):
        self.add(*(self.cell(word, bold=True, boxed=True) for word in words))

    def line(self, *values):
        self.add(*(self.cell(value, boxed=True) for value in values))


def write_matrix(book, table, about) -> None:
    """How many of the risks in this file stand in each cell."""
    rules, counted = table.register.scheme.rules, table.counted
    across = len(rules.impact) + 1
    page = Page(book, "Matrix", [24, *[17] * len(rules.impact)], landscape=True)
    page.say(f"{table.register}: risks by likelihood and impact", over=across, bold=True, size=16)
    page.say(f"{about.as_of}.", over=across)
    page.say(" ".join(_said(counted, about)), over=across)
    page.add()
    page.add(
        page.cell("Likelihood ↓   Impact →", bold=True, boxed=True, centred=True),
        *(page.cell(str(level), bold=True, boxed=True, centred=True) for level in rules.impact),
        height=30,
    )
    for level, cells in rules.matrix:
        row = [page.cell(str(level), bold=True, boxed=True, centred=True)]
        for impact, placing in cells:
            count = counted.cells.get((level.value, impact.value), 0)
            said = f"{count or NO_RISKS}\n{placing.band.label}"
            style = {
                "bold": bool(count),
                "shade": shade_of(placing.band),
                "boxed": True,
                "centred": True,
            }
            row.append(page.cell(said, size=14 if count else 11, **style))
        page.add(*row, height=58)
    page.add()
    page.say(
        f"Above tolerance: {above_in_words(table.tolerance)}. Scheme: {table.register.scheme}.",
        over=across,
    )


def _said(counted, about) -> list[str]:
    """What the matrix counts and what not, in sentences."""
    scored = sum(counted.cells.values())
    said = [
        f"{scored} of {counted.on_register} risks on the register in this file are in the matrix."
    ]
    said += [f"Not scored: {counted.not_scored}."] if counted.not_scored else []
    said += [f"Rated by an earlier scheme: {counted.to_re_assess}."] if counted.to_re_assess else []
    off = counted.rows - counted.on_register
    said += [f"Drafts or closed, not counted: {off}."] if off else []
    said += ["The list was filtered before it was exported."] if about.is_narrowed else []
    return [*said, about.exempt_said(counted.exempt)]


def write_scheme(book, table, about) -> None:
    """The levels, the bands and what is let stand."""
    scheme, rules = table.register.scheme, table.register.scheme.rules
    page = Page(book, "Scheme", [22, 26, 44, 24])
    page.say(f"{scheme.name}, version {scheme.version}", over=4, bold=True, size=16)
    page.say(
        "Score: likelihood times impact. Scores put risks in order and in bands; they are never added up.",
        over=4,
    )
    for name, levels in (("Likelihood", rules.likelihood), ("Impact", rules.impact)):
        page.add()
        page.head(name, "", "What it means")
        for level in levels:
            page.line(level.value, level.label, level.guidance)
    page.add()
    page.head("Band", "Scores", "Looked at again", "Where it stands")
    for band in reversed(rules.bands):
        page.add(
            page.cell(band.label, bold=True, shade=shade_of(band), boxed=True),
            page.cell(scores_of(rules, band), boxed=True),
            page.cell(f"within {band.review_days} days", boxed=True),
            page.cell(standing_of(rules, band, table.tolerance), boxed=True),
        )
    page.add()
    page.say(f"Highest band that is tolerated: {tolerated_in_words(table.tolerance)}.", over=4)
    page.say(f"Above tolerance: {above_in_words(table.tolerance)}.", over=4)
    page.say(f"Taken higher from: {rules.band(rules.escalation).label}.", over=4)


def scores_of(rules, band) -> str:
    """ "8 to 12", from the cells that the band has; "none" where it has none."""
    scores = [
        placing.score for _, cells in rules.matrix for _, placing in cells if placing.band == band
    ]
    return f"{min(scores)} to {max(scores)}" if scores else "none"


def standing_of(rules, band, tolerance) -> str:
    said = ["above tolerance" if tolerance.is_above(band.slug) else "tolerated"]
    said += ["taken higher"] if band in rules.taken_higher else []
    return ", ".join(said).capitalize()


def write_about(book, table, about) -> None:
    register = about.register
    page = Page(book, "About", [28, 90])
    page.say("About this file", over=2, bold=True, size=16)
    rows = [
        ("Register", f"{register} ({register.slug})"),
        ("Organisation", str(register.organisation)),
        ("What it says", f"{about.as_of}."),
        (
            "Risks",
            f"{table.counted.rows}{', by the filters of the list' if about.is_narrowed else ''}",
        ),
        ("Exempt risks", about.exempt_said(table.counted.exempt)),
        (
            "Who may read it",
            "Whoever may read the register. What the file holds was narrowed to its reader.",
        ),
        ("Made on", about.made),
        ("Columns", "Some columns of the sheet Register are folded away: choose + above them."),
        (
            "Coming back",
            "Import this file on the register's page. What you did not change stays as it is.",
        ),
    ]
    for name, said in rows:
        page.add(page.cell(name, bold=True, boxed=True), page.cell(said, boxed=True))
