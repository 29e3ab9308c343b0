"""What moved between two positions, with some of the risks by name."""

from dataclasses import dataclass

from registers.models import Position
from registers.reports import frames

LISTED = 10  # risks named under each kind of movement; the number beside them counts all
TITLES = {
    frames.NEW: "New",
    frames.UP: "Up",
    frames.DOWN: "Down",
    frames.SCORED: "Scored for the first time",
    frames.LEFT: "Closed or taken off",
    frames.UNCHANGED: "Unchanged",
}


@dataclass(frozen=True)
class Move:
    kind: str
    title: str
    count: int
    positions: list

    @property
    def unnamed(self):
        return self.count - len(self.positions)


def moves_of(moved):
    """One Move for each kind of movement, those without any included. moved: see frames.movement. As many queries for
    the names of few risks as of many."""
    ids = {kind: rows.sort_values("risk_id")["pk"].tolist() for kind, rows in moved.groupby("move")}
    named = {kind: pks[:LISTED] for kind, pks in ids.items() if kind != frames.UNCHANGED}
    rows = Position.objects.all().headings_of([pk for pks in named.values() for pk in pks])
    return [
        Move(kind, title, len(ids.get(kind, ())), [rows[pk] for pk in named.get(kind, ())])
        for kind, title in TITLES.items()
    ]
