"""What all sections of a dashboard count from: the rows of its days, what is let stand on each, and
where numbers lead. Read on first use and once.
"""

from __future__ import annotations

from functools import cached_property

from registers.dashboard import trends
from registers.dashboard.drill_down import Links
from registers.dashboard.period_comparison import TwoDays, counts_of, read_two_days
from registers.dashboard.position_sets import Counted, judged_alike
from registers.models import FailureType
from registers.scoring import NOT_SCORED, TO_RE_ASSESS

# Risks without a band of the scheme in force: key in counts, word, and what the list's address
# calls them.
UNSCORED = (trends.UNSCORED, "Not scored", NOT_SCORED)
OTHER_SCHEME = (trends.OTHER_SCHEME, "To re-assess", TO_RE_ASSESS)


class Basis:
    """See dashboard.Dashboard for what it is made of. whole, rows: the rows counted
    (counted.Counted), of the whole register and as the page is narrowed: the same where it is not.
    """

    def __init__(
        self, register, *, now, then, course, days, reading, tolerances, narrowing, known=()
    ):
        self.register, self.reading, self.days, self.narrowing = register, reading, days, narrowing
        self.rules, self.scheme = register.scheme.rules, register.scheme.pk
        self.whole = Counted.read(now=now, then=then, course=course, known=known, reading=reading)
        self.rows = self.whole.narrowed(narrowing, reading) if narrowing.said else self.whole
        self.links = Links(register, reading, narrowing.asked, narrowing.asked_beside)
        self.href = self.links.risks
        self._tolerances = tolerances

    @property
    def is_narrowed(self):
        return bool(self.narrowing.said)

    @cached_property
    def tolerance(self):
        """As read: that of the day, or as it was known by an agreement."""
        return self._tolerances.on(self.reading.day, self.reading.known_by)

    @cached_property
    def tolerance_then(self):
        return self._tolerances.on(self.reading.since, self.reading.since_known_by)

    @cached_property
    def over_days(self):
        """The tolerance of each day that bands are counted on."""
        return [self._tolerances.on(day, self.reading.known_by) for day in self.days]

    @cached_property
    def _by_category(self):
        return any(
            tolerance.by_category
            for tolerance in (self.tolerance, self.tolerance_then, *self.over_days)
        )

    @cached_property
    def two_days(self) -> TwoDays:
        return self._read(self.rows)

    @cached_property
    def whole_two_days(self) -> TwoDays:
        return self._read(self.whole) if self.is_narrowed else self.two_days

    def _read(self, rows):
        how = {"by_category": self._by_category, "by_the_day": self.narrowing.by_the_day}
        return read_two_days(rows, self.reading, self.scheme, **how)

    @property
    def total(self):
        return self.two_days.total

    @cached_property
    def now(self):
        """Band -> how many risks stand in it on the day read."""
        return counts_of(self.two_days.now, lambda kind: kind.band)

    @cached_property
    def then(self):
        return counts_of(self.two_days.then, lambda kind: kind.band)

    @cached_property
    def course(self):
        how = {"by_category": self._by_category, "also": self.rows.known}
        return trends.course_frame(self.rows.course, self.scheme, self.days, **how)

    @cached_property
    def groups(self):
        """What risks are counted by, lowest band first: (key in counts, word, name in an address).
        Ratings by another scheme are a group of their own, where there are any.
        """
        bands = [(band.slug, band.label, band.slug) for band in self.rules.bands]
        seen = {*self.now, *self.then, *self.course["band"].unique()}
        return [*bands, UNSCORED, *([OTHER_SCHEME] if trends.OTHER_SCHEME in seen else [])]

    @property
    def keys(self):
        return [key for key, *_ in self.groups]

    @property
    def labels(self):
        return [label for _, label, _ in self.groups]

    @cached_property
    def types(self):
        return list(FailureType.objects.all())

    @cached_property
    def above(self):
        """The positions above tolerance as read."""
        return self.rows.now.above_tolerance(self.register.scheme, self.tolerance)

    @cached_property
    def alike(self):
        """What is judged alike, with its range: for what is opened."""
        return judged_alike(self.rows.now, by_category=bool(self.tolerance.by_category))
