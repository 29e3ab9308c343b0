"""Insight 8: keep what was won."""

from registers.dates import years_later
from registers.insights.indicator import Indicator, IndicatorRow, Insight

RELAPSE_YEARS = 2  # within which a risk that is back counts


def indicators(data):
    left = [
        (key, is_back)
        for key, periods in data.histories.items()
        if (is_back := came_back(data, periods)) is not None
    ]
    top = [risk for risk in data.risks if data.is_in_top_band(risk)]
    resting = [risk for risk in top if risk.is_owner_temporary]
    controls = sum(risk.controls_in_place for risk in top)
    return (
        Indicator(
            "back",
            "Back above tolerance",
            ("is back above it", "are back above it"),
            (
                "risk that came down from above tolerance in two years",
                "risks that came down from above tolerance in two years",
            ),
            tuple(IndicatorRow(number, title) for (number, title), is_back in left if is_back),
            len(left),
            "Ask what was kept up after the risk came down, and what was not.",
            "No risk came down from above tolerance or closed in two years.",
        ),
        Indicator(
            "posts",
            "Vacant or interim owner",
            ("rests on a vacant post or an interim", "rest on a vacant post or an interim"),
            ("risk in the top band", "risks in the top band"),
            tuple(IndicatorRow(risk.number, risk.title, risk.owner_title) for risk in resting),
            len(top),
            "What an interim holds together may leave with them.",
            "No risk is in the top band.",
        ),
        Indicator(
            "controls",
            "Vacant, interim or agency control",
            ("rests on temporary people", "rest on temporary people"),
            ("control of a risk in the top band", "controls of risks in the top band"),
            tuple(
                IndicatorRow(risk.number, risk.title, title)
                for risk in top
                for title in risk.temporary_controls
            ),
            controls,
            "The post is vacant, or interims or agency staff run it. Ask who runs it in a year.",
            "No risk in the top band has a control in place.",
        ),
    )


def came_back(data, periods):
    """Whether a risk that came down from above tolerance in two years is back above it on the day.

    It came down on the first day after a period above tolerance on which it was within tolerance or
    off the register. None where it did not. periods: oldest first.
    """
    came_down, is_above = None, False
    for period in periods:
        was_above, is_above = is_above, period.is_on_register and data.is_above(period)
        if was_above and not is_above and period.from_day > data.two_years_before:
            came_down = period.from_day
        latest = period
    if came_down is None:
        return None
    return is_above and latest.from_day <= years_later(came_down, RELAPSE_YEARS)


INSIGHT = Insight(
    8,
    "Improvement is lost when the people who made it leave and nobody checks.",
    "We follow the band of each risk over the two years before the day. A risk came down when it "
    "was no longer above tolerance, or closed. Who holds a post is known for today only.",
    "Two years are short, and a risk that is back may be a new one under an old name.",
    indicators,
)
