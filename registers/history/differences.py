"""What differs between two revisions of one record, as texts for reading."""

import datetime
from typing import NamedTuple

from django.utils.formats import date_format


class Change(NamedTuple):
    name: str
    label: str
    before: str
    after: str


def changes_between(earlier, later):
    """What differs between two revisions of one record, in the order of its FIELDS."""
    before, after = earlier.content(), later.content()
    return [
        Change(name, _label(later, name), wording(earlier, name), wording(later, name))
        for name in later.FIELDS
        if before[name] != after[name]
    ]


def _label(revision, name):
    label = str(revision._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def wording(revision, name):
    """The value of a field of a revision, as people read it."""
    field = revision._meta.get_field(name)
    if field.many_to_many:
        return ", ".join(str(row) for row in getattr(revision, name).all())
    if display := getattr(revision, f"get_{name}_display", None):
        return str(display() or "")
    value = getattr(revision, name)
    if isinstance(value, datetime.date):
        return date_format(value, "j F Y")
    return (
        ("Yes" if value else "No")
        if isinstance(value, bool)
        else ""
        if value is None
        else str(value)
    )
