"""Risks by band over time: the changes by day as a pandas frame, counts, and their chart.

Pure once the rows are read; a frame holds no text of a risk.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import Counter
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db.models import CharField, Count, ExpressionWrapper, F, Min
from django.utils.formats import date_format

from registers.charts import Cell, Chart, Table, stacked_bars
from registers.dashboard.failure_types import group_cells
from registers.dashboard.section import Section
from registers.movement import OTHER_SCHEME, UNSCORED
from registers.phrases.numbers import count_history_in_words
from registers.scoring import Tolerance

if TYPE_CHECKING:
    import pandas as pd


class Trends(Section):
    template = "dashboard/trends.html"

    @cached_property
    def chart(self) -> Chart:
        """Risks by band at the end of each day; the sentence is of those above tolerance.

        The last day is counted as it is read, because what was agreed may differ from what is known
        now.
        """
        data = self.data
        counts = data.band_changes, data.days
        if data.narrowing.depends_on_day:
            table = counts_above_on(*counts, data.tolerance_by_day, data.keys)
        else:
            table = counts_on(*counts, data.keys)
        lines = [*table.to_numpy().tolist()[:-1], [data.current_by_band[key] for key in data.keys]]
        names = [date_format(day, "j M Y") for day in data.days]
        rows = [
            [Cell(name), *group_cells(data, line, day)]
            for name, line, day in zip(names, lines, [*data.days[:-1], None], strict=True)
        ]
        above = [*above_on(*counts, data.tolerance_by_day)[:-1], data.above_count]
        return Chart(
            "over-time",
            "Risks by band over time",
            f"Above tolerance: {count_history_in_words(above, names)}.",
            stacked_bars(lines, names, data.labels, bands=len(data.rules.bands)),
            Table(["At the end of", *data.labels], rows),
        )


def read_band_changes(
    history, scheme: int, days: list[datetime.date], *, by_category: bool = False
) -> pd.DataFrame:
    """Changes of the count of each band, by day.

    Columns: day (ISO text: the first of the days by whose end the change took effect), band (as in
    period_comparison.GroupKey), category where by_category, change (how many more or fewer).
    history: positions of all days, as on record at one instant; days: oldest first. What came after
    the last is left out. Two queries, grouped by day, whatever the number of risks.
    """
    import pandas as pd

    ends = [day.isoformat() for day in days]
    category = ["category"] if by_category else []
    changes: Counter[tuple] = Counter()
    for field, sign in (("from_day", 1), ("until_day", -1)):
        rows = _grouped_by_day(
            history.filter(**{f"{field}__lte": days[-1]}), field, "band", "scheme_id", *category
        )
        for day, *group, n in rows:
            changes[bisect_left(ends, str(day)), tuple(group)] += sign * n
    rows = [(ends[place], *row, n) for (place, row), n in changes.items() if place < len(ends)]
    return _mark_other_scheme(
        pd.DataFrame(rows, columns=["day", "band", "scheme", *category, "change"]), scheme
    )


def _grouped_by_day(positions, field, *fields):
    """(day, the fields, how many), the day as the text that the database holds.

    Read as texts because there may be thousands of days. Min() of a date would make objects, so it
    is declared a text.
    """
    text = Min(ExpressionWrapper(F(field), output_field=CharField()))
    rows = positions.order_by().values(field, *fields).annotate(n=Count("*"), first=text)
    return rows.values_list("first", *fields, "n")


def counts_on(changes: pd.DataFrame, days: list[datetime.date], bands: list[str]) -> pd.DataFrame:
    """Risks by band (columns) at the end of each day (index). changes: see read_band_changes."""
    by_day = changes.groupby(["day", "band"])["change"].sum().unstack(fill_value=0).sort_index()
    table = by_day.cumsum().reindex([day.isoformat() for day in days], method="ffill")
    return table.set_axis(days).reindex(columns=bands).fillna(0).astype("int64")


def is_above(frame: pd.DataFrame, tolerance: Tolerance) -> pd.Series:
    """Of each row, whether its band is above tolerance.

    frame: with a column band, and category where the tolerance differs by it.
    """
    if not tolerance.by_category:
        return frame["band"].isin([band.slug for band in tolerance.above()])
    ranks, general = frame["band"].map(tolerance.scheme.ranks), tolerance.of("").rank
    by_category = {category: tolerance.of(category).rank for category in tolerance.by_category}
    return ranks > frame["category"].map(by_category).fillna(general)


def above_on(
    changes: pd.DataFrame, days: list[datetime.date], tolerances: list[Tolerance]
) -> list[int]:
    """How many risks were above tolerance at the end of each day, by the tolerance of that day.

    days: oldest first; changes: see read_band_changes.
    """
    counts: list[int] = []
    for tolerance, run in groupby(zip(days, tolerances, strict=True), key=itemgetter(1)):
        by_day = (
            changes.loc[is_above(changes, tolerance)].groupby("day")["change"].sum().sort_index()
        )
        count = by_day.cumsum().reindex([day.isoformat() for day, _ in run], method="ffill")
        counts += count.fillna(0).astype("int64").tolist()
    return counts


def counts_above_on(
    changes: pd.DataFrame, days: list[datetime.date], tolerances: list[Tolerance], bands: list[str]
) -> pd.DataFrame:
    """counts_on of those risks alone that were above tolerance, by the tolerance of each day."""
    import pandas as pd

    frames = [
        counts_on(changes.loc[is_above(changes, tolerance)], [day for day, _ in run], bands)
        for tolerance, run in groupby(zip(days, tolerances, strict=True), key=itemgetter(1))
    ]
    return pd.concat(frames)


def _mark_other_scheme(frame: pd.DataFrame, scheme: int) -> pd.DataFrame:
    """Bands that another scheme gave become OTHER_SCHEME: its words mean something else."""
    is_in_scheme = (frame["scheme"] == scheme) | (frame["band"] == UNSCORED)
    return frame.assign(band=frame["band"].where(is_in_scheme, OTHER_SCHEME)).drop(columns="scheme")
