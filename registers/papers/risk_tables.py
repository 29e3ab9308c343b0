"""The tables of a risk paper, and the risks in them with all that a paper says of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.text import capfirst

from registers.actions import in_list_order, post_name, with_risks
from registers.headings import read_headings
from registers.models import AdverseImpact, Assessment, Position
from registers.movement import UNCHANGED
from registers.papers.document import Block, Paragraph, Table
from registers.phrases.files import unlisted_sentence
from registers.phrases.numbers import join_names, quarter_ends_running
from registers.phrases.papers import NOT_RECORDED, changed_times

LISTED = 100  # risks, or actions, of a table; the count beside it is of all


@dataclass(frozen=True)
class RiskRow:
    """A risk as a paper tells of it. target: our latest target rating by the draft, or None."""

    position: Position
    reference: str
    rating: str
    target: str
    driver: AdverseImpact | None
    cost: str

    @property
    def title(self):
        return f"{self.reference} {self.position.revision.title}"

    @property
    def owner(self):
        owner = self.position.revision.owner
        return owner.title if owner else "No owner yet"

    @property
    def dates(self):
        revision, risk = self.position.revision, self.position.risk
        identified = short_day(revision.identified_on) if revision.identified_on else NOT_RECORDED
        return f"Identified on: {identified}\nOn this register since: {short_day(risk.raised_on)}"


def read_rows(data, positions) -> list[RiskRow]:
    """positions: of the dashboard's day, in their order. Three queries."""
    related = ("revision__owner", "current__driver", "current__scheme", "risk")
    rows = list(positions.select_related(*related)[:LISTED])
    targets = _targets([row.risk_id for row in rows], data.as_of)
    return [_row(row, targets.get(row.risk_id), data.register) for row in rows]


def _targets(risks, as_of):
    """Key of a risk -> our latest target of the draft's day."""
    rows = Assessment.objects.as_at(as_of.day, as_of.recorded_by).filter(
        risk__in=risks, kind=Assessment.Kind.TARGET, perspective=Assessment.Perspective.ORGANISATION
    )
    rows = rows.select_related("scheme").order_by("effective_on", "pk")
    return {row.risk_id: row for row in rows}


def _row(position, target, register):
    current, revision = position.current, position.revision
    return RiskRow(
        position,
        register.reference(position.number),
        rating_in_words(current),
        rating_in_words(target),
        current and current.driver,
        revision.get_estimated_cost_display() if revision.estimated_cost is not None else "",
    )


def rating_in_words(assessment):
    """ "Severe, 20 (4 \u00d7 5)", "Not recorded" without one."""
    if assessment is None:
        return NOT_RECORDED
    product = f"{assessment.likelihood}\u00a0\u00d7\u00a0{assessment.impact}"
    return f"{assessment.band_now.label}, {assessment.score}\u00a0({product})"


def above_table(rows, count) -> list[Block]:
    headings = ("Risk and owner", "Cause", "Position for the committee", "Rating", "Dates")
    table = Table(
        "above_tolerance.risks",
        "Risks above tolerance, the highest score first",
        headings,
        tuple(_above_row(row) for row in rows),
    )
    return [table, *unlisted("above_tolerance", count - len(rows))]


def _above_row(row):
    revision = row.position.revision
    return (
        f"{row.title}\nOwner: {row.owner}",
        revision.cause or NOT_RECORDED,
        revision.committee_position or NOT_RECORDED,
        f"Residual: {row.rating}\nTarget: {row.target}",
        row.dates,
    )


def unlisted(section, count) -> list[Block]:
    """That the register has so many more than the table above; nothing for none."""
    return [Paragraph(f"{section}.unlisted", unlisted_sentence(count))] if count > 0 else []


def stuck_table(data) -> list[Block]:
    stuck = data.stuck[:LISTED]
    if not stuck:
        return []
    headings = read_headings(data.register, [key for key, *_ in stuck])
    rows = tuple(
        (
            f"{data.register.reference(number)} {headings[key].revision.title}",
            _month(headings[key].band_since),
            capfirst(quarter_ends_running(ends)),
        )
        for key, number, ends in stuck
    )
    label = data.rules.bands[-1].label
    caption = f"Risks that have been {label} the longest"
    table = Table("stuck.risks", caption, ("Risk", f"{label} since", "How long"), rows)
    return [table, *unlisted("stuck", len(data.stuck) - len(rows))]


def _month(day):
    return date_format(day, "F Y")


def late_actions_table(data) -> list[Block]:
    """The overdue actions, and open ones whose due date changed twice or more."""
    late, often = data.actions.late(data.as_of.day), data.actions.redated_often()
    actions = late | often
    count = actions.count()
    if not count:
        return []
    positions = data.rows.current
    rows = tuple(
        (
            action.title,
            data.register.reference(position.number),
            _post_of(action),
            short_day(action.original_due_on),
            short_day(action.due_on),
            changed_times(action.redated),
        )
        for action, position in with_risks(in_list_order(actions)[:LISTED], positions)
    )
    headings = ("Action", "Risk", "Owner", "First due", "Due", "Due date changed")
    caption = "Actions that are overdue, or whose due date changed twice or more"
    table = Table("overdue_actions.actions", caption, headings, rows)
    return [table, *unlisted("overdue_actions", count - len(rows))]


def _post_of(action):
    owner = action.owner
    return post_name(owner and owner.pk, owner and owner.title, owner and owner.holder_id)


def short_day(day):
    """ "20 Sep 2016", "No date" """
    return date_format(day, "j\u00a0M\u00a0Y") if day else "No date"


def moved_tables(dashboard) -> list[Block]:
    """One table of the risks that are new, moved, or left, as far as the dashboard names them."""
    moved = dashboard.moved
    rows = [
        (group.title, f"{risk.position.reference} {risk.position.revision.title}", _bands(risk))
        for group in moved.groups
        for risk in (
            *group.risks,
            *(moved.moved_risk(moved.kind_of[position.pk]) for position in group.elsewhere),
        )
    ]
    if not rows:
        return []
    headings = ("Change", "Risk", "Band")
    table = Table("movement.risks", "Risks that changed", headings, tuple(rows))
    more = sum(group.unlisted for group in moved.groups if group.kind != UNCHANGED)
    return [table, *unlisted("movement", more)]


def _bands(moved_risk):
    """ "High, then Severe", "Severe", or "" where it has no rating."""
    current = moved_risk.position.current
    bands = [moved_risk.band_before, current and current.band_now]
    return ", then ".join(band.label for band in bands if band)


def signs_table(cases) -> list[Block]:
    rows = [
        (
            row.case.short_name,
            tested.sign.title,
            join_names([risk.reference for risk in tested.risks]),
            short_day(tested.since),
        )
        for row in cases
        for tested in row.signs
    ]
    if not rows:
        return []
    headings = ("Case", "Warning sign", "Our risks", "Marked since")
    caption = "Warning signs that are marked as relevant"
    table = Table("warning_signs.signs", caption, headings, tuple(rows))
    return [table, *unlisted("warning_signs", sum(row.unlisted for row in cases))]
