"""Bodies: who sits on them, in what capacity, and who chairs them."""

from django.db import transaction
from django.db.models import Prefetch, Q

from registers.history.errors import InvalidTransition
from registers.models import Capacity, Seat


def bodies_with_seats(organisation, day):
    """The organisation's bodies with `current_seats` of that day or later, and their registers."""
    seats = Seat.objects.filter(Q(until=None) | Q(until__gte=day)).select_related("user")
    return organisation.bodies.prefetch_related(
        "registers", Prefetch("seats", seats.order_by("-is_chair", "user__name"), "current_seats")
    ).order_by("name")


def overlapping_seats(body, user, from_day, until):
    """The person's seats on the body that share a day with that time. until: None for no end."""
    seats = body.seats.filter(user=user).filter(Q(until=None) | Q(until__gte=from_day))
    return seats.filter(from_day__lte=until) if until else seats


@transaction.atomic
def hand_over_chair(body, *, by, seat, day):
    """Let this seat chair the body, None for nobody, in place of whoever does on that day.

    Raises InvalidTransition for a substitute.
    """
    if seat and seat.capacity == Capacity.SUBSTITUTE:
        raise InvalidTransition("A substitute cannot chair the body")
    for former in body.seats.filter(Q(until=None) | Q(until__gte=day), is_chair=True):
        if former != seat:
            former.is_chair = False
            former.save(update_fields=["is_chair"])
            former.enter("changed", by=by, subject=body)
    if seat and not seat.is_chair:
        seat.is_chair = True
        seat.save(update_fields=["is_chair"])
        seat.enter("changed", by=by, subject=body)
