"""What a dashboard is narrowed by: the list's own conditions, asked of rows and of positions that
are no rows.
"""

from django.utils.functional import cached_property

from registers.forms.filters import UNDECIDED, PositionFilter
from registers.models import Assessment, Post, RiskRevision, Tolerances
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS

NARROWS = ("level", "directorate", "owner", "failure_type", "adverse_impact", "category", "band")


class DashboardFilter(PositionFilter):
    """Narrows positions of any day by a few of the list's filters, each as it stood on that day.
    `prefix=` where an address has filters of its own by the same names: `risk-owner` beside the
    owner of an action.
    """

    @classmethod
    def needed(cls, data, prefix):
        return NARROWS

    @cached_property
    def query_params(self):
        """What an address carries to stay narrowed, under the list's names."""
        return {name: self.form[name].value() for name in self.selected}

    @property
    def prefixed_query_params(self):
        """The same where filters by these names are another thing's."""
        return {f"risk-{name}": value for name, value in self.query_params.items()}

    @property
    def depends_on_day(self):
        """Whether it asks for what was let stand, which is another thing on another day."""
        return self.selected.get("band") == ABOVE_TOLERANCE

    def on(self, positions, day=None, known_by=None):
        """Positions of that day, narrowed; without a day, by all but what was let stand (see
        depends_on_day).
        """
        for name, value in self.selected.items():
            if name != "band":
                positions = self.filters[name].filter(positions, value)
        if not self._asks_for_a_band(day):
            return positions
        return self.in_band(positions, self.selected["band"], day, known_by)

    def among(self, positions, day=None, known_by=None):
        """The same of positions that are not saved. Five queries at most, whatever their number."""
        found = list(positions)
        for name, value in self.selected.items():
            if found and name != "band":
                fits = getattr(self, f"_fits_{name}")(value, found)
                found = [position for position in found if fits(position)]
        return (
            list(filter(self._fits_band(day, known_by), found))
            if self._asks_for_a_band(day)
            else found
        )

    def _asks_for_a_band(self, day):
        return "band" in self.selected and not (day is None and self.depends_on_day)

    def _fits_level(self, level, positions):
        return lambda position: self.register.level == level

    def _fits_directorate(self, directorate, positions):
        posts = Post.objects.filter(pk__in={position.owner_id for position in positions})
        if directorate == self.NONE_SAID:
            belongs = set(posts.exclude(directorate=None).values_list("pk", flat=True))
            return lambda position: position.owner_id not in belongs
        belongs = set(posts.filter(directorate=directorate).values_list("pk", flat=True))
        return lambda position: position.owner_id in belongs

    def _fits_owner(self, post, positions):
        key = None if post == self.NONE_SAID else post.pk
        return lambda position: position.owner_id == key

    def _fits_failure_type(self, slug, positions):
        if slug == UNDECIDED:
            return lambda position: position.primary_failure_type_id is None
        said = RiskRevision.objects.filter(pk__in={position.revision_id for position in positions})
        carry = {
            *said.filter(primary_failure_type__slug=slug).values_list("pk", flat=True),
            *said.filter(other_failure_types__slug=slug).values_list("pk", flat=True),
        }
        return lambda position: position.revision_id in carry

    def _fits_adverse_impact(self, impact, positions):
        said = RiskRevision.objects.filter(pk__in={position.revision_id for position in positions})
        judged = Assessment.objects.filter(pk__in={position.current_id for position in positions})
        if impact == self.NONE_SAID:
            driven = set(judged.exclude(driver=None).values_list("pk", flat=True))
            named = set(said.exclude(adverse_impacts=None).values_list("pk", flat=True))
            return lambda position: (
                position.current_id not in driven and position.revision_id not in named
            )
        driven = set(judged.filter(driver=impact).values_list("pk", flat=True))
        named = set(said.filter(adverse_impacts=impact).values_list("pk", flat=True))
        return lambda position: position.current_id in driven or position.revision_id in named

    def _fits_category(self, value, positions):
        return lambda position: position.category == ("" if value == self.NONE_SAID else value)

    def _fits_band(self, day, known_by):
        slug, ours = self.selected["band"], self.scheme.pk
        if slug == NOT_SCORED:
            return lambda position: position.band == ""
        if slug == TO_RE_ASSESS:
            return lambda position: position.band != "" and position.scheme_id != ours
        if slug != ABOVE_TOLERANCE:
            return lambda position: position.band == slug and position.scheme_id == ours
        let_stand = Tolerances.of(self.register).on(day, known_by)
        return lambda position: (
            position.scheme_id == ours and let_stand.is_above(position.band, position.category)
        )
