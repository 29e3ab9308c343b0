"""What moved between two positions, with some of the risks by name."""

from dataclasses import dataclass

from registers.models import Position
from registers.reports import frames
from registers.scoring import Band

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
class Moved:
    """A risk that moved. was: the band it stood in before, of one that went up or down."""

    position: Position
    was: Band | None


@dataclass(frozen=True)
class Move:
    kind: str
    title: str
    count: int
    risks: list[Moved]

    @property
    def unnamed(self):
        return self.count - len(self.risks)


def moves_of(moved, rules, also=()):
    """One Move for each kind of movement, those without any included. moved: see frames.movement; also: the positions
    among them that are no rows. As many queries for the names of few risks as of many."""
    found = {kind: rows.sort_values("risk_id") for kind, rows in moved.groupby("move")}
    named = {kind: rows[["pk", "was"]][:LISTED] for kind, rows in found.items() if kind != frames.UNCHANGED}
    words = Position.objects.all().headings_of([pk for rows in named.values() for pk in rows["pk"].tolist()])
    words |= {position.pk: position for position in also}
    risks = {
        kind: [
            Moved(words[pk], rules.band(was) if kind in (frames.UP, frames.DOWN) else None)
            for pk, was in rows.itertuples(index=False)
        ]
        for kind, rows in named.items()
    }
    return [Move(kind, title, len(found.get(kind, ())), risks.get(kind, [])) for kind, title in TITLES.items()]
