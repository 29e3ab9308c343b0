"""The checks of a register's quality, most pressing first. Pure: each reads a RiskRow and the
Ground, and answers None (not about this risk), "" (in order) or a sentence.

RQ8 (ratings that bunch in the middle), RQ9 (that sit just below a band) and RQ12 (posts with too
much) are about a register as a whole and are none of these. Numbers, with their source in our
domain report, section 4.4: WORDS_AT_LEAST 6 words of an event (RQ13); MONTHS 12 since a control was
tested (RQ4); REDATED 2 times (RQ5); SAME 4 ratings alike (RQ7); DIP_DAYS 14 before a body agrees
the register (RQ16), the time by which papers are out; where no body ever agreed it, quarter ends
stand in. RQ1's days are those of the register's scheme.
"""

import datetime

from registers.models.conditions.assurance import tested_since
from registers.quality.findings import Check

WORDS_AT_LEAST = 6
EVENT_READ = 240  # characters of an event that are read: fewer than six words in them are vague, whatever follows
MONTHS = 12
REDATED = 2
SAME = 4
DIP_DAYS = 14
TOLERATE = "tolerate"


def quarter_end_from(day: datetime.date) -> datetime.date:
    """The first quarter end on that day or after it."""
    month = (day.month + 2) // 3 * 3
    following = day.replace(year=day.year + month // 12, month=month % 12 + 1, day=1)
    return following - datetime.timedelta(days=1)


def _several(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _is_tolerated(risk, ground):
    return risk.response == TOLERATE and risk.tolerated_until and risk.tolerated_until >= ground.day


def breach(risk, ground):
    if risk.response == TOLERATE:
        return (
            ""
            if _is_tolerated(risk, ground)
            else "It was to be tolerated until a day that has passed."
        )
    if not ground.is_above_tolerance(risk):
        return None
    return "" if risk.response else "It is above tolerance and no response is chosen."


def no_action(risk, ground):
    if not ground.is_above_tolerance(risk) or _is_tolerated(risk, ground):
        return None
    return "" if risk.open_actions else "No action on it is open."


def unscored(risk, ground):
    if risk.current:
        return ""
    return "Its rating is by an earlier scheme." if risk.currents else "It has no current rating."


def stale(risk, ground):
    if risk.next_review_on and risk.next_review_on < ground.day:
        return "Its review is late."
    if not risk.current:
        return "" if risk.next_review_on else None
    looked = max(risk.current.day, risk.reviewed_on or risk.current.day)
    allowed = ground.bands[risk.current.band].review_days
    return (
        "It was last looked at longer ago than its band allows."
        if (ground.day - looked).days > allowed
        else ""
    )


def controls(risk, ground):
    in_place = risk.controls_in_place
    if not in_place:
        return "It has no control in place."
    limit = tested_since(ground.day)
    untested = sum((control.tested_on or control.since) < limit for control in in_place)
    if untested:
        return (
            f"Not tested for {MONTHS} months: {untested} of {_several(len(in_place), 'control')}."
        )
    return ""


def line_1_only(risk, ground):
    if not ground.is_in_top_band(risk):
        return None
    given = sorted(
        risk.assurances, key=lambda row: row.given_on
    )  # of one day the one entered later stands last
    latest = {row.line: row for row in given if row.given_on <= ground.day}
    lines = {line for line, row in latest.items() if row.expires_on >= ground.day}
    if not lines:
        return "Nobody has given assurance of it that is still good."
    return "Only those who run it say that it is held." if lines == {1} else ""


def slippage(risk, ground):
    actions = risk.open_actions
    if not actions:
        return None
    redated = sum(action.redated >= REDATED for action in actions)
    past = sum(
        bool(action.original_due_on) and action.original_due_on < ground.day for action in actions
    )
    said = [
        *([f"{redated} re-dated {REDATED} times or more"] if redated else []),
        *([f"{past} past the first day it was due"] if past else []),
    ]
    return f"Of {_several(len(actions), 'open action')}: {', '.join(said)}." if said else ""


def target_missed(risk, ground):
    comparable = risk.current and risk.target and risk.target.band
    if not comparable or not risk.target_on or risk.target_on >= ground.day:
        return None
    return (
        "The day for its target has passed and it is still above it."
        if risk.current.score > risk.target.score
        else ""
    )


def one_rater(risk, ground):
    if not ground.is_in_top_band(risk):
        return None
    return "Only one person has ever judged it." if risk.raters < 2 else ""


def dip(risk, ground):
    if len(risk.currents) < 2 or not risk.current:
        return None
    before, now = risk.currents[-2:]
    if not before.band or ground.ranks[now.band] >= ground.ranks[before.band]:
        return None
    soon = now.day + datetime.timedelta(days=DIP_DAYS)
    agreed = ground.agreed_on or (quarter_end_from(now.day),)
    if not any(now.day <= day <= soon for day in agreed):
        return ""
    if now.says_evidence or risk.has_evidence(before.day, now.day):
        return ""
    return "Its band fell shortly before the register was agreed, and nothing on record says why."


def never_moved(risk, ground):
    if len(risk.currents) < SAME:
        return None
    last = risk.currents[-SAME:]
    if len({row.ratings for row in last}) > 1 or risk.has_evidence(last[0].day, ground.day):
        return ""
    return (
        f"Its last {SAME} ratings are the same, and nothing was tested, assured or done meanwhile."
    )


def residual(risk, ground):
    inherent, now = risk.inherent, risk.current
    if not inherent or not inherent.band or not now:
        return None
    if risk.controls_in_place:
        return (
            "Its controls make no difference to its rating."
            if now.ratings == inherent.ratings
            else ""
        )
    return (
        "It is rated lower than without controls, and no control is listed."
        if now.score < inherent.score
        else ""
    )


def undated(risk, ground):
    actions = risk.open_actions
    if not actions and not risk.target:
        return None
    without = sum(action.due_on is None for action in actions)
    if without:
        return f"Without a day: {without} of {_several(len(actions), 'open action')}."
    return "Its target has no day." if risk.target and not risk.target_on else ""


def vague(risk, ground):
    if not risk.event or not risk.has_cause or not risk.has_consequence:
        parts = {
            "cause": risk.has_cause,
            "event": bool(risk.event),
            "consequence": risk.has_consequence,
        }
        return f"It does not say its {' or '.join(name for name, is_said in parts.items() if not is_said)}."
    if len(risk.event.split()) < WORDS_AT_LEAST:
        return f"What could happen is told in fewer than {WORDS_AT_LEAST} words."
    return ""


CHECKS = (
    Check(
        "rq15-unanswered",
        "Above tolerance and nothing decided",
        "It is above what the organisation tolerates and no response is chosen, or it was to be tolerated until a day "
        "that has passed.",
        "Edit the risk and choose what to do about it. To tolerate it, say why and until when.",
        "risks above tolerance or tolerated",
        breach,
    ),
    Check(
        "rq3-no-action",
        "Above tolerance with no open action",
        "It is above what the organisation tolerates, has not been accepted until a day to come, and no action on it "
        "is open.",
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
        "The day of its review has passed, or nobody assessed or reviewed it for more days than its band allows: "
        "{intervals}.",
        "Review it, or assess it again if the rating should change.",
        "rated risks and those with a review day",
        stale,
    ),
    Check(
        "rq4-controls",
        "No control, or one not tested",
        f"No control is in place, or one that is was not tested in the last {MONTHS} months. One listed since then has "
        "time until it is as old, and an assurance of the control counts as a test.",
        "List what holds the risk down, or have somebody test it and enter the day.",
        "risks",
        controls,
    ),
    Check(
        "rq17-line-1-only",
        "Nobody else says that it is held",
        "It is {top} and no assurance that is still good comes from beyond line 1, those who run it.",
        "Ask somebody who does not run it to look (line 2, 3 or 4), and enter what they say.",
        "risks in the top band",
        line_1_only,
    ),
    Check(
        "rq5-slippage",
        "An action has slipped",
        f"An open action was re-dated {REDATED} times or more, or the first day it was due has passed.",
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
        "It is {top} and only one person has ever judged where it stands, peers and auditors counted.",
        "Ask a second person to assess it without seeing the first rating.",
        "risks in the top band",
        one_rater,
    ),
    Check(
        "rq16-dip",
        "Fell shortly before it was agreed",
        f"Its last rating is in a lower band than the one before and was given in the {DIP_DAYS} days before a body "
        "agreed the register (before a quarter end, where none ever did); and neither its evidence nor a test, an "
        "assurance or a finished action says why.",
        "Assess it again and say what changed and how you know; or enter the test or assurance that shows it.",
        "risks whose last rating fell to a lower band",
        dip,
    ),
    Check(
        "rq7-never-moved",
        "Rated the same again and again",
        f"Its last {SAME} ratings have the same likelihood and impact, and since the first of them no control was "
        "tested, no assurance given and no action done.",
        "Ask what would have to happen for the rating to change, and find out whether it has.",
        f"risks rated {SAME} times or more",
        never_moved,
    ),
    Check(
        "rq10-residual",
        "Rating and controls do not fit",
        "It is rated the same as without any controls though some are in place, or lower though none is.",
        "Assess it again, take off controls that do nothing, or list the ones that do.",
        "risks rated both with and without controls",
        residual,
    ),
    Check(
        "rq6-undated",
        "An action or target without a day",
        "An open action has no day by which it is due, or a target has no day by which it is to be met.",
        "Enter the day.",
        "risks with an open action or a target",
        undated,
    ),
    Check(
        "rq13-vague",
        "Says too little",
        f"Its cause, event or consequence is missing, or its event has fewer than {WORDS_AT_LEAST} words.",
        "Edit the risk: say what could happen, why, and so what.",
        "risks",
        vague,
    ),
)
BY_SLUG = {check.slug: check for check in CHECKS}
