"""The actions of a body: those of a meeting, those from before it, and all of a year."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from registers.models import CommitteeActionRevision, CommitteeActionStatus, Meeting
from registers.permissions import committee_actions_for
from registers.phrases.numbers import times_in_words


@dataclass(frozen=True)
class ActionRow:
    """What an action says today. carried_over: to how many later meetings of the body it was."""

    revision: CommitteeActionRevision
    carried_over: int

    @property
    def action(self):
        return self.revision.action

    @property
    def carried_in_words(self):
        """ "twice"."""
        return times_in_words(self.carried_over)

    @property
    def redated_in_words(self):
        return times_in_words(self.revision.redated)

    @property
    def is_open(self):
        return self.revision.status == CommitteeActionStatus.OPEN

    @property
    def is_overdue(self):
        due_on = self.revision.due_on
        return self.is_open and due_on is not None and due_on < timezone.localdate()

    @property
    def is_about_exempt(self):
        return bool(self.revision.risk and self.revision.risk.is_exempt)


def actions_of(user, meeting) -> list[ActionRow]:
    """Those that the meeting agreed. Two queries."""
    rows = committee_actions_for(user, meeting.body).filter(action__meeting=meeting)
    return _with_meetings(rows, meeting.body)


def actions_before(user, meeting) -> list[ActionRow]:
    """Those of earlier meetings of the body that were open when it met. Two queries."""
    rows = committee_actions_for(user, meeting.body)
    was_open = Q(status=CommitteeActionStatus.OPEN) | Q(effective_on__gte=meeting.on)
    rows = rows.filter(was_open, action__meeting__on__lt=meeting.on)
    return _with_meetings(rows, meeting.body, meeting.on)


def all_actions(user, body) -> list[ActionRow]:
    """Those of the body, the latest year first. Two queries."""
    rows = committee_actions_for(user, body)
    return _with_meetings(rows, body)[::-1]


def _with_meetings(revisions, body, until=None):
    """until: the day up to which meetings count, without one until the action ended."""
    days = Meeting.objects.not_cancelled().filter(body=body).values_list("on", flat=True)
    days = sorted(days)
    return [
        ActionRow(revision, _carried_over(revision, days, until))
        for revision in revisions.order_by("action__year", "action__number")
    ]


def _carried_over(revision, days, until):
    """At how many meetings after its own it was still open."""
    is_open = revision.status == CommitteeActionStatus.OPEN
    last = timezone.localdate() if is_open else revision.effective_on
    last = min(last, until) if until else last
    return sum(revision.action.meeting.on < day <= last for day in days)
