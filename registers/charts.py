"""Charts with their tables, and table cells that link to the risks they count."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A number, or a text. href: the list of the risks behind it. count: the number that list has."""

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
    """figure: for Plotly. The summary and the table say all that the picture shows."""

    id: str
    title: str
    summary: str
    figure: dict
    table: Table
