"""Insight 7: it may get worse before it gets better."""

from django.utils.formats import date_format

from registers.insights.indicator import Indicator, IndicatorRow, Insight


def indicators(data):
    since = date_format(data.since, "j F Y")
    new = [risk for risk in data.risks if risk.raised_on > data.since]
    older = [risk for risk in data.risks if risk.raised_on <= data.since]
    risen = [(risk, before) for risk in older if (before := _band_before(data, risk)) is not None]
    return (
        Indicator(
            "new",
            "New",
            (f"is new since {since}", f"are new since {since}"),
            ("risk", "risks"),
            tuple(IndicatorRow(risk.number, risk.title) for risk in new),
            len(data.risks),
            "More risks on record may mean more honesty. Ask whether people feel able to report.",
            "There is no risk on this register.",
        ),
        Indicator(
            "risen",
            "Higher",
            ("is in a higher band than then", "are in a higher band than then"),
            (f"risk of {since}", f"risks of {since}"),
            tuple(
                IndicatorRow(
                    risk.number, risk.title, f"{data.label(before)} to {data.label(risk.band)}"
                )
                for risk, before in risen
            ),
            len(older),
            "After a new start, ratings often rise because people look. Ask what they saw.",
            "No risk was on this register on the day compared with.",
        ),
    )


def _band_before(data, risk):
    """The band of the day compared with, where today's is higher; else None."""
    earlier = [rating for rating in risk.own_ratings if rating.day <= data.since]
    before = earlier[-1].band if earlier else ""
    is_higher = before and risk.band and data.ranks[risk.band] > data.ranks[before]
    return before if is_higher else None


INSIGHT = Insight(
    7,
    "When a body begins to look at itself, more comes to light before anything improves.",
    "We count the risks that were logged after the day compared with, and those that are in a "
    "higher band than on that day by the same scoring scheme.",
    "A change of leadership or a new way to report is not recorded here yet, so this page cannot "
    "say what came after one. More reports are never a sign of more harm.",
    indicators,
)
