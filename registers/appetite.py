"""What an organisation said of how much risk it takes: a row for each category, with what it said
before.
"""

from dataclasses import dataclass

from registers.models import Appetite, Category, Tolerances
from registers.scoring import Band

GENERAL = "All other categories"


@dataclass(frozen=True)
class Stated:
    """What stands for a category, and what was stated before, latest first. key: what an address
    calls it.
    """

    key: str
    name: str
    now: Appetite
    before: list[Appetite]

    @property
    def tolerated(self) -> Band:
        return self.now.tolerated


def stated_by_category(statements) -> list[Stated]:
    """What stands by the last of these statements, in the order of the Orange Book, general last.
    statements: of one organisation and scheme, until the day that is read.
    """
    found = {}
    for row in sorted(statements, key=lambda row: (row.effective_on, row.pk), reverse=True):
        found.setdefault(row.category, []).append(row)
    names = [*Category.choices, ("", GENERAL)]
    return [
        Stated(value or "all", name, found[value][0], found[value][1:])
        for value, name in names
        if value in found
    ]


def unstated(stated) -> list[str]:
    """The categories for which nothing of their own is stated, in lower case."""
    known = {row.key for row in stated}
    return [label.lower() for value, label in Category.choices if value not in known]


@dataclass(frozen=True)
class Holding:
    """What is let stand for one risk, and why: the statement that decides, None where the scheme
    does. is_above: None where the risk has no rating by the register's scheme.
    """

    band: Band
    statement: Appetite | None
    is_above: bool | None


def tolerance_holding(position, day, known_by=None) -> Holding:
    """position: of the risk on that day. One query."""
    tolerances = Tolerances.of(position.register)
    tolerance = tolerances.on(day, known_by)
    is_rated = position.band and position.scheme_id == position.register.scheme_id
    return Holding(
        tolerance.of(position.category),
        tolerances.statement_for(position.category, day, known_by),
        tolerance.is_above(position.band, position.category) if is_rated else None,
    )
