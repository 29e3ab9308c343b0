"""Insight 3: see yourselves as others see you."""

from registers.insights.indicator import Indicator, IndicatorRow, Insight
from registers.models import Assessment, Line
from registers.phrases.bands import INDEPENDENT_RATERS

RATED = ("risk that somebody outside has rated", "risks that somebody outside has rated")


def indicators(data):
    rated = [risk for risk in data.risks if _comparable(risk)]
    differing = [risk for risk in rated if risk.latest_outside.band != risk.band]
    higher = [risk for risk in differing if _difference(data, risk) > 0]
    unassured = [risk for risk in data.risks if not risk.lines - {Line.FIRST}]
    missing = (
        "Nobody outside has rated a risk that we rate too. Ask a peer, internal audit or an "
        "inspector to rate one independently."
    )
    return (
        Indicator(
            "higher",
            "Rated higher outside",
            ("is rated higher there than by us", "are rated higher there than by us"),
            RATED,
            tuple(_row(data, risk) for risk in higher),
            len(rated),
            "We may see less than they do. Ask what they saw.",
            missing,
        ),
        Indicator(
            "lower",
            "Rated lower outside",
            ("is rated lower there than by us", "are rated lower there than by us"),
            RATED,
            tuple(_row(data, risk) for risk in differing if risk not in higher),
            len(rated),
            "We may know more than they do. Ask what we told them.",
            missing,
        ),
        Indicator(
            "unassured",
            "Not assured beyond management",
            ("is not assured beyond management", "are not assured beyond management"),
            ("risk", "risks"),
            tuple(IndicatorRow(risk.number, risk.title) for risk in unassured),
            len(data.risks),
            "What we know of these risks, we know from ourselves.",
            "There is no risk on this register.",
        ),
    )


def days_since_outside(data):
    """Since anybody outside rated any of these risks; None where nobody ever did."""
    days = [risk.latest_outside.day for risk in data.risks if risk.latest_outside]
    return (data.day - max(days)).days if days else None


def _comparable(risk):
    return bool(risk.band and risk.latest_outside and risk.latest_outside.band)


def _difference(data, risk):
    return data.ranks[risk.latest_outside.band] - data.ranks[risk.band]


def _row(data, risk):
    rater = INDEPENDENT_RATERS[Assessment.Perspective(risk.latest_outside.perspective)]
    bands = data.label(risk.latest_outside.band), data.label(risk.band)
    return IndicatorRow(risk.number, risk.title, "{} says {}, we say {}".format(rater, *bands))


INSIGHT = Insight(
    3,
    "Bodies that failed had a better opinion of themselves than those outside had of them.",
    "We compare the band of the latest rating by a peer, an auditor or an inspector with our own "
    "band of the day, by the same scoring scheme. We count the risks without a valid assurance "
    "from line 2, 3 or 4.",
    "Few risks are rated from outside, and a difference says nothing of who is right.",
    indicators,
)
