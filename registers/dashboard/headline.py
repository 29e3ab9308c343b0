"""The sentences at the top of a dashboard. The functions are pure: figures in, words out."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from registers.dashboard.data import OTHER_SCHEME, UNSCORED
from registers.dashboard.movement import Moved
from registers.dashboard.section import Section
from registers.models import Risk
from registers.models.position import STUCK
from registers.movement import DOWN, UP
from registers.phrases import above_in_words, join_names, more_or_fewer, number_in_words
from registers.scoring import ABOVE_TOLERANCE

LONGEST_NAMED = 2  # stuck risks that a sentence names
FEW = 3  # other risks that are named, where there are no more


@dataclass(frozen=True)
class AboveCount:
    """Risks above tolerance: count of total, in the bands that `bands` names.

    previous: how many on the day `since`, None where that is not compared with.
    """

    count: int
    total: int
    bands: str
    previous: int | None
    since: datetime.date


@dataclass(frozen=True)
class BandChanges:
    """How many risks went up a band or more, or down.

    phrases: of some of them, reference and band; of all where they are few.
    """

    count: int
    phrases: Sequence[str] = ()


class Headline(Section):
    template = "dashboard/headline.html"
    is_shown = True

    @property
    def sentences(self) -> list[str]:
        """Three at most: what is above tolerance, what is stuck, and which actions are late."""
        data = self.data
        if not data.total:
            return [empty_sentence(data.unfiltered_total)]
        has_comparison, top = data.reading.has_comparison, data.rules.bands[-1]
        above = AboveCount(
            data.above_count,
            data.total,
            above_in_words(data.tolerance),
            data.previous_above_count if has_comparison else None,
            data.reading.since,
        )
        stuck = [(data.register.reference(number), ends) for _, number, ends in data.stuck]
        return [
            above_tolerance_sentence(above),
            stuck_sentence(top.label, stuck, data.current_by_band[top.slug]),
            data.action_counts.sentence,
        ]

    @property
    def movement_sentence(self) -> str:
        """Which risks went up and which down; "" where the days are not compared."""
        data = self.data
        if not data.reading.has_comparison:
            return ""
        groups = {group.kind: group for group in self.dashboard.section(Moved).groups}
        up, down = groups[UP], groups[DOWN]
        unexplained = [] if down.unlisted else [row for row in down.risks if row.is_unexplained]
        return movement_sentence(
            data.reading.since,
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
        counts = self.data.current_by_band
        phrases = (
            (UNSCORED, "no current rating"),
            (OTHER_SCHEME, "to be re-assessed by this scheme"),
        )
        return [
            f"{number_in_words(n).capitalize()} {'has' if n == 1 else 'have'} {phrase}."
            for (key, *_), phrase in phrases
            if (n := counts.get(key))
        ]

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
    def above_count(self) -> int:
        return self.data.above_count

    @property
    def above_href(self) -> str:
        return self.data.href(band=ABOVE_TOLERANCE)

    @property
    def stuck_count(self) -> int:
        return len(self.data.stuck)

    @property
    def stuck_href(self) -> str:
        return self.data.href(stuck="yes")

    @property
    def late_count(self) -> int:
        return self.data.action_counts.late

    @property
    def late_href(self) -> str:
        return self.data.links.actions("late")

    @property
    def happened_count(self) -> int:
        return len(self.data.happened_references)

    @property
    def happened_href(self) -> str:
        return self.data.href(status=Risk.Status.HAPPENED.value)


def _with_bands(moved) -> list[str]:
    """ "A-1 to High" of each"""
    return [f"{row.position.reference} to {row.position.current.band_now.label}" for row in moved]


def above_tolerance_sentence(above: AboveCount) -> str:
    """ "Four of 31 risks are above tolerance (Severe), one more than on 30 June 2026." """
    if above.total == 1:
        negation = "" if above.count else "not "
        sentence = f"The one risk is {negation}above tolerance ({above.bands})"
    else:
        count = number_in_words(above.count).capitalize()
        verb = "is" if above.count == 1 else "are"
        sentence = f"{count} of {above.total:,} risks {verb} above tolerance ({above.bands})"
    if above.previous is None:
        return f"{sentence}."
    change = more_or_fewer(above.count - above.previous)
    return f"{sentence}, {change} {date_format(above.since, 'j F Y')}."


def movement_sentence(
    since: datetime.date, up: BandChanges, down: BandChanges, unexplained: Sequence[str]
) -> str:
    """unexplained: references of those that went down, and nothing on record says why."""
    day = date_format(since, "j F Y")
    if not up.count and not down.count:
        return f"Since {day} no risk has gone up or down a band."
    sentence = f"Since {day} {_changes(up, 'up')} and {_changes(down, 'down')}."
    if not unexplained:
        return sentence
    subject = (
        join_names([*unexplained])
        if len(unexplained) <= FEW
        else f"{number_in_words(len(unexplained))} of them"
    )
    return f"{sentence} Nothing on record says why {subject} fell."


def _changes(changes: BandChanges, direction: str) -> str:
    risks = f" ({join_names([*changes.phrases])})" if 0 < changes.count <= FEW else ""
    return f"{number_in_words(changes.count)} went {direction}{risks}"


def came_true_sentence(references: Sequence[str]) -> str:
    """Of one risk at least."""
    count = len(references)
    names = f": {join_names([*references])}" if count <= FEW else ""
    verb = "has" if count == 1 else "have"
    return f"{number_in_words(count).capitalize()} {verb} come true{names}."


def empty_sentence(unfiltered_total: int) -> str:
    """Of a page without a risk. unfiltered_total: how many there are where it is not narrowed."""
    if not unfiltered_total:
        return "No risks stood on this register on that day."
    if unfiltered_total == 1:
        return "The one risk on this register does not fit."
    return f"None of the {unfiltered_total:,} risks fits."


def stuck_sentence(band: str, stuck: Sequence[tuple[str, int]], rated: int) -> str:
    """band: the highest. stuck: (reference, quarter ends in it running), the longest first.

    rated: how many risks are in that band at all, also those for less long.
    """
    ends = f"{number_in_words(STUCK)} quarter ends running"
    if not rated:
        return f"No risk is {band}."
    if not stuck:
        return f"No risk has been {band} at {ends}."
    reference, most = stuck[0]
    if len(stuck) == 1:
        return f"{reference} has been {band} at the last {number_in_words(most)} quarter ends."
    sentence = f"{number_in_words(len(stuck)).capitalize()} have been {band} at {ends} or more"
    longest = [reference for reference, count in stuck if count == most]
    if len(longest) < len(stuck):
        names = (
            " and ".join(longest)
            if len(longest) <= LONGEST_NAMED
            else f"{number_in_words(len(longest))} of them"
        )
        return f"{sentence}, {names} the longest, at {number_in_words(most)}."
    subject = "all" if len(stuck) > 2 else "both" if most > STUCK else ""
    return f"{sentence}, {subject} at {number_in_words(most)}." if subject else f"{sentence}."
