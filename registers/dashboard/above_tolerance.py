"""The risks above tolerance: since when, what is done about each, and what assurance they lack."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count
from django.utils.formats import date_format

from registers.actions import NextAction
from registers.dashboard.section import Section
from registers.dates import quarter_ends_between
from registers.models import AssuranceLevel, Position, Risk
from registers.phrases.dashboard import band_since_in_words
from registers.phrases.register import assurance_gap_in_words
from registers.rating_sparkline import CompactSparkline
from registers.scoring import ABOVE_TOLERANCE

LISTED = 10
ASSURANCE_GAPS = (AssuranceLevel.FIRST_LINE, AssuranceLevel.EXPIRED, AssuranceLevel.NONE)


@dataclass(frozen=True)
class AboveRow:
    """quarter_ends: in this band running. next_action: None where no action is open."""

    position: Position
    quarter_ends: int
    sparkline: CompactSparkline
    next_action: NextAction | None = None

    @property
    def since(self) -> str:
        """ "since March 2024, eight quarter ends" """
        return band_since_in_words(self.position.band_since, self.quarter_ends)

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
    """Two queries."""

    template = "dashboard/above_tolerance.html"

    @cached_property
    def _keys(self) -> list[int]:
        """Of the ten with the highest score."""
        rows = self.data.above.order_by("-score", "number")
        return list(rows.values_list("pk", flat=True)[:LISTED])

    @property
    def heading_keys(self):
        return self._keys

    @property
    def sparkline_keys(self):
        return self._keys

    @property
    def next_action_keys(self):
        return self._keys

    @cached_property
    def rows(self) -> list[AboveRow]:
        return [self._row(self.dashboard.headings[key]) for key in self._keys]

    def _row(self, position):
        return AboveRow(
            position,
            quarter_ends_between(position.band_since, self.data.as_of.day),
            self.dashboard.sparklines[position.risk_id],
            self.dashboard.next_actions.get(position.risk_id),
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
