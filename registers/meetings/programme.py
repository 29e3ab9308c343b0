"""The work programme of a body: which risks its meetings looked at in depth, and which never."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from registers.permissions import deep_dives_for, positions_across, registers_in


@dataclass(frozen=True)
class WorkProgramme:
    """As far as the reader may see the risks.

    planned, completed: DeepDives, the first of them next, the latter the latest first. never:
    register -> the positions of its risks that no meeting of the body looked at or plans to, the
    highest score first.
    """

    planned: list[Any]
    completed: list[Any]
    never: dict

    @property
    def never_count(self):
        return sum(len(positions) for positions in self.never.values())


def work_programme_of(user, body) -> WorkProgramme:
    """Four queries."""
    registers = list(registers_in(user, body.organisation).filter(bodies=body))
    rows = deep_dives_for(user, body)
    today = timezone.localdate()
    planned = list(rows.planned().order_by("meeting__on", "pk"))
    completed = list(rows.completed().order_by("-meeting__on", "-pk"))
    covered = {row.risk_id for row in [*planned, *completed]}
    positions = positions_across(user, registers, today).on_register()
    positions = positions.exclude(risk__in=covered).select_related("revision", "current")
    never = {register: [] for register in registers}
    for position in positions.order_by("-score", "number"):
        position.register = next(row for row in registers if row.pk == position.register_id)
        never[position.register].append(position)
    return WorkProgramme(planned, completed, {row: rows for row, rows in never.items() if rows})
