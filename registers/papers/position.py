"""The position that a paper tells of, and the dashboard that its numbers come from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from registers.dashboard import Dashboard
from registers.dates import FinancialYear, quarter_ends_before
from registers.models import PaperDraft, PaperKind, Tolerances
from registers.permissions import (
    body_meeting_day,
    marking_reader,
    marks_across,
    position_history_for,
    positions_for,
)


@dataclass(frozen=True)
class PaperPosition:
    """A day and the day that it is compared with, as on record when a draft was made."""

    day: datetime.date
    since: datetime.date
    recorded_by: datetime.datetime
    today: datetime.date
    agreement: None = None
    default_agreement: None = None
    is_today: bool = False
    has_comparison: bool = True
    query: str = ""
    query_params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: PaperDraft) -> PaperPosition:
        today = timezone.localdate()
        return cls(draft.effective_on, draft.since, draft.recorded_at, today)

    @property
    def since_recorded_by(self):
        return self.recorded_by


@dataclass(frozen=True)
class WholeRegister:
    """A narrowing by nothing: a paper tells of all risks that its readers may see."""

    selected: Mapping[str, Any] = field(default_factory=dict)
    query_params: Mapping[str, str] = field(default_factory=dict)
    prefixed_query_params: Mapping[str, str] = field(default_factory=dict)
    selected_band: str = ""


def paper_days(meeting, register, today=None, kind="") -> tuple[datetime.date, datetime.date]:
    """(the day that a new draft reads, the day that it compares with).

    Today, or the day of a meeting that was; since the last meeting of the body, or the last quarter
    end. An extract for the annual governance statement reads the end of the last financial year,
    and compares with the one before. today: another day, for the demo. kind: a PaperKind.
    """
    day = min(today or timezone.localdate(), meeting.on)
    if kind == PaperKind.GOVERNANCE:
        year = FinancialYear.of(day, register.organisation.year_starts_in)
        return year.shifted(-1).last, year.shifted(-2).last
    since = body_meeting_day(meeting.body, register, day)
    return day, since or quarter_ends_before(day, 1)[0]


def paper_dashboard(register, reader, draft) -> Dashboard:
    """The dashboard of the draft's position, of what that reader sees. Sets the register's scheme.

    Marks on warning signs are those that officers see: a paper is how a body comes to know them.
    """
    as_of = PaperPosition.of(draft)
    register.scheme = register.scheme_on(as_of.day, as_of.recorded_by)
    instant = as_of.recorded_by
    marking = marking_reader(register.organisation)
    marks = marks_across(marking, [register], as_of.day, instant).confirmed()
    return Dashboard(
        register,
        current=positions_for(reader, register, as_of.day, instant),
        previous=positions_for(reader, register, as_of.since, instant),
        history=position_history_for(reader, register, instant),
        days=[as_of.day],
        as_of=as_of,
        tolerances=Tolerances.of(register),
        marks=marks,
        narrowing=WholeRegister(),
    )
