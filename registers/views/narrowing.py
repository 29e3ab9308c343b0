"""What a page is narrowed by, read from the address as strictly as the list reads its filters."""

from django.core.exceptions import BadRequest

from registers.forms import Narrowing


def narrowing_from(request, register, reading, positions, prefix=None):
    """positions: of the day read. 400 where the address asks for what this register does not have."""
    of = {"register": register, "reader": request.user, "day": reading.day, "known_by": reading.known_by}
    narrowing = Narrowing(request.GET, positions, prefix=prefix, **of)
    if narrowing.form.errors:
        raise BadRequest("The address asks for something this register does not have.")
    return narrowing
