"""The eight insights of a register on a day, and one of them over the last quarter ends."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from registers.insights import (
    keeping,
    learning,
    leaving_intervention,
    no_blame,
    outside_view,
    peers,
    reorganising,
    worse_before_better,
)
from registers.insights.data import InsightData
from registers.insights.indicator import Indicator, Insight
from registers.models import Insight as LibraryInsight

INSIGHTS = {
    module.INSIGHT.number: module.INSIGHT
    for module in (
        *(peers, leaving_intervention, outside_view, reorganising),
        *(no_blame, learning, worse_before_better, keeping),
    )
}


@dataclass(frozen=True)
class InsightPanel:
    """An insight and what it reads. library: its row, with the title and the question."""

    insight: Insight
    library: LibraryInsight
    indicators: Sequence[Indicator]

    @property
    def has_something_to_read(self) -> bool:
        return any(not indicator.is_empty for indicator in self.indicators)

    def indicator(self, slug: str) -> Indicator | None:
        return next((row for row in self.indicators if row.slug == slug), None)


@dataclass(frozen=True)
class TrendTable:
    """An insight's indicators on several days, as components/table.html takes it."""

    columns: list[str]
    rows: list[list]


def read_insights(data: InsightData, library: Iterable[LibraryInsight]) -> list[InsightPanel]:
    """A panel for each row of the library that is read here, in its order."""
    return [
        InsightPanel(INSIGHTS[row.number], row, INSIGHTS[row.number].indicators(data))
        for row in library
        if row.number in INSIGHTS
    ]


def trend_table(
    panel: InsightPanel, days: Sequence[tuple[datetime.date, InsightData]]
) -> TrendTable:
    """A row for each day, oldest first, and a column for each indicator of the panel."""
    by_day = [(day, panel.insight.indicators(data)) for day, data in days]
    return TrendTable(
        ["At the end of", *(indicator.heading for indicator in panel.indicators)],
        [[date_format(day, "j F Y"), *map(_cell, indicators)] for day, indicators in by_day],
    )


def _cell(indicator: Indicator) -> str:
    """ "3 of 14", "none" where there is nothing to count among, or that there are too few."""
    if indicator.is_empty:
        return "none"
    return "too few" if indicator.is_withheld else f"{indicator.count} of {indicator.total}"
