"""What moved between two positions, with some of the risks by name."""

from dataclasses import dataclass

from registers.models import Position, unexplained
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
    """A risk that moved. was: the band it stood in before, of one that went up or down; is_unexplained: it fell, and
    nothing on record says why."""

    position: Position
    was: Band | None
    is_unexplained: bool = False


@dataclass(frozen=True)
class Move:
    kind: str
    title: str
    count: int
    risks: list[Moved]

    @property
    def unnamed(self):
        return self.count - len(self.risks)


def moves_of(moved, rules, also=(), cut=None):
    """One Move for each kind of movement, those without any included. moved: see frames.movement; also: the positions
    among them that are no rows; cut: (day, known_by) up to which it is looked for what explains a fall, None where
    nobody asks. As many queries for the names of few risks as of many."""
    found = {kind: rows.sort_values("risk_id") for kind, rows in moved.groupby("move")}
    named = {kind: rows[["pk", "was"]][:LISTED] for kind, rows in found.items() if kind != frames.UNCHANGED}
    words = Position.objects.all().headings_of([pk for rows in named.values() for pk in rows["pk"].tolist()])
    words |= {position.pk: position for position in also}
    fallen = named[frames.DOWN]["pk"].tolist() if frames.DOWN in named and cut else []
    open_falls = unexplained(Position.everything.filter(pk__in=fallen).exclude(band_before=""), *cut) if fallen else ()
    without = {position.pk for position in open_falls if _fell(position, rules)}
    risks = {
        kind: [
            Moved(words[pk], rules.band(was) if kind in (frames.UP, frames.DOWN) else None, pk in without)
            for pk, was in rows.itertuples(index=False)
        ]
        for kind, rows in named.items()
    }
    return [Move(kind, title, len(found.get(kind, ())), risks.get(kind, [])) for kind, title in TITLES.items()]


def _fell(position, rules):
    """Whether it came to its band from a higher one."""
    return rules.ranks[position.band_before] > rules.ranks[position.band]
