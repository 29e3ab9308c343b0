"""The headings of the few risks that a page names, read together once it knows which they are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from registers.models import Position, Register

# All that a page shows of a risk by name: a field left out would be read risk by risk.
HEADING_FIELDS = (
    *("register", "risk", "number", "band", "scheme", "band_since", "score", "is_on_register"),
    *("revision__title", "revision__consequence", "revision__owner"),
    *("revision__owner__title", "revision__owner__holder", "revision__owner__is_interim"),
    *("revision__response", "revision__response_reason", "revision__tolerated_until"),
    *("current__band", "current__scheme"),
)


def read_headings(register: Register, keys: Iterable[int]) -> dict[int, Position]:
    """Key -> position of that register.

    One query, and one more where somebody rated by another scheme than the one in force.
    """
    positions = (
        Position.objects.select_related("revision__owner", "current")
        .only(*HEADING_FIELDS)
        .in_bulk(list(keys))
    )
    other_scheme = []
    for position in positions.values():
        position.register = register
        if position.current and position.current.scheme_id == register.scheme_id:
            position.current.scheme = register.scheme
        elif position.current:
            other_scheme.append(position.current)
    prefetch_related_objects(other_scheme, "scheme")
    return positions
