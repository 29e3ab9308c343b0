"""Insight 4: reorganising is not improving."""

from registers.insights.indicator import Indicator, IndicatorRow, Insight
from registers.models import Action

STRUCTURAL = Action.Kind.STRUCTURAL


def indicators(data):
    pairs = [(risk, action) for risk in data.risks for action in risk.actions]
    open_pairs = [pair for pair in pairs if pair[1].status == Action.Status.OPEN]
    done = [
        pair
        for pair in pairs
        if pair[1].status == Action.Status.DONE and pair[1].kind == STRUCTURAL
    ]
    acting = [risk for risk in data.risks if risk.open_actions]
    only = [risk for risk in acting if all(row.kind == STRUCTURAL for row in risk.open_actions)]
    return (
        Indicator(
            "structural",
            "Structural",
            ("is structural", "are structural"),
            ("open action", "open actions"),
            _rows(pair for pair in open_pairs if pair[1].kind == STRUCTURAL),
            len(open_pairs),
            "A new structure may be needed. By itself it does not change what people do.",
            "There is no open action. Record what is being done about each risk above tolerance.",
        ),
        Indicator(
            "changed",
            "Says what changed",
            ("says what people do differently", "say what people do differently"),
            ("finished structural action", "finished structural actions"),
            _rows(pair for pair in done if pair[1].says_what_changes),
            len(done),
            "Where nobody can say what changed for people, nothing may have.",
            "No structural action is finished yet.",
        ),
        Indicator(
            "only",
            "Structural actions alone",
            ("rests on structural actions alone", "rest on structural actions alone"),
            ("risk with an open action", "risks with an open action"),
            tuple(IndicatorRow(risk.number, risk.title) for risk in only),
            len(acting),
            "Nothing is planned for skills, leadership, culture or how the work is done.",
            "No risk has an open action.",
        ),
    )


def _rows(pairs):
    return tuple(IndicatorRow(risk.number, risk.title, action.title) for risk, action in pairs)


INSIGHT = Insight(
    4,
    "A new structure looks like action. What people do is what improves a service.",
    "We count actions by their kind, as they stood on the day: open ones, and structural ones "
    "that are finished.",
    "The kind of an action is a judgement of whoever recorded it.",
    indicators,
)
