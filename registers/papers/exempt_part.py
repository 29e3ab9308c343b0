"""Part B of a risk paper: what is exempt, why, and the figures that count it."""

from __future__ import annotations

from registers.dashboard.headline import Headline
from registers.papers.document import Section, Table
from registers.papers.questions import questions_section
from registers.papers.risk_paper import Material, paragraphs
from registers.papers.risk_tables import read_rows, unlisted
from registers.phrases.papers import NOT_RECORDED, exempt_count_sentence


def exempt_sections(m: Material) -> tuple[Section, ...]:
    """Of one register. m: of an exempt_reader."""
    return (*exempt_risk_sections(m), questions_section(m))


def exempt_risk_sections(m: Material) -> tuple[Section, ...]:
    """The same without the questions of the last meeting."""
    positions = _exempt_positions(m).order_by("-score", "number")
    count, rows = positions.count(), read_rows(m.data, positions)
    more = count - len(rows)
    return (_figures(m, count), _risks(rows, more), _reasons(rows, more))


def has_exempt_risks(m: Material) -> bool:
    """Whether a risk on the register is exempt, so that the paper has a Part B."""
    return _exempt_positions(m).exists()


def _exempt_positions(m):
    return m.data.rows.current.filter(is_exempt=True)


def _figures(m, count):
    return paragraphs(
        "executive_summary",
        "Executive summary",
        count=exempt_count_sentence(count, m.data.total),
        above=f"With what is exempt: {m.dashboard.section(Headline).sentence}",
        moved=m.dashboard.moved.sentences[-1],
    )


def _risks(rows, more):
    headings = ("Risk and owner", "Cause, event and consequence", "Position", "Rating", "Dates")
    table = Table(
        "above_tolerance.risks",
        "Exempt risks, the highest score first",
        headings,
        tuple(_row(row) for row in rows),
    )
    blocks = (table, *unlisted("above_tolerance", more))
    return Section("above_tolerance", "Exempt risks", blocks)


def _row(row):
    revision, current = row.position.revision, row.position.current
    rationale = f"\nRationale: {current.rationale}" if current else ""
    return (
        f"{row.title}\nOwner: {row.owner}",
        f"Cause: {revision.cause or NOT_RECORDED}\nEvent: {revision.event or NOT_RECORDED}\n"
        f"Consequence: {revision.consequence or NOT_RECORDED}",
        revision.committee_position or NOT_RECORDED,
        f"Residual: {row.rating}\nTarget: {row.target}{rationale}",
        row.dates,
    )


def _reasons(rows, more):
    """Why each risk was marked as exempt, as recorded with it."""
    headings = ("Risk", "Ground", "Public interest", "Decided by")
    table = Table(
        "exempt_information.risks",
        "Why each risk is exempt, as recorded with it",
        headings,
        tuple(
            (
                row.reference,
                row.position.revision.exempt_ground or NOT_RECORDED,
                row.position.revision.exempt_interest or NOT_RECORDED,
                row.position.revision.exempt_decided_by or NOT_RECORDED,
            )
            for row in rows
        ),
    )
    blocks = (table, *unlisted("exempt_information", more))
    return Section("exempt_information", "Why each risk is exempt", blocks)
