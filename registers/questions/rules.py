"""What a register shows that is worth a question at a meeting: one rule for each question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format

from registers.dates import quarter_ends_between, years_later
from registers.models import (
    Assessment,
    MissingInformation,
    Risk,
    unexplained,
)
from registers.phrases.bands import INDEPENDENT_RATERS, higher_outside
from registers.phrases.register import happened_sentence, put_off_sentence, stuck_source
from registers.priorities import (
    MOST_SEVERE_FIRST,
    QUESTIONS,
    Reason,
    happened,
    slipped,
    stuck,
    unseen,
)

SEEN_WORSE = "What do they see that we do not, and what would settle it?"
FELL = "What brought this down, and how do we know that it will stay down?"
UNRATED_OUTSIDE = "Who could give an independent rating before the next meeting?"
UNRATED = "Who will say how likely this is and how bad it would be, and by when?"


@dataclass(frozen=True)
class CandidateQuestion:
    """A question that could be offered.

    source: where it comes from, in words; path: of a page of the library; position, risk: keys,
    None where it is about no risk.
    """

    text: str
    source: str
    path: str = ""
    position: int | None = None
    risk: int | None = None


class RegisterRules:
    """The rules for one register.

    positions: as read, on the register; above_tolerance: those of them that are; limit: of
    questions for each rule.
    """

    def __init__(self, register, *, positions, above_tolerance, as_of, limit):
        self._positions, self._above_tolerance, self._limit = positions, above_tolerance, limit
        self._as_of, self._day, self._recorded_by = as_of, as_of.day, as_of.recorded_by
        self._scheme, self._bands = register.scheme, register.scheme.rules.bands
        self._labels = {band.slug: band.label for band in self._bands}

    @property
    def all(self):
        """Functions in the order in which a committee would ask.

        Each returns CandidateQuestions, the most pressing first.
        """
        return (
            self._happened,
            self._stuck,
            self._slipped,
            self._rated_higher_outside,
            self._fell,
            self._not_assured,
            self._not_rated_outside,
            self._not_rated,
        )

    def _about(self, positions, text, source_of, *fields):
        """The question `text` about each position. source_of: values of the fields -> source."""
        rows = positions.values_list("pk", "risk", *fields)[: self._limit]
        return [
            CandidateQuestion(text, source_of(*values), "", pk, risk) for pk, risk, *values in rows
        ]

    def _happened(self):
        rows = happened(self._positions).filter(revision__status=Risk.Status.HAPPENED)
        return self._about(rows, QUESTIONS[Reason.HAPPENED], happened_sentence, "happened_on")

    @property
    def _stuck_positions(self):
        return stuck(self._positions, self._scheme, self._day)

    def _stuck(self):
        def source_of(since):
            return stuck_source(self._bands[-1].label, quarter_ends_between(since, self._day))

        return self._about(self._stuck_positions, QUESTIONS[Reason.STUCK], source_of, "band_since")

    def _slipped(self):
        text = QUESTIONS[Reason.SLIPPED]
        return [
            CandidateQuestion(text, put_off_sentence(title, redated), "", pk, risk)
            for pk, risk, title, redated in slipped(self._positions, self._as_of, self._limit)
        ]

    def _independent_ratings(self):
        """Current ratings by peers and auditors, by the scheme in force."""
        rows = Assessment.objects.as_at(self._day, self._recorded_by).filter(
            kind=Assessment.Kind.CURRENT
        )
        return rows.filter(scheme=self._scheme).exclude(
            perspective=Assessment.Perspective.ORGANISATION
        )

    def _rated_higher_outside(self):
        """The latest independent rating is in a higher band than the organisation's own."""
        rated = self._positions.filter(
            ~Q(band=""),
            Exists(self._independent_ratings().filter(risk=OuterRef("risk"))),
            scheme=self._scheme,
        )
        rows = self._independent_ratings().latest_per(
            "risk", "perspective", day=self._day, recorded_by=self._recorded_by
        )
        rows = rows.filter(risk__in=rated.order_by().values("risk")).order_by()
        latest = {
            (risk, perspective): band
            for risk, perspective, band in rows.values_list("risk", "perspective", "band")
        }
        ranks = {band.slug: band.rank for band in self._bands}
        candidates = []
        for risk, pk, band in rated.order_by(*MOST_SEVERE_FIRST).values_list("risk", "pk", "band"):
            for perspective, rater in INDEPENDENT_RATERS.items():
                independent = latest.get((risk, perspective))
                if independent and ranks[independent] > ranks[band]:
                    source = higher_outside(rater, self._labels[independent], self._labels[band])
                    candidates.append(CandidateQuestion(SEEN_WORSE, source, "", pk, risk))
        return candidates[: self._limit]

    def _fell(self):
        """It fell a band or more within a year, and nothing on record explains it."""
        falls = [
            Q(band=band.slug, band_before=higher.slug)
            for band in self._bands
            for higher in self._bands
            if higher.rank > band.rank
        ]
        if not falls:
            return []
        fell = self._positions.filter(
            reduce(or_, falls), scheme=self._scheme, band_since__gt=years_later(self._day, -1)
        )

        def source_of(before, band, since):
            fall = f"It fell from {self._labels[before]} to {self._labels[band]} on {_day(since)}"
            return f"{fall}, and nothing on record says why."

        rows = unexplained(fell, self._day, self._recorded_by).order_by(*MOST_SEVERE_FIRST)
        return self._about(rows, FELL, source_of, "band_before", "band", "band_since")

    def _not_assured(self):
        rows = unseen(self._above_tolerance, self._as_of)
        source = "It is above tolerance. No valid assurance from outside the first line."
        return self._about(rows, QUESTIONS[Reason.UNSEEN], lambda: source)

    def _not_rated_outside(self):
        """Stuck, with no independent rating since it came to that band."""
        ratings = self._independent_ratings().filter(
            risk=OuterRef("risk"), effective_on__gte=OuterRef("band_since")
        )
        top = self._bands[-1].label

        def source_of(day):
            since = date_format(day, "F Y")
            return f"It has been {top} since {since}, with no independent rating since."

        rows = self._stuck_positions.exclude(Exists(ratings)).order_by(*MOST_SEVERE_FIRST)
        return self._about(rows, UNRATED_OUTSIDE, source_of, "band_since")

    def _not_rated(self):
        rows = self._positions.filter(MissingInformation.NO_RATING.on()).order_by("number")
        return self._about(rows, UNRATED, lambda: "It has no rating yet.")


def _day(day):
    return date_format(day, "j F Y")
