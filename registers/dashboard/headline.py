"""The sentences at the top of a dashboard."""

from __future__ import annotations

from registers.dashboard.data import OTHER_SCHEME, UNSCORED
from registers.dashboard.movement import Movements
from registers.dashboard.section import Section
from registers.models import Risk
from registers.movement import DOWN, UP
from registers.phrases.bands import above_in_words
from registers.phrases.dashboard import (
    FEW,
    AboveCount,
    BandChanges,
    above_tolerance_sentence,
    came_true_sentence,
    empty_sentence,
    movement_sentence,
    other_scheme_sentence,
    scheme_then_sentence,
    stuck_sentence,
    to_band,
    unrated_sentence,
)
from registers.phrases.numbers import join_names
from registers.scoring import ABOVE_TOLERANCE


class Headline(Section):
    template = "dashboard/headline.html"
    is_shown = True

    @property
    def sentences(self) -> list[str]:
        """Three at most: what is above tolerance, what is stuck, and which actions are late.

        The first also says how many are rated by another scheme, and so count as neither above nor
        within tolerance.
        """
        data = self.data
        if not data.total:
            return [empty_sentence(data.unfiltered_total)]
        has_comparison, top = data.as_of.has_comparison, data.rules.bands[-1]
        above = AboveCount(
            data.above_count,
            data.total,
            above_in_words(data.tolerance),
            data.previous_above_count if has_comparison and data.compares_bands else None,
            data.as_of.since,
        )
        stuck = [(data.register.reference(number), ends) for _, number, ends in data.stuck]
        to_re_assess = data.current_by_band.get(OTHER_SCHEME[0])
        re_assess = [other_scheme_sentence(to_re_assess)] if to_re_assess else []
        return [
            " ".join([above_tolerance_sentence(above), *re_assess]),
            stuck_sentence(
                top.label,
                stuck,
                data.current_by_band[top.slug],
                is_scheme_newer=data.is_scheme_newer_than_stuck,
            ),
            data.action_counts.sentence,
        ]

    @property
    def movement_sentence(self) -> str:
        """Which risks went up and which down; "" where the days are not compared."""
        data = self.data
        if not data.as_of.has_comparison:
            return ""
        if not data.compares_bands:
            return scheme_then_sentence(data.as_of.since, str(data.previous_scheme))
        groups = {group.kind: group for group in self.dashboard.section(Movements).groups}
        up, down = groups[UP], groups[DOWN]
        unexplained = [] if down.unlisted else [row for row in down.risks if row.is_unexplained]
        return movement_sentence(
            data.as_of.since,
            BandChanges(up.count, _with_bands(up.risks)),
            BandChanges(down.count, _with_bands(down.risks)),
            [row.position.reference for row in unexplained],
        )

    @property
    def came_true_sentence(self) -> str:
        """Of the risks whose status is that they have happened."""
        references = self.data.happened_references
        return came_true_sentence(references) if references else ""

    @property
    def unrated_sentences(self) -> list[str]:
        count = self.data.current_by_band.get(UNSCORED[0])
        return [unrated_sentence(count)] if count else []

    @property
    def unrated_references(self) -> str:
        """The references of those without a rating, where they are few."""
        data = self.data
        if not 0 < data.current_by_band[UNSCORED[0]] <= FEW:
            return ""
        rows = data.rows.current.filter(band="").order_by("number")
        numbers = rows.values_list("number", flat=True)
        return join_names([data.register.reference(number) for number in numbers])

    @property
    def above_href(self) -> str:
        return self.data.href(band=ABOVE_TOLERANCE)

    @property
    def stuck_href(self) -> str:
        return self.data.href(stuck="yes")

    @property
    def late_href(self) -> str:
        return self.data.links.actions("late")

    @property
    def happened_href(self) -> str:
        return self.data.href(status=Risk.Status.HAPPENED.value)


def _with_bands(moved) -> list[str]:
    """ "A-1 to High" of each"""
    return [to_band(row.position.reference, row.position.current.band_now.label) for row in moved]
