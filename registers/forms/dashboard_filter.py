"""The dashboard's filter: some of the list's filters, on positions of any day."""

from django.utils.functional import cached_property

from registers.forms.filters import PositionFilter
from registers.scoring import ABOVE_TOLERANCE

NARROWS = ("level", "directorate", "owner", "failure_type", "adverse_impact", "category", "band")


class DashboardFilter(PositionFilter):
    """Filters positions of any day by a few of the list's filters, each as of that day.

    prefix: where an address has other filters of these names: `risk-owner` beside an action's
    owner.
    """

    names = NARROWS

    @classmethod
    def needed(cls, data, prefix):
        return NARROWS

    @cached_property
    def query_params(self):
        """The address parameters that keep the filter, by the list's names."""
        return {name: self.form[name].value() for name in self.selected}

    @property
    def prefixed_query_params(self):
        """The same for addresses that have other filters of these names."""
        return {f"risk-{name}": value for name, value in self.query_params.items()}

    @property
    def depends_on_day(self):
        """Whether it filters by tolerance, which differs from day to day."""
        return self.selected.get("band") == ABOVE_TOLERANCE

    def on(self, positions, day=None, recorded_by=None):
        """The filtered positions of that day.

        Without a day: filtered by all but tolerance (see depends_on_day).
        """
        for name, value in self.selected.items():
            if name != "band":
                positions = self.filters[name].filter(positions, value)
        if not self._filters_by_band(day):
            return positions
        return self.in_band(positions, self.selected["band"], day, recorded_by)

    def _filters_by_band(self, day):
        return "band" in self.selected and not (day is None and self.depends_on_day)
