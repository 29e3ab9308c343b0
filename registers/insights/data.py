"""What the insights read of a register on a day: a row for each risk that the reader may see.

As many queries for one risk as for a thousand, and no long texts.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from registers.dates import days_later, years_later
from registers.models import (
    ActionRevision,
    Assessment,
    Assurance,
    Control,
    ControlRevision,
    Review,
    Tolerances,
)
from registers.models.conditions import evidence_days
from registers.scoring import Scheme, Tolerance

Perspective, Kind = Assessment.Perspective, Assessment.Kind
YEAR = 365  # days that a count of a year looks back


class RatingRow(NamedTuple):
    """A rating of what a risk is today. band: its slug, "" by another scheme than the register's.

    perspective: whose it is, a value of Assessment.Perspective.
    """

    day: datetime.date
    perspective: str
    band: str
    score: int
    has_evidence: bool


class ActionRow(NamedTuple):
    title: str
    kind: str
    status: str
    says_what_changes: bool


class PeriodRow(NamedTuple):
    """A period in which a risk stood as it did. band: as in a RatingRow; score: 0 without one."""

    from_day: datetime.date
    until_day: datetime.date
    is_on_register: bool
    band: str
    score: int
    category: str


class MarkRow(NamedTuple):
    """The latest mark on a warning sign. mark: a value of Precedent.Mark."""

    sign: str
    case: str
    mark: str


@dataclass(slots=True)
class RiskRow:
    """A risk on the register on the day.

    is_owner_temporary: its post is vacant today, or held by an interim. ratings: of all raters,
    oldest first. looks: the days of its reviews. asked_outside: what its latest review that says so
    says of outside advice. lines: of defence with an assurance that is valid on the day. target:
    the latest target's score, 0 without one.
    """

    pk: int
    number: int
    title: str
    category: str
    band: str
    told_by: str
    told_on: datetime.date | None
    raised_on: datetime.date
    owner_title: str
    is_owner_temporary: bool
    ratings: list[RatingRow] = field(default_factory=list)
    looks: list[datetime.date] = field(default_factory=list)
    asked_outside: str = ""
    lines: set[int] = field(default_factory=set)
    actions: list[ActionRow] = field(default_factory=list)
    temporary_controls: list[str] = field(default_factory=list)
    controls_in_place: int = 0
    marks: list[MarkRow] = field(default_factory=list)
    evidence_on: list[datetime.date] = field(default_factory=list)

    @property
    def own_ratings(self) -> list[RatingRow]:
        return [row for row in self.ratings if row.perspective == Perspective.ORGANISATION]

    @property
    def latest_outside(self) -> RatingRow | None:
        """The latest rating by anybody outside the organisation's own management."""
        outside = [row for row in self.ratings if row.perspective != Perspective.ORGANISATION]
        return outside[-1] if outside else None

    @property
    def open_actions(self) -> list[ActionRow]:
        return [row for row in self.actions if row.status == ActionRevision.Status.OPEN]


@dataclass(frozen=True)
class InsightData:
    """What the indicators of one day count from.

    risks: by number. histories: (number, title) of each risk that was ever on the register -> its
    periods, oldest first. since: the day compared with. sees_tellers: whether the reader may read
    who told the organisation of a risk.
    """

    day: datetime.date
    since: datetime.date
    scheme: Scheme
    tolerance: Tolerance
    risks: list[RiskRow]
    histories: dict[tuple[int, str], list[PeriodRow]]
    sees_tellers: bool = False

    @cached_property
    def ranks(self) -> dict[str, int]:
        return self.scheme.ranks

    def label(self, band: str) -> str:
        return self.scheme.band(band).label

    def is_above(self, row: RiskRow | PeriodRow) -> bool:
        return bool(row.band) and self.tolerance.is_above(row.band, row.category)

    def is_in_top_band(self, risk: RiskRow) -> bool:
        return risk.band == self.scheme.bands[-1].slug

    @property
    def above(self) -> list[RiskRow]:
        return [risk for risk in self.risks if self.is_above(risk)]

    @property
    def a_year_before(self) -> datetime.date:
        return days_later(self.day, -YEAR)

    @property
    def two_years_before(self) -> datetime.date:
        return years_later(self.day, -2)


class Reader(NamedTuple):
    """What a reader may see: positions of the day on the register, those of all days, and marks."""

    positions: Any
    history: Any
    marks: Any
    sees_tellers: bool


def read_insight_data(register, reader: Reader, day, since, recorded_by=None) -> InsightData:
    """As at that day; recorded_by: as on record at that instant. Eleven queries."""
    risks = _risks(reader.positions.on_register(), register.scheme_id)
    keys = reader.positions.on_register().order_by().values("risk")
    dated = {"day": day, "recorded_by": recorded_by}
    _add_ratings(risks, keys, register.scheme_id, **dated)
    _add_reviews(risks, keys, **dated)
    _add_actions(risks, keys, **dated)
    _add_controls(risks, keys, **dated)
    _add_assurances(risks, keys, **dated)
    _add_marks(risks, reader.marks)
    for key, days in evidence_days(keys, day, recorded_by).items():
        if key in risks:
            risks[key].evidence_on = days
    return InsightData(
        day=day,
        since=since,
        scheme=register.scheme.rules,
        tolerance=Tolerances.of(register).on(day, recorded_by),
        risks=sorted(risks.values(), key=lambda row: row.number),
        histories=_histories(reader.history, register.scheme_id, day),
        sees_tellers=reader.sees_tellers,
    )


def _risks(positions, scheme) -> dict[int, RiskRow]:
    """Key of a risk -> its row."""
    rows = positions.order_by("number").values_list(
        *("risk", "number", "revision__title", "category", "band", "scheme"),
        *("revision__told_by", "revision__told_on", "risk__raised_on"),
        *("owner", "owner__title", "owner__holder", "owner__is_interim"),
    )
    risks = {}
    for key, number, title, category, band, by, told_by, told_on, raised_on, *owner in rows:
        post, post_title, holder, is_interim = owner
        risks[key] = RiskRow(
            pk=key,
            number=number,
            title=title,
            category=category,
            band=band if by == scheme else "",
            told_by=told_by,
            told_on=told_on,
            raised_on=raised_on,
            owner_title=post_title or "",
            is_owner_temporary=post is not None and (holder is None or is_interim),
        )
    return risks


def _add_ratings(risks, keys, scheme, *, day, recorded_by):
    rows = Assessment.objects.as_at(day, recorded_by).filter(risk__in=keys, kind=Kind.CURRENT)
    rows = rows.order_by("effective_on", "pk").values_list(
        *("risk", "effective_on", "perspective", "scheme", "band", "score", "evidence")
    )
    for key, on, perspective, by, band, score, evidence in rows.iterator():
        rating = RatingRow(on, perspective, band if by == scheme else "", score, bool(evidence))
        if key in risks:
            risks[key].ratings.append(rating)


def _add_reviews(risks, keys, *, day, recorded_by):
    rows = Review.objects.as_at(day, recorded_by).filter(risk__in=keys)
    rows = rows.order_by("effective_on", "pk")
    for key, on, advice in rows.values_list("risk", "effective_on", "asked_outside"):
        if key in risks:
            risks[key].looks.append(on)
            risks[key].asked_outside = advice or risks[key].asked_outside


def _add_actions(risks, keys, *, day, recorded_by):
    rows = ActionRevision.objects.filter(record__risk__in=keys)
    rows = rows.latest_per("record", day=day, recorded_by=recorded_by).order_by("record")
    for key, title, kind, status, differently in rows.values_list(
        "record__risk", "title", "kind", "status", "done_differently"
    ):
        if key in risks:
            risks[key].actions.append(ActionRow(title, kind, status, bool(differently)))


def _add_controls(risks, keys, *, day, recorded_by):
    """A control rests on the temporary where interims run it, or its post is vacant or interim."""
    rows = ControlRevision.objects.filter(record__risk__in=keys)
    rows = rows.latest_per("record", day=day, recorded_by=recorded_by).order_by("record")
    for key, title, status, run_by, post, holder, is_interim in rows.values_list(
        *("record__risk", "title", "status", "run_by"),
        *("owner", "owner__holder", "owner__is_interim"),
    ):
        if key not in risks or status != Control.Status.IN_PLACE:
            continue
        risks[key].controls_in_place += 1
        is_vacant = post is not None and holder is None
        if is_vacant or is_interim or run_by == Control.RunBy.INTERIM:
            risks[key].temporary_controls.append(title)


def _add_assurances(risks, keys, *, day, recorded_by):
    rows = Assurance.objects.as_at(day, recorded_by).filter(risk__in=keys, expires_on__gte=day)
    for key, line in rows.order_by().values_list("risk", "line"):
        if key in risks:
            risks[key].lines.add(line)


def _add_marks(risks, marks):
    rows = marks.order_by("sign__case__number", "sign__code")
    for key, *mark in rows.values_list("risk", "sign__title", "sign__case__short_name", "mark"):
        if key in risks:
            risks[key].marks.append(MarkRow(*mark))


def _histories(history, scheme, day):
    """As in InsightData, of the periods that had begun by the day."""
    rows = (
        history.filter(from_day__lte=day)
        .order_by("number", "from_day")
        .values_list(
            *("number", "from_day", "until_day", "is_on_register"),
            *("band", "score", "category", "scheme", "revision__title"),
        )
    )
    periods, titles = defaultdict(list), {}
    for number, start, end, is_on_register, band, score, category, by, title in rows:
        band = band if by == scheme else ""
        periods[number].append(PeriodRow(start, end, is_on_register, band, score, category))
        titles[number] = title
    return {(number, titles[number]): rows for number, rows in periods.items()}
