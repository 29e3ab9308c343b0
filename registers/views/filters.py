"""The filtered list of a register, and what a page is narrowed by, both read from the address."""

from django.core.exceptions import BadRequest

from registers.forms.dashboard_filter import DashboardFilter
from registers.forms.filters import PositionFilter
from registers.permissions import positions_for


def filter_positions(request, register, as_of):
    """The filter of the register's list, on what this reader may see on the day read.

    Empty for a future day.
    """
    positions = positions_for(request.user, register, as_of.day, as_of.recorded_by)
    if as_of.is_future:
        positions = positions.none()
    options = {
        "register": register,
        "reader": request.user,
        "day": as_of.day,
        "recorded_by": as_of.recorded_by,
    }
    return PositionFilter(request.GET, positions, **options)


def narrowing_from(request, register, as_of, positions, prefix=None):
    """positions: of the day read. 400 where the register does not have what the address asks."""
    narrowing = _narrowing(request.GET, request, register, as_of, positions, prefix=prefix)
    if narrowing.form.errors:
        raise BadRequest("The address asks for something this register does not have.")
    return narrowing


def empty_narrowing(request, register, as_of, positions):
    """A narrowing by nothing, whatever the address says."""
    narrowing = _narrowing({}, request, register, as_of, positions)
    narrowing.form.is_valid()
    return narrowing


def _narrowing(query_params, request, register, as_of, positions, **options):
    return DashboardFilter(
        query_params,
        positions,
        register=register,
        reader=request.user,
        day=as_of.day,
        recorded_by=as_of.recorded_by,
        **options,
    )
