"""What an organisation stated of its risk appetite, by category, and the tolerance of one risk."""

from dataclasses import dataclass

from registers.models import Appetite, Category
from registers.phrases.bands import bands_above_sentence
from registers.scoring import Band

GENERAL = "All other categories"


@dataclass(frozen=True)
class CategoryAppetite:
    """The statement that stands for a category, and the earlier ones, latest first.

    key: the category in an address, "all" for those without a statement of their own.
    """

    key: str
    name: str
    statement: Appetite
    earlier: list[Appetite]

    @property
    def tolerated(self) -> Band:
        return self.statement.tolerated


def appetite_by_category(statements) -> list[CategoryAppetite]:
    """In the order of the Orange Book, the general statement last.

    statements: of one organisation and scheme, until the day that is read.
    """
    by_category = {}
    for row in sorted(statements, key=lambda row: (row.effective_on, row.pk), reverse=True):
        by_category.setdefault(row.category, []).append(row)
    names = [*Category.choices, ("", GENERAL)]
    return [
        CategoryAppetite(value or "all", name, by_category[value][0], by_category[value][1:])
        for value, name in names
        if value in by_category
    ]


def categories_without_appetite(stated) -> list[str]:
    """The categories without a statement of their own, in lower case. stated: CategoryAppetites."""
    keys = {row.key for row in stated}
    return [label.lower() for value, label in Category.choices if value not in keys]


@dataclass(frozen=True)
class AppliedTolerance:
    """The highest band that is tolerated for one risk.

    statement: the one that decides it, None where the scheme does. is_above: whether the risk is
    above it, None where it has no rating by the register's scheme. bands_above: lowest first.
    """

    band: Band
    statement: Appetite | None
    is_above: bool | None
    bands_above: tuple[Band, ...] = ()

    @property
    def above_sentence(self) -> str:
        """ "Severe is above it." """
        return bands_above_sentence(self.bands_above)


def applied_tolerance(position, tolerances, day, recorded_by=None) -> AppliedTolerance:
    """position: of the risk on that day. tolerances: of its register."""
    tolerance = tolerances.on(day, recorded_by)
    is_rated = position.band and position.scheme_id == position.register.scheme_id
    return AppliedTolerance(
        tolerance.of(position.category),
        tolerances.statement_for(position.category, day, recorded_by),
        tolerance.is_above(position.band, position.category) if is_rated else None,
        tolerance.above(position.category),
    )
