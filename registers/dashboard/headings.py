"""The words of the few risks that a page names, read together once the page knows which they are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from registers.models import Position, Register

SAID = (  # whatever else a page would say of a risk it would ask for, risk by risk: the tests count queries
    *("register", "risk", "number", "band", "scheme", "band_since", "score"),
    *(
        f"revision__{name}"
        for name in ("title", "consequence", "owner", "owner__title", "owner__holder")
    ),
    "revision__owner__is_interim",
    *(f"revision__{name}" for name in ("response", "response_reason", "tolerated_until")),
    *("current__band", "current__scheme"),
)


def words_of(register: Register, pks: Iterable[int]) -> dict[int, Position]:
    """Key -> position, live or agreed, of that register. One query, and one where somebody rated by
    another scheme than the one in force.
    """
    rows = (
        Position.everything.select_related("revision__owner", "current")
        .only(*SAID)
        .in_bulk(list(pks))
    )
    others = []
    for row in rows.values():
        row.register = register
        if row.current and row.current.scheme_id == register.scheme_id:
            row.current.scheme = register.scheme
        elif row.current:
            others.append(row.current)
    prefetch_related_objects(others, "scheme")
    return rows
