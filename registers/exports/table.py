"""The rows of an export: what each risk said on the day read, in the order and within the filters
of the list.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from registers.exports.columns import COLUMNS, OF_REVISION, Column, Rated, Row, Value
from registers.exports.related_data import RATED, beside
from registers.models import Tolerances

AT_ONCE = 1000  # rows that the database hands over at a time
NAMES = ("risk_id", "revision_id", "number", "is_exempt", "is_on_register", "risk__raised_on")


@dataclass
class Counted:
    """What the rows given so far amount to. Only risks on the register: drafts and closed ones are
    among `rows`. cells: (likelihood, impact) -> risks, of those rated by the scheme in force.
    """

    rows: int = 0
    exempt: int = 0
    on_register: int = 0
    not_scored: int = 0
    to_re_assess: int = 0
    cells: Counter = field(default_factory=Counter)

    def count(self, row: Row, scheme: int) -> None:
        self.rows += 1
        self.exempt += row.is_exempt
        if not row.is_on_register:
            return
        self.on_register += 1
        current = row.rated.get("current")
        if current is None:
            self.not_scored += 1
        elif current.scheme != scheme:
            self.to_re_assess += 1
        else:
            self.cells[current.likelihood, current.impact] += 1


class RegisterTable:
    """positions: those the reader may see, narrowed and in order. day, known_by: what they are as
    at. Ten queries, whatever their number; the long texts are never held together.
    """

    def __init__(
        self, register, positions, day, known_by=None, columns: tuple[Column, ...] = COLUMNS
    ):
        self.register, self.positions, self.day, self.known_by = register, positions, day, known_by
        self.columns = columns
        self.counted = Counted()

    @cached_property
    def tolerance(self):
        return Tolerances.of(self.register).on(self.day, self.known_by)

    @cached_property
    def beside(self):
        return beside(self.register, self.positions, self.tolerance, self.day, self.known_by)

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def rows(self) -> Iterator[list[Value]]:
        """A value for each column; each row is counted as it is given."""
        self.counted = Counted()
        ways = [column.of for column in self.columns]
        for row in self._read():
            self.counted.count(row, self.register.scheme_id)
            yield [of(row, self.beside) for of in ways]

    def _read(self) -> Iterator[Row]:
        judged = self.beside.judged
        names = [
            *NAMES,
            *(f"revision__{name}" for name in OF_REVISION),
            *(f"current__{name}" for name in RATED),
        ]
        words, ratings = len(NAMES), len(NAMES) + len(OF_REVISION)
        for found in self.positions.values_list(*names).iterator(chunk_size=AT_ONCE):
            risk = found[0]
            rated = {
                kind: judged[risk, kind]
                for kind in ("inherent", "target")
                if (risk, kind) in judged
            }
            if found[ratings] is not None:
                rated["current"] = Rated(*found[ratings:])
            said = dict(zip(OF_REVISION, found[words:ratings], strict=True))
            yield Row(*found[:words], said=said, rated=rated)
