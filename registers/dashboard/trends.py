"""The course of a register -> pandas, and what is counted from it day by day. Pure once the rows
are read; a frame holds no text of a risk.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import Counter
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from django.db.models import CharField, Count, ExpressionWrapper, F, Min

from registers.scoring import Tolerance

if TYPE_CHECKING:
    import pandas as pd

UNSCORED = ""
OTHER_SCHEME = "to-re-assess"
NEW, LEFT, UP, DOWN, SCORED, UNCHANGED = "new", "left", "up", "down", "scored", "unchanged"


def course_frame(
    course, scheme: int, days: list[datetime.date], *, by_category: bool = False, also=()
) -> pd.DataFrame:
    """day (ISO text: of the days given, the oldest first, the first by whose end it was so), band
    (as in two_days.Kind), change: by how many the count of that band rose or fell; and of which
    category, where that is asked for. also: positions that are no rows. What came after the last
    day is left out. Two queries, grouped by day, whatever the number of risks.
    """
    import pandas as pd

    ends = [day.isoformat() for day in days]
    category = ["category"] if by_category else []
    said = attrgetter("band", "scheme_id", *category)
    changes: Counter[tuple] = Counter()
    for end, sign in (("from_day", 1), ("until_day", -1)):
        told = [(getattr(position, end), *said(position), 1) for position in also]
        rows = _by_day(
            course.filter(**{f"{end}__lte": days[-1]}), end, "band", "scheme_id", *category
        )
        for row in chain(rows, told):
            changes[bisect_left(ends, str(row[0])), row[1:-1]] += sign * row[-1]
    rows = [(ends[place], *row, n) for (place, row), n in changes.items() if place < len(ends)]
    return _by_scheme(
        pd.DataFrame(rows, columns=["day", "band", "scheme", *category, "change"]), scheme
    )


def _by_day(positions, day, *fields):
    """(a day, the fields, how many) as the database gives it: thousands of days need not become
    objects, which the least of each group does not where it is called a text.
    """
    text = Min(ExpressionWrapper(F(day), output_field=CharField()))
    rows = positions.order_by().values(day, *fields).annotate(n=Count("*"), first=text)
    return rows.values_list("first", *fields, "n")


def counts_on(course: pd.DataFrame, days: list[datetime.date], bands: list[str]) -> pd.DataFrame:
    """Risks by band (columns, as given) at the end of each day (index). course: see course_frame."""
    changes = course.groupby(["day", "band"])["change"].sum().unstack(fill_value=0).sort_index()
    table = changes.cumsum().reindex([day.isoformat() for day in days], method="ffill")
    return table.set_axis(days).reindex(columns=bands).fillna(0).astype("int64")


def is_above(frame: pd.DataFrame, tolerance: Tolerance) -> pd.Series:
    """Of each row, whether its band is above what is let stand. frame: with band, and category
    where the tolerance differs by it.
    """
    if not tolerance.by_category:
        return frame["band"].isin([band.slug for band in tolerance.above()])
    ranks, general = frame["band"].map(tolerance.scheme.ranks), tolerance.of("").rank
    own = {category: tolerance.of(category).rank for category in tolerance.by_category}
    return ranks > frame["category"].map(own).fillna(general)


def above_on(
    course: pd.DataFrame, days: list[datetime.date], tolerances: list[Tolerance]
) -> list[int]:
    """How many risks stood above tolerance at the end of each day, by the tolerance of that day.
    days: oldest first; course: see course_frame.
    """
    found: list[int] = []
    for tolerance, alike in groupby(zip(days, tolerances, strict=True), key=itemgetter(1)):
        changes = (
            course.loc[is_above(course, tolerance)].groupby("day")["change"].sum().sort_index()
        )
        count = changes.cumsum().reindex([day.isoformat() for day, _ in alike], method="ffill")
        found += count.fillna(0).astype("int64").tolist()
    return found


def counts_above_on(
    course: pd.DataFrame, days: list[datetime.date], tolerances: list[Tolerance], bands: list[str]
) -> pd.DataFrame:
    """counts_on of those risks alone that stood above tolerance, by the tolerance of each day."""
    import pandas as pd

    found = [
        counts_on(course.loc[is_above(course, tolerance)], [day for day, _ in alike], bands)
        for tolerance, alike in groupby(zip(days, tolerances, strict=True), key=itemgetter(1))
    ]
    return pd.concat(found)


def _by_scheme(frame: pd.DataFrame, scheme: int) -> pd.DataFrame:
    """Bands that another scheme gave become OTHER_SCHEME: its words mean something else."""
    ours = (frame["scheme"] == scheme) | (frame["band"] == UNSCORED)
    return frame.assign(band=frame["band"].where(ours, OTHER_SCHEME)).drop(columns="scheme")
