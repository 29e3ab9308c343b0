"""What moved between the two days of a dashboard, with some of the risks by name."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from registers.band_history import BandHistory
from registers.dashboard.above_tolerance import AboveTolerance
from registers.dashboard.section import Section
from registers.models import Position, unexplained
from registers.movement import (
    DOWN,
    LEFT,
    LISTED,
    NEW,
    UNCHANGED,
    UP,
    MovedRisk,
    Movement,
    MovementGroup,
    group_movements,
    movements_between,
    movements_by_tolerance,
    movements_to_list,
)
from registers.phrases.bands import above_in_words
from registers.phrases.dashboard import (
    fit_sentences,
    movement_counts_sentence,
    scheme_then_sentence,
    tolerance_then,
)
from registers.scoring import Scheme

LEADING = 3  # risks of each kind that the lead names


class Movements(Section):
    """Of a narrowed page: what risks that fit on either day did, even if they fit on one only.

    A risk that the lead names, or that stands in the table of those above tolerance, is not listed
    here again.
    """

    template = "dashboard/movement.html"
    anchor, indicator = "moved", "What changed"

    @property
    def title(self) -> str:
        return f"What changed since {self.data.since_in_words}"

    @cached_property
    def movements(self) -> list[Movement]:
        """Of the risks whose position changed; the others have not moved (comparison.lasting)."""
        data, unfiltered = self.data, self.data.unfiltered_comparison
        movements = movements_between(unfiltered.begun, unfiltered.ended, data.rules.ranks)
        if not data.is_narrowed:
            return movements
        risks = {point.risk for point in (*data.comparison.begun, *data.comparison.ended)}
        return [movement for movement in movements if movement.risk in risks]

    @cached_property
    def kind_of(self) -> dict[int, Movement]:
        """Key of a position of the day read -> what its risk did; of those that fit that day."""
        if not self.data.as_of.has_comparison:
            return {}
        fitting = {point.pk for point in self.data.comparison.begun}
        return {row.pk: row for row in self.movements if row.kind != LEFT and row.pk in fitting}

    @cached_property
    def _scores(self) -> dict[int, int]:
        """Key of a position that began since -> its score."""
        points = self.data.unfiltered_comparison.begun
        return {point.pk: point.likelihood * point.impact for point in points}

    @property
    def risen_above(self) -> list[Movement]:
        """Those that are above tolerance in a band they reached since, the highest scores first."""
        data = self.data
        above = {
            point.pk
            for point in data.unfiltered_comparison.begun
            if point.is_rated and data.tolerance.is_above(point.band, point.category)
        }
        rows = [row for row in self.kind_of.values() if row.kind in (UP, NEW) and row.pk in above]
        return self._sorted(rows)

    def _sorted(self, movements: Iterable[Movement]) -> list[Movement]:
        return sorted(movements, key=lambda row: (-self._scores[row.pk], row.risk))

    @cached_property
    def by_tolerance(self) -> dict[str, list[Movement]]:
        """Kind (movement.movements_by_tolerance) -> its movements, the highest scores first.

        Of the risks that fit on the day read, as many as the list filtered by that kind holds.
        """
        data, unfiltered = self.data, self.data.unfiltered_comparison
        if not data.as_of.has_comparison:
            return {}
        by_kind = movements_by_tolerance(
            self.kind_of.values(), unfiltered.begun, unfiltered.ended, data.tolerance
        )
        return {kind: self._sorted(rows) for kind, rows in by_kind.items()}

    @cached_property
    def leading(self) -> dict[str, list[Movement]]:
        return {kind: rows[:LEADING] for kind, rows in self.by_tolerance.items()}

    @cached_property
    def counts(self) -> Counter[str]:
        """Kind of movement -> how many risks."""
        counts = Counter(movement.kind for movement in self.movements)
        counts[UNCHANGED] += self.data.comparison.lasting
        return counts

    @cached_property
    def _elsewhere(self) -> list[int]:
        """Keys of positions of risks that the page names above, each once."""
        leading = [row.pk for rows in self.leading.values() for row in rows]
        return list(dict.fromkeys([*leading, *self.dashboard.section(AboveTolerance).keys]))

    @cached_property
    def _listed(self) -> dict[str, list[Movement]]:
        elsewhere = {*self._elsewhere}
        return movements_to_list(row for row in self.movements if row.pk not in elsewhere)

    @property
    def elsewhere(self) -> dict[str, list[Position]]:
        """Kind -> the risks that did so and that the page names above."""
        rows: dict[str, list[Position]] = {}
        for pk in self._elsewhere:
            movement = self.kind_of.get(pk)
            if movement and movement.kind != UNCHANGED:
                rows.setdefault(movement.kind, []).append(self.dashboard.headings[pk])
        return rows

    @property
    def heading_keys(self):
        moved = [
            movement.pk
            for groups in (self._listed, self.leading)
            for rows in groups.values()
            for movement in rows
        ]
        return [*moved, *(pk for pk, _ in self.data.came_true_since[:LISTED])]

    @property
    def history_keys(self):
        keys = [movement.pk for kind in (UP, DOWN) for movement in self._listed.get(kind, ())]
        return [*keys, *(row.pk for rows in self.leading.values() for row in rows)]

    @cached_property
    def unexplained(self) -> set[int]:
        """Keys of the positions of risks that are named and fell, with nothing to explain it."""
        as_of = self.data.as_of
        keys = {*self._elsewhere, *(row.pk for row in self._listed.get(DOWN, ()))}
        fell = {row.pk for row in self.movements if row.kind == DOWN}
        return unexplained_decreases(keys & fell, self.data.rules, as_of.day, as_of.recorded_by)

    @cached_property
    def groups(self) -> list[MovementGroup]:
        return group_movements(
            self.counts,
            self._listed,
            self.dashboard.headings,
            self.data.rules,
            self.unexplained,
            self.histories,
            self.elsewhere,
        )

    @property
    def histories(self) -> dict[int, BandHistory]:
        """Key of a risk -> how it got from the one day to the other; none backwards in time."""
        as_of = self.data.as_of
        return self.dashboard.histories if as_of.since < as_of.day else {}

    def moved_risk(self, movement: Movement) -> MovedRisk:
        band = self.data.rules.ranks.get(movement.band_before or "") is not None
        return MovedRisk(
            self.dashboard.headings[movement.pk],
            self.data.rules.band(movement.band_before) if band else None,
            movement.pk in self.unexplained,
            self.histories.get(movement.risk),
        )

    @property
    def sentences(self) -> list[str]:
        """What changed since the day compared with, and where the tolerance did."""
        data, sentences = self.data, []
        if not data.compares_bands:
            sentences.append(scheme_then_sentence(data.as_of.since, str(data.previous_scheme)))
        if data.tolerance != data.previous_tolerance:
            above = above_in_words(data.previous_tolerance)
            sentences.append(tolerance_then(above, data.as_of.since))
        previous, total = data.comparison.previous.total(), data.comparison.total
        sentences.append(
            movement_counts_sentence(data.since_in_words, previous, total, self.counts)
        )
        return [*sentences, *self._fit_sentences]

    @property
    def _fit_sentences(self) -> list[str]:
        """Of a narrowed page: risks on the register on both days that fit on one of them alone."""
        if not self.data.is_narrowed:
            return []
        both = {movement.risk for movement in self.movements if movement.kind not in (NEW, LEFT)}
        comparison = self.data.comparison
        begun = {point.risk for point in comparison.begun}
        ended = {point.risk for point in comparison.ended}
        return fit_sentences(len(both - ended), len(both - begun))

    @property
    def materialised_count(self) -> int:
        return len(self.data.came_true_since)

    @property
    def materialised(self) -> list[tuple[Position, datetime.date]]:
        """(position, the day) of the latest ten that came true since the day compared with."""
        headings = self.dashboard.headings
        return [(headings[pk], day) for pk, day in self.data.came_true_since[:LISTED]]


def unexplained_decreases(
    keys: Iterable[int], rules: Scheme, day: datetime.date, recorded_by
) -> set[int]:
    """Those of these positions whose fall nothing on record explains.

    day, recorded_by: up to when reasons are looked for. One query, none where nothing went down.
    """
    if not keys:
        return set()
    positions = Position.objects.filter(pk__in=keys).exclude(band_before="")
    rows = unexplained(positions, day, recorded_by).values_list("pk", "band_before", "band")
    return {pk for pk, before, band in rows if rules.ranks[before] > rules.ranks[band]}
