"""Insight 6: learn from how others failed."""

from registers.insights.indicator import Indicator, IndicatorRow, Insight
from registers.models import Precedent

MARKED = ("warning sign that we marked", "warning signs that we marked")
HEADINGS = {
    Precedent.Mark.RELEVANT: ("Relevant", ("is relevant here", "are relevant here")),
    Precedent.Mark.UNSURE: ("Unsure", ("leaves us unsure", "leave us unsure")),
    Precedent.Mark.NOT_RELEVANT: (
        "Not relevant",
        ("is not ours", "are not ours"),
    ),
}
READINGS = {
    Precedent.Mark.RELEVANT: "Each is a reason to ask what is being done.",
    Precedent.Mark.UNSURE: "Somebody who knows the service could say.",
    Precedent.Mark.NOT_RELEVANT: "If every sign is not relevant, ask who looked.",
}
MISSING = (
    "No warning sign is marked, as far as you are shown marks. The page of a risk shows where it "
    "has happened before, and asks whether each sign is relevant."
)


def indicators(data):
    marks = [(risk, mark) for risk in data.risks for mark in risk.marks]
    relevant = [(risk, mark) for risk, mark in marks if mark.mark == Precedent.Mark.RELEVANT]
    acted = [(risk, mark) for risk, mark in relevant if risk.actions]
    by_mark = (
        Indicator(
            str(mark),
            *HEADINGS[mark],
            MARKED,
            _rows(pair for pair in marks if pair[1].mark == mark),
            len(marks),
            READINGS[mark],
            MISSING,
        )
        for mark in HEADINGS
    )
    return (
        *by_mark,
        Indicator(
            "acted",
            "With an action",
            ("is about a risk with an action", "are about risks with an action"),
            ("relevant warning sign", "relevant warning signs"),
            _rows(acted),
            len(relevant),
            "A sign that is relevant and leads to nothing is a lesson read and left.",
            MISSING,
        ),
    )


def _rows(pairs):
    return tuple(
        IndicatorRow(risk.number, risk.title, f"{mark.case}: {mark.sign}") for risk, mark in pairs
    )


INSIGHT = Insight(
    6,
    "Few bodies learn from the failures of others until they fail in the same way.",
    "We take the latest mark on each warning sign of each risk, as far as you are shown marks, "
    "and whether its risk has an action of any kind.",
    "The action may have another reason than the sign.",
    indicators,
)
