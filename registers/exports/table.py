"""The rows of an export: each risk as at a day, in the order and within the filters of the list."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from registers.exports.columns import COLUMNS, REVISION_FIELDS, Column, Rating, Row, Value
from registers.exports.related_data import RATING_FIELDS, load_related_data
from registers.models import Tolerances

CHUNK = 1000  # rows that the database hands over at a time
POSITION_FIELDS = (
    "risk_id",
    "revision_id",
    "number",
    "is_exempt",
    "is_on_register",
    "risk__raised_on",
)


@dataclass
class Totals:
    """Counts of the rows read so far. Drafts and closed risks count in `rows` and `exempt` only.

    cells: (likelihood, impact) -> risks, of those rated by the scheme in force.
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
        current = row.ratings.get("current")
        if current is None:
            self.not_scored += 1
        elif current.scheme != scheme:
            self.to_re_assess += 1
        else:
            self.cells[current.likelihood, current.impact] += 1


class RegisterTable:
    """The rows of an export, read as they are written.

    positions: those that the reader may see, filtered and in order, as at the end of `day`; related
    data is as known now or recorded by an instant. totals: of the rows read so far.

    Ten queries, whatever the number of rows; the long texts are never all in memory.
    """

    def __init__(
        self, register, positions, day, recorded_by=None, columns: tuple[Column, ...] = COLUMNS
    ):
        self.register, self.positions, self.columns = register, positions, columns
        self.day, self.recorded_by = day, recorded_by
        self.totals = Totals()

    @cached_property
    def tolerance(self):
        return Tolerances.of(self.register).on(self.day, self.recorded_by)

    @cached_property
    def related(self):
        return load_related_data(
            self.register, self.positions, self.tolerance, self.day, self.recorded_by
        )

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def rows(self) -> Iterator[list[Value]]:
        """A value for each column. Each row is counted in the totals as it is read."""
        self.totals = Totals()
        for row in self._read():
            self.totals.count(row, self.register.scheme_id)
            yield [column.value_of(row, self.related) for column in self.columns]

    def _read(self) -> Iterator[Row]:
        related_ratings = self.related.ratings
        names = [
            *POSITION_FIELDS,
            *(f"revision__{name}" for name in REVISION_FIELDS),
            *(f"current__{name}" for name in RATING_FIELDS),
        ]
        revision_start = len(POSITION_FIELDS)
        rating_start = revision_start + len(REVISION_FIELDS)
        for values in self.positions.values_list(*names).iterator(chunk_size=CHUNK):
            risk = values[0]
            ratings = {
                kind: related_ratings[risk, kind]
                for kind in ("inherent", "target")
                if (risk, kind) in related_ratings
            }
            if values[rating_start] is not None:
                ratings["current"] = Rating(*values[rating_start:])
            fields = dict(zip(REVISION_FIELDS, values[revision_start:rating_start], strict=True))
            yield Row(*values[:revision_start], fields=fields, ratings=ratings)
