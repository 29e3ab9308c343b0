"""The report of a body's year for full council: a Document of what everybody may read of it."""

from __future__ import annotations

from django.utils.formats import date_format

from registers.cell_lists import format_day
from registers.meetings.year_report import YearReport, year_report_of
from registers.models import Body
from registers.papers.document import Bullets, Document, Paragraph, Section, Table
from registers.papers.risk_paper import paragraphs
from registers.papers.risk_tables import short_day
from registers.papers.withholding import withhold
from registers.permissions import exempt_reader, public_reader, risks_across
from registers.phrases.committee_report import (
    ABOUT,
    actions_sentence,
    no_meeting_sentence,
    questions_sentence,
)
from registers.phrases.files import name_in_files
from registers.phrases.meetings import action_sentence


def committee_report_of(body: Body, year: int) -> Document:
    """The same for every reader. year: in which its municipal year began."""
    organisation = body.organisation
    report = year_report_of(public_reader(organisation), body, year)
    front = {
        "authority": ("Authority", name_in_files(organisation)),
        "committee": ("Committee", body.name),
        "year": ("Municipal year", report.year_in_words),
        "about": ("About this report", str(ABOUT)),
    }
    sections = (_meetings, _deep_dives, _questions, _actions, _resolutions)
    document = Document(
        f"{body.name}: report for {report.year_in_words}",
        front,
        tuple(section(report) for section in sections),
    )
    return withhold(document, _exempt_risks(organisation))


def _exempt_risks(organisation):
    risks = risks_across(exempt_reader(organisation), organisation.registers.all())
    return list(risks.filter(is_exempt=True).select_related("register", "latest"))


def _meetings(report: YearReport):
    key, heading = "meetings", "Meetings"
    if not report.meetings:
        return paragraphs(key, heading, none=no_meeting_sentence(report.year_in_words))
    rows = tuple(
        (
            format_day(meeting.on),
            meeting.title or "Ordinary meeting",
            str(meeting.present) if meeting.present else "Not recorded",
        )
        for meeting in report.meetings
    )
    headings = ("Date", "Meeting", "Members present")
    blocks = [Table(f"{key}.held", "Meetings of the year", headings, rows)]
    if report.decisions:
        rows = tuple(
            (
                str(row.register),
                row.get_decision_display(),
                short_day(row.met_on),
                short_day(row.on),
            )
            for row in report.decisions
        )
        headings = ("Register", "What the body did", "On", "Position at")
        blocks.append(Table(f"{key}.registers", "Registers that it looked at", headings, rows))
    return Section(key, heading, tuple(blocks))


def _deep_dives(report):
    key, heading = "deep_dives", "Risks looked at in depth"
    if not report.deep_dives:
        return paragraphs(key, heading, none="No risk was looked at in depth.")
    rows = tuple(
        (
            f"{row.risk.reference} {row.risk.title}",
            short_day(row.meeting.on),
            row.outcome.attendees,
            row.outcome.note or "Nothing noted",
        )
        for row in report.deep_dives
    )
    headings = ("Risk", "On", "Attended", "Outcome")
    return Section(key, heading, (Table(f"{key}.risks", "Deep dives", headings, rows),))


def _questions(report):
    key, heading = "questions", "Questions"
    count = questions_sentence(report.question_count, report.answered_count)
    blocks = [Paragraph(f"{key}.count", count)]
    if report.published:
        rows = tuple(
            (
                row.question.wording,
                row.wording,
                f"{row.question.post}\n{short_day(row.effective_on)}",
            )
            for row in report.published
        )
        headings = ("Question", "Answer", "Answered by")
        blocks.append(Table(f"{key}.answers", "Published answers", headings, rows))
    return Section(key, heading, tuple(blocks))


def _actions(report):
    key, heading = "actions", "Actions"
    text = actions_sentence(
        len(report.actions), len(report.done), report.overdue_count, report.redated_count
    )
    blocks = [Paragraph(f"{key}.count", text)]
    if report.done:
        rows = tuple(
            (
                f"{row.action.reference} {row.revision.wording}",
                short_day(row.revision.done_on),
                row.revision.evidence,
            )
            for row in report.done
        )
        headings = ("Action", "Done on", "How we know")
        blocks.append(Table(f"{key}.done", "Actions that are done", headings, rows))
    for name, caption, rows in (
        ("open", "Actions that are still open", report.open),
        ("earlier", "Open from earlier years", report.earlier_actions),
    ):
        if rows:
            blocks.append(_open_actions(f"{key}.{name}", caption, rows))
    return Section(key, heading, tuple(blocks))


def _open_actions(key, caption, rows):
    texts = tuple(
        (
            f"{row.action.reference} {row.revision.wording}",
            str(row.revision.post),
            _state(row),
            row.carried_in_words.capitalize() if row.carried_over else "No",
        )
        for row in rows
    )
    return Table(key, caption, ("Action", "Owner", "State", "Carried over"), texts)


def _state(row):
    lines = [f"Overdue. {action_sentence(row)}" if row.is_overdue else action_sentence(row)]
    if row.revision.redated:
        first = date_format(row.revision.original_due_on, "j F Y")
        lines.append(f"First due {first}, due date changed {row.redated_in_words}.")
    return "\n".join(lines)


def _resolutions(report):
    key, heading = "resolutions", "Resolutions"
    if not report.resolutions:
        return paragraphs(key, heading, none="No resolution is recorded.")
    items = tuple(
        f"{format_day(row.meeting.on)}, {'carried' if row.is_carried else 'not carried'}: "
        f"{row.wording}"
        for row in report.resolutions
    )
    return Section(key, heading, (Bullets(f"{key}.rows", items),))
