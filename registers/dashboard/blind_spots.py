"""What the register says nothing about: see registers/blind_spots.py."""

from functools import cached_property

from registers.blind_spots import DAYS, BlindSpot, find_blind_spots
from registers.dashboard.section import Section
from registers.dates import days_later


class BlindSpots(Section):
    template = "dashboard/blind_spots.html"
    anchor, title = "blind", "Blind spots"
    indicator = title

    @property
    def is_shown(self) -> bool:
        """Not on a page narrowed to a kind or a band: all other kinds would be blind spots."""
        narrowed_by = self.data.narrowing.selected.keys()
        return super().is_shown and not {"failure_type", "adverse_impact", "band"} & narrowed_by

    @cached_property
    def is_a_year_old(self) -> bool:
        """Whether any risk was on the register a year before the day read: else nothing can be
        said of a year.
        """
        limit = days_later(self.data.as_of.day, -DAYS)
        return self.data.rows.current.filter(risk__raised_on__lte=limit).exists()

    @cached_property
    def spots(self) -> list[BlindSpot]:
        data = self.data
        return find_blind_spots(
            data.rows.current, data.as_of.day, data.types, data.comparison.latest
        )
