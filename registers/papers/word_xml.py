"""Blocks of a paper as elements of Word's format (ECMA-376), written as text.

The same elements stand in our own paper and in a council's template, whose styles we do not know:
so a table carries its own borders, and a bullet its own sign. A style that a template lacks counts
as Normal. The prefix w is that of the format's main namespace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from registers.exports.csv import plain
from registers.papers.columns import column_widths
from registers.papers.document import Block, Matrix

SMALL = 19  # half points
BULLET = '<w:tabs><w:tab w:val="left" w:pos="357"/></w:tabs><w:ind w:left="357" w:hanging="357"/>'
NO_SPACE = '<w:spacing w:before="0" w:after="0" w:line="80" w:lineRule="exact"/>'
BETWEEN = f"<w:p><w:pPr>{NO_SPACE}</w:pPr></w:p>"
EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
BORDERS = "".join(f'<w:{edge} w:val="single" w:sz="4" w:color="505A5F"/>' for edge in EDGES)
FULL_WIDTH = 5000  # the width of the text, in fiftieths of a percent
HEADING = "D9E5E6"
NEXT = "<w:keepNext/>"  # on the same page as what follows
_EXACT = 'w:before="0" w:after="0" w:line="120" w:lineRule="exact"'
GAP = f"<w:p><w:pPr><w:spacing {_EXACT}/></w:pPr></w:p>"  # below a table
DARK = 0.54  # from this shade white ink has more contrast than black


def paragraph(text: str, properties: str = "", *, run: str = "") -> str:
    """properties, run: elements within w:pPr and w:rPr. Line feeds become line breaks."""
    lines = [_text(line) for line in plain(text).split("\n")]
    run_properties = f"<w:rPr>{run}</w:rPr>" if run else ""
    content = f"<w:r>{run_properties}{'<w:br/>'.join(lines)}</w:r>"
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content}</w:p>"


def style(name: str) -> str:
    """name: the identifier of a style, as "Heading1"."""
    return f"<w:pStyle w:val={quoteattr(name)}/>"


@dataclass(frozen=True)
class Styles:
    """Properties of plain paragraphs and of bullets; without the latter, a bullet has a sign."""

    paragraph: str = ""
    bullet: str = ""


def blocks(rows: Iterable[Block], styles: Styles = Styles()) -> str:
    """The blocks in their order. Ends with a paragraph, as a cell of a table must."""
    parts: list[str] = []
    for block in rows:
        part = WRITERS[block.kind](block, styles)
        if parts and parts[-1].endswith("</w:tbl>") and block.kind == "paragraph":
            parts.append(GAP)
        elif parts and parts[-1].endswith("</w:tbl>") and part.startswith("<w:tbl>"):
            parts.append(BETWEEN)  # Word makes one table of two that touch
        parts.append(part)
    if not parts or parts[-1].endswith("</w:tbl>"):
        parts.append("<w:p/>")
    return "".join(parts)


def _text(line):
    pieces = (
        f'<w:t xml:space="preserve">{escape(piece)}</w:t>' if piece else ""
        for piece in line.split("\t")
    )
    return "<w:tab/>".join(pieces)


def _paragraph(block, styles):
    return paragraph(block.text, styles.paragraph)


def _bullets(block, styles):
    if styles.bullet:
        return "".join(paragraph(item, styles.bullet) for item in block.items)
    return "".join(paragraph(f"•\t{item}", BULLET) for item in block.items)


def _table(block, _):
    widths = column_widths([block.headings, *block.rows], FULL_WIDTH)
    rows = [
        row(
            (_cell(text, widths[place], is_bold=place == 0) for place, text in enumerate(texts)),
            is_whole=not is_long,
        )
        for is_long, texts in block.lines
    ]
    return _caption(block) + table(block.caption, block.headings, rows, widths)


def _matrix(block: Matrix, _):
    """Its rows stay on one page."""
    widths = [FULL_WIDTH // (len(block.impact) + 1)] * (len(block.impact) + 1)
    rows = [
        row(
            [
                _cell(label, widths[0], is_bold=True, flow=NEXT if place else ""),
                *(_matrix_cell(cell, widths[0]) for cell in cells),
            ]
        )
        for place, (label, cells) in zip(
            range(len(block.likelihood) - 1, -1, -1), block.lines, strict=True
        )
    ]
    headings = ["Likelihood, by impact", *block.impact]
    return _caption(block) + table(block.caption, headings, rows, widths)


def _matrix_cell(cell, width):
    grey = round(255 * (1 - cell.shade))
    ink = "FFFFFF" if cell.shade > DARK else "0B0C0C"
    return _cell(
        f"{cell.count_in_words}\n{cell.band}",
        width,
        is_bold=bool(cell.count),
        fill=f"{grey:02X}" * 3,
        ink=ink,
        alignment='<w:jc w:val="center"/>',
    )


def _caption(block):
    if not block.caption or not getattr(block, "is_captioned", True):
        return ""
    return paragraph(block.caption, f"{style('Caption')}{NEXT}", run="<w:b/>")


def table(caption: str, headings, rows: Iterable[str], widths: list[int]) -> str:
    """A table whose first row each page repeats. rows: see row().

    headings: none for a table whose first column names its rows. widths: they make FULL_WIDTH.
    """
    grid = "".join(f'<w:gridCol w:w="{2 * width}"/>' for width in widths)
    properties = (
        f'<w:tblW w:w="{sum(widths)}" w:type="pct"/><w:tblBorders>{BORDERS}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:val="04A0" w:firstRow="{int(bool(headings))}" w:lastRow="0" '
        'w:firstColumn="1" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={quoteattr(_one_line(caption))}/>"
    )
    head = ""
    if headings:
        cells = (
            _cell(text, width, is_bold=True, fill=HEADING, flow=NEXT)
            for text, width in zip(headings, widths, strict=True)
        )
        head = row(cells, "<w:tblHeader/>")
    body = f"{head}{''.join(rows)}"
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def row(cells: Iterable[str], properties: str = "", *, is_whole: bool = True) -> str:
    """is_whole: whether the end of a page moves it to the next one rather than cut it."""
    properties = f"<w:cantSplit/>{properties}" if is_whole else properties
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def cell(content: str, width: int, fill: str = "") -> str:
    """A cell of elements. fill: RRGGBB."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="pct"/>{shade}</w:tcPr>{content}</w:tc>'


def _cell(text, width, *, is_bold=False, fill="", ink="", alignment="", flow=""):
    colour = f'<w:color w:val="{ink}"/>' if ink else ""
    run = f'{"<w:b/>" if is_bold else ""}{colour}<w:sz w:val="{SMALL}"/>'
    spacing = f'{flow}<w:spacing w:before="40" w:after="40"/>{alignment}'
    return cell(paragraph(text, spacing, run=run), width, fill)


def _one_line(text):
    return " ".join(plain(text).split())


WRITERS = {"paragraph": _paragraph, "bullets": _bullets, "table": _table, "matrix": _matrix}
