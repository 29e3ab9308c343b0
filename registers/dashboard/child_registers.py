"""The registers below one, in numbers. Each risk is counted once, in its home register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, F, Max, Value

from registers.charts import Cell, Table
from registers.models import Register
from registers.scoring import ABOVE_TOLERANCE, NOT_SCORED, TO_RE_ASSESS, Tolerance

NO_FILTERS: Mapping[str, str] = {}


def registers_below(register: Register, registers: Iterable[Register]) -> list[Register]:
    """Those below it at any depth, each followed by those below itself.

    registers: all of its organisation. A ring of parents ends where it closes.
    """
    children: dict[int | None, list[Register]] = {}
    for child in sorted(registers, key=lambda child: child.name):
        children.setdefault(child.parent_id, []).append(child)
    below: list[Register] = []
    waiting = [register]
    while waiting:
        parent = waiting.pop(0)
        if parent != register:
            below.append(parent)
        waiting = [
            child
            for child in children.get(parent.pk, ())
            if child != register and child not in below
        ] + waiting
    return below


class ChildRegisters:
    """A table with a row for a register and for each of those below it, and their total.

    registers: those below it, in order. positions: of all these on a day, on their registers,
    narrowed as the page is. tolerance: of that day, the same for all registers of one scheme.
    filters: what the page is narrowed by, as an address carries it. One query, whatever their
    number.

    Only counts by one scheme are added up, as the same band by another means something else:
    registers with another scheme are in left_out.
    """

    def __init__(
        self,
        register,
        registers,
        positions,
        tolerance: Tolerance,
        day,
        filters: Mapping[str, str] = NO_FILTERS,
    ):
        self._scheme, self._tolerance, self._day = register.scheme, tolerance, day
        self._filters, level = filters, filters.get("level")
        same_scheme = [register, *(row for row in registers if row.scheme_id == register.scheme_id)]
        self._registers = [row for row in same_scheme if level in (None, row.level)]
        levels = {row.level for row in same_scheme}
        self.levels = [(value, label) for value, label in Register.Level.choices if value in levels]
        self.left_out = [row for row in registers if row.scheme_id != register.scheme_id]
        self._positions = positions.filter(register__in=self._registers)

    @cached_property
    def _counts(self) -> dict[int, list[tuple]]:
        """Key of a register -> (band as in an address, category, how many, highest score)."""
        group = F("category") if self._tolerance.by_category else Value("")
        rows = self._positions.annotate(group=group).order_by()
        rows = rows.values_list("register", "scheme", "band", "group")
        counts: dict[int, list[tuple]] = {}
        for register, scheme, band, category, n, highest in rows.annotate(
            n=Count("pk"), highest=Max("score")
        ):
            name = band if scheme == self._scheme.pk else TO_RE_ASSESS if band else NOT_SCORED
            counts.setdefault(register, []).append((name, category, n, highest))
        return counts

    @cached_property
    def _groups(self) -> list[tuple[str, str]]:
        """(name in an address, label), the highest band first."""
        bands = [(band.slug, band.label) for band in reversed(self._scheme.rules.bands)]
        names = {name for rows in self._counts.values() for name, *_ in rows}
        to_re_assess = [(TO_RE_ASSESS, "To re-assess")] if TO_RE_ASSESS in names else []
        return [*bands, (NOT_SCORED, "Not scored"), *to_re_assess]

    @property
    def table(self) -> Table:
        rows = [self._row(row, self._counts.get(row.pk, [])) for row in self._registers]
        total = self._row(None, [row for counts in self._counts.values() for row in counts])
        columns = [
            "Register",
            "Risks",
            "Above tolerance",
            *(label for _, label in self._groups),
            "Highest",
        ]
        return Table(columns, [*rows, total])

    def _row(self, register, counts) -> list[Cell]:
        """register: None for the total, whose numbers no list holds."""

        def cell(n, **filters):
            return Cell(f"{n:,}", self._href(register, **filters), n)

        rated = [row for row in counts if row[0] not in (NOT_SCORED, TO_RE_ASSESS)]
        above = sum(n for name, category, n, _ in rated if self._tolerance.is_above(name, category))
        heading = (
            Cell(register.name, self._href(register))
            if register
            else Cell("All of these, each risk once")
        )
        return [
            heading,
            cell(sum(n for *_, n, _ in counts)),
            cell(above, band=ABOVE_TOLERANCE),
            *(
                cell(sum(n for band, _, n, _ in counts if band == name), band=name)
                for name, _ in self._groups
            ),
            self._highest(register, rated),
        ]

    def _highest(self, register, rated) -> Cell:
        if not rated:
            return Cell("none rated")
        name, _, _, score = max(rated, key=lambda row: (row[3], self._scheme.rules.ranks[row[0]]))
        return Cell(f"{score} {self._scheme.rules.band(name).label}", self._href(register))

    def _href(self, register, **filters) -> str:
        """Always names the day, because the list might show what was agreed by default."""
        if register is None:
            return ""
        also = {f"also_{name}": value for name, value in filters.items() if name in self._filters}
        query = {**filters, **self._filters, **also, "as_at": self._day.isoformat()}
        return f"{register.get_absolute_url()}?{urlencode(query)}"
