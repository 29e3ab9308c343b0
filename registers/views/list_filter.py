"""The filtered list of a register, for its page and its exports."""

from registers.forms import PositionFilter
from registers.permissions import positions_for


def filter_positions(request, register, reading):
    """The filter of the register's list, on what this reader may see on the day read.

    Empty for a future day.
    """
    positions = positions_for(request.user, register, reading.day, reading.agreement)
    if reading.is_future:
        positions = positions.none()
    options = {
        "register": register,
        "reader": request.user,
        "day": reading.day,
        "known_by": reading.known_by,
    }
    return PositionFilter(request.GET, positions, **options)
