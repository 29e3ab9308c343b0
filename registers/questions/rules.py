"""What a register shows that is worth a question: a rule each, said in words beside the question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format

from registers.actions import actions_on_day, times_in_words
from registers.dates import quarter_ends_between, years_later
from registers.models import Action, Assessment, Assured, Gap, Risk, unexplained
from registers.phrases import INDEPENDENT_RATERS, number_in_words
from registers.priorities import QUESTIONS, Reason

SEEN_WORSE = "What do they see that we do not, and what would settle it?"
FELL = "What brought this down, and how do we know that it will stay down?"
UNRATED_OUTSIDE = "Who from outside could rate this for themselves before we meet again?"
UNRATED = "Who will say how likely this is and how bad it would be, and by when?"


@dataclass(frozen=True)
class Found:
    """A question found. source: where it comes from, in words; path: of a page of the library;
    position, risk: keys, None where it is about no risk.
    """

    text: str
    source: str
    path: str = ""
    position: int | None = None
    risk: int | None = None


class RegisterFinders:
    """now: positions as read, on the register; above: those above tolerance; most: of each rule, at
    most so many.
    """

    def __init__(self, register, *, now, above, reading, most):
        self._now, self._above, self._most = now, above, most
        self._reading, self._day, self._known_by = reading, reading.day, reading.known_by
        self._scheme, self._bands = register.scheme, register.scheme.rules.bands
        self._labels = {band.slug: band.label for band in self._bands}

    @property
    def all(self):
        """The rules in the order in which a committee would ask. Each: -> what it found, the most
        pressing first.
        """
        rules = self._happened, self._stuck, self._slipped, self._seen_worse, self._fell
        return (*rules, self._unseen, self._unrated_outside, self._unrated)

    def _rows(self, positions, text, say, *fields, order=("-score", "number")):
        """Found for each of these positions. say: the fields named -> where the question comes
        from.
        """
        rows = positions.order_by(*order).values_list("pk", "risk", *fields)[: self._most]
        return [Found(text, say(*said), "", pk, risk) for pk, risk, *said in rows]

    def _happened(self):
        rows = self._now.filter(happened_on__isnull=False, revision__status=Risk.Status.HAPPENED)
        order, field = ("-happened_on", "number"), "happened_on"
        return self._rows(
            rows,
            QUESTIONS[Reason.HAPPENED],
            lambda on: f"It happened on {_day(on)}.",
            field,
            order=order,
        )

    @property
    def _standing_stuck(self):
        return self._now.stuck(self._scheme, self._day)

    def _stuck(self):
        def say(since):
            ends = number_in_words(quarter_ends_between(since, self._day))
            return f"It is stuck: {self._bands[-1].label} at the last {ends} quarter ends."

        order = ("band_since", "-score", "number")
        return self._rows(
            self._standing_stuck, QUESTIONS[Reason.STUCK], say, "band_since", order=order
        )

    def _slipped(self):
        actions = actions_on_day(self._now, self._reading).redated_often()
        risk = "risk" if actions.model is Action else "record__risk"
        rows = actions.order_by("-redated", F("due_on").asc(nulls_last=True), "pk")
        rows = list(rows.values_list(risk, "title", "redated")[: self._most])
        standing = dict(
            self._now.order_by()
            .filter(risk__in={key for key, *_ in rows})
            .values_list("risk", "pk")
        )
        text = QUESTIONS[Reason.SLIPPED]
        return [
            Found(text, f"“{title}” was put off {times_in_words(redated)}.", "", standing[key], key)
            for key, title, redated in rows
        ]

    def _outside(self):
        """Ratings by somebody independent, by the scheme in force, of the risk of a position."""
        rows = Assessment.objects.as_at(self._day, self._known_by).filter(
            kind=Assessment.Kind.CURRENT
        )
        return rows.filter(scheme=self._scheme).exclude(perspective=Assessment.Perspective.OWN)

    def _seen_worse(self):
        """Somebody independent says a higher band, in the latest that they said."""
        rated = self._now.filter(
            ~Q(band=""), Exists(self._outside().filter(risk=OuterRef("risk"))), scheme=self._scheme
        )
        ours = rated.order_by("-score", "number").values_list("risk", "pk", "band")
        said = (
            self._outside()
            .filter(risk__in=rated.order_by().values("risk"))
            .order_by("effective_on", "pk")
        )
        latest = {
            (risk, who): band for risk, who, band in said.values_list("risk", "perspective", "band")
        }
        ranks = {band.slug: band.rank for band in self._bands}
        return [
            Found(
                SEEN_WORSE,
                f"{who} says {self._labels[theirs]}, we say {self._labels[band]}.",
                "",
                pk,
                risk,
            )
            for risk, pk, band in ours
            for perspective, who in INDEPENDENT_RATERS.items()
            if (theirs := latest.get((risk, perspective))) and ranks[theirs] > ranks[band]
        ][: self._most]

    def _fell(self):
        """Down a band or more within a year, and nothing on record that explains it."""
        ways = [
            Q(band=one.slug, band_before=b.slug)
            for one in self._bands
            for b in self._bands
            if b.rank > one.rank
        ]
        if not ways:
            return []
        fell = self._now.filter(
            reduce(or_, ways), scheme=self._scheme, band_since__gt=years_later(self._day, -1)
        )

        def say(before, band, since):
            down = f"It fell from {self._labels[before]} to {self._labels[band]} on {_day(since)}"
            return f"{down}, with nothing on record that explains it."

        rows = unexplained(fell, self._day, self._known_by)
        return self._rows(rows, FELL, say, "band_before", "band", "band_since")

    def _unseen(self):
        rows = self._above.exclude(Assured.BEYOND.on(self._day, self._known_by))
        said = "It is above tolerance, and nobody beyond those who run it has given assurance that still holds."
        return self._rows(rows, QUESTIONS[Reason.UNSEEN], lambda: said)

    def _unrated_outside(self):
        """Stuck, and nobody from outside has rated it since it came to that band."""
        since = self._outside().filter(
            risk=OuterRef("risk"), effective_on__gte=OuterRef("band_since")
        )
        top = self._bands[-1].label

        def say(day):
            return f"It has been {top} since {date_format(day, 'F Y')}, and nobody from outside has rated it since."

        return self._rows(
            self._standing_stuck.exclude(Exists(since)), UNRATED_OUTSIDE, say, "band_since"
        )

    def _unrated(self):
        rows = self._now.filter(Gap.NO_RATING.on())
        return self._rows(rows, UNRATED, lambda: "It has no rating yet.", order=("number",))


def _day(day):
    return date_format(day, "j F Y")
