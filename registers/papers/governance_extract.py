"""The extract for the annual governance statement: a year's issues as the register recorded them.

What rose, what was above tolerance at the year's end, which controls and assurance were weak, what
was done in the year, and what remains. Which issues are significant is for the body.
"""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from registers.actions import in_list_order
from registers.assurance_map import AssuranceSummary
from registers.dashboard.headline import Headline
from registers.dates import FinancialYear
from registers.models import Action, Control, ControlRevision, Sector
from registers.papers.document import Paragraph, Section, Table
from registers.papers.risk_paper import (
    Material,
    executive_summary,
    movement,
    overdue_actions,
    paragraphs,
    use_of_evidence,
)
from registers.papers.risk_tables import LISTED, short_day, unlisted
from registers.phrases.dashboard import band_since_in_words
from registers.phrases.paper_kinds import (
    actions_done_sentence,
    of_all_risks_sentence,
    significant_sentence,
    statement_sentence,
    weak_controls_sentence,
    year_sources_sentence,
)
from registers.phrases.papers import NOT_RECORDED

DONE_LISTED = 3  # finished actions of a risk, the latest


def governance_sections(m: Material) -> tuple[Section, ...]:
    sections = (summary, recommendation, sources, movement, issues, assurance, remaining)
    return tuple(section(m) for section in sections)


def _year(m):
    organisation = m.register.organisation
    return str(FinancialYear.of(m.draft.effective_on, organisation.year_starts_in))


def summary(m):
    is_council = m.register.organisation.sector == Sector.COUNCIL
    about = statement_sentence(_year(m), is_council=is_council)
    section = executive_summary(m)
    blocks = (Paragraph("executive_summary.purpose", about), *section.blocks)
    return Section(section.key, section.heading, blocks)


def recommendation(m):
    return paragraphs("recommendation", "Recommendation", decide=significant_sentence(m.body))


def sources(m):
    section = use_of_evidence(m)
    further = Paragraph("use_of_evidence.year", year_sources_sentence(_year(m)))
    return Section(section.key, section.heading, (*section.blocks, further))


def issues(m):
    blocks = [Paragraph("above_tolerance.count", m.dashboard.section(Headline).sentence)]
    if m.above:
        risks = [row.position.risk_id for row in m.above]
        done, still_open = _done_actions(m, risks), _open_actions(m, risks)
        table = Table(
            "above_tolerance.risks",
            "Issues above tolerance at the end of the year",
            ("Issue and owner", "Rating", "Done in the year", "What remains"),
            tuple(
                _issue_row(row, done[row.position.risk_id], still_open[row.position.risk_id])
                for row in m.above
            ),
        )
        blocks += [table, *unlisted("above_tolerance", m.data.above_count - len(m.above))]
    return Section("above_tolerance", "Issues at the end of the year", tuple(blocks))


def _issue_row(row, done, still_open):
    return (
        f"{row.title}\nOwner: {row.owner}",
        f"{row.rating}\n{band_since_in_words(row.position.band_since)}\nTarget: {row.target}",
        "\n".join(done[:DONE_LISTED]) or "No action was finished",
        "\n".join(still_open) or NOT_RECORDED,
    )


def _finished(m):
    days = (m.draft.since, m.draft.effective_on)
    return m.data.actions.filter(
        status=Action.Status.DONE, done_on__gt=days[0], done_on__lte=days[1]
    )


def _done_actions(m, risks):
    """Key of a risk -> its actions that were finished in the year, the latest first, in words."""
    rows = _finished(m).filter(record__risk__in=risks).order_by("-done_on", "record_id")
    by_risk = defaultdict(list)
    for risk, title, on in rows.values_list("record__risk", "title", "done_on"):
        by_risk[risk].append(f"{title} ({short_day(on)})")
    return by_risk


def _open_actions(m, risks):
    """Key of a risk -> its open actions, the one due first at the top, in words."""
    by_risk = defaultdict(list)
    for action in in_list_order(m.data.actions.open().filter(record__risk__in=risks)):
        due = f"due {short_day(action.due_on)}" if action.due_on else "no due date"
        by_risk[action.record.risk_id].append(f"{action.title} ({due})")
    return by_risk


def assurance(m):
    """In counts of the whole register, and by name the controls that were judged weak."""
    key, heading = "assurance_gaps", "Controls and assurance"
    counts = AssuranceSummary(m.register, m.data.rows.current, m.data.as_of)
    if not counts.total:
        return paragraphs(key, heading, none="No risk was on the register.")
    gaps = [row for row in (*counts.wanting, *counts.controls) if row.count]
    complete = "every one has a control and valid assurance from line 2, 3 or 4"
    words = "; ".join(row.words for row in gaps) or complete
    controls = _weak_controls(m)
    blocks = [
        Paragraph(f"{key}.counts", of_all_risks_sentence(counts.total, words)),
        Paragraph(f"{key}.controls", weak_controls_sentence(len(controls))),
    ]
    if controls:
        rows = tuple(map(_control_row, controls[:LISTED]))
        headings = ("Control", "Risk", "Design", "Operating effectiveness", "Last tested")
        caption = "Controls judged not adequate or not effective"
        blocks.append(Table(f"{key}.weak", caption, headings, rows))
        blocks += unlisted(key, len(controls) - len(rows))
    return Section(key, heading, tuple(blocks))


def _weak_controls(m):
    as_of = m.data.as_of
    latest = ControlRevision.objects.latest_per(
        "record", day=as_of.day, recorded_by=as_of.recorded_by
    )
    weak = Q(design=Control.Design.UNSOUND) | Q(operating=Control.Operating.FAILS)
    rows = latest.filter(
        weak,
        status=Control.Status.IN_PLACE,
        record__risk__in=m.data.rows.current.order_by().values("risk"),
    )
    rows = rows.select_related("record__risk__register")
    return list(rows.order_by("record__risk__number", "record_id"))


def _control_row(control):
    tested = control.last_tested_on
    return (
        control.title,
        control.record.risk.reference,
        control.get_design_display() or NOT_RECORDED,
        control.get_operating_display() or NOT_RECORDED,
        short_day(tested) if tested else "Never",
    )


def remaining(m):
    section = overdue_actions(m)
    counts = m.data.action_counts
    text = actions_done_sentence(_finished(m).count(), counts.open)
    done = Paragraph("overdue_actions.done", text)
    return Section(section.key, "What was done, and what remains", (done, *section.blocks))
