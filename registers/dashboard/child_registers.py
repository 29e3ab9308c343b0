"""The registers below one, in numbers: each in a row, each risk counted once, in its home register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, F, Max, Value

from registers.charts import Cell, Table
from registers.models import Register
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS, Tolerance

NOTHING: Mapping[str, str] = {}


def below(register: Register, registers: Iterable[Register]) -> list[Register]:
    """Those below it, at any depth, each followed by those below itself. registers: all of its
    organisation. A ring of parents ends where it closes.
    """
    children: dict[int | None, list[Register]] = {}
    for one in sorted(registers, key=lambda one: one.name):
        children.setdefault(one.parent_id, []).append(one)
    found: list[Register] = []
    waiting = [register]
    while waiting:
        one = waiting.pop(0)
        if one != register:
            found.append(one)
        waiting = [
            child for child in children.get(one.pk, ()) if child != register and child not in found
        ] + waiting
    return found


class Below:
    """register: the one above; registers: those below it, in order; positions: of all of these, on
    their registers on a day, as the page is narrowed; tolerance: what is let stand on that day, the
    same on all by one scheme; asked: what an address carries to stay narrowed. One query, whatever
    their number.

    Counts of one scheme alone are added up: the same band by another means something else
    (left_out).
    """

    def __init__(
        self,
        register,
        registers,
        positions,
        tolerance: Tolerance,
        day,
        asked: Mapping[str, str] = NOTHING,
    ):
        self._scheme, self._tolerance, self._day = register.scheme, tolerance, day
        self._asked, level = asked, asked.get("level")
        alike = [register, *(one for one in registers if one.scheme_id == register.scheme_id)]
        self._registers = [one for one in alike if level in (None, one.level)]
        levels = {one.level for one in alike}
        self.levels = [(value, label) for value, label in Register.Level.choices if value in levels]
        self.left_out = [one for one in registers if one.scheme_id != register.scheme_id]
        self._positions = positions.filter(register__in=self._registers)

    @cached_property
    def _found(self) -> dict[int, list[tuple]]:
        """key of a register -> (name of a band in an address, category, how many, the highest
        score), of its risks.
        """
        about = self._positions.annotate(
            about=F("category") if self._tolerance.by_category else Value("")
        ).order_by()
        rows = about.values_list("register", "scheme", "band", "about").annotate(
            n=Count("pk"), highest=Max("score")
        )
        found: dict[int, list[tuple]] = {}
        for register, scheme, band, category, n, highest in rows:
            name = band if scheme == self._scheme.pk else TO_RE_ASSESS if band else NOT_SCORED
            found.setdefault(register, []).append((name, category, n, highest))
        return found

    @cached_property
    def _groups(self) -> list[tuple[str, str]]:
        """(name in an address, word), the highest band first."""
        bands = [(band.slug, band.label) for band in reversed(self._scheme.rules.bands)]
        others = {name for rows in self._found.values() for name, *_ in rows} & {TO_RE_ASSESS}
        return [*bands, (NOT_SCORED, "Not scored"), *((name, "To re-assess") for name in others)]

    @property
    def table(self) -> Table:
        rows = [self._row(one, self._found.get(one.pk, [])) for one in self._registers]
        total = self._row(None, [row for found in self._found.values() for row in found])
        columns = [
            "Register",
            "Risks",
            "Above tolerance",
            *(word for _, word in self._groups),
            "Highest",
        ]
        return Table(columns, [*rows, total])

    def _row(self, register, found) -> list[Cell]:
        """Of one register, or of all together where none is given: no list holds those."""

        def cell(n, **filters):
            return Cell(f"{n:,}", self._href(register, **filters), n)

        ours = [(name, *row) for name, *row in found if name not in (NOT_SCORED, TO_RE_ASSESS)]
        above = sum(n for name, category, n, _ in ours if self._tolerance.is_above(name, category))
        counts = [
            cell(sum(n for one, _, n, _ in found if one == name), band=name)
            for name, _ in self._groups
        ]
        every = cell(sum(n for *_, n, _ in found))
        heading = (
            Cell(register.name, self._href(register))
            if register
            else Cell("All of these, each risk once")
        )
        return [
            heading,
            every,
            cell(above, band=ABOVE_TOLERANCE),
            *counts,
            self._highest(register, ours),
        ]

    def _highest(self, register, ours) -> Cell:
        if not ours:
            return Cell("none rated")
        name, _, _, score = max(ours, key=lambda row: (row[3], self._scheme.rules.ranks[row[0]]))
        return Cell(f"{score} {self._scheme.rules.band(name).label}", self._href(register))

    def _href(self, register, **filters) -> str:
        """The day is always named: the list might open on what was agreed."""
        if register is None:
            return ""
        also = {f"also_{name}": value for name, value in filters.items() if name in self._asked}
        asked = {**filters, **self._asked, **also, "as_at": self._day.isoformat()}
        return f"{register.get_absolute_url()}?{urlencode(asked)}"
