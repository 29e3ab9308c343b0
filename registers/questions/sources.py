"""Questions that somebody could ask at the next meeting, from the register and from the library.

The text of a question names nothing on the register (no reference, no action); its `source` may. So
somebody who may no longer see a risk keeps the question and learns nothing of the risk (see
models/question.py). A question on the reader's list is not offered again; another takes its place.
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
from registers.permissions import sees_all_exempt
from registers.questions.rules import CandidateQuestion, RegisterRules

ALL = 12  # offered at once, of however few sources
READ = ALL + MOST  # of each source: enough to offer ALL when a full list holds some of them


class Source(models.TextChoices):
    """Where questions come from, in the order of the page. The values are used in addresses."""

    REGISTER = "register", "What the register shows"
    SIGNS = "signs", "Warning signs from other cases"
    TYPES = "types", "Types of failure above tolerance"
    BLIND = "blind", "Blind spots"
    INSIGHTS = "insights", "The eight insights"


# Of ALL questions.
SHARE = {
    Source.REGISTER: 5,
    Source.SIGNS: 2,
    Source.TYPES: 2,
    Source.BLIND: 1,
    Source.INSIGHTS: 2,
}


@dataclass(frozen=True)
class OfferedQuestion:
    """A question on offer.

    source: where it comes from, in words; path: of the library's page on that, if there is one;
    position: the risk it is about, as read, or None.
    """

    text: str
    source: str
    path: str
    position: Position | None


@dataclass(frozen=True)
class QuestionGroup:
    source: Source
    questions: list[OfferedQuestion]
    has_more: bool


@dataclass(frozen=True)
class ListedQuestion:
    """A question on somebody's list. risk: None without one, or where they may not see it.

    is_hidden: they may not see its risk, or its part of a paper.
    """

    question: GatheredQuestion
    risk: Risk | None
    is_hidden: bool


def with_risks(questions, risks, reader) -> list[ListedQuestion]:
    """questions: of the reader's list; risks: those that they may see. Two queries."""
    rows = list(questions)
    by_key = (
        risks.select_related("register", "latest").in_bulk({row.risk_id for row in rows} - {None})
        if rows
        else {}
    )
    return [
        ListedQuestion(row, by_key.get(row.risk_id), _is_hidden(row, by_key, reader))
        for row in rows
    ]


def _is_hidden(question, risks, reader):
    if question.is_about_part_b and not sees_all_exempt(reader, question.register):
        return True
    return question.risk_id is not None and question.risk_id not in risks


def interleave(
    lists: Sequence[Sequence[CandidateQuestion]],
) -> list[CandidateQuestion]:
    """The first of each list, then the second of each and so on; each risk once."""
    chosen: dict[object, CandidateQuestion] = {}
    for candidate in chain.from_iterable(zip_longest(*lists)):
        if candidate is not None:
            chosen.setdefault(candidate.risk, candidate)
    return list(chosen.values())


class OfferedQuestions:
    """The questions that a page offers.

    positions: as read, on the register; tolerance: of the day read; marks: confirmed ones that the
    reader is shown; listed: the reader's own list. As many queries for few risks as for many.
    """

    def __init__(self, register, *, positions, as_of, tolerance, marks, listed=()):
        self._register, self._positions, self._as_of = register, positions, as_of
        self._above_tolerance = positions.above_tolerance(register.scheme, tolerance)
        self._marks = marks
        self._listed = {(question.text, question.risk_id) for question in listed}

    def groups(self, only: Source | None = None) -> list[QuestionGroup]:
        """A few questions of each source, or up to ALL of one. Empty groups are left out."""
        shares = {only: ALL} if only else SHARE
        candidates = {source: self._candidates(source) for source in shares}
        offered = {source: rows[: shares[source]] for source, rows in candidates.items()}
        keys = [row.position for rows in offered.values() for row in rows if row.position]
        positions = self._positions.headings_by_key(keys, self._register)
        return [
            QuestionGroup(
                source,
                [
                    OfferedQuestion(row.text, row.source, row.path, positions.get(row.position))
                    for row in rows
                ],
                has_more=len(candidates[source]) > len(rows),
            )
            for source, rows in offered.items()
            if rows
        ]

    def _candidates(self, source):
        if source == Source.REGISTER:
            return self._from_register()
        find = {
            Source.SIGNS: self._from_signs,
            Source.TYPES: self._from_types,
            Source.BLIND: self._from_blind_spots,
            Source.INSIGHTS: self._from_insights,
        }[source]
        return self._without_listed(find())

    def _without_listed(self, candidates):
        return [row for row in candidates if (row.text, row.risk) not in self._listed]

    def _from_register(self):
        rules = RegisterRules(
            self._register,
            positions=self._positions,
            above_tolerance=self._above_tolerance,
            as_of=self._as_of,
            limit=READ,
        )
        return interleave([self._without_listed(rule()) for rule in rules.all])

    def _from_signs(self):
        """Each sign once, on the risk that has tested it longest."""
        positions = dict(
            self._positions.order_by()
            .filter(risk__in=self._marks.order_by().values("risk"))
            .values_list("risk", "pk")
        )
        marks = (
            self._marks.filter(risk__in=positions)
            .select_related("sign__case")
            .order_by("effective_on", "pk")
        )
        by_sign = {}
        for mark in marks:
            sign, case = mark.sign, mark.sign.case
            source = (
                f"Sign {sign.code}, {case.short_name}: {sign.title}. Officers marked "
                "it relevant here."
            )
            path = f"{case.get_absolute_url()}#{sign.code}"
            by_sign.setdefault(
                sign.pk,
                CandidateQuestion(
                    sign.question, source, path, positions[mark.risk_id], mark.risk_id
                ),
            )
        return list(by_sign.values())

    def _from_types(self):
        """The main types of the risks above tolerance, the one of most risks first."""
        rows = (
            self._above_tolerance.exclude(primary_failure_type=None)
            .order_by()
            .values("primary_failure_type")
            .annotate(n=Count("pk"))
            .order_by("-n", "primary_failure_type__number")
        )
        types = FailureType.objects.in_bulk()
        return [
            CandidateQuestion(
                failure_type.question,
                f"Type of failure: {failure_type.name}, the main one of risks above tolerance",
                failure_type.get_absolute_url(),
            )
            for failure_type in (types[row["primary_failure_type"]] for row in rows)
        ]

    def _from_blind_spots(self):
        return [
            CandidateQuestion(
                spot.question, _blind_spot_source(spot), spot.subject.get_absolute_url()
            )
            for spot in find_blind_spots(self._positions, self._as_of.day)
        ]

    def _from_insights(self):
        return [
            CandidateQuestion(
                insight.question,
                f"Insight {insight.number}: {insight.title}",
                insight.get_absolute_url(),
            )
            for insight in Insight.objects.all()
        ]


def _blind_spot_source(spot):
    since = f"since {date_format(spot.since, 'F Y')}" if spot.since else "yet"
    return f"{spot.subject}: nothing recorded {since}"
