"""The columns of an export and the value of each for a risk.

Pure: from a Row and the RelatedData to a value.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from registers.import_fields import KINDS, PROGRESS, PROGRESS_NOTES, TARGETS
from registers.models import Assessment, RiskRevision
from registers.risk_fields import FIELDS, Sort, names_of

YES, NO = "Yes", "No"
Value = str | int | datetime.date | None

CHOICES = {  # "Treat" of "Treat: do something about it"
    name: {
        value: str(label).partition(":")[0]
        for value, label in RiskRevision._meta.get_field(name).choices
    }
    for name in names_of(Sort.CHOICE, is_exported=True)
}
REVISION_FIELDS = tuple(
    RiskRevision._meta.get_field(name).attname for name in names_of(is_exported=True, is_many=False)
)
# Each of these has in one column what an export has in several.
IMPORT_ONLY = {"statement", "action_owner", "action_due_on", "ignore"}


@dataclass(frozen=True, slots=True)
class Rating:
    """One of the organisation's own assessments.

    scheme: key of the scheme that gave the band; driver: key of an adverse impact, or None.
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
    """One risk as at the day.

    fields: field of its revision -> value; ratings: kind -> Rating, only of kinds that were
    assessed.
    """

    risk: int
    revision: int
    number: int
    is_exempt: bool
    is_on_register: bool
    raised_on: datetime.date
    fields: dict
    ratings: dict[str, Rating]


@dataclass(frozen=True)
class Column:
    """A column of an export.

    heading: as the file shows it. import_field: the name of the field that the import reads it as,
    empty where it only keeps the text. value_of: (Row, RelatedData) -> the cell: text, a whole
    number, a day, or nothing ("" or None).
    """

    heading: str
    import_field: str
    sort: Sort
    value_of: Callable[..., Value]


def _field(name: str) -> Callable[..., Value]:
    if name in CHOICES:
        return lambda row, related: CHOICES[name].get(row.fields[name], "")
    return lambda row, related: row.fields[name]


def _rating(kind: str, part: str) -> Callable[..., Value]:
    def value_of(row, related):
        rating = row.ratings.get(kind)
        if rating is None:
            return None
        if part == "band":
            return related.band(rating).label
        return related.impacts.get(rating.driver, "") if part == "driver" else getattr(rating, part)

    return value_of


def _above(row, related):
    """Empty where it has no rating by the register's scheme."""
    rating = row.ratings.get(Assessment.Kind.CURRENT)
    if rating is None or rating.scheme != related.scheme:
        return ""
    return YES if related.tolerance.is_above(rating.band, row.fields["category"]) else NO


def _scheme(row, related):
    rating = row.ratings.get(Assessment.Kind.CURRENT)
    return str(related.schemes[rating.scheme]) if rating else ""


DERIVED: dict[str, Callable[..., Value]] = {
    "reference": lambda row, related: related.reference(row.number),
    "primary_failure_type": lambda row, related: related.failure_types.get(
        row.fields["primary_failure_type_id"], ""
    ),
    "other_failure_types": lambda row, related: "; ".join(
        related.other_failure_types.get(row.revision, ())
    ),
    "adverse_impacts": lambda row, related: "; ".join(related.impact_names.get(row.revision, ())),
    "owner": lambda row, related: related.posts.get(row.fields["owner_id"], ("", ""))[0],
    "raised_on": lambda row, related: row.raised_on,
    "is_exempt": lambda row, related: YES if row.is_exempt else NO,
    "controls": lambda row, related: related.controls.get(row.risk, ""),
    "actions": lambda row, related: related.actions.get(row.risk, ""),
    "progress": lambda row, related: related.progress.get(row.risk, ""),
    **{
        f"{kind}.{part}": _rating(kind, part)
        for kind in KINDS
        for part in ("likelihood", "impact", "score", "band", "driver", "rationale", "on")
    },
}
# What readers of a list want as well. The import keeps these with the row and reads nothing from
# them.
EXTRA = (
    Column(
        "Directorate",
        "",
        Sort.TEXT,
        lambda row, related: related.posts.get(row.fields["owner_id"], ("", ""))[1],
    ),
    Column("Above tolerance", "", Sort.TEXT, _above),
    Column("Rated by the scheme", "", Sort.TEXT, _scheme),
    *(
        Column(field.label, "", field.sort, DERIVED.get(field.name) or _field(field.name))
        for field in FIELDS
        if field.is_exported and not field.is_imported
    ),
)
COLUMNS = (
    *(
        Column(field.label, field.name, field.sort, DERIVED.get(field.name) or _field(field.name))
        for field in TARGETS
        if field.name not in (*IMPORT_ONLY, PROGRESS)
    ),
    *EXTRA,
    # Last, so that older columns keep their places.
    Column(PROGRESS_NOTES.label, PROGRESS, PROGRESS_NOTES.sort, DERIVED[PROGRESS]),
)
BY_IMPORT_FIELD = {column.import_field: column for column in COLUMNS if column.import_field}
