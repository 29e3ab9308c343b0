"""The words of the few risks that a page names, read together once the page knows which they are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import prefetch_related_objects

from registers.models import Position, Register

UNSAID = (  # what no page that counts says of a risk
    *(f"revision__{name}" for name in ("cause", "event", "notes", "reason", "exempt_interest", "happened_what")),
    *(f"revision__{name}" for name in ("committee_position", "definition_of_good", "depends_on")),
    *("current__rationale", "current__evidence"),
)


def words_of(register: Register, pks: Iterable[int]) -> dict[int, Position]:
    """Key -> position, live or agreed, of that register. One query, and one where somebody rated by another scheme than
    the one in force."""
    rows = Position.everything.with_words().prefetch_related(None).defer(*UNSAID).in_bulk(list(pks))
    others = []
    for row in rows.values():
        row.register = register
        if row.current and row.current.scheme_id == register.scheme_id:
            row.current.scheme = register.scheme
        elif row.current:
            others.append(row.current)
    prefetch_related_objects(others, "scheme")
    return rows
