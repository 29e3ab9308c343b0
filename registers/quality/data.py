"""What the checks read of a register: a row for each risk, and a context for all of them.

As many queries for one risk as for ten thousand, and no long texts.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Left

from registers.likeness import LikenessIndex, Wording
from registers.models import (
    ActionRevision,
    Assessment,
    Assurance,
    Control,
    ControlRevision,
    Review,
    Risk,
    Tolerances,
)
from registers.models.conditions import evidence_days
from registers.scoring import Band, Scheme, Tolerance

EVENT_LENGTH = 240  # characters of an event that are read: enough for the check of its words
RISK_FIELDS = ("pk", "number", "is_exempt", "version")
CONTENT_FIELDS = (
    *("title", "owner", "category", "response", "tolerated_until", "target_on", "next_review_on"),
)


class AssessmentRow(NamedTuple):
    """An assessment.

    band: its slug, empty where another scheme than the register's gave it; scheme: its key.
    """

    day: datetime.date
    scheme: int
    likelihood: int
    impact: int
    score: int
    band: str
    has_evidence: bool = False

    @property
    def ratings(self):
        return self.scheme, self.likelihood, self.impact


class ControlRow(NamedTuple):
    """A control.

    since: the day it was first listed; tested_on: the last day on which it was tested or an
    assurance of it was given, if any.
    """

    is_in_place: bool
    since: datetime.date
    tested_on: datetime.date | None = None


class ActionRow(NamedTuple):
    status: str  # open, done, dropped
    due_on: datetime.date | None = None
    original_due_on: datetime.date | None = None
    redated: int = 0


class AssuranceRow(NamedTuple):
    line: int  # 1 to 4
    given_on: datetime.date
    expires_on: datetime.date


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk on the register.

    currents: the organisation's own current assessments, oldest first; inherent, target: its own
    latest; raters: the number of people who ever gave a current rating, from any perspective;
    event: its first EVENT_LENGTH characters; reviewed_on: the latest review; evidence_on: the days
    of what may explain a lower rating (conditions.evidence); lookalike: the reference of an
    earlier risk with nearly the same words, how many in a hundred they are, and whether its title
    is the same.
    """

    pk: int
    number: int
    title: str = ""
    is_exempt: bool = False
    version: int = 1
    owner: int | None = None
    category: str = ""
    event: str = ""
    has_cause: bool = True
    has_consequence: bool = True
    response: str = ""
    tolerated_until: datetime.date | None = None
    target_on: datetime.date | None = None
    next_review_on: datetime.date | None = None
    reviewed_on: datetime.date | None = None
    currents: tuple[AssessmentRow, ...] = ()
    inherent: AssessmentRow | None = None
    target: AssessmentRow | None = None
    raters: int = 0
    controls: Sequence[ControlRow] = ()
    actions: Sequence[ActionRow] = ()
    assurances: Sequence[AssuranceRow] = ()
    evidence_on: Collection[datetime.date] = ()
    lookalike: tuple[str, int, bool] | None = None

    @property
    def current(self) -> AssessmentRow | None:
        """The current assessment, where it is by the register's scheme."""
        return self.currents[-1] if self.currents and self.currents[-1].band else None

    @property
    def controls_in_place(self) -> list[ControlRow]:
        return [control for control in self.controls if control.is_in_place]

    @property
    def open_actions(self) -> list[ActionRow]:
        return [action for action in self.actions if action.status == "open"]

    def has_evidence_between(self, after: datetime.date, until: datetime.date) -> bool:
        return any(after < day <= until for day in self.evidence_on)


@dataclass(frozen=True)
class CheckContext:
    """What a register has for all of its risks.

    tolerances: category -> the highest band tolerated, "" for all other categories; agreed_on: the
    days on which a body agreed the register.
    """

    day: datetime.date
    scheme: Scheme
    tolerances: dict[str, str]
    agreed_on: tuple[datetime.date, ...] = ()

    @cached_property
    def tolerance(self) -> Tolerance:
        return Tolerance.from_statements(self.scheme, self.tolerances)

    @cached_property
    def ranks(self) -> dict[str, int]:
        return self.scheme.ranks

    @cached_property
    def bands(self) -> dict[str, Band]:
        return {band.slug: band for band in self.scheme.bands}

    @cached_property
    def top(self) -> Band:
        return self.scheme.bands[-1]

    def is_in_top_band(self, risk: RiskRow) -> bool:
        return bool(risk.current) and risk.current.band == self.top.slug

    def is_above_tolerance(self, risk: RiskRow) -> bool:
        """By the tolerance stated for its category, else for all, else by the scheme's."""
        current = risk.current
        return bool(current) and self.tolerance.is_above(current.band, risk.category)


def load_context(register, day) -> CheckContext:
    """The CheckContext of a register on that day. Two queries."""
    stated = Tolerances.of(register).statements_as_at(day)
    agreements = register.agreements.in_force()
    return CheckContext(
        day=day,
        scheme=register.scheme.rules,
        tolerances={category: row.tolerance for category, row in stated.items()},
        agreed_on=tuple(agreements.order_by("on").values_list("on", flat=True)),
    )


def load_risks(register, risks, day) -> list[RiskRow]:
    """Those of these risks that are on the register, by number.

    risks: a queryset of what the reader may see. Six queries.
    """
    risks = risks.filter(latest__status__in=Risk.ON_REGISTER)
    keys = risks.order_by().values("pk")
    assessments = _assessments(keys, register.scheme_id, day)
    controls, assurances = _controls_and_assurances(keys)
    reviews = Review.objects.filter(risk=OuterRef("pk"), effective_on__lte=day)
    latest_reviews = reviews.order_by("-effective_on").values("effective_on")[:1]
    related = {
        "actions": _actions(keys),
        "controls": controls,
        "assurances": assurances,
        "evidence_on": evidence_days(keys, day),
    }
    rows = (
        risks.order_by("number")
        .annotate(event_start=Left("latest__event", EVENT_LENGTH))
        .annotate(has_cause=~Q(latest__cause=""), has_consequence=~Q(latest__consequence=""))
        .annotate(reviewed_on=Subquery(latest_reviews))
        .values_list(
            *RISK_FIELDS,
            *(f"latest__{name}" for name in CONTENT_FIELDS),
            *("event_start", "has_cause", "has_consequence", "reviewed_on"),
        )
    )
    names = (*RISK_FIELDS, *CONTENT_FIELDS, "event", "has_cause", "has_consequence", "reviewed_on")
    values = [dict(zip(names, row, strict=True)) for row in rows]
    related["lookalike"] = _lookalikes(register, values)

    def about(pk):
        return {name: by_risk[pk] for name, by_risk in related.items() if pk in by_risk}

    return [RiskRow(**row, **assessments.get(row["pk"], {}), **about(row["pk"])) for row in values]


def _lookalikes(register, rows):
    """risk -> the earlier risk that is most like it (RiskRow.lookalike).

    rows: values of risks, by number. Of two that are alike only the later one has the other.
    """
    index, lookalikes = LikenessIndex(), {}
    for row in rows:
        wording = Wording.of(row["title"], row["event"])
        if likeness := index.likeliest(wording):
            reference = register.reference(likeness.key)
            lookalikes[row["pk"]] = (reference, likeness.percent, likeness.has_same_title)
        index.add(row["number"], wording)
    return lookalikes


def _assessments(keys, register_scheme, day):
    """risk -> currents, inherent, target and raters of its RiskRow."""
    rows = (
        Assessment.objects.filter(
            Q(perspective=Assessment.Perspective.ORGANISATION) | Q(kind=Assessment.Kind.CURRENT),
            risk__in=keys,
            effective_on__lte=day,
        )
        .order_by("risk", "effective_on", "pk")
        .annotate(has_evidence=~Q(evidence=""))
        .values_list(
            *("risk", "kind", "perspective", "by", "effective_on", "scheme"),
            *("likelihood", "impact", "score", "band", "has_evidence"),
        )
    )
    currents, latest, raters = defaultdict(list), defaultdict(dict), defaultdict(set)
    for (
        risk,
        kind,
        perspective,
        by,
        effective_on,
        scheme,
        *ratings,
        band,
        evidence,
    ) in rows.iterator():
        row = AssessmentRow(
            effective_on,
            scheme,
            *ratings,
            intern(band) if scheme == register_scheme else "",
            evidence,
        )
        if kind == Assessment.Kind.CURRENT:
            raters[risk].add(by)
            if perspective == Assessment.Perspective.ORGANISATION:
                currents[risk].append(row)
        else:
            latest[risk][kind] = row
    return {
        risk: {"currents": tuple(currents[risk]), "raters": len(raters[risk]), **latest[risk]}
        for risk in {*raters, *latest}
    }


def _actions(keys):
    """risk -> its actions."""
    by_risk = defaultdict(list)
    actions = ActionRevision.objects.in_force().filter(record__risk__in=keys)
    for risk, *row in actions.order_by("record__risk", "record_id").values_list(
        "record__risk", "status", "due_on", "original_due_on", "redated"
    ):
        by_risk[risk].append(ActionRow(*row))
    return by_risk


def _controls_and_assurances(keys):
    """(risk -> its controls, risk -> its assurances). Assurance of a control counts as a test."""
    controls, assurances, assured_on = defaultdict(list), defaultdict(list), {}
    for risk, control, *row in (
        Assurance.objects.filter(risk__in=keys)
        .order_by("risk", "pk")
        .values_list("risk", "control", "line", "effective_on", "expires_on")
    ):
        assurance = AssuranceRow(*row)
        assurances[risk].append(assurance)
        assured_on[control] = max(assurance.given_on, assured_on.get(control, datetime.date.min))
    revisions = (
        ControlRevision.objects.filter(record__risk__in=keys)
        .order_by("record__risk", "record", "number")
        .values_list("record__risk", "record", "status", "effective_on", "last_tested_on")
    )
    for (risk, control), rows in groupby(revisions, key=itemgetter(0, 1)):
        *_, statuses, days, tests = zip(*rows, strict=True)
        tested_on = max((day for day in (tests[-1], assured_on.get(control)) if day), default=None)
        is_in_place = statuses[-1] == Control.Status.IN_PLACE
        controls[risk].append(ControlRow(is_in_place, days[0], tested_on))
    return controls, assurances
