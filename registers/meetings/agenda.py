"""The questions of a meeting: put for it, or carried over to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from registers.models import Answer, Meeting, Question
from registers.permissions import put_questions_for
from registers.phrases.numbers import times_in_words


@dataclass(frozen=True)
class AgendaQuestion:
    """state: "open", "answered", or the kind of its closure.

    carried_over: at how many meetings of the body it was not answered.
    """

    question: Question
    state: str
    carried_over: int

    @property
    def state_in_words(self):
        words = {"open": "Not answered", "answered": "Answered"}
        return words.get(self.state) or self.question.closure.get_kind_display()

    @property
    def answer(self):
        """The latest one, or None."""
        answers = list(self.question.answers.all())
        return answers[-1] if answers else None

    @property
    def carried_in_words(self):
        """ "twice"."""
        return times_in_words(self.carried_over)


def questions_on_agenda(user, meeting) -> list[AgendaQuestion]:
    """As far as the reader may read them. As many queries whatever their number."""
    answers = Prefetch("answers", Answer.objects.order_by("recorded_at", "pk"))
    questions = put_questions_for(user, meeting.body.organisation).on_agenda(meeting)
    questions = questions.prefetch_related(answers)
    questions = questions.select_related("post", "meeting", "closure", "case")
    questions = questions.select_related("risk__register", "paper", "register")
    days = _days_before(meeting)
    return [
        AgendaQuestion(
            question, state_of(question), sum(question.meeting.on <= day for day in days)
        )
        for question in questions.order_by("meeting__on", "recorded_at", "pk")
    ]


def carried_in_words(question):
    """How often an open question was carried over by today, "" for never. One query."""
    meetings = Meeting.objects.before(timezone.localdate()).filter(on__gte=question.meeting.on)
    count = meetings.filter(body=question.meeting.body_id).count()
    return times_in_words(count) if count else ""


def _days_before(meeting):
    """The days on which its body met before it."""
    meetings = Meeting.objects.before(meeting.on).filter(body=meeting.body_id)
    return list(meetings.values_list("on", flat=True))


def state_of(question):
    """ "open", "answered", or the kind of its closure. Answers and closure are read already."""
    if question.answers.all():
        return "answered"
    return question.closure.kind if hasattr(question, "closure") else "open"
