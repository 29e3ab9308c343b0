"""What a check of a register's quality is, and what the checks find. Pure: rows in, findings out;
no score of it all.

The checks (checks.py) are RQ1 to RQ17 of our domain report, section 4.4, as far as they speak of
one risk. They follow what councils' own audits complain of; section 4.6 says why there is no
target, no ranking and no single index.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from registers.scoring import Band, Scheme, Tolerance


class Judged(NamedTuple):
    """One judgement. band: its slug, empty where another scheme than the register's gave it;
    scheme: an id; was_above: by another scheme, above what that one tolerates.
    """

    day: datetime.date
    scheme: int
    likelihood: int
    impact: int
    score: int
    band: str
    says_evidence: bool = False
    was_above: bool = False

    @property
    def ratings(self):
        return self.scheme, self.likelihood, self.impact


class ControlRow(NamedTuple):
    """since: when it was first listed; tested_on: when it was last tested or an assurance of it was
    given, if ever; tests: every day on which it was tested.
    """

    is_in_place: bool
    since: datetime.date
    tested_on: datetime.date | None = None
    tests: tuple[datetime.date, ...] = ()


class ActionRow(NamedTuple):
    status: str  # open, done, dropped
    due_on: datetime.date | None = None
    original_due_on: datetime.date | None = None
    redated: int = 0
    done_on: datetime.date | None = None


class AssuranceRow(NamedTuple):
    line: int  # 1 to 4
    given_on: datetime.date
    expires_on: datetime.date


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk on the register as the checks read it. currents: our own judgements of it as it
    stands, oldest first; inherent, target: our own latest; raters: how many people ever judged it
    as it stands, from whatever perspective; event: its first EVENT_READ characters at least;
    reviewed_on: its latest review.
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
    currents: tuple[Judged, ...] = ()
    inherent: Judged | None = None
    target: Judged | None = None
    raters: int = 0
    controls: Sequence[ControlRow] = ()
    actions: Sequence[ActionRow] = ()
    assurances: Sequence[AssuranceRow] = ()

    @property
    def current(self) -> Judged | None:
        """The current rating, where the scheme in force gave it."""
        return self.currents[-1] if self.currents and self.currents[-1].band else None

    @property
    def controls_in_place(self) -> list[ControlRow]:
        return [control for control in self.controls if control.is_in_place]

    @property
    def open_actions(self) -> list[ActionRow]:
        return [action for action in self.actions if action.status == "open"]

    def has_evidence(self, after: datetime.date, until: datetime.date) -> bool:
        """Whether a control was tested, an assurance given or an action done after one day and by
        another.
        """
        days = (
            *(day for control in self.controls for day in (control.tested_on, *control.tests)),
            *(assurance.given_on for assurance in self.assurances),
            *(action.done_on for action in self.actions if action.status == "done"),
        )
        return any(day and after < day <= until for day in days)


@dataclass(frozen=True)
class Ground:
    """What all risks are held against. tolerances: category -> the highest band tolerated, "" for
    those of no other; agreed_on: the days on which a body agreed the register.
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

    def is_above_tolerance(self, risk: RiskRow, judged: Judged | None = None) -> bool:
        """By what the organisation said of its category, else of all, else by the scheme. judged:
        another judgement of the risk than its current rating; one by another scheme is held against
        that.
        """
        judged = judged or risk.current
        if not judged or not judged.band:
            return bool(judged) and judged.was_above
        return self.tolerance.is_above(judged.band, risk.category)

    def is_above_tolerance_twice_running(self, risk: RiskRow) -> bool:
        """Now, and when it was looked at before: at its latest review or, where there was none, at
        its last judgement of an earlier day. Its next review says whom outside we have asked
        (insight 1).
        """
        if not self.is_above_tolerance(risk):
            return False
        if risk.reviewed_on:
            before = [judged for judged in risk.currents if judged.day <= risk.reviewed_on]
        else:
            before = [judged for judged in risk.currents if judged.day < risk.current.day]
        return bool(before) and self.is_above_tolerance(risk, before[-1])


@dataclass(frozen=True)
class Check:
    """title: the fault in few words. rule: when it is found, with {intervals}, {top} and {before}
    for the scheme's words. next_step: what to do. out_of: which risks it is about, as follows a
    number ("risks above tolerance"). find: None for a risk that it is not about, "" for one in
    order, else what is wrong, in a sentence.
    """

    slug: str
    title: str
    rule: str
    next_step: str
    out_of: str
    find: Callable[[RiskRow, Ground], str | None]

    def rule_for(self, ground: Ground) -> str:
        intervals = ", ".join(
            f"{band.label} {band.review_days}" for band in reversed(ground.scheme.bands)
        )
        return self.rule.format(intervals=intervals, top=ground.top.label)


class Found(NamedTuple):
    """One thing to put right."""

    check: Check
    risk: RiskRow
    words: str


@dataclass(frozen=True)
class Tally:
    """What one check found, in the order of the risks, and out of how many that it is about."""

    check: Check
    found: list[Found]
    out_of: int


def tallies_of(checks, risks, ground) -> list[Tally]:
    """A Tally for each check, in their order."""
    tallies = []
    for check in checks:
        said = [(risk, check.find(risk, ground)) for risk in risks]
        found = [Found(check, risk, words) for risk, words in said if words]
        tallies.append(Tally(check, found, sum(words is not None for _, words in said)))
    return tallies
