"""What a meeting's page says of its days: the deadline, bank holidays and elections."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from registers.meetings.deadlines import SATURDAY, bank_holiday, last_day_to_publish
from registers.models import Meeting, PreElectionPeriod


@dataclass(frozen=True)
class MeetingDays:
    """publish_by: the last day to publish the papers.

    holiday: the name of the bank holiday on which the meeting is, or "". election: the period
    before one in which the papers would be published or the meeting held.
    """

    meeting: Meeting
    publish_by: datetime.date
    holiday: str
    is_weekend: bool
    election: PreElectionPeriod | None


def meeting_days(meeting, organisation, periods) -> MeetingDays:
    """periods: the organisation's PreElectionPeriods."""
    publish_by = last_day_to_publish(meeting.on, meeting.clear_days, organisation.nation)
    election = next((row for row in periods if _touches(row, publish_by, meeting.on)), None)
    return MeetingDays(
        meeting,
        publish_by,
        bank_holiday(meeting.on, organisation.nation),
        meeting.on.weekday() >= SATURDAY,
        election,
    )


def _touches(period, first, last):
    return period.from_day <= last and period.until >= first
