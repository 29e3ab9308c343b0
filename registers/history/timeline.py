"""The history of one risk in two times: the days on which something was so, and the instants
between which it was on record.

Pure: works on revisions and assessments.
"""

import datetime
from dataclasses import dataclass

FOR_EVER = datetime.date.max
# The instant until which a row is on record that nothing has replaced.
STILL_ON_RECORD = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class TimelineSegment:
    """Days from `from_day` until before `until_day` with one revision and one current assessment.

    band_since: the day from which the risk has been in this band, or unrated, without a break: by
    one scheme, and all the time on the register or all the time off it. band_before: the band that
    it was in before, by the same scheme; "" where there is none.
    """

    from_day: datetime.date
    until_day: datetime.date
    revision: object
    current: object
    band_since: datetime.date
    band_before: str = ""


def build_timeline(revisions, assessments):
    """The segments of one risk, oldest first.

    revisions: in any order, with effective_on and number. assessments: the current ones of our own
    perspective, in any order, with effective_on and pk. A risk starts with its first revision; what
    was rated before that day counts from it. Of several rows of one day the last one counts.
    """
    revisions = sorted(revisions, key=lambda r: (r.effective_on, r.number))
    assessments = sorted(assessments, key=lambda a: (a.effective_on, a.pk))
    if not revisions:
        return []
    start = revisions[0].effective_on
    latest_revision = {row.effective_on: row for row in revisions}
    latest_assessment = {max(start, row.effective_on): row for row in assessments}
    days = sorted({*latest_revision, *latest_assessment})
    segments, revision, current = [], None, None
    for day, until in zip(days, [*days[1:], FOR_EVER], strict=True):
        revision = latest_revision.get(day, revision)
        current = latest_assessment.get(day, current)
        since, before = _in_band(segments[-1] if segments else None, day, revision, current)
        segments.append(TimelineSegment(day, until, revision, current, since, before))
    return segments


@dataclass(frozen=True)
class RecordedSegment:
    """A segment that was on record from one instant until before another."""

    segment: TimelineSegment
    known_from: datetime.datetime
    known_until: datetime.datetime = STILL_ON_RECORD


def build_recorded_timeline(revisions, assessments, on_record=None, since=None):
    """Every segment that was ever on record, those still on record last.

    revisions, assessments: as for build_timeline, with recorded_at. A segment that is replaced at
    the instant of its recording is left out: nobody could have read it.

    since, on_record: replay only what was recorded from that instant on. on_record: segment -> its
    known_from, of those on record before.
    """
    revisions, assessments = list(revisions), list(assessments)
    on_record, replaced = {**(on_record or {})}, []
    instants = {row.recorded_at for row in (*revisions, *assessments)}
    for instant in sorted(instant for instant in instants if since is None or instant >= since):
        segments = build_timeline(
            [row for row in revisions if row.recorded_at <= instant],
            [row for row in assessments if row.recorded_at <= instant],
        )
        for segment in on_record.keys() - {*segments}:
            known_from = on_record.pop(segment)
            if known_from < instant:
                replaced.append(RecordedSegment(segment, known_from, instant))
        for segment in segments:
            on_record.setdefault(segment, instant)
    return [*replaced, *(RecordedSegment(*period) for period in on_record.items())]


def _in_band(previous, day, revision, current):
    """(band_since, band_before) of a segment from that day.

    previous: the segment before it, None for the first.
    """
    if previous is None:
        return day, ""
    before, after = (
        rating and (rating.scheme_id, rating.band) for rating in (previous.current, current)
    )
    was_on, is_on = (row.status in row.ON_REGISTER for row in (previous.revision, revision))
    if (before, was_on) == (after, is_on):
        return previous.band_since, previous.band_before
    moved = was_on == is_on and before and after and before[0] == after[0]
    return day, before[1] if moved else ""
