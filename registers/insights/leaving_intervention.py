"""Insight 2: leave an intervention on substance, and keep up what was won."""

from registers.insights.indicator import Indicator, IndicatorRow, Insight
from registers.models import Line


def indicators(data):
    above = data.above
    assured = [risk for risk in above if risk.lines - {Line.FIRST}]
    return (
        Indicator(
            "assured",
            "Assured beyond management",
            ("is assured beyond management", "are assured beyond management"),
            ("risk above tolerance", "risks above tolerance"),
            tuple(IndicatorRow(risk.number, risk.title, _lines(risk)) for risk in assured),
            len(above),
            "Improvement that only those who made it vouch for may not outlast the intervention.",
            "No risk is above tolerance, so no improvement rests on one.",
        ),
    )


def _lines(risk):
    return ", ".join(str(Line(line).label) for line in sorted(risk.lines - {Line.FIRST}))


INSIGHT = Insight(
    2,
    "An intervention ends well when two tests are met: the service is good enough, and the body "
    "can keep it so by itself.",
    "We take the risks above tolerance and count those with an assurance from line 2, 3 or 4 "
    "that is valid on the day.",
    "Interventions and their two tests are not recorded here yet. Assurance says that somebody "
    "looked, not what comes after them.",
    indicators,
)
