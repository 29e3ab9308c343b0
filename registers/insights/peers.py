"""Insight 1: ask peers early, and agree what makes you ask."""

from registers.insights.indicator import Indicator, IndicatorRow, Insight

NOBODY = "nobody yet"  # how the form of a review has it said
LOOKS = 2  # running, above tolerance
SCOPE = ("risk above tolerance twice running", "risks above tolerance twice running")


def is_above_twice_running(data, risk):
    """Whether it is above tolerance and was when somebody looked before: rated or reviewed it."""
    if not data.is_above(risk) or not risk.own_ratings:
        return False
    rated_on = risk.own_ratings[-1].day
    reviews = [day for day in risk.looks if day != rated_on]
    earlier = [
        rating
        for rating in risk.own_ratings
        if (rating.day <= reviews[-1] if reviews else rating.day < rated_on)
    ]
    return (
        bool(earlier)
        and bool(earlier[-1].band)
        and data.tolerance.is_above(earlier[-1].band, risk.category)
    )


def indicators(data):
    risks = [risk for risk in data.risks if is_above_twice_running(data, risk)]
    answers = [risk for risk in risks if risk.asked_outside]
    nobody = [risk for risk in answers if risk.asked_outside.strip().casefold().startswith(NOBODY)]
    advised = [risk for risk in answers if risk not in nobody]
    missing = (
        "Nothing is above tolerance at two looks running, so there is nobody to ask about yet."
    )
    return (
        Indicator(
            "advice",
            "Advice asked outside",
            ("says whose advice was asked outside", "say whose advice was asked outside"),
            SCOPE,
            tuple(IndicatorRow(risk.number, risk.title, risk.asked_outside) for risk in advised),
            len(risks),
            "A high count means that help is asked for before somebody has to send it.",
            missing,
        ),
        Indicator(
            "nobody",
            "Nobody asked yet",
            ("says that nobody was asked yet, and why", "say that nobody was asked yet, and why"),
            SCOPE,
            tuple(IndicatorRow(risk.number, risk.title, risk.asked_outside) for risk in nobody),
            len(risks),
            "A reason may be a good one. The same reason at every meeting is not.",
            missing,
        ),
    )


INSIGHT = Insight(
    1,
    "Peers help most when they are asked before things are bad, at a point agreed in advance.",
    "We take the risks that are above tolerance and were above it when somebody looked before, "
    "by a rating or a review. We read what the latest review says about outside advice. Ratings "
    "under an earlier scoring scheme count as not above.",
    "It shows whether somebody was asked, not whether the advice was any good. Peer challenges "
    "are not recorded here yet.",
    indicators,
)
