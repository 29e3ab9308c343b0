"""The history of one risk as segments of days on which nothing changed.

Pure: works on revisions and assessments.
"""

import datetime
from dataclasses import dataclass

FOR_EVER = datetime.date.max


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
    days = sorted({max(start, row.effective_on) for row in (*revisions, *assessments)})
    segments = []
    for day, until in zip(days, [*days[1:], FOR_EVER], strict=True):
        revision = [r for r in revisions if r.effective_on <= day][-1]
        current = next((a for a in reversed(assessments) if a.effective_on <= day), None)
        since, before = _in_band(segments[-1] if segments else None, day, revision, current)
        segments.append(TimelineSegment(day, until, revision, current, since, before))
    return segments


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
