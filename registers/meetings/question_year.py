"""A body's year of questions: what was asked, what was answered, and what its risks did since."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Prefetch

from registers.dates import FinancialYear
from registers.meetings.agenda import AgendaQuestion, state_of
from registers.models import Action, ActionRevision, Answer, ControlRevision, Meeting, Position
from registers.permissions import position_history_for, put_questions_for
from registers.phrases.meetings import (
    changes_since_in_words,
    meetings_in_words,
    questions_of_year_in_words,
)


@dataclass(frozen=True)
class YearQuestion(AgendaQuestion):
    """since: what was recorded of its risk since it was put, "" where it is about none."""

    since: str = ""

    @property
    def reason(self):
        """Why it was ruled out; "" otherwise."""
        return getattr(getattr(self.question, "closure", None), "reason", "")

    @property
    def meetings_in_words(self):
        """ "two meetings": where it stood without an answer."""
        return meetings_in_words(self.carried_over)


@dataclass(frozen=True)
class QuestionYear:
    """rows: by the meeting they were put for. earlier, later: whether the body met then."""

    year: FinancialYear
    rows: list[YearQuestion] = field(default_factory=list)
    earlier: FinancialYear | None = None
    later: FinancialYear | None = None

    @property
    def sentence(self):
        """ "Three questions: two answered, one not answered.", "" without a question."""
        return questions_of_year_in_words(Counter(row.state_in_words for row in self.rows))


def question_year_of(user, body, year: FinancialYear, today) -> QuestionYear:
    """As far as the reader may read them. today: nothing later is counted."""
    meetings = Meeting.objects.filter(body=body)
    last = min(year.last, today)
    return QuestionYear(
        year,
        _rows(user, body, year, last),
        year.shifted(-1) if meetings.filter(on__lt=year.first).exists() else None,
        year.shifted(1) if meetings.filter(on__gt=year.last).exists() else None,
    )


def _rows(user, body, year, last):
    answers = Prefetch("answers", Answer.objects.order_by("recorded_at", "pk"))
    related = (
        *("post", "meeting", "closure", "case", "paper", "register__organisation"),
        *("risk__register", "risk__latest"),
    )
    questions = put_questions_for(user, body.organisation).filter(
        meeting__body=body, meeting__on__range=(year.first, year.last)
    )
    questions = questions.select_related(*related).prefetch_related(answers)
    rows = list(questions.order_by("meeting__on", "meeting", "recorded_at", "pk"))
    days = list(Meeting.objects.before(last).filter(body=body).values_list("on", flat=True))
    changes = _RiskChanges(user, rows, last)
    return [
        YearQuestion(row, state_of(row), _carried_over(row, days), changes.since(row))
        for row in rows
    ]


def _carried_over(question, days):
    """At how many meetings it stood without an answer. days: of the body's meetings that were."""
    answers = list(question.answers.all())
    closure = getattr(question, "closure", None)
    end = min((row.effective_on for row in [*answers, closure] if row), default=datetime.date.max)
    return sum(question.meeting.on <= day < end for day in days)


class _RiskChanges:
    """What was recorded of the risks of questions until a day. Few queries, however many."""

    def __init__(self, user, questions, last):
        self.last = last
        self.keys = {row.risk_id for row in questions} - {None}
        registers = {row.register for row in questions if row.risk_id}
        self.positions = [
            position for register in registers for position in self._positions(user, register)
        ]
        self.actions = self._revisions(ActionRevision)
        self.controls = self._revisions(ControlRevision)

    def _positions(self, user, register):
        rows = position_history_for(user, register).filter(risk__in=self.keys)
        return rows.select_related("revision", "current__scheme")

    def _revisions(self, model):
        rows = model.objects.filter(record__risk__in=self.keys, effective_on__lte=self.last)
        fields = ("record__risk", "effective_on", "record", "number", "status")
        return list(rows.values_list(*fields))

    def since(self, question):
        if question.risk_id is None:
            return ""
        before = self._position(question.risk_id, question.effective_on)
        current = self._position(question.risk_id, self.last)
        actions = _since(self.actions, question)
        done = Action.Status.DONE
        return changes_since_in_words(
            _band_of(before),
            _band_of(current),
            actions=sum(number == 1 for _, number, _ in actions),
            actions_done=len({record for record, _, status in actions if status == done}),
            controls=sum(number == 1 for _, number, _ in _since(self.controls, question)),
        )

    def _position(self, risk, day) -> Position | None:
        rows = (row for row in self.positions if row.risk_id == risk)
        return next((row for row in rows if row.from_day <= day < row.until_day), None)


def _since(revisions, question):
    """(record, number, status) of the revisions of the question's risk since it was put."""
    return [
        row
        for risk, day, *row in revisions
        if risk == question.risk_id and day >= question.effective_on
    ]


def _band_of(position):
    """(its label, its rank and the scheme that gave it), or None without a rating."""
    if position is None or position.current is None:
        return None
    band = position.current.band_now
    return band.label, band.rank, position.current.scheme_id
