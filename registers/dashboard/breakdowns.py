"""The risks counted by adverse impact, by category and by directorate, where that is expanded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count

from registers.charts import Cell, Table
from registers.dashboard.ordering_uncertainty import sum_by_key
from registers.dashboard.section import Section
from registers.models import AdverseImpact, Category
from registers.movement import band_in_scheme
from registers.phrases.dashboard import most_often_sentence, without_sentence

NONE = "none"  # in addresses, of risks without an impact, category or directorate
Counts = dict[tuple[object, str], int]  # (key, band) -> how many risks


@dataclass(frozen=True)
class Breakdown:
    """A table with a link at each number. summary: the most common, and how many have none."""

    id: str
    title: str
    summary: str
    table: Table


class Breakdowns(Section):
    """Five queries, all grouped."""

    template = "dashboard/breakdowns.html"

    @cached_property
    def breakdowns(self) -> list[Breakdown]:
        return [self._by_impact(), self._by_category(), self._by_directorate()]

    def _by_impact(self) -> Breakdown:
        """By the driver of the rating and by impacts that the risk names, once for each impact."""
        current = self.data.rows.current
        rows = self._grouped(
            current.filter(revision__adverse_impacts__isnull=False),
            "revision__adverse_impacts",
            "current__driver",
        )
        counts = sum_by_key(
            [
                *(
                    (
                        (row.driver, band_in_scheme(row.band, row.scheme, self.data.scheme)),
                        row.risks,
                    )
                    for row in self.data.rating_groups
                    if row.driver
                ),
                *(((impact, band), n) for impact, driver, band, n in rows if impact != driver),
                *(((NONE, band), n) for band, n in self._grouped(current.of_adverse_impact(None))),
            ]
        )
        keys = [(impact.pk, impact.slug, impact.name) for impact in AdverseImpact.objects.all()]
        keys.append((NONE, NONE, "None named"))
        note = "A risk that names several stands in each of them."
        return self._breakdown("adverse_impact", "Adverse impact", keys, counts, note)

    def _by_category(self) -> Breakdown:
        rows = self._grouped(self.data.rows.current, "category")
        counts = sum_by_key(((category or NONE, band), n) for category, band, n in rows)
        keys = [(value, value, label) for value, label in Category.choices]
        keys.append((NONE, NONE, "Not decided yet"))
        return self._breakdown("category", "Category", keys, counts)

    def _by_directorate(self) -> Breakdown:
        rows = self._grouped(
            self.data.rows.current, "owner__directorate", "owner__directorate__name"
        )
        counts = sum_by_key(((key or NONE, band), n) for key, _, band, n in rows)
        names = sorted({(name, key) for key, name, *_ in rows if key})
        keys = [(key, str(key), name) for name, key in names]
        keys.append((NONE, NONE, "No owner, or one in none"))
        return self._breakdown("directorate", "Directorate", keys, counts)

    def _grouped(self, positions, *fields) -> list[tuple]:
        """(*the fields, band, how many). One query."""
        rows = (
            positions.order_by().values_list(*fields, "scheme_id", "band").annotate(n=Count("pk"))
        )
        return [
            (*values, band_in_scheme(band, scheme, self.data.scheme), n)
            for *values, scheme, band, n in rows
        ]

    def _breakdown(self, field, heading, keys, counts: Counts, note="") -> Breakdown:
        """keys: (key in counts, name in an address, label). Rows without a risk are left out."""
        groups = self.data.groups
        totals = {key: sum(counts.get((key, band), 0) for band, *_ in groups) for key, *_ in keys}
        rows = [
            self._row(field, key, name, label, counts, totals[key])
            for key, name, label in keys
            if totals[key]
        ]
        by_label = {label: totals[key] for key, _, label in keys if key != NONE}
        summary = f"{self._summary(by_label, totals[NONE])} {note}".strip()
        table = Table([heading, *(label for _, label, _ in groups), "All"], rows)
        return Breakdown(f"by-{field}", f"Risks by {heading.lower()}", summary, table)

    def _summary(self, totals: dict[str, int], without: int) -> str:
        """without: how many risks have none."""
        most, sentences = max(totals.values(), default=0), []
        if most:
            labels = [label for label, n in totals.items() if n == most]
            sentences.append(most_often_sentence(labels, most, self.data.total))
        if without:
            sentences.append(without_sentence(without))
        return " ".join(sentences)

    def _row(self, field, key, name, label, counts: Counts, total) -> list[Cell]:
        def cell(n, **band):
            return Cell(str(n), self.data.href(**{field: name}, **band), n)

        return [
            Cell(label, self.data.href(**{field: name})),
            *(
                cell(counts.get((key, band), 0), band=band_name)
                for band, _, band_name in self.data.groups
            ),
            cell(total),
        ]
