"""Who outside was asked about a risk: what its reviews say, and whether the next one has to."""

from dataclasses import dataclass

from registers.models import Review
from registers.models.review import is_above_tolerance_twice_running


@dataclass(frozen=True)
class OutsideAdvice:
    """latest: the latest review by the day read that says who was asked, if one does.

    is_required: whether the risk is above tolerance twice running, so that its next review must
    say.
    """

    latest: Review | None
    is_required: bool


def outside_advice_for(risk, reading):
    """At most three queries, one of them where a past day is read."""
    reviews = risk.reviews.filter(effective_on__lte=reading.day).exclude(asked_outside="")
    if reading.known_by:
        reviews = reviews.filter(recorded_at__lte=reading.known_by)
    latest = reviews.select_related("by").order_by("effective_on", "pk").last()
    is_open = reading.is_today and risk.status != risk.Status.CLOSED
    return OutsideAdvice(latest, is_open and is_above_tolerance_twice_running(risk))
