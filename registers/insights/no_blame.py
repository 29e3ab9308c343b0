"""Insight 5: bad news travels where nobody is blamed for it."""

from itertools import pairwise

from registers.insights.indicator import Indicator, IndicatorRow, Insight
from registers.models import Risk
from registers.phrases.insights import days_to_log_note

MONTH = 31  # days


def indicators(data):
    """Who told the organisation points at people: only who edits risks reads it."""
    return (*_of_tellers(data), _falls(data)) if data.sees_tellers else (_falls(data),)


def _of_tellers(data):
    answers = [risk for risk in data.risks if risk.told_by]
    dated = [risk for risk in data.risks if risk.told_on]
    front_line = [risk for risk in answers if risk.told_by == Risk.Teller.FRONT_LINE]
    late = [risk for risk in dated if (risk.raised_on - risk.told_on).days > MONTH]
    return (
        Indicator(
            "front-line",
            "From the front line",
            ("came from front-line staff", "came from front-line staff"),
            ("risk that says who told us", "risks that say who told us"),
            tuple(IndicatorRow(risk.number, risk.title) for risk in front_line),
            len(answers),
            "A low count asks whether people feel able to report.",
            "No risk says who told us of it. Record it when you log a risk.",
            is_about_people=True,
        ),
        Indicator(
            "late",
            "Logged late",
            ("was logged more than a month later", "were logged more than a month later"),
            ("risk that says when we were told", "risks that say when we were told"),
            tuple(
                IndicatorRow(
                    risk.number, risk.title, days_to_log_note((risk.raised_on - risk.told_on).days)
                )
                for risk in late
            ),
            len(dated),
            "Ask what happened to the news in between.",
            "No risk says when we were told of it. Record it when you log a risk.",
            is_about_people=True,
        ),
    )


def _falls(data):
    falls = [
        (risk, before, after)
        for risk in data.risks
        for before, after in pairwise(risk.own_ratings)
        if after.day > data.a_year_before and _is_fall(data, before, after)
    ]
    unexplained = [
        (risk, after)
        for risk, before, after in falls
        if not after.has_evidence
        and not any(before.day < day <= after.day for day in risk.evidence_on)
    ]
    return Indicator(
        "falls",
        "Unexplained falls",
        ("has nothing on record that explains it", "have nothing on record that explains them"),
        ("fall of a band in twelve months", "falls of a band in twelve months"),
        tuple(
            IndicatorRow(risk.number, risk.title, f"To {data.label(after.band)}")
            for risk, after in unexplained
        ),
        len(falls),
        "A rating that falls without a reason may be what somebody wished to hear.",
        "No rating fell to a lower band in twelve months.",
        is_about_people=True,
    )


def _is_fall(data, before, after):
    return before.band and after.band and data.ranks[after.band] < data.ranks[before.band]


INSIGHT = Insight(
    5,
    "Where people are blamed for bad news, it stops coming.",
    "We read what risks say about who told us and when, and the falls of our own ratings to a "
    "lower band in the twelve months before the day. A fall is explained by what its rating "
    "says, a control tested, an assurance given or an action finished since the rating before.",
    "Small counts point at people, so below ten we show neither the number nor the risks. Ask "
    "whether people feel able to report.",
    indicators,
)
