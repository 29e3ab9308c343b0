"""What all sections of a dashboard count from. Each fact is read on first use, and once.

PositionSets are the rows of its days, whole or narrowed; DrillDown gives the address of the list
behind each number; DashboardData holds both, with the tolerance of each day.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, F, Min, Value
from django.urls import reverse
from django.utils.formats import date_format

from registers import movement, priorities
from registers.actions import action_counts, actions_on_day
from registers.dashboard.period_comparison import (
    PeriodComparison,
    above_count,
    counts_of,
    rated_count,
    read_period_comparison,
)
from registers.dates import quarter_ends_before, quarter_ends_between
from registers.models import FailureType, RiskRevision
from registers.models.position_queries import STUCK
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS

# Of risks without a band of the scheme in force: key in counts, label, and name in an address.
UNSCORED = (movement.UNSCORED, "Not scored", NOT_SCORED)
OTHER_SCHEME = (movement.OTHER_SCHEME, "To re-assess", TO_RE_ASSESS)
# Filters of which a risk may fit two values: the list takes a second one as "also_...".
MULTIPLE = ("band", "adverse_impact")
TOP = 50  # risks above tolerance of which sections name some


@dataclass(frozen=True)
class PositionSets:
    """Positions on the register. current, previous: of the day read, and of the day compared with.

    history: those of all days. As agreed, all are as on record by the agreement.
    """

    current: Any
    previous: Any
    history: Any

    @classmethod
    def on_register(cls, *sets) -> PositionSets:
        return cls(*(positions.on_register() for positions in sets))

    def narrowed(self, narrowing, as_of) -> PositionSets:
        """Each as it stood on its day. narrowing: forms.DashboardFilter.

        The history is not narrowed by band, as bands differ from day to day: see Trends.
        """
        return PositionSets(
            current=narrowing.on(self.current, as_of.day, as_of.recorded_by),
            previous=narrowing.on(self.previous, as_of.since, as_of.since_recorded_by),
            history=narrowing.on(self.history),
        )


class RatingGroup(NamedTuple):
    """Risks with the same rating: how many (risks), and the lowest number among them (first).

    driver: key of the adverse impact, None without one. category: "" where it was not asked for.
    ends: lowest and highest likelihood, lowest and highest impact, None where not given.
    """

    scheme: int | None
    band: str
    likelihood: int
    impact: int
    driver: int | None
    category: str
    ends: tuple[int | None, ...]
    risks: int
    first: int


class TopRow(NamedTuple):
    """A risk above tolerance. pk: of its position."""

    pk: int
    number: int
    band: str
    likelihood: int
    impact: int


def group_by_rating(positions, *, by_category: bool) -> list[RatingGroup]:
    """One query, grouped: a row for each combination there is."""
    ends = [
        f"current__{name}"
        for name in ("likelihood_low", "likelihood_high", "impact_low", "impact_high")
    ]
    rows = positions.annotate(group=F("category") if by_category else Value("")).order_by()
    rows = rows.values_list(
        "scheme_id", "band", "likelihood", "impact", "current__driver", "group", *ends
    )
    rows = rows.annotate(n=Count("pk"), first=Min("number"))
    return [RatingGroup(*row[:6], ends=row[6:10], risks=row[10], first=row[11]) for row in rows]


class DrillDown:
    """Addresses of the lists behind the numbers, on the page's day and narrowed as the page is.

    filters: name of a filter -> its value, of what the whole page is narrowed by; action_filters:
    the same under the names that the list of actions uses.
    """

    def __init__(
        self, register, as_of, filters: Mapping[str, str], action_filters: Mapping[str, str]
    ):
        self._register, self._as_of = register, as_of
        self._filters, self._action_filters = filters, action_filters
        self._list = register.get_absolute_url()  # read once for hundreds of numbers
        self._query_params = as_of.query_params

    def risks(self, day: datetime.date | None = None, **filters) -> str:
        """The list of the risks behind a number. day: another one than the day read.

        Empty where no risk can be in it: of another directorate, say, than the page's.
        """
        query = {**self._filters}
        for name, value in filters.items():
            if str(query.get(name, value)) == str(value):
                query[name] = value
            elif name in MULTIPLE:
                query[f"also_{name}"] = value
            else:
                return ""
        if day is None:
            query |= self._query_params
        elif day != self._as_of.today or self._as_of.default_agreement:
            query["as_at"] = day.isoformat()
        return f"{self._list}?{urlencode(query)}"

    def risk(self, number: int) -> str:
        return reverse("risk_detail", args=[self._register.slug, number]) + self._as_of.query

    def actions(self, show: str, **filters) -> str:
        """The list of the actions behind a number, on the day read."""
        query = {"show": show, **filters, **self._action_filters, **self._query_params}
        return f"{reverse('action_list', args=[self._register.slug])}?{urlencode(query)}"


class DashboardData:
    """What the sections of one dashboard count from.

    current, previous, history: see PositionSets. days: those to count bands on, oldest
    first, at last the day read. as_of: the day read and the day compared with. tolerances: of the
    register, on any day. narrowing: forms.DashboardFilter. marks: confirmed ones that the reader
    may see.

    unfiltered, rows: the PositionSets of the whole register, and as the page is narrowed.

    As agreed, everything is as known by the agreement: nothing recorded later changes a figure. A
    day compared with that lies after the agreement's is as known now.
    """

    def __init__(
        self,
        register,
        *,
        current,
        previous,
        history,
        days,
        as_of,
        tolerances,
        narrowing,
        marks=None,
    ):
        self.register, self.as_of, self.days, self.narrowing = register, as_of, days, narrowing
        self.rules, self.scheme, self.marks = register.scheme.rules, register.scheme.pk, marks
        self.unfiltered = PositionSets.on_register(current, previous, history)
        self.rows = (
            self.unfiltered.narrowed(narrowing, as_of) if narrowing.selected else self.unfiltered
        )
        self.links = DrillDown(
            register, as_of, narrowing.query_params, narrowing.prefixed_query_params
        )
        self.href = self.links.risks
        self._tolerances = tolerances

    @property
    def is_narrowed(self):
        return bool(self.narrowing.selected)

    @property
    def since_in_words(self):
        return date_format(self.as_of.since, "j F Y")

    # Scheme

    @cached_property
    def previous_scheme(self):
        """The one that was in force on the day compared with."""
        return self.register.scheme_on(self.as_of.since, self.as_of.since_recorded_by)

    @property
    def compares_bands(self):
        """Whether one scheme was in force on both days: the same word by two means two things."""
        return self.previous_scheme == self.register.scheme

    def scheme_on(self, day):
        """The one that was in force on a day, as known by the agreement that is read if any."""
        if day == self.as_of.day:
            return self.register.scheme
        return self.register.scheme_on(day, self.as_of.recorded_by)

    @cached_property
    def scheme_by_day(self):
        """One for each of the days that bands are counted on."""
        return [self.scheme_on(day) for day in self.days]

    @property
    def is_scheme_newer_than_stuck(self):
        """Whether another scheme was in force when a risk must have become stuck."""
        return any(
            self.scheme_on(day) != self.register.scheme
            for day in quarter_ends_before(self.as_of.day, STUCK)[:1]
        )

    # Tolerance

    @cached_property
    def tolerance(self):
        """Of the day read, as known by its agreement if there is one."""
        return self._tolerances.on(self.as_of.day, self.as_of.recorded_by)

    @cached_property
    def previous_tolerance(self):
        day, recorded_by = self.as_of.since, self.as_of.since_recorded_by
        return self._tolerances.on(day, recorded_by, self.previous_scheme)

    @cached_property
    def tolerance_by_day(self):
        """One for each of the days that bands are counted on."""
        return [
            self._tolerances.on(day, self.as_of.recorded_by, scheme)
            for day, scheme in zip(self.days, self.scheme_by_day, strict=True)
        ]

    @cached_property
    def is_split_by_category(self):
        tolerances = (self.tolerance, self.previous_tolerance, *self.tolerance_by_day)
        return any(tolerance.by_category for tolerance in tolerances)

    # Counts on the two days

    @cached_property
    def comparison(self) -> PeriodComparison:
        return self._read_comparison(self.rows)

    @cached_property
    def unfiltered_comparison(self) -> PeriodComparison:
        return self._read_comparison(self.unfiltered) if self.is_narrowed else self.comparison

    def _read_comparison(self, rows):
        band = self.narrowing.selected_band
        return read_period_comparison(
            rows,
            self.as_of,
            self.scheme,
            self.previous_scheme.pk,
            by_category=self.is_split_by_category,
            is_band_filter=band == ABOVE_TOLERANCE or (bool(band) and not self.compares_bands),
        )

    @property
    def total(self):
        return self.comparison.total

    @property
    def unfiltered_total(self):
        return self.unfiltered_comparison.total

    @cached_property
    def current_by_band(self):
        """Band -> how many risks are in it on the day read."""
        return counts_of(self.comparison.current, lambda key: key.band)

    @property
    def rated_total(self):
        """How many risks the scheme in force rates: the others are neither above nor within."""
        return rated_count(self.current_by_band)

    @cached_property
    def previous_by_band(self):
        return counts_of(self.comparison.previous, lambda key: key.band)

    @cached_property
    def above_count(self):
        """How many risks are above the tolerance of the day read for their category."""
        return above_count(self.comparison.current, self.tolerance)

    @cached_property
    def previous_above_count(self):
        return above_count(self.comparison.previous, self.previous_tolerance)

    @cached_property
    def groups(self):
        """What risks are counted by, lowest band first: (key in counts, label, name in an address).

        Ratings by another scheme are a group of their own, where there are any on either day.
        """
        bands = [(band.slug, band.label, band.slug) for band in self.rules.bands]
        keys = {*self.current_by_band, *self.previous_by_band}
        return [*bands, UNSCORED, *([OTHER_SCHEME] if movement.OTHER_SCHEME in keys else [])]

    @property
    def keys(self):
        return [key for key, *_ in self.groups]

    @property
    def labels(self):
        return [label for _, label, _ in self.groups]

    # Risks and actions that several sections speak of

    @cached_property
    def types(self):
        return list(FailureType.objects.all())

    @cached_property
    def above(self):
        """The positions above tolerance on the day read."""
        return self.rows.current.above_tolerance(self.register.scheme, self.tolerance)

    @cached_property
    def rating_groups(self):
        return group_by_rating(self.rows.current, by_category=bool(self.tolerance.by_category))

    @cached_property
    def stuck(self) -> list[tuple[int, int, int]]:
        """(key of the position, number of the risk, quarter ends running) of each stuck risk.

        The longest first.
        """
        day = self.as_of.day
        rows = priorities.stuck(self.rows.current, self.register.scheme, day)
        return [
            (pk, number, quarter_ends_between(since, day))
            for pk, number, since in rows.values_list("pk", "number", "band_since")
        ]

    @cached_property
    def _came_true(self) -> list[tuple[int, datetime.date, str, int]]:
        """(key of the position, day, status, number) of each risk that ever came true.

        The latest first. One query.
        """
        rows = priorities.happened(self.rows.current)
        return list(rows.values_list("pk", "happened_on", "revision__status", "number"))

    @property
    def came_true_since(self) -> list[tuple[int, datetime.date]]:
        """(key of the position, day) of each risk that came true since the day compared with."""
        return [(pk, on) for pk, on, *_ in self._came_true if on > self.as_of.since]

    @property
    def materialised(self) -> list[int]:
        """Keys of the positions of the risks whose status is that they have happened."""
        return [
            pk for pk, _, status, _ in self._came_true if status == RiskRevision.Status.HAPPENED
        ]

    @property
    def materialised_on(self) -> dict[int, datetime.date]:
        """Key of a position -> the day on which its risk came true."""
        return {pk: on for pk, on, *_ in self._came_true}

    @cached_property
    def top_rows(self) -> list[TopRow]:
        """The risks above tolerance with the highest scores. One query for all who name some."""
        rows = self.above.order_by("-score", "number")
        rows = rows.values_list("pk", "number", "band", "likelihood", "impact")
        return [TopRow(*row) for row in rows[:TOP]]

    @cached_property
    def actions(self):
        """The actions of these risks on the day read."""
        return actions_on_day(self.rows.current, self.as_of)

    @cached_property
    def action_counts(self):
        return action_counts(self.actions, self.as_of.day, by_post=False)
