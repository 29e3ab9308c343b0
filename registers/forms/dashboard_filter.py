"""The dashboard's filter: some of the list's filters, on positions of any day."""

from django.utils.functional import cached_property

from registers.forms.filters import PositionFilter

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
    def selected_band(self):
        """The band that it filters by, as in an address; "" for none."""
        return self.selected.get("band", "")

    def on(self, positions, day=None, recorded_by=None):
        """The filtered positions of that day.

        Without a day: filtered by all but the band, as what a band means, and which are above
        tolerance, differ from day to day.
        """
        for name, value in self.selected.items():
            if name != "band":
                positions = self.filters[name].filter(positions, value)
        if day is None or not self.selected_band:
            return positions
        return self.in_band(positions, self.selected_band, day, recorded_by)
