"""Which columns an export has, and what each says of a risk. Pure: a Row and what stands beside it
in, a value out.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from registers.import_fields import KINDS, TARGETS, Sort
from registers.models import Assessment, Risk

YES, NO = "Yes", "No"
Value = str | int | datetime.date | None

TEXTS = (
    *("title", "cause", "event", "consequence", "objective", "portfolio", "response_reason"),
    *("committee_position", "definition_of_good", "notes", "happened_what"),
)
DAYS = ("tolerated_until", "target_on", "next_review_on", "told_on", "happened_on")
CHOICES = {  # "Treat" of "Treat: do something about it"
    name: {
        value: str(label).partition(":")[0] for value, label in Risk._meta.get_field(name).choices
    }
    for name in ("category", "proximity", "status", "response", "told_by")
}
OF_REVISION = (*TEXTS, *DAYS, *CHOICES, "owner_id", "primary_failure_type_id")
NOT_FILLED = {
    "statement",
    "action_owner",
    "action_due_on",
    "ignore",
}  # each says in one column what we say in several


@dataclass(frozen=True, slots=True)
class Rated:
    """A judgement by our own. scheme: the key of the one that gave the band; driver: of an adverse
    impact, or None.
    """

    likelihood: int
    impact: int
    score: int
    band: str
    scheme: int
    driver: int | None
    rationale: str
    on: datetime.date


@dataclass(frozen=True, slots=True)
class Row:
    """One risk as at the day. said: field of its revision -> value; rated: kind -> Rated, only
    kinds there are.
    """

    risk: int
    revision: int
    number: int
    is_exempt: bool
    is_on_register: bool
    raised_on: datetime.date
    said: dict
    rated: dict[str, Rated]


@dataclass(frozen=True)
class Column:
    """heading: as the file shows it. target: the name of what the import takes it for, empty where
    it only keeps it. of: (a Row, Beside) -> what the cell holds: text, a whole number, a day, or
    nothing ("" or None).
    """

    heading: str
    target: str
    sort: Sort
    of: Callable[..., Value]


def _field(name: str) -> Callable[..., Value]:
    if name in CHOICES:
        return lambda row, beside: CHOICES[name].get(row.said[name], "")
    return lambda row, beside: row.said[name]


def _rating(kind: str, part: str) -> Callable[..., Value]:
    def of(row, beside):
        rated = row.rated.get(kind)
        if rated is None:
            return None
        if part == "band":
            return beside.band(rated).label
        return beside.impacts.get(rated.driver, "") if part == "driver" else getattr(rated, part)

    return of


def _above(row, beside):
    """Nothing where no band of the scheme in force is known."""
    rated = row.rated.get(Assessment.Kind.CURRENT)
    if rated is None or rated.scheme != beside.scheme:
        return ""
    return YES if beside.tolerance.is_above(rated.band, row.said["category"]) else NO


def _scheme(row, beside):
    rated = row.rated.get(Assessment.Kind.CURRENT)
    return str(beside.schemes[rated.scheme]) if rated else ""


OTHERS: dict[str, Callable[..., Value]] = {
    "reference": lambda row, beside: beside.reference(row.number),
    "primary_failure_type": lambda row, beside: beside.types.get(
        row.said["primary_failure_type_id"], ""
    ),
    "other_failure_types": lambda row, beside: "; ".join(beside.other_types.get(row.revision, ())),
    "adverse_impacts": lambda row, beside: "; ".join(beside.named_impacts.get(row.revision, ())),
    "owner": lambda row, beside: beside.posts.get(row.said["owner_id"], ("", ""))[0],
    "raised_on": lambda row, beside: row.raised_on,
    "controls": lambda row, beside: beside.controls.get(row.risk, ""),
    "actions": lambda row, beside: beside.actions.get(row.risk, ""),
    **{
        f"{kind}.{part}": _rating(kind, part)
        for kind in KINDS
        for part in ("likelihood", "impact", "score", "band", "driver", "rationale", "on")
    },
}
# What readers of a list want beside it. The import keeps these with the row and reads nothing from
# them.
EXTRA = (
    Column(
        "Directorate",
        "",
        Sort.TEXT,
        lambda row, beside: beside.posts.get(row.said["owner_id"], ("", ""))[1],
    ),
    Column("Above tolerance", "", Sort.TEXT, _above),
    Column("Rated by the scheme", "", Sort.TEXT, _scheme),
    Column("Happened on", "", Sort.DAY, _field("happened_on")),
    Column("What happened", "", Sort.TEXT, _field("happened_what")),
    Column(
        "Exempt from publication", "", Sort.TEXT, lambda row, beside: YES if row.is_exempt else NO
    ),
)
COLUMNS = (
    *(
        Column(
            target.label, target.name, target.sort, OTHERS.get(target.name) or _field(target.name)
        )
        for target in TARGETS
        if target.name not in NOT_FILLED
    ),
    *EXTRA,
)
BY_TARGET = {column.target: column for column in COLUMNS if column.target}
