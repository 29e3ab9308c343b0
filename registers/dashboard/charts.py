"""The two charts of a dashboard, each with its sentence and its table: by failure type, and over
time.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import prefetch_related_objects
from django.utils.formats import date_format

from registers.charts import Cell, Chart, Table
from registers.dashboard import trends
from registers.dashboard.data import Basis
from registers.dashboard.figures import stacked_bars
from registers.dashboard.period_comparison import above_count, counts_of
from registers.models import FailureType
from registers.phrases import count_history_in_words

NAMED = 2  # types with what the library says of them
NO_TYPE = (0, "not-decided", "Not decided yet")


def by_type(basis: Basis) -> Chart:
    """Risks by primary failure type and band."""
    types = [*((one.pk, one.slug, one.name) for one in basis.types), NO_TYPE]
    counts = counts_of(basis.two_days.now, lambda kind: (kind.failure_type, kind.band))
    lines = [[counts[pk, band] for band in basis.keys] for pk, *_ in types]
    rows = [
        [Cell(name, basis.href(main_type=slug)), *_cells(basis, line, main_type=slug)]
        for (_, slug, name), line in zip(types, lines, strict=True)
    ]
    names = [name for *_, name in types]
    said = types_said(
        {name: sum(line) for name, line in zip(names, lines, strict=True)}, basis.total
    )
    figure = stacked_bars(lines, names, basis.labels, bands=len(basis.rules.bands), sideways=True)
    return Chart(
        "by-type",
        "Risks by failure type",
        said,
        figure,
        Table(["Failure type", *basis.labels], rows),
    )


def commonest_types(basis: Basis) -> list[FailureType]:
    """The failure types that most risks have as their primary one, with the cases that show them:
    what the library says of them stands beside the picture. None where all are undecided. Two
    queries at most.
    """
    totals = counts_of(basis.two_days.now, lambda kind: kind.failure_type)
    largest = max((totals[one.pk] for one in basis.types), default=0)
    found = [one for one in basis.types if largest and totals[one.pk] == largest][:NAMED]
    prefetch_related_objects(found, "cases")
    return found


def types_said(totals: Mapping[str, int], total: int) -> str:
    """totals: name of a type -> how many risks, the last of them those for which none is decided."""
    largest = max(totals.values())
    if not largest:
        return "No risks."
    most = [name for name, n in totals.items() if n == largest]
    none = [name for name, n in [*totals.items()][:-1] if not n]
    commonest = f"The most common type{'s are' if len(most) > 1 else ' is'} {' and '.join(most)}"
    said = f"{commonest}: {largest} of {total}{' each' if len(most) > 1 else ''}."
    return f"{said} Nothing is recorded as {' or '.join(none)}." if none else said


def over_time(basis: Basis) -> Chart:
    """Risks by band at the end of each day, and in the sentence those above what was tolerated on
    it. The last day is counted as read: what was agreed may be other than what is known now.
    """
    counted = basis.course, basis.days
    if basis.narrowing.by_the_day:
        table = trends.counts_above_on(*counted, basis.over_days, basis.keys)
    else:
        table = trends.counts_on(*counted, basis.keys)
    lines = [*table.to_numpy().tolist()[:-1], [basis.now[key] for key in basis.keys]]
    names = [date_format(day, "j M Y") for day in basis.days]
    rows = [
        [Cell(name), *_cells(basis, line, day)]
        for name, line, day in zip(names, lines, [*basis.days[:-1], None], strict=True)
    ]
    above = trends.above_on(*counted, basis.over_days)[:-1]
    said = count_history_in_words([*above, above_count(basis.two_days.now, basis.tolerance)], names)
    figure = stacked_bars(lines, names, basis.labels, bands=len(basis.rules.bands))
    table = Table(["At the end of", *basis.labels], rows)
    return Chart("over-time", "Risks by band over time", f"Above tolerance: {said}.", figure, table)


def _cells(basis: Basis, counts, day=None, **filters) -> list[Cell]:
    """A cell for each group, leading to its risks on that day, or as read."""
    return [
        Cell(str(n), basis.href(day, **filters, band=name), n)
        for (*_, name), n in zip(basis.groups, counts, strict=True)
    ]
