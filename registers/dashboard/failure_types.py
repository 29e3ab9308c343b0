"""The chart of risks by failure type, and what the library says of the most common types."""

from __future__ import annotations

from functools import cached_property

from django.db.models import prefetch_related_objects

from registers.charts import Cell, Chart, Table, stacked_bars
from registers.dashboard.period_comparison import counts_of
from registers.dashboard.section import Section
from registers.models import FailureType
from registers.phrases.dashboard import types_sentence

SHOWN = 2  # types with what the library says of them
NO_TYPE = (0, "not-decided", "Not decided yet")


class FailureTypes(Section):
    template = "dashboard/failure_types.html"
    anchor, title = "by-type-title", "Risks by failure type"
    indicator = title

    @cached_property
    def chart(self) -> Chart:
        """Risks by primary failure type and band."""
        data = self.data
        types = [*((row.pk, row.slug, row.name) for row in data.types), NO_TYPE]
        counts = counts_of(data.comparison.current, lambda key: (key.failure_type, key.band))
        lines = [[counts[pk, band] for band in data.keys] for pk, *_ in types]
        rows = [
            [Cell(name, data.href(main_type=slug)), *group_cells(data, line, main_type=slug)]
            for (_, slug, name), line in zip(types, lines, strict=True)
        ]
        names = [name for *_, name in types]
        totals = {name: sum(line) for name, line in zip(names, lines, strict=True)}
        return Chart(
            "by-type",
            "Risks by failure type",
            types_sentence(totals, data.total),
            stacked_bars(lines, names, data.labels, bands=data.rules.bands, sideways=True),
            Table(["Failure type", *data.labels], rows),
        )

    @cached_property
    def most_common(self) -> list[FailureType]:
        """The types that most risks have as their primary one, with the cases that show them.

        None where all are undecided. Two queries at most.
        """
        totals = counts_of(self.data.comparison.current, lambda key: key.failure_type)
        largest = max((totals[row.pk] for row in self.data.types), default=0)
        types = [row for row in self.data.types if largest and totals[row.pk] == largest][:SHOWN]
        prefetch_related_objects(types, "cases")
        return types


def group_cells(data, counts, **filters) -> list[Cell]:
    """A cell for each of data.groups, with a link to its risks on the day read."""
    return [
        Cell(str(n), data.href(**filters, band=name), n)
        for (*_, name), n in zip(data.groups, counts, strict=True)
    ]
