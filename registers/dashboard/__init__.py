"""The scored dashboard of a register, section by section.

A section is a module with a class (see section.py), a template of the same name, and a place in
SECTIONS. It counts from dashboard.data, and reads on first use: what no page shows costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from registers.actions import next_actions
from registers.band_history import BandHistories
from registers.dashboard.above_tolerance import AboveTolerance
from registers.dashboard.bands import Bands
from registers.dashboard.blind_spots import BlindSpots
from registers.dashboard.breakdowns import Breakdowns
from registers.dashboard.data import DashboardData
from registers.dashboard.failure_types import FailureTypes
from registers.dashboard.headline import Headline
from registers.dashboard.independent_ratings import IndependentRatings
from registers.dashboard.matrix import Matrix
from registers.dashboard.movement import Movements
from registers.dashboard.overdue import Overdue
from registers.dashboard.precedent_matches import PrecedentMatches
from registers.dashboard.priority_risks import PriorityRisks
from registers.dashboard.section import Section
from registers.dashboard.trends import Trends
from registers.headings import read_headings
from registers.phrases.bands import above_in_words, tolerated_in_words
from registers.today_differences import mark_differences


@dataclass(frozen=True)
class Row:
    """Sections side by side. css: class of the row; has_columns: whether each has an element."""

    columns: tuple[tuple[type[Section], ...], ...]
    css: str = ""
    has_columns: bool = False


SECTIONS = [
    Row(((Headline,),)),
    Row(((PriorityRisks,),)),
    Row(((AboveTolerance,),)),
    Row(
        ((Bands, Movements, BlindSpots), (Matrix, IndependentRatings), (Trends, FailureTypes)),
        "app-columns app-columns--three",
        has_columns=True,
    ),
    Row(((Overdue,), (PrecedentMatches,)), "app-columns", has_columns=True),
    Row(((Breakdowns,),)),
]


class Dashboard:
    """today: the reader's positions of today, where the page is of an agreement.

    figures: see DashboardData for what it counts from.
    """

    def __init__(self, register, *, today=None, **figures):
        self.register, self.rules, self._today = register, register.scheme.rules, today
        self.data = DashboardData(register, **figures)
        self._sections = {
            section: section(self)
            for row in SECTIONS
            for column in row.columns
            for section in column
        }

    def section(self, section: type[Section]):
        """The section of that class."""
        return self._sections[section]

    @property
    def moved(self) -> Movements:
        """What the risks did since the day compared with, which most sections speak of."""
        return self.section(Movements)

    @cached_property
    def rows(self) -> list[dict]:
        """The sections that are shown, as the page lays them out; no empty row or column."""
        rows = []
        for row in SECTIONS:
            columns = [
                [self._sections[section] for section in column if self._sections[section].is_shown]
                for column in row.columns
            ]
            if columns := [column for column in columns if column]:
                rows.append({"columns": columns, "css": row.css, "has_columns": row.has_columns})
        return rows

    @property
    def contents(self) -> list[tuple[str, str]]:
        """(anchor, title) of each section that is shown, as the list of contents names it."""
        sections = [section for row in self.rows for column in row["columns"] for section in column]
        return [(section.anchor, section.title) for section in sections if section.title]

    @property
    def tolerated_in_words(self) -> str:
        return tolerated_in_words(self.data.tolerance)

    @property
    def above_in_words(self) -> str:
        return above_in_words(self.data.tolerance)

    @cached_property
    def headings(self):
        """Key of a position -> the position with its headings, of all risks that sections name."""
        keys = {key for section in self._sections.values() for key in section.heading_keys}
        headings = read_headings(self.register, keys)
        if self._today is not None:
            mark_differences(headings.values(), self._today)
        return headings

    @cached_property
    def histories(self):
        """Key of a risk -> its BandHistory."""
        data = self.data
        keys = {key for section in self._sections.values() for key in section.history_keys}
        histories = BandHistories(
            data.unfiltered.history,
            day=data.as_of.day,
            since=data.as_of.since,
            scheme_on=data.scheme_on,
        )
        return histories.by_risk(self.headings[key] for key in keys)

    @cached_property
    def next_actions(self):
        """Key of a risk -> the NextAction of it, if any action is open."""
        keys = {key for section in self._sections.values() for key in section.next_action_keys}
        return next_actions((self.headings[key].risk_id for key in keys), self.data.actions)
