"""The list of a register: which columns it can show, what they say, and the orders it comes in.

What a column needs beyond a position is read for the rows of a page alone, and for the columns
that are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.utils import timezone

from registers.models import ActionRevision, Assessment, Category, Register, Risk
from registers.models.assessment import share_schemes
from registers.movement import (
    DOWN,
    LEFT,
    NEW,
    RATED_OTHERWISE,
    SCORED,
    UNCHANGED,
    UP,
    RiskPoint,
    band_in_scheme,
    movements_between,
    read_risk_points,
)
from registers.phrases.bands import fell_from, rose_from

DIRECTION = "direction"
# Besides the reference and the title, which are always there. In the order of the table.
COLUMNS = {
    "type": "Main failure type",
    "category": "Category",
    "response": "Response",
    "owner": "Owner",
    "directorate": "Directorate",
    "rating": "Residual rating",
    DIRECTION: "Direction",
    "target": "Target rating",
    "assessed": "Assessed",
    "review": "Next review",
    "action": "Next action",
    "identified": "Date identified",
}
# What fits a page 1,280 pixels wide.
DEFAULT_COLUMNS = ("type", "owner", "rating", DIRECTION, "review", "action")
REVERSE = "-"
ARROWS = {UP: "↑", DOWN: "↓"}
CLAUSES = {UP: rose_from, DOWN: fell_from}
WORDS = {
    NEW: "New",
    LEFT: "Closed",
    SCORED: "Rated for the first time",
    RATED_OTHERWISE: "Rated under another scheme",
    UNCHANGED: "Unchanged",
}
NO_LONGER_RATED = "No longer rated"


@dataclass(frozen=True)
class Direction:
    """How a risk moved. kind: see movement.TITLES. arrow: "" for what went neither up nor down."""

    kind: str
    words: str

    @property
    def arrow(self):
        return ARROWS.get(self.kind, "")


# Orders


def _by_label(name, choices):
    """By the words of a choice, which are what people see."""
    labels = (When(**{name: value}, then=Value(str(label))) for value, label in choices if value)
    return Case(*labels, default=None)


def _target_score(day, recorded_by):
    rows = _targets(day, recorded_by).filter(risk=OuterRef("risk"))
    return Subquery(rows.order_by().values("score")[:1])


def _action_due(day, recorded_by):
    rows = _open_actions(day, recorded_by).filter(record__risk=OuterRef("risk"))
    return Subquery(rows.filter(due_on__isnull=False).order_by("due_on").values("due_on")[:1])


# What went up stands before these, what went down behind them, each by how many bands.
DIRECTION_VALUES = {NEW: 0, SCORED: 1, RATED_OTHERWISE: 2, UNCHANGED: 3, LEFT: 4}


def risks_by_direction(movements, current, ranks):
    """Value that the list is sorted by -> keys of the risks that moved so.

    current: RiskPoints of the day read. ranks: slug of a band -> rank.
    """
    bands = {point.risk: point.band for point in current}
    by_value = defaultdict(list)
    for risk, _, kind, band_before in movements:
        value = DIRECTION_VALUES.get(kind)
        if value is None:
            bands_down = ranks[band_before] - ranks[bands[risk]]
            value = bands_down + DIRECTION_VALUES[NEW if bands_down < 0 else LEFT]
        by_value[value].append(risk)
    return by_value


def _by_direction(by_value):
    moved = (When(risk__in=risks, then=Value(value)) for value, risks in by_value.items())
    stayed = When(is_on_register=True, then=Value(DIRECTION_VALUES[UNCHANGED]))
    return Case(*moved, stayed, default=None, output_field=IntegerField())


# Name -> the value that the list is sorted by; a function of the day and the instant for what
# stands beside a risk. Direction takes another day: see in_order.
ORDERS = {
    "score": F("score"),
    "reference": F("number"),
    "title": F("revision__title"),
    "type": F("primary_failure_type__name"),
    "category": _by_label("category", Category.choices),
    "response": _by_label("revision__response", Risk.Response.choices),
    "owner": F("revision__owner__title"),
    "directorate": F("owner__directorate__name"),
    "target": _target_score,
    "assessed": F("current__effective_on"),
    "review": F("next_review_on"),
    "action": _action_due,
    "identified": F("revision__identified_on"),
}
# In the order of the columns, as a form offers them.
SORT_LABELS = [
    ("score", "Highest score first"),
    ("-score", "Lowest score first"),
    ("reference", "Reference"),
    ("-reference", "Reference, last first"),
    ("title", "Title"),
    ("-title", "Title, Z to A"),
    ("type", "Main failure type"),
    ("-type", "Main failure type, Z to A"),
    ("category", "Category"),
    ("-category", "Category, Z to A"),
    ("response", "Response"),
    ("-response", "Response, Z to A"),
    ("owner", "Owner"),
    ("-owner", "Owner, Z to A"),
    ("directorate", "Directorate"),
    ("-directorate", "Directorate, Z to A"),
    ("direction", "Direction, rose first"),
    ("-direction", "Direction, fell first"),
    ("target", "Lowest target rating first"),
    ("-target", "Highest target rating first"),
    ("assessed", "Longest since assessed"),
    ("-assessed", "Latest assessed"),
    ("review", "Next review, earliest first"),
    ("-review", "Next review, latest first"),
    ("action", "Next action due, earliest first"),
    ("-action", "Next action due, latest first"),
    ("identified", "Longest since identified"),
    ("-identified", "Latest identified"),
]
# Without a minus the highest score stands first, and of these two whatever has none.
DESCENDING = ("score",)
BLANKS_FIRST = ("owner", "assessed")
NEVER_BLANK = ("score", "reference", "title")
# Column -> the order that its heading leads to.
ORDER_OF_COLUMN = {name: "score" if name == "rating" else name for name in COLUMNS}
DEFAULT_ORDER = "score"


def is_descending(order: str) -> bool:
    """Whether the largest value stands first in that order."""
    name = order.removeprefix(REVERSE)
    return (name in DESCENDING) != order.startswith(REVERSE)


def in_order(positions, order: str, day, recorded_by=None, directions=None):
    """The positions sorted, those of equal value by their number.

    directions: a function of none, risks_by_direction of what moved; None where the day read is
    compared with no other.
    """
    name = order.removeprefix(REVERSE)
    if name == DIRECTION:
        if directions is None:
            return positions.order_by("number")
        value = _by_direction(directions())
    else:
        value = ORDERS[name]
        value = value(day, recorded_by) if callable(value) else value
    blanks = {}
    if name in BLANKS_FIRST and not order.startswith(REVERSE):
        blanks = {"nulls_first": True}
    elif name not in NEVER_BLANK:
        blanks = {"nulls_last": True}
    ordered = value.desc(**blanks) if is_descending(order) else value.asc(**blanks)
    return positions.order_by(ordered, "number")


# What a page shows


def _words_of(movement, rules, is_rated):
    if movement.kind in CLAUSES:
        return CLAUSES[movement.kind](rules.band(movement.band_before).label)
    if movement.kind == SCORED and not is_rated:
        return NO_LONGER_RATED
    return WORDS[movement.kind]


class ColumnValues:
    """What the columns of a page say beyond its positions.

    earlier: the positions of the day compared with, on the register, as far as the reader may see;
    None where there is no such day.
    """

    def __init__(self, register: Register, columns: Collection[str], day, recorded_by, earlier):
        self.register, self.columns, self.earlier = register, columns, earlier
        self.day, self.recorded_by = day, recorded_by

    def add_to(self, rows):
        """Give each position `direction`, `target` and `next_action`. A query each, if shown."""
        risks = [row.risk_id for row in rows]
        readers = {
            DIRECTION: lambda: self._directions(rows, risks),
            "target": lambda: self._targets(risks),
            "action": lambda: self._next_actions(risks),
        }
        values = {name: read() if name in self.columns else {} for name, read in readers.items()}
        for row in rows:
            row.direction = values[DIRECTION].get(row.risk_id)
            row.target = values["target"].get(row.risk_id)
            row.next_action = values["action"].get(row.risk_id)

    def _directions(self, rows, risks):
        if self.earlier is None:
            return {}
        scheme, rules = self.register.scheme_id, self.register.scheme.rules
        current = [
            RiskPoint(
                row.pk,
                row.risk_id,
                band_in_scheme(row.band, row.scheme_id, scheme),
                row.likelihood,
                row.impact,
            )
            for row in rows
            if row.is_on_register
        ]
        previous = read_risk_points(self.earlier.filter(risk__in=risks), scheme)
        rated = {row.risk_id for row in rows if row.band}
        movements = movements_between(current, previous, rules.ranks)
        return {
            movement.risk: Direction(
                movement.kind, _words_of(movement, rules, movement.risk in rated)
            )
            for movement in movements
        }

    def _targets(self, risks):
        rows = list(_targets(self.day, self.recorded_by).filter(risk__in=risks).order_by())
        share_schemes(rows, self.register)
        return {row.risk_id: row for row in rows}

    def _next_actions(self, risks):
        rows = _open_actions(self.day, self.recorded_by).filter(record__risk__in=risks)
        rows = rows.select_related("record").only("title", "due_on", "record__risk_id")
        # The first of each risk is the last to be put in.
        ordered = rows.order_by(F("due_on").desc(nulls_first=True), "-record_id")
        return {row.record.risk_id: row for row in ordered}


def _targets(day, recorded_by):
    """Our own latest target rating of each risk."""
    rows = Assessment.objects.filter(
        kind=Assessment.Kind.TARGET, perspective=Assessment.Perspective.ORGANISATION
    ).defer("rationale", "evidence")
    return rows.latest_per("risk", "kind", "perspective", day=day, recorded_by=recorded_by)


def _open_actions(day, recorded_by):
    if recorded_by is None and day == timezone.localdate():
        # By the action that a risk leads to: in_force() reads those of all registers on SQLite.
        return ActionRevision.objects.filter(record__latest=F("pk")).open()
    return ActionRevision.objects.latest_per("record", day=day, recorded_by=recorded_by).open()
