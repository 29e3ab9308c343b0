"""The dashboard's filter: some of the list's filters, on rows and on unsaved positions."""

from django.utils.functional import cached_property

from registers.forms.filters import UNDECIDED, PositionFilter
from registers.models import Assessment, Post, RiskRevision, Tolerances
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS

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

    def among(self, positions, day=None, recorded_by=None):
        """The same for unsaved positions. Five queries at most, whatever their number."""
        rows = list(positions)
        for name, value in self.selected.items():
            if rows and name != "band":
                fits = getattr(self, f"_fits_{name}")(value, rows)
                rows = [position for position in rows if fits(position)]
        return (
            list(filter(self._fits_band(day, recorded_by), rows))
            if self._filters_by_band(day)
            else rows
        )

    def _filters_by_band(self, day):
        return "band" in self.selected and not (day is None and self.depends_on_day)

    def _fits_level(self, level, positions):
        return lambda position: self.register.level == level

    def _fits_directorate(self, directorate, positions):
        posts = Post.objects.filter(pk__in={position.owner_id for position in positions})
        if directorate == self.NONE:
            belongs = set(posts.exclude(directorate=None).values_list("pk", flat=True))
            return lambda position: position.owner_id not in belongs
        belongs = set(posts.filter(directorate=directorate).values_list("pk", flat=True))
        return lambda position: position.owner_id in belongs

    def _fits_owner(self, post, positions):
        key = None if post == self.NONE else post.pk
        return lambda position: position.owner_id == key

    def _fits_failure_type(self, slug, positions):
        if slug == UNDECIDED:
            return lambda position: position.primary_failure_type_id is None
        revisions = RiskRevision.objects.filter(
            pk__in={position.revision_id for position in positions}
        )
        carry = {
            *revisions.filter(primary_failure_type__slug=slug).values_list("pk", flat=True),
            *revisions.filter(other_failure_types__slug=slug).values_list("pk", flat=True),
        }
        return lambda position: position.revision_id in carry

    def _fits_adverse_impact(self, impact, positions):
        revisions = RiskRevision.objects.filter(
            pk__in={position.revision_id for position in positions}
        )
        assessments = Assessment.objects.filter(
            pk__in={position.current_id for position in positions}
        )
        if impact == self.NONE:
            driven = set(assessments.exclude(driver=None).values_list("pk", flat=True))
            naming = set(revisions.exclude(adverse_impacts=None).values_list("pk", flat=True))
            return lambda position: (
                position.current_id not in driven and position.revision_id not in naming
            )
        driven = set(assessments.filter(driver=impact).values_list("pk", flat=True))
        naming = set(revisions.filter(adverse_impacts=impact).values_list("pk", flat=True))
        return lambda position: position.current_id in driven or position.revision_id in naming

    def _fits_category(self, value, positions):
        return lambda position: position.category == ("" if value == self.NONE else value)

    def _fits_band(self, day, recorded_by):
        slug, scheme_key = self.selected["band"], self.scheme.pk
        if slug == NOT_SCORED:
            return lambda position: position.band == ""
        if slug == TO_RE_ASSESS:
            return lambda position: position.band != "" and position.scheme_id != scheme_key
        if slug != ABOVE_TOLERANCE:
            return lambda position: position.band == slug and position.scheme_id == scheme_key
        tolerance = Tolerances.of(self.register).on(day, recorded_by)
        return lambda position: (
            position.scheme_id == scheme_key
            and tolerance.is_above(position.band, position.category)
        )
