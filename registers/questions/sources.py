"""Questions that somebody could ask at the next meeting: from what a register shows, and from how
other bodies failed.

Each says where it comes from. Its text names nothing that stands on the register (no reference, no
action): what does is its `source`, so that who may not see a risk any more still has the question
and nothing of the risk (see models/question.py). What stands on the reader's list is not offered
again, and another comes up in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from django.db import models
from django.db.models import Count
from django.utils.formats import date_format

from registers.blind_spots import find_blind_spots
from registers.models import FailureType, GatheredQuestion, Insight, Position, Risk
from registers.models.question import MOST
from registers.questions.rules import Found, RegisterFinders

ALL = 12  # offered at once, however few sources are asked for
READ = (
    ALL + MOST
)  # of each source: enough to offer so many, however many of them stand on the list already


class Source(models.TextChoices):
    """Where questions come from, in the order of the page. The slug stands in addresses."""

    REGISTER = "register", "What the register shows"
    SIGNS = "signs", "Signs seen elsewhere that we are testing"
    TYPES = "types", "Types of failure above tolerance"
    BLIND = "blind", "Blind spots: what this register says nothing about"
    INSIGHTS = "insights", "The eight insights"


SHARE = {
    Source.REGISTER: 5,
    Source.SIGNS: 2,
    Source.TYPES: 2,
    Source.BLIND: 1,
    Source.INSIGHTS: 2,
}  # makes ALL


@dataclass(frozen=True)
class Ask:
    """A question on offer. source: where it comes from, in words; path: of the library's page on
    that, if there is one; position: the risk it is about, as read, or None.
    """

    text: str
    source: str
    path: str
    position: Position | None


@dataclass(frozen=True)
class Group:
    source: Source
    asks: list[Ask]
    more: bool  # there are further ones of this source


@dataclass(frozen=True)
class Kept:
    """A question on somebody's list. risk: as it stands today, None where there is none or this
    reader may not see it.
    """

    question: GatheredQuestion
    risk: Risk | None

    @property
    def is_hidden(self) -> bool:
        return self.question.risk_id is not None and self.risk is None


def kept_with_risks(questions, risks) -> list[Kept]:
    """questions: on one person's list; risks: those of the register that they may see. Two queries."""
    rows = list(questions)
    seen = (
        risks.select_related("register").in_bulk({row.risk_id for row in rows} - {None})
        if rows
        else {}
    )
    return [Kept(row, seen.get(row.risk_id)) for row in rows]


def in_turn(found: Sequence[Sequence[Found]]) -> list[Found]:
    """The first of each kind, then the second of each and so on; each risk once, for the first kind
    that has it.
    """
    chosen: dict[object, Found] = {}
    for one in chain.from_iterable(zip_longest(*found)):
        if one is not None:
            chosen.setdefault(one.risk, one)
    return list(chosen.values())


class Asks:
    """now: positions as read, on the register; tolerance: what was let stand on the day read;
    marks: confirmed ones that the reader is shown; kept: the reader's own list. As many queries for
    few risks as for many.
    """

    def __init__(self, register, *, now, reading, tolerance, marks, kept=()):
        self._register, self._now, self._reading, self._marks = register, now, reading, marks
        self._above = now.above_tolerance(register.scheme, tolerance)
        self._read = {"now": now, "above": self._above, "reading": reading, "most": READ}
        self._kept = {(question.text, question.risk_id) for question in kept}

    def groups(self, only: Source | None = None) -> list[Group]:
        """Those that have something to offer: a few of each source, or up to twelve of one."""
        shares = {only: ALL} if only else SHARE
        found = {source: self._finders[source]() for source in shares}
        shown = {source: rows[: shares[source]] for source, rows in found.items()}
        named = [one.position for rows in shown.values() for one in rows if one.position]
        positions = self._now.headings_of(named, self._register)
        return [
            Group(
                source, [_ask(one, positions) for one in rows], more=len(found[source]) > len(rows)
            )
            for source, rows in shown.items()
            if rows
        ]

    @property
    def _finders(self):
        return {
            Source.REGISTER: self._of_register,
            Source.SIGNS: lambda: self._left(self._signs()),
            Source.TYPES: lambda: self._left(self._types()),
            Source.BLIND: lambda: self._left(self._blind()),
            Source.INSIGHTS: lambda: self._left(self._insights()),
        }

    def _left(self, found):
        """What is not on the reader's list yet."""
        return [one for one in found if (one.text, one.risk) not in self._kept]

    def _of_register(self):
        return in_turn(
            [self._left(find()) for find in RegisterFinders(self._register, **self._read).all]
        )

    def _signs(self):
        """Each sign once, on the risk that has tested it longest."""
        standing = dict(
            self._now.order_by()
            .filter(risk__in=self._marks.order_by().values("risk"))
            .values_list("risk", "pk")
        )
        marks = (
            self._marks.filter(risk__in=standing)
            .select_related("sign__case")
            .order_by("effective_on", "pk")
        )
        found = {}
        for mark in marks:
            sign, case = mark.sign, mark.sign.case
            said = f"Sign {sign.code}, {case.short_name}: {sign.title}. Officers confirmed that it is tested here."
            path = f"{case.get_absolute_url()}#{sign.code}"
            found.setdefault(
                sign.pk, Found(sign.question, said, path, standing[mark.risk_id], mark.risk_id)
            )
        return list(found.values())

    def _types(self):
        """The main types of the risks above tolerance, the one of most risks first."""
        rows = (
            self._above.exclude(primary_failure_type=None).order_by().values("primary_failure_type")
        )
        rows = rows.annotate(n=Count("pk")).order_by("-n", "primary_failure_type__number")
        types = FailureType.objects.in_bulk()
        named = [types[row["primary_failure_type"]] for row in rows]
        return [
            Found(
                one.question,
                f"Type of failure: {one.name}, the main one of risks above tolerance",
                one.get_absolute_url(),
            )
            for one in named
        ]

    def _blind(self):
        spots = find_blind_spots(self._now, self._reading.day)
        return [
            Found(spot.question, _blank(spot), spot.subject.get_absolute_url()) for spot in spots
        ]

    def _insights(self):
        rows = Insight.objects.all()
        return [
            Found(one.question, f"Insight {one.number}: {one.title}", one.get_absolute_url())
            for one in rows
        ]


def _blank(spot):
    said = f"since {date_format(spot.since, 'F Y')}" if spot.since else "yet"
    return f"{spot.subject}: nothing is written down about it {said}"


def _ask(found, positions):
    return Ask(found.text, found.source, found.path, positions.get(found.position))
