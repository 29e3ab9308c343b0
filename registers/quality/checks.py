"""The checks of a register's quality, most pressing first.

Each is a pure function of a RiskRow and the CheckContext that returns None (not about this risk),
"" (in order) or a sentence. They follow what councils' own audits complain of. There is no target,
no ranking and no single index: a number to improve would be improved instead of the register.

Numbers run from RQ1 to RQ18. RQ8 (ratings that bunch in the middle), RQ9 (that sit just below a
band) and RQ12 (posts with too much) would be about a register as a whole and are not here.
A waiver keeps its check's slug: to rename one loses its waivers.

Where a body never agreed the register, RQ16 takes quarter ends instead. RQ1's days are those of the
register's scheme.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from registers.models.conditions import tested_since
from registers.phrases.files import likeness_sentence
from registers.phrases.register import (
    missing_part_sentence,
    slippage_sentence,
    undated_sentence,
    untested_sentence,
)
from registers.quality.data import CheckContext, RiskRow

FEWEST_WORDS = 6  # of an event (RQ13)
TEST_MONTHS = 12  # since a control was tested (RQ4)
REDATED_TIMES = 2  # of an action (RQ5)
SAME_RATINGS = 4  # one after another (RQ7)
DAYS_BEFORE_AGREEMENT = 14  # by when papers are out (RQ16)
TOLERATE = "tolerate"


@dataclass(frozen=True)
class Check:
    """A rule about one risk.

    title: the fault in few words. rule: when it is found, with {intervals} and {top} for the
    scheme's words. next_step: what to do. scope: the risks it is about, as follows a number ("risks
    above tolerance"). find: None for a risk outside the scope, "" for one in order, else a sentence
    with what is wrong.
    """

    slug: str
    title: str
    rule: str
    next_step: str
    scope: str
    find: Callable[[RiskRow, CheckContext], str | None]

    def rule_for(self, context: CheckContext) -> str:
        intervals = ", ".join(
            f"{band.label} {band.review_days}" for band in reversed(context.scheme.bands)
        )
        return self.rule.format(intervals=intervals, top=context.top.label)


class Finding(NamedTuple):
    """One thing to put right. message: a sentence."""

    check: Check
    risk: RiskRow
    message: str


@dataclass(frozen=True)
class Tally:
    """The findings of one check, in the order of the risks. scope_count: risks in its scope."""

    check: Check
    findings: list[Finding]
    scope_count: int


def run_checks(checks, risks, context) -> list[Tally]:
    """A Tally for each check, in their order."""
    tallies = []
    for check in checks:
        results = [(risk, check.find(risk, context)) for risk in risks]
        findings = [Finding(check, risk, message) for risk, message in results if message]
        in_scope = sum(message is not None for _, message in results)
        tallies.append(Tally(check, findings, in_scope))
    return tallies


def quarter_end_from(day: datetime.date) -> datetime.date:
    """The first quarter end on that day or after it."""
    month = (day.month + 2) // 3 * 3
    following = day.replace(year=day.year + month // 12, month=month % 12 + 1, day=1)
    return following - datetime.timedelta(days=1)


def _is_tolerated(risk, context):
    return (
        risk.response == TOLERATE and risk.tolerated_until and risk.tolerated_until >= context.day
    )


def breach(risk, context):
    if risk.response == TOLERATE:
        return (
            ""
            if _is_tolerated(risk, context)
            else "The day until which it was tolerated has passed."
        )
    if not context.is_above_tolerance(risk):
        return None
    return "" if risk.response else "It is above tolerance and has no response."


def no_action(risk, context):
    if not context.is_above_tolerance(risk) or _is_tolerated(risk, context):
        return None
    return "" if risk.open_actions else "It has no open action."


def unscored(risk, context):
    if risk.current:
        return ""
    return "Its rating is under an earlier scheme." if risk.currents else "It has no residual "
    "rating."


def stale(risk, context):
    if risk.next_review_on and risk.next_review_on < context.day:
        return "Its review is overdue."
    if not risk.current:
        return "" if risk.next_review_on else None
    last_looked_at = max(risk.current.day, risk.reviewed_on or risk.current.day)
    allowed_days = context.bands[risk.current.band].review_days
    return (
        "Its last review or rating is older than its band allows."
        if (context.day - last_looked_at).days > allowed_days
        else ""
    )


def controls(risk, context):
    in_place = risk.controls_in_place
    if not in_place:
        return "It has no control in place."
    limit = tested_since(context.day)
    untested = sum((control.tested_on or control.since) < limit for control in in_place)
    if untested:
        return untested_sentence(untested, len(in_place), TEST_MONTHS)
    return ""


def line_1_only(risk, context):
    if not context.is_in_top_band(risk):
        return None
    # Of two on one day the one entered later comes last.
    assurances = sorted(risk.assurances, key=lambda row: row.given_on)
    latest = {row.line: row for row in assurances if row.given_on <= context.day}
    lines = {line for line, row in latest.items() if row.expires_on >= context.day}
    if not lines:
        return "It has no valid assurance."
    return "It has valid assurance from line 1 only." if lines == {1} else ""


def slippage(risk, context):
    actions = risk.open_actions
    if not actions:
        return None
    redated = sum(action.redated >= REDATED_TIMES for action in actions)
    past = sum(
        bool(action.original_due_on) and action.original_due_on < context.day for action in actions
    )
    return slippage_sentence(redated, past, len(actions), REDATED_TIMES)


def target_missed(risk, context):
    comparable = risk.current and risk.target and risk.target.band
    if not comparable or not risk.target_on or risk.target_on >= context.day:
        return None
    return (
        "The target date has passed and it is still above its target."
        if risk.current.score > risk.target.score
        else ""
    )


def one_rater(risk, context):
    if not context.is_in_top_band(risk):
        return None
    return "Only one person has ever rated it." if risk.raters < 2 else ""


def dip(risk, context):
    if len(risk.currents) < 2 or not risk.current:
        return None
    before, latest = risk.currents[-2:]
    if not before.band or context.ranks[latest.band] >= context.ranks[before.band]:
        return None
    until = latest.day + datetime.timedelta(days=DAYS_BEFORE_AGREEMENT)
    agreed_on = context.agreed_on or (quarter_end_from(latest.day),)
    if not any(latest.day <= day <= until for day in agreed_on):
        return ""
    if latest.has_evidence or risk.has_evidence_between(before.day, latest.day):
        return ""
    return "Its band fell shortly before an agreement, and nothing on record says why."


def never_moved(risk, context):
    if len(risk.currents) < SAME_RATINGS:
        return None
    last = risk.currents[-SAME_RATINGS:]
    if len({row.ratings for row in last}) > 1 or risk.has_evidence_between(
        last[0].day, context.day
    ):
        return ""
    return (
        f"Its last {SAME_RATINGS} ratings are the same, with no test, assurance or finished "
        "action between them."
    )


def residual(risk, context):
    inherent, current = risk.inherent, risk.current
    if not inherent or not inherent.band or not current:
        return None
    if risk.controls_in_place:
        return (
            "It has controls, but its residual rating equals its inherent rating."
            if current.ratings == inherent.ratings
            else ""
        )
    return (
        "Its residual rating is lower than its inherent rating, but it has no controls."
        if current.score < inherent.score
        else ""
    )


def undated(risk, context):
    actions = risk.open_actions
    if not actions and not risk.target:
        return None
    undated_count = sum(action.due_on is None for action in actions)
    if undated_count:
        return undated_sentence(undated_count, len(actions))
    return "Its target has no date." if risk.target and not risk.target_on else ""


def vague(risk, context):
    if not risk.event or not risk.has_cause or not risk.has_consequence:
        parts = {
            "cause": risk.has_cause,
            "event": bool(risk.event),
            "consequence": risk.has_consequence,
        }
        return missing_part_sentence([name for name, has_text in parts.items() if not has_text])
    if len(risk.event.split()) < FEWEST_WORDS:
        return f"Its event has fewer than {FEWEST_WORDS} words."
    return ""


def duplicate(risk, context):
    if risk.lookalike is None:
        return ""
    reference, percent, has_same_title = risk.lookalike
    return f"{likeness_sentence(reference, percent, has_same_title)}."


CHECKS = (
    Check(
        "rq15-unanswered",
        "Above tolerance without a response",
        "The risk is above tolerance and has no response, or the day until which it was "
        "tolerated has passed.",
        "Edit the risk and choose a response. To tolerate it, say why and until when.",
        "risks above tolerance or tolerated",
        breach,
    ),
    Check(
        "rq3-no-action",
        "Above tolerance with no open action",
        "The risk is above tolerance, is not tolerated until a later day, and has no open action.",
        "Add an action with an owner and a due date.",
        "risks above tolerance and not tolerated",
        no_action,
    ),
    Check(
        "rq2-unscored",
        "Not rated",
        "The risk has no residual rating under the scheme in force.",
        "Assess it.",
        "risks",
        unscored,
    ),
    Check(
        "rq1-stale",
        "Review overdue",
        "Its review date has passed, or its last review or rating is older than its band allows: "
        "{intervals}.",
        "Review the risk. If the rating should change, assess it.",
        "risks with a rating or a review date",
        stale,
    ),
    Check(
        "rq4-controls",
        "No control, or an untested control",
        f"The risk has no control in place, or a control not tested in the last {TEST_MONTHS} "
        "months. A new control has the same time to be tested. Assurance on the control counts "
        "as a test.",
        "Add the controls, or ask somebody to test them and record the test.",
        "risks",
        controls,
    ),
    Check(
        "rq17-line-1-only",
        "No assurance beyond line 1",
        "It is {top} and has no valid assurance from line 2, 3 or 4.",
        "Ask line 2, 3 or 4 for assurance, and record it.",
        "risks in the top band",
        line_1_only,
    ),
    Check(
        "rq5-slippage",
        "An action has slipped",
        f"The due date of an open action changed {REDATED_TIMES} times or more, or its first due "
        "date has passed.",
        "Ask what blocks the action. Finish it, cancel it, or choose another action.",
        "risks with an open action",
        slippage,
    ),
    Check(
        "rq11-target",
        "Target not met in time",
        "The target date has passed and its score is still above its target.",
        "Say what would reduce the risk and set a new date, or decide to tolerate it.",
        "risks whose target date has passed",
        target_missed,
    ),
    Check(
        "rq14-one-rater",
        "Rated by one person only",
        "It is {top} and only one person has ever rated it, including peers and auditors.",
        "Ask a second person to rate it without seeing the first rating.",
        "risks in the top band",
        one_rater,
    ),
    Check(
        "rq16-dip",
        "Band fell shortly before an agreement",
        "Its last rating is in a lower band than the one before. It came in the "
        f"{DAYS_BEFORE_AGREEMENT} days before an agreement, or before a quarter end if there are "
        "no agreements. No evidence, test, assurance or finished action says why.",
        "Assess it again and say what changed and how you know. Or record the test or assurance "
        "that shows it.",
        "risks whose last rating fell to a lower band",
        dip,
    ),
    Check(
        "rq7-never-moved",
        "Rating never changes",
        f"Its last {SAME_RATINGS} ratings are the same. Since the first of these, it has no test, "
        "assurance or finished action.",
        "Ask what would change the rating, and check whether it has happened.",
        f"risks rated {SAME_RATINGS} times or more",
        never_moved,
    ),
    Check(
        "rq10-residual",
        "Ratings do not match controls",
        "Its residual and inherent ratings are the same although it has controls, or differ "
        "although it has none.",
        "Assess it again, retire controls that do nothing, or add the ones that work.",
        "risks with both inherent and residual ratings",
        residual,
    ),
    Check(
        "rq6-undated",
        "Action or target without a date",
        "An open action has no due date, or a target has no date.",
        "Enter the date.",
        "risks with an open action or a target",
        undated,
    ),
    Check(
        "rq18-duplicate",
        "Possible duplicate",
        "Its title or event has nearly the same words as an earlier risk.",
        "Read both. If they are the same risk, copy what is missing to one and close the other.",
        "risks",
        duplicate,
    ),
    Check(
        "rq13-vague",
        "Incomplete description",
        f"Its cause, event or consequence is missing, or its event has fewer than {FEWEST_WORDS} "
        "words.",
        "Edit the risk. Enter its cause, event and consequence.",
        "risks",
        vague,
    ),
)
BY_SLUG = {check.slug: check for check in CHECKS}
