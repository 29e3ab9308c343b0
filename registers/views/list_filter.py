"""Which risks of a register an address asks for: what the list shows, and what is taken away of it."""

from registers.forms import PositionFilter
from registers.permissions import positions_for


def filter_positions(request, register, reading):
    """The filter of the register's list, on what this reader may see on the day read; nothing on a
    day to come.
    """
    positions = positions_for(request.user, register, reading.day, reading.agreement)
    if reading.is_future:
        positions = positions.none()
    of = {
        "register": register,
        "reader": request.user,
        "day": reading.day,
        "known_by": reading.known_by,
    }
    return PositionFilter(request.GET, positions, **of)
