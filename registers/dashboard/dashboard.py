"""What the committee opens, section by section. Each section is a module of its own and says what
it reads; here they are put together over one basis.
"""

from __future__ import annotations

from functools import cached_property

from registers.dashboard.above_tolerance import StandingAbove
from registers.dashboard.bands import bands_of, unrated_said
from registers.dashboard.blind_spots import blind_spots
from registers.dashboard.breakdowns import Kinds
from registers.dashboard.charts import by_type, commonest_types, over_time
from registers.dashboard.data import Basis
from registers.dashboard.detail import MoreDetail
from registers.dashboard.headings import words_of
from registers.dashboard.headline import (
    FEW,
    Above,
    Went,
    above_said,
    came_true_said,
    moved_said,
    nothing_said,
    stuck_said,
)
from registers.dashboard.independent_ratings import Outside
from registers.dashboard.matrix import matrix_of
from registers.dashboard.matrix_movement import arrows_into
from registers.dashboard.movement import LISTED, Movement
from registers.dashboard.overdue import Late
from registers.dashboard.period_comparison import above_count, cell_counts
from registers.dashboard.persistent import SHOWN as STUCK_SHOWN
from registers.dashboard.persistent import next_actions, stuck_rows
from registers.dashboard.precedent_matches import SeenElsewhere
from registers.dashboard.priority_risks import FirstLook
from registers.dashboard.trends import DOWN, UNSCORED, UP
from registers.models import Risk
from registers.phrases import above_in_words, join_names, tolerated_in_words
from registers.rating_sparkline import CompactSparklines
from registers.scoring import ABOVE_TOLERANCE


class Dashboard:
    """Everything the dashboard page says. now, then: positions as at the two days, or now as
    agreed; course: all live positions; days: those to count bands on, oldest first, at last the day
    of now; reading: the day, the day compared with; tolerances: what is let stand, on any day;
    marks: confirmed ones that the reader is shown; narrowing: what all of it is narrowed by; known:
    what an agreement knew otherwise of the days until then (permissions.known_otherwise_for). Reads
    on first use: what a page does not show costs nothing.

    As agreed, all of it is as known by the agreement: nothing recorded afterwards moves a figure. A
    day compared with that lies after the agreement's is as known now.
    """

    def __init__(self, register, *, reading, narrowing, marks=None, **rows):
        """rows: now, then, course, days, tolerances, known: see above."""
        self.register, self.reading, self.rules = register, reading, register.scheme.rules
        self._basis = Basis(register, reading=reading, narrowing=narrowing, **rows)
        self._movement = Movement(self._basis)
        self._marks = marks

    # What it is about

    @property
    def total(self):
        return self._basis.total

    @property
    def whole_total(self):
        """How many there are where the page is not narrowed."""
        return self._basis.whole_two_days.total

    @property
    def tolerance(self):
        return self._basis.tolerance

    @property
    def tolerated(self):
        return tolerated_in_words(self.tolerance)

    @property
    def above_words(self):
        return above_in_words(self.tolerance)

    @cached_property
    def _words(self):
        """Key of a position -> the position with its words, of all risks that the page names."""
        known = {position.pk: position for position in self._basis.whole.known_then}
        stuck = [pk for pk, *_ in self.first_look.stuck[:STUCK_SHOWN]]
        happened = [pk for pk, _ in self.first_look.happened[:LISTED]]
        named = self.first_look, self._movement, self._above, self.outside
        keys = {*(pk for section in named for pk in section.keys), *stuck, *happened}
        return words_of(self.register, keys - known.keys()) | known

    # The first screen

    @property
    def sentences(self):
        """Three at most: what is above tolerance, what has not come down, what is late."""
        if not self.total:
            return [nothing_said(self.whole_total)]
        now, then = self.above_tolerance
        reading, top = self.reading, self.rules.bands[-1]
        above = Above(
            now,
            self.total,
            above_in_words(self.tolerance),
            then if reading.has_comparison else None,
            reading.since,
        )
        stuck = [
            (self.register.reference(number), ends) for _, number, ends in self.first_look.stuck
        ]
        rated = self._basis.now[top.slug]
        return [
            above_said(above),
            stuck_said(top.label, stuck, rated),
            self.first_look.actions.sentence,
        ]

    @cached_property
    def above_tolerance(self):
        """(now, then): how many risks stand in a band above what was tolerated for their category
        on that day.
        """
        days, basis = self._basis.two_days, self._basis
        return above_count(days.now, basis.tolerance), above_count(days.then, basis.tolerance_then)

    @property
    def unrated_sentences(self):
        return unrated_said(self._basis.now)

    @property
    def came_true(self):
        """How many have come true and stand so, in words, with the references of few."""
        stand = self.first_look.still_happened
        return came_true_said(stand) if stand else ""

    @property
    def unrated_named(self):
        """The references of those without a rating, where they are few."""
        if not 0 < self._basis.now[UNSCORED] <= FEW:
            return ""
        numbers = (
            self._basis.rows.now.filter(band="").order_by("number").values_list("number", flat=True)
        )
        return join_names([self.register.reference(number) for number in numbers])

    @cached_property
    def bands(self):
        return bands_of(self._basis)

    @cached_property
    def first_look(self):
        basis = self._basis
        read = {"now": basis.rows.now, "above": basis.above, "movement": self._movement}
        return FirstLook(self.register, reading=self.reading, **read)

    @cached_property
    def chosen(self):
        return self.first_look.chosen(self._words)

    @cached_property
    def outside(self):
        return Outside(self.register, self._basis.rows.now, self.reading)

    @property
    def seen_otherwise(self):
        return self.outside.rows(self._words)

    # Where the numbers lead

    @property
    def above_href(self):
        return self._basis.href(band=ABOVE_TOLERANCE)

    @property
    def stuck_href(self):
        return self._basis.href(stuck="yes")

    @property
    def happened_href(self):
        return self._basis.href(status=Risk.Status.HAPPENED.value)

    @property
    def late_href(self):
        return self._basis.links.actions("late")

    @property
    def redated_href(self):
        return self._basis.links.actions("redated")

    @property
    def undated_href(self):
        return self._basis.links.actions("undated")

    # Below it

    @property
    def moved_sentences(self):
        return self._movement.sentences

    @cached_property
    def moves(self):
        return self._movement.moves(self._words, self._courses)

    @cached_property
    def _courses(self):
        """Key of a risk -> how its rating went, of those above tolerance and those that went up or
        down.
        """
        basis = self._basis
        how = {"day": self.reading.day, "rules": self.rules, "scheme": basis.scheme}
        shown = {*self._above.keys, *self._movement.keys_of_changed}
        return CompactSparklines(basis.whole.course, basis.whole.known, **how).by_risk(
            self._words[pk] for pk in shown
        )

    @property
    def moved_in_short(self):
        """Which went up and which down, in one sentence or two; "" where that is not compared."""
        if not self.reading.has_comparison:
            return ""
        moves = {move.kind: move for move in self.moves}
        up, down = (Went(moves[kind].count, _to_what(moves[kind].risks)) for kind in (UP, DOWN))
        looked_at = [] if moves[DOWN].unnamed else moves[DOWN].risks
        return moved_said(
            self.reading.since,
            up,
            down,
            _references(one for one in looked_at if one.is_unexplained),
        )

    @property
    def happened(self):
        """(position, the day it came true) of the latest ten since the day compared with."""
        return [(self._words[pk], day) for pk, day in self.first_look.happened[:LISTED]]

    @cached_property
    def matrix(self):
        days, basis = self._basis.two_days, self._basis
        before, came = None, None
        if self.reading.has_comparison:
            before, came = cell_counts(days.then), arrows_into(days.begun, days.ended)
        return matrix_of(
            self.rules, self.tolerance, cell_counts(days.now), before, basis.href, came
        )

    @cached_property
    def _above(self):
        return StandingAbove(self._basis.above, self.reading, self._basis.href)

    @cached_property
    def standing_above(self):
        """The rows, and what they lack."""
        return {
            "rows": self._above.rows(self._words, self._courses, self._next),
            "unseen": self._above.unseen,
        }

    @cached_property
    def stuck(self):
        return stuck_rows(self.first_look.stuck, self._words, self._next)

    @cached_property
    def _next(self):
        """Key of a risk -> what is to be done next, of those above tolerance and those stuck."""
        stuck = [pk for pk, *_ in self.first_look.stuck[:STUCK_SHOWN]]
        risks = (self._words[pk].risk_id for pk in {*self._above.keys, *stuck})
        return next_actions(risks, self.first_look.actions_on_day)

    @cached_property
    def late(self):
        return Late(
            self._basis.rows.now,
            self.first_look.actions_on_day,
            self.reading.day,
            self._basis.links,
        )

    @cached_property
    def by_type(self):
        return by_type(self._basis)

    @cached_property
    def commonest_types(self):
        return commonest_types(self._basis)

    @cached_property
    def over_time(self):
        return over_time(self._basis)

    @cached_property
    def elsewhere(self):
        return SeenElsewhere(self._marks, self._basis.rows.now, self._basis.href, self.register)

    @cached_property
    def blind_spots(self):
        basis = self._basis
        return blind_spots(basis.rows.now, self.reading.day, basis.types, basis.two_days.latest)

    @property
    def is_of_some_kinds(self):
        """Whether it is narrowed by what blind spots are looked for in, or to a band: all others
        would be blind.
        """
        return bool({"failure_type", "adverse_impact", "band"} & self._basis.narrowing.said.keys())

    # Where it is opened

    @cached_property
    def more_detail(self):
        basis = self._basis
        named = {"href_of": basis.links.risk, "named": self._named}
        return MoreDetail(basis.alike, self.register, self.tolerance, basis.href, **named)

    @property
    def ways(self):
        basis = self._basis
        return Kinds(basis.rows.now, basis.alike, basis.groups, basis.scheme, basis.href).ways

    def _named(self, numbers):
        return {
            position.number: position
            for position in self._basis.rows.now.filter(number__in=numbers).with_headings()
        }


def _references(moved):
    return [one.position.reference for one in moved]


def _to_what(moved):
    """ "A-1 to High" of each"""
    return [f"{one.position.reference} to {one.position.current.band_now.label}" for one in moved]
