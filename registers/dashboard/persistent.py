"""The risks that are stuck in the highest band, each with what is to be done next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from registers.actions import NextAction
from registers.dashboard.section import Section
from registers.models import Position

SHOWN = 5


@dataclass(frozen=True)
class PersistentRisk:
    """quarter_ends: in the highest band running. next_action: None where no action is open."""

    position: Position
    quarter_ends: int
    next_action: NextAction | None


class Persistent(Section):
    template = "dashboard/persistent.html"

    @property
    def heading_keys(self):
        return [pk for pk, *_ in self.data.stuck[:SHOWN]]

    @property
    def next_action_keys(self):
        return self.heading_keys

    @cached_property
    def rows(self) -> list[PersistentRisk]:
        """The first five, the longest first."""
        rows = [(self.dashboard.headings[pk], ends) for pk, _, ends in self.data.stuck[:SHOWN]]
        return [
            PersistentRisk(position, ends, self.dashboard.next_actions.get(position.risk_id))
            for position, ends in rows
        ]

    @property
    def href(self) -> str:
        return self.data.href(stuck="yes")
