"""A number that leads to what it counts, a table of them, and a picture that says no more than its
table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A number and the risks behind it."""

    text: str
    href: str = ""
    count: int | None = None

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Chart:
    """A picture that says nothing its summary and table do not."""

    id: str
    title: str
    summary: str
    figure: dict
    table: Table
