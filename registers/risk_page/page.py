"""What the page of one risk shows, put together from its parts."""

from registers.actions import actions_of
from registers.appetite import applied_tolerance
from registers.dates import quarter_ends_before
from registers.escalations import escalations_of
from registers.permissions import positions_for
from registers.rating_sparkline import build_rating_sparkline
from registers.risk_page.controls import controls_of
from registers.risk_page.precedents import precedents_of
from registers.risk_page.ratings import latest_ratings
from registers.risk_page.reviews import outside_advice_for
from registers.risk_page.status import lifecycle_status_of

SPARKLINE_QUARTERS = 8


def sparkline_of(assessments, day):
    """The sparkline over the last eight quarter ends and the day. assessments: of one risk."""
    return build_rating_sparkline(assessments, [*quarter_ends_before(day, SPARKLINE_QUARTERS), day])


def risk_page_context(reader, risk, reading, *, may_edit) -> dict:
    """Name in the template -> what it shows of the risk, as read. may_edit: whether drafts show."""
    day, known_by = reading.day, reading.known_by
    positions = positions_for(reader, risk.register, day, reading.agreement).with_words()
    position = (
        None
        if reading.is_future
        else next(iter(positions.filter(risk=risk).list_for_register(risk.register)), None)
    )
    tolerance = position and applied_tolerance(position, day, known_by)
    assessments = risk.judgements(day, known_by, drafts=may_edit)
    return {
        "position": position,
        "tolerance": tolerance,
        "assessments": assessments,
        "sparkline": sparkline_of(assessments, day),
        "ratings": latest_ratings(assessments),
        "controls": controls_of(risk, reading),
        "actions": actions_of(risk, day, known_by),
        "asked_outside": outside_advice_for(risk, reading),
        "escalations": escalations_of(risk, reading),
        "precedents": precedents_of(reader, risk, position, day, known_by),
        "lifecycle": lifecycle_status_of(risk, position, tolerance, day, known_by),
    }
