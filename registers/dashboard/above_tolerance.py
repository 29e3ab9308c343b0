"""The risks above tolerance, and those stuck in the highest band: the one full table of risks.

Each row says since when, how the risk moved, the response, and whether it is stuck or came true.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count
from django.utils.formats import date_format

from registers.actions import NextAction
from registers.band_history import BandHistory
from registers.dashboard.section import Section
from registers.models import AssuranceLevel, Position, Risk
from registers.movement import NEW
from registers.phrases.dashboard import band_since_in_words
from registers.phrases.register import assurance_gap_in_words
from registers.scoring import ABOVE_TOLERANCE

LISTED = 10
STUCK_LISTED = 5
ASSURANCE_GAPS = (AssuranceLevel.FIRST_LINE, AssuranceLevel.EXPIRED, AssuranceLevel.NONE)


@dataclass(frozen=True)
class AboveRow:
    """next_action: None where no action is open. materialised_on: None where it has not happened.

    is_unexplained: it fell, and nothing on record says why.
    """

    position: Position
    history: BandHistory
    next_action: NextAction | None = None
    is_new: bool = False
    is_stuck: bool = False
    is_unexplained: bool = False
    materialised_on: datetime.date | None = None

    @property
    def since(self) -> str:
        """ "since March 2024" """
        return band_since_in_words(self.position.band_since)

    @property
    def lacks_an_action(self) -> bool:
        """Whether no action is open although the response is to treat, or is not decided."""
        response = self.position.revision.response
        return not self.next_action and response in ("", Risk.Response.TREAT)

    @property
    def response(self) -> str:
        """The response in words, "" where it is to treat and the next action shows how."""
        revision = self.position.revision
        if revision.response == Risk.Response.TREAT and self.next_action:
            return ""
        if not revision.response:
            return "Not decided yet"
        label = revision.get_response_display().partition(":")[0]
        if revision.response == Risk.Response.TOLERATE and revision.tolerated_until:
            return f"{label} until {date_format(revision.tolerated_until, 'j F Y')}"
        return label


class AboveTolerance(Section):
    """One query, and one that it shares."""

    template = "dashboard/above_tolerance.html"
    anchor, title = "above", "Risks above tolerance"
    indicator = title

    @property
    def is_shown(self) -> bool:
        return super().is_shown and bool(self.keys)

    @cached_property
    def keys(self) -> list[int]:
        """Of the ten with the highest score, and of those stuck in a band that is tolerated."""
        above = [row.pk for row in self.data.top_rows[:LISTED]]
        stuck = [pk for pk, *_ in self.data.stuck[:STUCK_LISTED]]
        return list(dict.fromkeys([*above, *stuck]))

    @property
    def heading_keys(self):
        return self.keys

    @property
    def history_keys(self):
        return self.keys

    @property
    def next_action_keys(self):
        return self.keys

    @cached_property
    def rows(self) -> list[AboveRow]:
        return [self._row(key, self.dashboard.headings[key]) for key in self.keys]

    @property
    def above_listed(self) -> int:
        return min(LISTED, len(self.data.top_rows))

    def _row(self, key, position):
        moved, data = self.dashboard.moved, self.data
        movement = moved.kind_of.get(key)
        return AboveRow(
            position,
            self.dashboard.histories[position.risk_id],
            self.dashboard.next_actions.get(position.risk_id),
            is_new=movement is not None and movement.kind == NEW,
            is_stuck=any(pk == key for pk, *_ in data.stuck),
            is_unexplained=key in moved.unexplained,
            materialised_on=data.materialised_on.get(key),
        )

    @property
    def href(self) -> str:
        return self.data.href(band=ABOVE_TOLERANCE)

    @cached_property
    def assurance_gaps(self) -> list[tuple[int, str, str]]:
        """(how many, what they lack in words, address of the list), where there are any."""
        day, recorded_by = self.data.as_of.day, self.data.as_of.recorded_by
        filters = {gap.name: Count("pk", filter=gap.on(day, recorded_by)) for gap in ASSURANCE_GAPS}
        counts = self.data.above.order_by().aggregate(**filters)
        return [
            (
                n,
                assurance_gap_in_words(gap, n),
                self.data.href(band=ABOVE_TOLERANCE, assurance=gap.value),
            )
            for gap in ASSURANCE_GAPS
            if (n := counts[gap.name])
        ]

    # Of all risks on the register

    @property
    def redated_href(self) -> str:
        return self.data.links.actions("redated")

    @property
    def undated_href(self) -> str:
        return self.data.links.actions("undated")
