"""More ways to count the risks on a register: by adverse impact, by category and by directorate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from registers.charts import Cell, Table
from registers.dashboard.ordering_uncertainty import summed
from registers.dashboard.position_sets import Alike
from registers.dashboard.trends import OTHER_SCHEME
from registers.models import AdverseImpact, Category
from registers.phrases import number_in_words

NONE = "none"  # what addresses call what has none
Counts = dict[tuple[object, str], int]  # (of what, band) -> how many risks


@dataclass(frozen=True)
class Way:
    """A title, a sentence, and the table with a link at each number."""

    id: str
    title: str
    summary: str
    table: Table


class Kinds:
    """now: positions as read, on the register; alike: the same as counted.judged_alike gives them;
    groups: (key in a frame, word, name in an address) of what is counted by; scheme: the key of the
    one in force; href: filters -> the list's address. Five queries, all grouped.
    """

    def __init__(
        self,
        now,
        alike: Iterable[Alike],
        groups: Sequence[tuple],
        scheme: int,
        href: Callable[..., str],
    ):
        self._now, self._alike, self._groups, self._scheme, self._href = (
            now,
            alike,
            groups,
            scheme,
            href,
        )
        self._total = sum(row.risks for row in alike)

    @property
    def ways(self) -> list[Way]:
        return [self._by_impact(), self._by_category(), self._by_directorate()]

    def _by_impact(self) -> Way:
        """Those whose rating it drives and those that name it, each risk once for each impact."""
        named = self._now.filter(revision__adverse_impacts__isnull=False)
        rows = self._grouped(named, "revision__adverse_impacts", "current__driver")
        counts = summed(
            [
                *(
                    ((row.driver, self._band(row.scheme, row.band)), row.risks)
                    for row in self._alike
                    if row.driver
                ),
                *(((impact, band), n) for impact, driver, band, n in rows if impact != driver),
                *(
                    ((NONE, band), n)
                    for band, n in self._grouped(self._now.of_adverse_impact(None))
                ),
            ]
        )
        things = [(impact.pk, impact.slug, impact.name) for impact in AdverseImpact.objects.all()]
        note = "A risk that names several stands in each of them."
        return self._way(
            "adverse_impact", "Adverse impact", [*things, (NONE, NONE, "None named")], counts, note
        )

    def _by_category(self) -> Way:
        counts = summed(
            ((category or NONE, band), n)
            for category, band, n in self._grouped(self._now, "category")
        )
        things = [
            (value, value, label) for value, label in [*Category.choices, (NONE, "Not decided yet")]
        ]
        return self._way("category", "Category", things, counts)

    def _by_directorate(self) -> Way:
        found = self._grouped(self._now, "owner__directorate", "owner__directorate__name")
        counts = summed(((key or NONE, band), n) for key, _, band, n in found)
        names = sorted({(name, key) for key, name, *_ in found if key})
        things = [
            *((key, str(key), name) for name, key in names),
            (NONE, NONE, "No owner, or one in none"),
        ]
        return self._way("directorate", "Directorate", things, counts)

    def _grouped(self, positions, *fields) -> list[tuple]:
        """(*the fields, band, how many). One query."""
        rows = (
            positions.order_by().values_list(*fields, "scheme_id", "band").annotate(n=Count("pk"))
        )
        return [(*row[:-3], self._band(row[-3], row[-2]), row[-1]) for row in rows]

    def _band(self, scheme, band) -> str:
        return band if scheme == self._scheme or not band else OTHER_SCHEME

    def _way(self, field, heading, things, counts: Counts, note="") -> Way:
        """things: (key in counts, name in an address, word); only those that there are get a row."""
        totals = {
            key: sum(counts.get((key, band), 0) for band, *_ in self._groups) for key, *_ in things
        }
        rows = [
            self._row(field, *thing, counts, totals[thing[0]])
            for thing in things
            if totals[thing[0]]
        ]
        said = f"{self._said({label: totals[key] for key, _, label in things if key != NONE}, totals[NONE])} {note}"
        table = Table([heading, *(label for _, label, _ in self._groups), "All"], rows)
        return Way(f"by-{field}", f"Risks by {heading.lower()}", said.strip(), table)

    def _said(self, totals: dict[str, int], without: int) -> str:
        """The commonest, and how many have none."""
        most = max(totals.values(), default=0)
        first = [label for label, n in totals.items() if n == most and n]
        found = [
            f"Most often {' and '.join(first)}: {most} of {self._total}{' each' if len(first) > 1 else ''}."
        ]
        none = (
            [f"{number_in_words(without).capitalize()} {'has' if without == 1 else 'have'} none."]
            if without
            else []
        )
        return " ".join([*(found if first else []), *none])

    def _row(self, field, key, name, label, counts: Counts, total) -> list[Cell]:
        cells = [(counts.get((key, band), 0), address) for band, _, address in self._groups]
        return [
            Cell(label, self._href(**{field: name})),
            *(Cell(str(n), self._href(**{field: name}, band=address), n) for n, address in cells),
            Cell(str(total), self._href(**{field: name}), total),
        ]
