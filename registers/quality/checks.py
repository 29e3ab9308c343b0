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
            else "It was to be tolerated until a day that has passed."
        )
    if not context.is_above_tolerance(risk):
        return None
    return "" if risk.response else "It is above tolerance and no response is chosen."


def no_action(risk, context):
    if not context.is_above_tolerance(risk) or _is_tolerated(risk, context):
        return None
    return "" if risk.open_actions else "No action on it is open."


def unscored(risk, context):
    if risk.current:
        return ""
    return "Its rating is by an earlier scheme." if risk.currents else "It has no current rating."


def stale(risk, context):
    if risk.next_review_on and risk.next_review_on < context.day:
        return "Its review is late."
    if not risk.current:
        return "" if risk.next_review_on else None
    last_looked_at = max(risk.current.day, risk.reviewed_on or risk.current.day)
    allowed_days = context.bands[risk.current.band].review_days
    return (
        "It was last looked at longer ago than its band allows."
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
        return "Nobody has given assurance of it that is still good."
    return "Only those who run it say that it is held." if lines == {1} else ""


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
        "The day for its target has passed and it is still above it."
        if risk.current.score > risk.target.score
        else ""
    )


def one_rater(risk, context):
    if not context.is_in_top_band(risk):
        return None
    return "Only one person has ever judged it." if risk.raters < 2 else ""


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
    return "Its band fell shortly before the register was agreed, and nothing on record says why."


def never_moved(risk, context):
    if len(risk.currents) < SAME_RATINGS:
        return None
    last = risk.currents[-SAME_RATINGS:]
    if len({row.ratings for row in last}) > 1 or risk.has_evidence_between(
        last[0].day, context.day
    ):
        return ""
    return (
        f"Its last {SAME_RATINGS} ratings are the same, and nothing was tested, assured or done "
        "meanwhile."
    )


def residual(risk, context):
    inherent, current = risk.inherent, risk.current
    if not inherent or not inherent.band or not current:
        return None
    if risk.controls_in_place:
        return (
            "Its controls make no difference to its rating."
            if current.ratings == inherent.ratings
            else ""
        )
    return (
        "It is rated lower than without controls, and no control is listed."
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
    return "Its target has no day." if risk.target and not risk.target_on else ""


def vague(risk, context):
    if not risk.event or not risk.has_cause or not risk.has_consequence:
        parts = {
            "cause": risk.has_cause,
            "event": bool(risk.event),
            "consequence": risk.has_consequence,
        }
        return missing_part_sentence([name for name, has_text in parts.items() if not has_text])
    if len(risk.event.split()) < FEWEST_WORDS:
        return f"What could happen is told in fewer than {FEWEST_WORDS} words."
    return ""


def duplicate(risk, context):
    if risk.lookalike is None:
        return ""
    reference, percent, has_same_title = risk.lookalike
    return f"{likeness_sentence(reference, percent, has_same_title)}."


CHECKS = (
    Check(
        "rq15-unanswered",
        "Above tolerance and nothing decided",
        "It is above what the organisation tolerates and no response is chosen, or it was to be "
        "tolerated until a day that has passed.",
        "Edit the risk and choose what to do about it. To tolerate it, say why and until when.",
        "risks above tolerance or tolerated",
        breach,
    ),
    Check(
        "rq3-no-action",
        "Above tolerance with no open action",
        "It is above what the organisation tolerates, has not been accepted until a day to come, "
        "and no action on it is open.",
        "Add an action with a post and a day.",
        "risks above tolerance and not accepted",
        no_action,
    ),
    Check(
        "rq2-unscored",
        "Not rated",
        "It has no current rating by the scoring scheme in use now.",
        "Assess it.",
        "risks",
        unscored,
    ),
    Check(
        "rq1-stale",
        "Not looked at in time",
        "The day of its review has passed, or nobody assessed or reviewed it for more days than "
        "its band allows: {intervals}.",
        "Review it, or assess it again if the rating should change.",
        "rated risks and those with a review day",
        stale,
    ),
    Check(
        "rq4-controls",
        "No control, or one not tested",
        f"No control is in place, or one that is was not tested in the last {TEST_MONTHS} months. "
        "One listed since then has time until it is as old, and an assurance of the control "
        "counts as a test.",
        "List what holds the risk down, or have somebody test it and enter the day.",
        "risks",
        controls,
    ),
    Check(
        "rq17-line-1-only",
        "Nobody else says that it is held",
        "It is {top} and no assurance that is still good comes from beyond line 1, those who run "
        "it.",
        "Ask somebody who does not run it to look (line 2, 3 or 4), and enter what they say.",
        "risks in the top band",
        line_1_only,
    ),
    Check(
        "rq5-slippage",
        "An action has slipped",
        f"An open action was re-dated {REDATED_TIMES} times or more, or the first day it was due "
        "has passed.",
        "Ask what stands in the way. Finish it, drop it, or choose another action.",
        "risks with an open action",
        slippage,
    ),
    Check(
        "rq11-target",
        "Target not met in time",
        "The day for its target has passed and its score is still above the target's.",
        "Say what would bring it down and set a new day, or decide to tolerate it.",
        "risks whose day for the target has passed",
        target_missed,
    ),
    Check(
        "rq14-one-rater",
        "One person's judgement",
        "It is {top} and only one person has ever judged where it stands, peers and auditors "
        "counted.",
        "Ask a second person to assess it without seeing the first rating.",
        "risks in the top band",
        one_rater,
    ),
    Check(
        "rq16-dip",
        "Fell shortly before it was agreed",
        "Its last rating is in a lower band than the one before and was given in the "
        f"{DAYS_BEFORE_AGREEMENT} days before a body agreed the register (before a quarter end, "
        "where none ever did); and neither its evidence nor a test, an assurance or a finished "
        "action says why.",
        "Assess it again and say what changed and how you know; or enter the test or assurance "
        "that shows it.",
        "risks whose last rating fell to a lower band",
        dip,
    ),
    Check(
        "rq7-never-moved",
        "Rated the same again and again",
        f"Its last {SAME_RATINGS} ratings have the same likelihood and impact, and since the "
        "first of them no control was tested, no assurance given and no action done.",
        "Ask what would have to happen for the rating to change, and find out whether it has.",
        f"risks rated {SAME_RATINGS} times or more",
        never_moved,
    ),
    Check(
        "rq10-residual",
        "Rating and controls do not fit",
        "It is rated the same as without any controls though some are in place, or lower though "
        "none is.",
        "Assess it again, take off controls that do nothing, or list the ones that do.",
        "risks rated both with and without controls",
        residual,
    ),
    Check(
        "rq6-undated",
        "An action or target without a day",
        "An open action has no day by which it is due, or a target has no day by which it is to "
        "be met.",
        "Enter the day.",
        "risks with an open action or a target",
        undated,
    ),
    Check(
        "rq18-duplicate",
        "Perhaps on the register twice",
        "Its title, or what could happen, has nearly the same words as an earlier risk's.",
        "Read both. Where they are one risk, move what is missing to one of them and close the "
        "other.",
        "risks",
        duplicate,
    ),
    Check(
        "rq13-vague",
        "Says too little",
        f"Its cause, event or consequence is missing, or its event has fewer than {FEWEST_WORDS} "
        "words.",
        "Edit the risk: say what could happen, why, and so what.",
        "risks",
        vague,
    ),
)
BY_SLUG = {check.slug: check for check in CHECKS}
