"""A body's year, for its report to full council: what everybody may read of its meetings.

Nothing about a risk that is exempt, whoever opens it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from registers.dates import days_later
from registers.meetings.committee_actions import ActionRow, all_actions
from registers.models import (
    Answer,
    Attendance,
    AttendanceKind,
    CommitteeActionStatus,
    DeepDive,
    Meeting,
    PaperPart,
    Question,
    Resolution,
)
from registers.models.committee_action import first_day_of_year, year_in_words

PUBLIC = (Q(risk=None) | Q(risk__is_exempt=False)) & ~Q(paper_part=PaperPart.EXEMPT)


@dataclass(frozen=True)
class YearReport:
    """question_count, answered_count: of questions put for its meetings. published: Answers.

    meetings: each with the number of members who were `present`, 0 where that is not recorded.
    earlier_actions: those of earlier years that are open.
    """

    year: int
    meetings: list[Meeting]
    decisions: list[Any]
    deep_dives: list[DeepDive]
    question_count: int
    answered_count: int
    published: list[Answer]
    actions: list[ActionRow]
    earlier_actions: list[ActionRow]
    resolutions: list[Resolution]

    @property
    def year_in_words(self):
        return year_in_words(self.year)

    @property
    def unanswered_count(self):
        return self.question_count - self.answered_count

    @property
    def done(self):
        return [row for row in self.actions if row.revision.status == CommitteeActionStatus.DONE]

    @property
    def open(self):
        return [row for row in self.actions if row.is_open]

    @property
    def overdue_count(self):
        return sum(row.is_overdue for row in self.actions)

    @property
    def redated_count(self):
        return sum(row.revision.redated > 0 for row in self.actions)


def year_report_of(user, body, year) -> YearReport:
    """As many queries whatever the number of rows."""
    meetings = _meetings_of(body, year)
    questions = Question.objects.filter(PUBLIC, meeting__in=meetings)
    answers = Answer.objects.filter(question__in=questions).order_by("question", "pk")
    published = answers.filter(is_published=True).select_related("question__post")
    latest = {answer.question_id: answer for answer in published}
    dives = DeepDive.objects.completed().filter(meeting__in=meetings, risk__is_exempt=False)
    related = ("meeting", "outcome", "risk__register", "risk__latest")
    resolutions = Resolution.objects.in_force().filter(meeting__in=meetings)
    resolutions = resolutions.select_related("meeting")
    actions = [row for row in all_actions(user, body)[::-1] if not row.is_about_exempt]
    return YearReport(
        year=year,
        meetings=meetings,
        decisions=[
            decision
            for meeting in meetings
            for decision in meeting.agreements.all()
            if not hasattr(decision, "supersession")
        ],
        deep_dives=list(dives.select_related(*related).order_by("meeting__on", "pk")),
        question_count=questions.count(),
        answered_count=answers.values("question").distinct().order_by().count(),
        published=list(latest.values()),
        actions=[row for row in actions if row.action.year == year],
        earlier_actions=[row for row in actions if row.action.year < year and row.is_open],
        resolutions=list(resolutions.order_by("meeting__on", "pk")),
    )


def years_of(body):
    """The municipal years in which the body met or is to meet, the latest first."""
    days = Meeting.objects.not_cancelled().filter(body=body).values_list("on", flat=True)
    years = {year for day in days for year in (day.year - 1, day.year)}
    spans = {year: _span(body.organisation, year) for year in years}
    return sorted(
        (year for year, (first, last) in spans.items() if any(first <= d <= last for d in days)),
        reverse=True,
    )


def _span(organisation, year):
    first = first_day_of_year(organisation, year)
    return first, days_later(first_day_of_year(organisation, year + 1), -1)


def _meetings_of(body, year):
    """Those of the year that took place, up to today."""
    first, last = _span(body.organisation, year)
    last = min(last, timezone.localdate())
    meetings = Meeting.objects.not_cancelled().filter(body=body, on__range=(first, last))
    meetings = meetings.prefetch_related("agreements__register", "agreements__supersession")
    rows = Attendance.objects.filter(meeting__in=meetings).latest()
    present = rows.filter(kind=AttendanceKind.PRESENT).values_list("meeting", flat=True)
    counts = Counter(present.order_by())
    meetings = list(meetings.order_by("on", "pk"))
    for meeting in meetings:
        meeting.present = counts[meeting.pk]
    return meetings
