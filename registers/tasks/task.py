"""A task: one thing that is due on a day, or waits, for one person."""

import dataclasses
import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from registers.dates import days_later
from registers.models import TaskKind
from registers.phrases.register import due_in_words

# Days ahead within which it is due soon.
SOON = {**dict.fromkeys(TaskKind, 14), TaskKind.ACTION: 7}
RANKS = {kind: rank for rank, kind in enumerate(TaskKind)}


class Urgency(StrEnum):
    """The most pressing first."""

    OVERDUE = "overdue"
    SOON = "soon"
    WAITING = "waiting"


class Span(NamedTuple):
    """Which tasks are asked for: due between two days, inclusive, and those that wait."""

    first: datetime.date
    last: datetime.date
    includes_waiting: bool


def due_span(kind, day):
    """All that is overdue on that day, due soon after, or waiting."""
    return Span(datetime.date.min, days_later(day, SOON[kind]), includes_waiting=True)


class TaskKey(NamedTuple):
    """A task before its words are read. on: the day it is due, None where it waits.

    record: the key of a risk, an action or whatever else the kind is about. register: the key of
    the register where it is finished.
    """

    kind: TaskKind
    record: int
    on: datetime.date | None
    register: int

    def urgency(self, day):
        return urgency_of(self.on, day)

    @property
    def order(self):
        """Overdue first, the longest overdue at the top; then due soon; then what waits."""
        return (self.on is None, self.on or datetime.date.min, RANKS[self.kind], self.record)


@dataclass(frozen=True)
class Task:
    """One thing to do, and the page where it is finished.

    on: the day it is due; None: it waits. note: why it waits. key: identifies it whichever day it
    is due. place: the register or organisation. change_path: of the page to change it instead,
    where there is one. is_for_manager: the person gets it as a risk manager, in place of somebody
    else.
    """

    kind: TaskKind
    on: datetime.date | None
    summary: str
    title: str
    path: str
    key: str
    place: str
    register: int
    note: str = ""
    change_path: str = ""
    is_exempt: bool = False
    is_for_manager: bool = False

    def urgency(self, day):
        return urgency_of(self.on, day)

    def describe(self, day):
        """When it is due, or why it waits: in words without a full stop."""
        return due_in_words(self.on, day) if self.on else self.note

    @property
    def is_pressing(self):
        """Whether it is reason enough for a mail.

        A risk without a failure type or a draft is listed beside other tasks, and makes no mail of
        its own: it would make one every day.
        """
        return self.on is not None or self.kind == TaskKind.ESCALATION

    def for_outside(self):
        """As mail and calendars may carry it: of an exempt risk nothing but its reference."""
        if not self.is_exempt:
            return self
        return dataclasses.replace(self, title="", note="")


def urgency_of(on, day):
    if on is None:
        return Urgency.WAITING
    return Urgency.OVERDUE if on < day else Urgency.SOON
