"""The questions of the last meeting in a paper, with what became of each by the draft."""

from __future__ import annotations

from registers.meetings.agenda import questions_on_agenda
from registers.models import Meeting
from registers.papers.document import Paragraph, Section, Table
from registers.phrases.papers import unpublished_questions_sentence

HEADING = "Questions asked last time"


def questions_section(m) -> Section:
    """m: risk_paper.Material. A public part tells of published answers, and counts the rest."""
    previous = Meeting.objects.before(m.draft.effective_on).filter(body=m.paper.meeting.body_id)
    meeting = previous.select_related("body__organisation").first()
    rows = _questions(m, meeting) if meeting else []
    answered = [(question, answer) for question, answer in rows if answer or not m.is_public]
    blocks = []
    if answered:
        table = tuple(
            (question.wording, str(question.post), answer.wording if answer else "Not answered yet")
            for question, answer in answered
        )
        headings = ("Question", "Put to", "Answer")
        caption = "Questions, and what was answered"
        blocks.append(Table("questions.answers", caption, headings, table))
    if further := len(rows) - len(answered):
        text = unpublished_questions_sentence(further)
        blocks.append(Paragraph("questions.further", text))
    if not blocks:
        blocks.append(Paragraph("questions.none", "No question was put for the last meeting."))
    return Section("questions", HEADING, tuple(blocks))


def _questions(m, meeting):
    """(question, its latest answer that this part may tell) of those put by the draft."""
    instant = m.draft.recorded_at
    questions = [
        row.question
        for row in questions_on_agenda(m.reader, meeting)
        if row.question.register_id == m.register.pk and row.question.recorded_at <= instant
    ]
    return [(question, _answer(question, instant, m.is_public)) for question in questions]


def _answer(question, instant, is_public):
    answers = [
        answer
        for answer in question.answers.all()
        if answer.recorded_at <= instant and (answer.is_published or not is_public)
    ]
    return answers[-1] if answers else None
