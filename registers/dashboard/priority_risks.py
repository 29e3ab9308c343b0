"""What a committee looks at first: the risks that are stuck, the late actions, and three risks with
a question each.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cached_property

from django.db.models import F
from django.utils.formats import date_format

from registers.actions import action_counts, actions_on_day, times_in_words
from registers.dashboard import trends
from registers.dashboard.priority_choice import QUESTIONS, SHOWN, Chosen, Reason, choose
from registers.dates import quarter_ends_between
from registers.models import Action, Assured, Position, RiskRevision
from registers.phrases import number_in_words

CANDIDATES = 2 * SHOWN  # of each reason: enough for three to be chosen, however they overlap


class FirstLook:
    """now, above: positions as read, on the register and above tolerance; reading: the day and the
    day compared with; movement: what moved in between (moves.Movement). As many queries for few
    risks as for many.
    """

    def __init__(self, register, *, now, above, reading, movement):
        self.register, self.reading, self._now, self._above = register, reading, now, above
        self._movement = movement

    @cached_property
    def stuck(self):
        """(key of the position, number of the risk, quarter ends running) of each that is stuck,
        the longest first.
        """
        rows = self._now.stuck(self.register.scheme, self.reading.day).order_by(
            "band_since", "-score", "number"
        )
        day = self.reading.day
        return [
            (pk, number, quarter_ends_between(since, day))
            for pk, number, since in rows.values_list("pk", "number", "band_since")
        ]

    @cached_property
    def actions_on_day(self):
        """The actions beside these risks, as they stood on the day."""
        return actions_on_day(self._now, self.reading)

    @cached_property
    def actions(self):
        return action_counts(self.actions_on_day, self.reading.day, by_post=False)

    @cached_property
    def _said(self):
        return {reason: dict(find()) for reason, find in self._finders.items()}

    @cached_property
    def _found(self):
        return choose({reason: list(words) for reason, words in self._said.items()})

    @property
    def keys(self) -> list[int]:
        """Of the positions to look at."""
        return [pk for pk, _ in self._found]

    def chosen(self, words: Mapping[int, Position]) -> list[Chosen]:
        """words: key -> position, of all of `keys` at least."""
        return [
            Chosen(
                words[pk],
                tuple(self._said[reason][pk] for reason in reasons),
                QUESTIONS[reasons[0]],
            )
            for pk, reasons in self._found
        ]

    @property
    def _finders(self):
        """For each reason: (key of a position, why in words), the most pressing first."""
        finders = {
            Reason.STUCK: self._stuck,
            Reason.SLIPPED: self._slipped,
            Reason.UNSEEN: self._unseen,
        }
        if self.reading.has_comparison:
            finders |= {Reason.HAPPENED: self._happened, Reason.ROSE: self._rose}
        return finders

    @cached_property
    def _came_true(self) -> list[tuple[int, datetime.date, str, int]]:
        """(key of the position, the day, status, number of the risk) of each that ever came true
        and stands on the register, the latest first. One query: the few positions that say so are
        found by an index of their own.
        """
        rows = self._now.filter(happened_on__isnull=False).order_by("-happened_on", "number")
        return list(rows.values_list("pk", "happened_on", "revision__status", "number"))

    @property
    def happened(self) -> list[tuple[int, datetime.date]]:
        """(key of the position, the day) of each risk that came true since the day compared with,
        the latest first.
        """
        return [(pk, on) for pk, on, *_ in self._came_true if on > self.reading.since]

    @property
    def still_happened(self) -> list[str]:
        """References of the risks that stand as ones that have come true, whenever that was."""
        happened = RiskRevision.Status.HAPPENED
        return [
            self.register.reference(number)
            for *_, status, number in self._came_true
            if status == happened
        ]

    def _happened(self):
        return [
            (pk, f"It happened on {date_format(on, 'j F Y')}.")
            for pk, on in self.happened[:CANDIDATES]
        ]

    def _rose(self):
        """Above tolerance in a band that they have come to since: from a lower one, or new to the
        register.
        """
        since = date_format(self.reading.since, "j F Y")
        bands = {band.slug: band.label for band in self.register.scheme.rules.bands}
        rows = self._above.filter(band_since__gt=self.reading.since).order_by("-score", "number")
        standing = dict(rows.values_list("pk", "band")[: 5 * CANDIDATES])
        moved = self._movement.moved
        was = {
            one.pk: one.was
            for one in moved
            if one.pk in standing and one.move in (trends.UP, trends.NEW)
        }
        said = {
            pk: f"Up from {bands[was[pk]]} since {since}."
            if was[pk] in bands
            else f"New since {since}."
            for pk in was
        }
        return [(pk, said[pk]) for pk in standing if pk in said][:CANDIDATES]

    def _stuck(self):
        band = self.register.scheme.rules.bands[-1].label
        return [
            (pk, f"{band} at the last {number_in_words(n)} quarter ends.")
            for pk, _, n in self.stuck[:CANDIDATES]
        ]

    def _slipped(self):
        rows = actions_on_day(self._above, self.reading).redated_often()
        risk = "risk" if rows.model is Action else "record__risk"
        rows = rows.order_by("-redated", F("due_on").asc(nulls_last=True), "pk")
        said = {}
        for key, title, redated in rows.values_list(risk, "title", "redated")[:CANDIDATES]:
            said.setdefault(key, f"“{title}” was put off {times_in_words(redated)}.")
        pks = dict(self._now.filter(risk__in=said).values_list("risk", "pk"))
        return [(pks[key], words) for key, words in said.items()]

    def _unseen(self):
        rows = self._above.exclude(Assured.BEYOND.on(self.reading.day, self.reading.known_by))
        pks = rows.order_by("-score", "number").values_list("pk", flat=True)[:CANDIDATES]
        return [
            (pk, "Nobody beyond those who run it has given assurance that still holds.")
            for pk in pks
        ]
