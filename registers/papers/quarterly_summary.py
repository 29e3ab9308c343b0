"""The quarterly summary for a management team or cabinet: two to three pages.

Its numbers are the dashboard's, and its decisions are questions: the body decides.
"""

from __future__ import annotations

from registers.actions import NextAction, next_actions
from registers.dashboard.headline import Headline
from registers.dashboard.overdue import Overdue
from registers.escalations import escalations_of_register
from registers.models import MissingInformation, Risk
from registers.papers.document import Paragraph, Section, Table
from registers.papers.risk_paper import (
    Material,
    executive_summary,
    movement,
    paragraphs,
    use_of_evidence,
)
from registers.papers.risk_tables import short_day, unlisted
from registers.phrases.dashboard import band_since_in_words
from registers.phrases.paper_kinds import (
    due_dates_sentence,
    further_posts_sentence,
    no_actions_sentence,
    no_decision_sentence,
    no_owner_sentence,
    overdue_reviews_sentence,
    proposals_sentence,
    tolerated_sentence,
)
from registers.phrases.papers import NOT_RECORDED

LISTED = 10  # risks above tolerance: the summary is short
POSTS = 8


def summary_sections(m: Material) -> tuple[Section, ...]:
    sections = (executive_summary, decisions, use_of_evidence, movement, above_tolerance, overdue)
    return tuple(section(m) for section in sections)


def decisions(m):
    """What the register leaves open, as far as its rows show it: a question each."""
    actions, tolerate = _next_actions(m), Risk.Response.TOLERATE
    responses = {row.reference: row.position.revision.response for row in m.above}
    lacking = [row.reference for row in m.above if row.position.risk_id not in actions]
    ownerless = m.data.rows.current.missing(
        MissingInformation.NO_OWNER, day=m.draft.effective_on
    ).order_by("number")
    proposals = escalations_of_register(
        m.register, m.data.rows.current.order_by().values("risk"), m.data.as_of
    )
    texts = {
        "actions": no_actions_sentence(
            [name for name in lacking if responses[name] in ("", Risk.Response.TREAT)]
        ),
        "tolerated": tolerated_sentence([n for n, row in responses.items() if row == tolerate]),
        "proposals": proposals_sentence([row.risk.reference for row in proposals if row.waits]),
        "owners": no_owner_sentence([m.register.reference(row.number) for row in ownerless]),
        "dates": due_dates_sentence(m.data.action_counts.late),
    }
    texts = {name: text for name, text in texts.items() if text}
    return paragraphs(
        "recommendation", "Decisions asked for", **texts or {"none": no_decision_sentence(m.body)}
    )


def _next_actions(m) -> dict[int, NextAction]:
    """Key of a risk above tolerance -> its open action that is due first."""
    return next_actions([row.position.risk_id for row in m.above], m.data.actions)


def above_tolerance(m):
    """The summary at the top has their number already."""
    key, heading, rows = "above_tolerance", "Risks above tolerance", m.above[:LISTED]
    if not rows:
        return paragraphs(key, heading, none=m.dashboard.section(Headline).sentence)
    actions = _next_actions(m)
    table = Table(
        "above_tolerance.risks",
        "Risks above tolerance, the highest score first",
        ("Risk and owner", "Rating", "Target", "Next action"),
        tuple(_above_row(row, actions.get(row.position.risk_id)) for row in rows),
    )
    return Section(key, heading, (table, *unlisted(key, m.data.above_count - len(rows))))


def _above_row(row, action):
    return (
        f"{row.title}\nOwner: {row.owner}",
        f"{row.rating}\n{band_since_in_words(row.position.band_since)}",
        row.target,
        _action_in_words(action),
    )


def _action_in_words(action):
    if action is None:
        return NOT_RECORDED
    due = f"Due: {short_day(action.due_on)}" if action.due_on else "No due date"
    return f"{action.title}\n{due}"


def overdue(m):
    section = m.dashboard.section(Overdue)
    blocks = [
        Paragraph("overdue_actions.count", m.data.action_counts.sentence),
        Paragraph("overdue_actions.reviews", overdue_reviews_sentence(section.reviews)),
    ]
    if rows := section.rows[:POSTS]:
        table = Table(
            "overdue_actions.posts",
            "What is overdue, by post",
            ("Post", "Overdue actions", "First due", "Overdue reviews"),
            tuple(_post_row(row) for row in rows),
        )
        blocks.append(table)
    if further := len(section.rows) - len(rows):
        blocks.append(Paragraph("overdue_actions.further", further_posts_sentence(further)))
    return Section("overdue_actions", "Overdue", tuple(blocks))


def _post_row(row):
    first_due = short_day(row.first_due) if row.actions else "None"
    return (row.name, str(row.actions), first_due, str(row.reviews))
