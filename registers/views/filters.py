"""What a page is narrowed by, read from the address as strictly as the list reads its filters."""

from django.core.exceptions import BadRequest

from registers.forms import DashboardFilter


def narrowing_from(request, register, reading, positions, prefix=None):
    """positions: of the day read. 400 where the register does not have what the address asks."""
    narrowing = _narrowing(request.GET, request, register, reading, positions, prefix=prefix)
    if narrowing.form.errors:
        raise BadRequest("The address asks for something this register does not have.")
    return narrowing


def empty_narrowing(request, register, reading, positions):
    """A narrowing by nothing, whatever the address says."""
    narrowing = _narrowing({}, request, register, reading, positions)
    narrowing.form.is_valid()
    return narrowing


def _narrowing(query_params, request, register, reading, positions, **options):
    return DashboardFilter(
        query_params,
        positions,
        register=register,
        reader=request.user,
        day=reading.day,
        known_by=reading.known_by,
        **options,
    )
