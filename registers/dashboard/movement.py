"""What moved between the two days of a dashboard, with some of the risks by name."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from registers.dashboard.section import Section
from registers.models import Position, unexplained
from registers.movement import (
    DOWN,
    LEFT,
    LISTED,
    NEW,
    UNCHANGED,
    UP,
    Movement,
    MovementGroup,
    group_movements,
    movements_between,
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


class Movements(Section):
    """Of a narrowed page: what risks that fit on either day did, even if they fit on one only."""

    template = "dashboard/movement.html"

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
    def counts(self) -> Counter[str]:
        """Kind of movement -> how many risks."""
        counts = Counter(movement.kind for movement in self.movements)
        counts[UNCHANGED] += self.data.comparison.lasting
        return counts

    @cached_property
    def _listed(self) -> dict[str, list[Movement]]:
        return movements_to_list(self.movements)

    @property
    def heading_keys(self):
        moved = [movement.pk for rows in self._listed.values() for movement in rows]
        return [*moved, *(pk for pk, _ in self.data.came_true_since[:LISTED])]

    @property
    def sparkline_keys(self):
        return [movement.pk for kind in (UP, DOWN) for movement in self._listed.get(kind, ())]

    @cached_property
    def groups(self) -> list[MovementGroup]:
        as_of, rules = self.data.as_of, self.data.rules
        return group_movements(
            self.counts,
            self._listed,
            self.dashboard.headings,
            rules,
            unexplained_decreases(self._listed, rules, as_of.day, as_of.recorded_by),
            self.dashboard.sparklines,
        )

    @property
    def sentences(self) -> list[str]:
        """What changed since the day compared with, and where the tolerance did."""
        data, sentences = self.data, []
        if not data.compares_bands:
            sentences.append(scheme_then_sentence(data.as_of.since, str(data.previous_scheme)))
        if data.tolerance != data.previous_tolerance:
            above = above_in_words(data.previous_tolerance)
            sentences.append(tolerance_then(above))
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
    def came_true_count(self) -> int:
        return len(self.data.came_true_since)

    @property
    def came_true(self) -> list[tuple[Position, datetime.date]]:
        """(position, the day) of the latest ten that came true since the day compared with."""
        headings = self.dashboard.headings
        return [(headings[pk], day) for pk, day in self.data.came_true_since[:LISTED]]


def unexplained_decreases(
    listed: Mapping[str, list[Movement]], rules: Scheme, day: datetime.date, recorded_by
) -> set[int]:
    """Keys of positions among those listed as down whose fall nothing on record explains.

    day, recorded_by: up to when reasons are looked for. One query, none where nothing went down.
    """
    keys = [movement.pk for movement in listed.get(DOWN, ())]
    if not keys:
        return set()
    positions = Position.objects.filter(pk__in=keys).exclude(band_before="")
    rows = unexplained(positions, day, recorded_by).values_list("pk", "band_before", "band")
    return {pk for pk, before, band in rows if rules.ranks[before] > rules.ranks[band]}
