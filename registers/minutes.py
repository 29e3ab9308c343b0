"""The minutes of a meeting in Word, as far as its record goes: a list for the clerk to write up.

Nothing about a risk that is exempt, whoever downloads them.
"""

from registers.cell_lists import format_day
from registers.phrases.files import MADE_UP
from registers.phrases.meetings import (
    action_sentence,
    approval_sentence,
    declaration_sentence,
    resolution_sentence,
)
from registers.word_document import add_footer, add_paragraph, add_row, add_table, new_document

ACTIONS = [2.2, 7.8, 4.2, 2.8]  # widths in cm, 17 in all
NONE = "None."


def write_minutes(file, record):
    """record: a MeetingRecord. file: open for bytes."""
    record = record.without_exempt()
    meeting = record.meeting
    body, day = meeting.body, format_day(meeting.on)
    document = new_document(f"{body}: minutes of {day}")
    add_paragraph(document, document.core_properties.title, "Title")
    add_paragraph(document, str(body.organisation)).runs[0].bold = True
    if body.organisation.is_sandbox:
        add_paragraph(document, MADE_UP)
    add_paragraph(document, approval_sentence(record.approval))
    add_paragraph(document, "What is about exempt risks is not in this file.")
    _add_people(document, record)
    _add_business(document, record)
    _add_actions(document, record)
    state = "Approved minutes" if record.approval else "Draft minutes"
    add_footer(document, f"{state}. {body}, {day}")
    document.save(file)


def _add_people(document, record):
    _add_list(document, "Present", [_member(row) for row in record.present], "Not recorded.")
    _add_list(document, "Apologies", [_apology(row) for row in record.apologies])
    if record.absent:
        _add_list(document, "Absent", [_member(row) for row in record.absent])
    declarations = [declaration_sentence(row) for row in record.declarations]
    _add_list(document, "Declarations of interest", declarations)


def _add_business(document, record):
    decisions = [
        f"{row.get_decision_display()}: {row.register}, position at {format_day(row.on)}."
        for row in record.agreements
    ]
    _add_list(document, "Decisions on registers", decisions)
    if record.questions:
        document.add_heading("Questions", 1)
    for row in record.questions:
        title = f"Question to {row.question.post}: {row.question.wording}"
        _add_list(document, title, [_answer(row)], level=2)
    for row in record.deep_dives:
        outcome = getattr(row, "outcome", None)
        texts = [f"Attended: {outcome.attendees}.", outcome.note] if outcome else ["Not recorded."]
        title = f"Deep dive: {row.risk.reference} {row.risk.title}"
        _add_list(document, title, [text for text in texts if text])
    for item in record.late_items:
        _add_list(document, f"Late item: {item.title}", [item.reason])
    _add_list(document, "Resolutions", [resolution_sentence(row) for row in record.resolutions])


def _add_actions(document, record):
    document.add_heading("Actions", 1)
    rows = [*record.earlier_actions, *record.actions]
    if not rows:
        add_paragraph(document, NONE)
        return
    head = ["Number", "Action", "Owner", "State"]
    table = add_table(document, head, ACTIONS, caption="Actions, those of earlier meetings first")
    for row in rows:
        revision = row.revision
        texts = [row.action.reference, revision.wording, str(revision.post), action_sentence(row)]
        add_row(table, texts, ACTIONS, is_bold=True)


def _add_list(document, title, texts, empty=NONE, level=1):
    document.add_heading(title, level)
    for text in texts:
        add_paragraph(document, text, "List Bullet")
    if not texts:
        add_paragraph(document, empty)


def _answer(row):
    """What minutes say of a question: its answer, where that is published."""
    if row.answer is None:
        return f"{row.state_in_words}."
    return row.answer.wording if row.answer.is_published else "Answered to the body."


def _member(row):
    return f"{row.seat.user} ({row.capacity})" if row.capacity else str(row.seat.user)


def _apology(row):
    substitute = row.row.substitute
    return f"{row.seat.user}. Substitute: {substitute}." if substitute else f"{row.seat.user}."
