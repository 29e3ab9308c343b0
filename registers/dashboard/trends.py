"""Risks by band over time: the changes by day as a pandas frame, counts, and their chart.

Pure once the rows are read; a frame holds no text of a risk.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db.models import CharField, Count, ExpressionWrapper, F, Min
from django.utils.formats import date_format

from registers.charts import NO_RISKS, Cell, Chart, Table, stacked_bars
from registers.dashboard.data import OTHER_SCHEME as OTHER_GROUP
from registers.dashboard.data import UNSCORED as UNSCORED_GROUP
from registers.dashboard.period_comparison import rated_count
from registers.dashboard.section import Section
from registers.movement import OTHER_SCHEME, UNSCORED
from registers.phrases.dashboard import scored_until_sentence
from registers.phrases.numbers import count_history_in_words
from registers.scoring import (
    ABOVE_TOLERANCE,
    NOT_SCORED,
    TO_RE_ASSESS,
    Band,
    Scheme,
    Tolerance,
)

if TYPE_CHECKING:
    import pandas as pd


NAME_OF = {NOT_SCORED: UNSCORED, TO_RE_ASSESS: OTHER_SCHEME}  # in an address -> in a frame


class Trends(Section):
    template = "dashboard/trends.html"
    anchor, title = "over-time-title", "Risks by band over time"
    indicator = title

    @cached_property
    def chart(self) -> Chart:
        """Risks by band at the end of each day; the sentence is of those above tolerance.

        Each day is read by the scheme that was in force then. The last day is counted as it is
        read, because what was agreed may differ from what is known now.
        """
        data = self.data
        lines, above = self._counts
        lines, above = [*lines[:-1], data.current_by_band], [*above[:-1], data.above_count]
        bands = merge_bands([scheme.rules for scheme in data.scheme_by_day])
        groups = [*((band.slug, band.label, band.slug) for band in bands), UNSCORED_GROUP]
        groups += [OTHER_GROUP] if any(line[OTHER_SCHEME] for line in lines) else []
        labels = [label for _, label, _ in groups]
        names = [date_format(day, "j M Y") for day in data.days]
        days = zip(lines, data.scheme_by_day, [*data.days[:-1], None], strict=True)
        cells = [
            [self._cell(group, line, scheme.rules, day) for group in groups]
            for line, scheme, day in days
        ]
        heights = [[cell.count or 0 for cell in row] for row in cells]
        return Chart(
            "over-time",
            "Risks by band over time",
            f"Above tolerance: {count_history_in_words(_known_counts(lines, above), names)}.",
            stacked_bars(heights, names, labels, bands=bands),
            Table(
                ["At the end of", *labels],
                [[Cell(name), *row] for name, row in zip(names, cells, strict=True)],
            ),
            self._note,
        )

    @property
    def _counts(self) -> tuple[list[Counter[str]], list[int]]:
        """For each day its counts by band, and how many risks were above tolerance."""
        data = self.data
        all_changes = read_band_changes(
            data.rows.history, data.days, by_category=data.is_split_by_category
        )
        lines: list[Counter[str]] = []
        above: list[int] = []
        runs = zip(data.days, data.scheme_by_day, data.tolerance_by_day, strict=True)
        for (scheme, tolerance), run in groupby(runs, key=itemgetter(1, 2)):
            days = [day for day, *_ in run]
            changes = read_by_scheme(all_changes, scheme.pk)
            is_above_then = is_above(changes, tolerance)
            if band := data.narrowing.selected_band:
                fits = (
                    is_above_then
                    if band == ABOVE_TOLERANCE
                    else changes["band"] == NAME_OF.get(band, band)
                )
                changes, is_above_then = changes.loc[fits], is_above_then.loc[fits]
            keys = [*scheme.rules.ranks, UNSCORED, OTHER_SCHEME]
            counts = counts_on(changes, days, keys)
            for line in counts.to_numpy().tolist():
                lines.append(Counter(dict(zip(keys, line, strict=True))))
            if tolerance.by_category:
                counts_above = counts_on(changes.loc[is_above_then], days, keys)
            else:
                counts_above = counts[[band.slug for band in tolerance.above()]]
            above += counts_above.sum(axis=1).tolist()
        return lines, above

    def _cell(self, group, line, rules, day) -> Cell:
        """How many are in that group, with a link; a dash where the scheme has no such band."""
        key, label, name = group
        if key in (UNSCORED, OTHER_SCHEME) or (key, label) in labels_of(rules):
            return Cell(str(line[key]), self.data.href(day, band=name), line[key])
        return Cell(NO_RISKS)

    @property
    def _note(self) -> str:
        """Which schemes were in force until which day, where the days have several."""
        data, first = self.data, self.data.days[0]
        adoptions = data.register.adoptions_by(data.as_of.day, data.as_of.recorded_by)
        earlier: dict[datetime.date, str] = {}
        for row in adoptions:
            if row.effective_on > first:
                earlier.setdefault(row.effective_on, str(row.earlier))
        return scored_until_sentence(earlier, str(data.register.scheme)) if earlier else ""


def _known_counts(lines: list[Counter[str]], above: list[int]) -> list[int | None]:
    """How many were above tolerance each day: None where there were risks and none was rated."""
    return [
        None if sum(line.values()) and not rated_count(line) else count
        for line, count in zip(lines, above, strict=True)
    ]


def labels_of(rules: Scheme) -> list[tuple[str, str]]:
    """(slug, label) of each band, lowest first."""
    return [(band.slug, band.label) for band in rules.bands]


def merge_bands(schemes: Iterable[Scheme]) -> list[Band]:
    """The bands of several schemes, the oldest first: each slug and label once, lowest first.

    A band of two schemes is that of the later one.
    """
    merged: dict[tuple[str, str], Band] = {}
    order: list[tuple[str, str]] = []
    for rules in dict.fromkeys(reversed([*schemes])):
        place = 0
        for key, band in zip(labels_of(rules), rules.bands, strict=True):
            if key not in merged:
                order.insert(place, key)
                merged[key] = band
            place = order.index(key) + 1
    return [merged[key] for key in order]


def read_band_changes(
    history, days: list[datetime.date], *, by_category: bool = False
) -> pd.DataFrame:
    """Changes of the count of each band, by day.

    Columns: day (ISO text: the first of the days by whose end the change took effect), band, scheme
    (key of the one that gave it), category where by_category, change (how many more or fewer).
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
    return pd.DataFrame(rows, columns=["day", "band", "scheme", *category, "change"])


def _grouped_by_day(positions, field, *fields):
    """(day, the fields, how many), the day as the text that the database holds.

    Read as texts because there may be thousands of days. Min() of a date would make objects, so it
    is declared a text.
    """
    text = Min(ExpressionWrapper(F(field), output_field=CharField()))
    rows = positions.order_by().values(field, *fields).annotate(n=Count("*"), first=text)
    return rows.values_list("first", *fields, "n")


def counts_on(changes: pd.DataFrame, days: list[datetime.date], bands: list[str]) -> pd.DataFrame:
    """Risks by band (columns) at the end of each day (index). changes: see read_by_scheme."""
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


def read_by_scheme(changes: pd.DataFrame, scheme: int) -> pd.DataFrame:
    """Bands that another scheme gave become OTHER_SCHEME: its words mean something else."""
    is_in_scheme = (changes["scheme"] == scheme) | (changes["band"] == UNSCORED)
    return changes.assign(band=changes["band"].where(is_in_scheme, OTHER_SCHEME))
