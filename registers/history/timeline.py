"""The course of one risk as stretches of days on which nothing changed. Pure: works on revisions
and assessments.
"""

import datetime
from dataclasses import dataclass

from registers.models.risk_content import RiskContent

FOR_EVER = datetime.date.max


@dataclass(frozen=True)
class TimelineSegment:
    """Days from `from_day` until before `until_day` on which one revision and one current
    assessment stood. band_since: the day from which it has been in this band, or unrated, without a
    break: by one scheme, and on the register or off it all the time; band_before: the band from
    which it came then, by the same scheme, "" where there is none.
    """

    from_day: datetime.date
    until_day: datetime.date
    revision: object
    current: object
    band_since: datetime.date
    band_before: str = ""


def build_timeline(revisions, assessments):
    """The course of one risk. revisions: any order, with effective_on and number. assessments: the
    current ones of our own perspective, any order, with effective_on and pk. A risk starts with its
    first revision: what was judged before that day counts from it. Of several on one day the last
    one stands.
    """
    revisions = sorted(revisions, key=lambda r: (r.effective_on, r.number))
    assessments = sorted(assessments, key=lambda a: (a.effective_on, a.pk))
    if not revisions:
        return []
    start = revisions[0].effective_on
    days = sorted({max(start, row.effective_on) for row in (*revisions, *assessments)})
    found = []
    for day, until in zip(days, [*days[1:], FOR_EVER], strict=True):
        revision = [r for r in revisions if r.effective_on <= day][-1]
        current = next((a for a in reversed(assessments) if a.effective_on <= day), None)
        since, before = _in_band(found[-1] if found else None, day, revision, current)
        found.append(TimelineSegment(day, until, revision, current, since, before))
    return found


def _in_band(last, day, revision, current):
    """(band_since, band_before) of a stretch from that day. last: the stretch before it, None for
    the first.
    """
    if last is None:
        return day, ""
    was, now = (one and (one.scheme_id, one.band) for one in (last.current, current))
    was_on, is_on = (one.status in RiskContent.ON_REGISTER for one in (last.revision, revision))
    if (was, was_on) == (now, is_on):
        return last.band_since, last.band_before
    moved = was_on == is_on and was and now and was[0] == now[0]
    return day, was[1] if moved else ""
