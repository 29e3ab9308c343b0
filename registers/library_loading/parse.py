"""Parse a row of a fixture for its model: values of the right type, references as natural keys.

Stricter than Django, which makes the text "True" of a title that reads yes, and 1 of the number
1.7.
"""

import datetime
from dataclasses import dataclass, field
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models

from registers.library_loading.fixture_files import Row, fields_of
from registers.library_loading.report import Problem

MISSING = "is missing: a row is known by it."


@dataclass
class Entry:
    """A row and what the load makes of it.

    values: of every column; links: of the many-to-many fields that the file gives. References are
    natural keys. changes: names of the fields that differ from the database; of a new row, all that
    are not empty. instance: to be written. write_order: among the rows of its model.
    """

    row: Row
    values: dict
    links: dict
    key: tuple | None = None
    problems: list[Problem] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    instance: models.Model | None = None
    write_order: int = 0

    @property
    def model(self):
        return self.row.model

    @property
    def name(self):
        return (
            f"{self.model._meta.verbose_name} {format_value(self.key)}"
            if self.key
            else self.row.place
        )

    def add_problem(self, field_name, message):
        self.problems.append(Problem(self.row.file, self.name, field_name, message))


def parse_row(row):
    """The Entry of a row, with the problems that the row has by itself."""
    entry, problems = Entry(row, {}, {}), dict(row.problems)
    for f in columns(row.model):
        try:
            entry.values[f.name] = (
                _value(f, row.fields[f.name]) if f.name in row.fields else f.get_default()
            )
        except ValidationError as error:
            entry.values[f.name] = f.get_default()
            problems[f.name] = " ".join(error.messages)
    for f in links(row.model):
        if f.name in row.fields:
            try:
                entry.links[f.name] = _natural_keys(f, row.fields[f.name])
            except ValidationError as error:
                problems[f.name] = " ".join(error.messages)
    entry.key = _key(entry, problems)
    for name, message in problems.items():
        entry.add_problem(name, message)
    return entry


@cache
def columns(model):
    return [f for f in model._meta.concrete_fields if not f.primary_key]


@cache
def links(model):
    return [f for f in model._meta.many_to_many if f.name in fields_of(model)]


def has_natural_key(f):
    """Whether the rows that a reference leads to have a natural key; organisations have none."""
    return f.is_relation and hasattr(f.related_model, "natural_key_fields")


def format_value(value):
    """A value as text for a report; a list as a tuple of texts."""
    if isinstance(value, tuple):
        return "/".join(map(str, value))
    if isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(value, set | frozenset):
        return tuple(sorted(map(format_value, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _key(entry, problems):
    """The natural key of the row; None where parts are missing, which are added to the problems."""
    key, is_complete = [], True
    for path in entry.model.natural_key_fields:
        name, _, inner = path.partition("__")
        value = entry.values[name]
        if value in (None, "") or name in problems:
            problems.setdefault(name, MISSING)
            is_complete = False
            continue
        if inner:
            value = value[
                entry.model._meta.get_field(name).related_model.natural_key_fields.index(inner)
            ]
        key.append(value)
    return tuple(key) if is_complete else None


def _value(f, value):
    if f.is_relation:
        return None if value is None and f.null else _natural_key(f, value)
    if value is None and not f.null:
        raise ValidationError("is empty (null): write something, or leave the field out.")
    return _plain(f, value)


def _plain(f, value):
    """The value as the column's type, without a silent change of it."""
    if value is None or isinstance(f, models.JSONField):
        return value
    if isinstance(f, models.CharField | models.TextField) and not isinstance(value, str):
        raise ValidationError(f"{_short(value)} is not text: put it in quotes.")
    if isinstance(f, models.IntegerField) and isinstance(value, bool | float):
        raise ValidationError(f"{_short(value)} is not a whole number.")
    if isinstance(f, models.DateField) and not isinstance(value, str | datetime.date):
        raise ValidationError(f"{_short(value)} is not a day: write it like 2016-07-31.")
    try:
        return f.to_python(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValidationError(f"{_short(value)} does not fit here.") from error


def _natural_keys(f, value):
    if not isinstance(value, list):
        raise ValidationError("takes a list of rows, each named by its key.")
    if not value and not f.blank:
        raise ValidationError("names none: give at least one.")
    keys = [_natural_key(f, entry) for entry in value]
    if duplicate := next((key for key in keys if keys.count(key) > 1), None):
        raise ValidationError(f"names {format_value(duplicate)} twice.")
    return frozenset(keys)


def _natural_key(f, value):
    """The natural key that a reference gives. Raises ValidationError."""
    other = f.related_model
    kind = other._meta.verbose_name
    if not has_natural_key(f):
        raise ValidationError(f"names no {kind}: that is not part of the library.")
    parts = [part.replace("__", " ").replace("_", " ") for part in other.natural_key_fields]
    if not isinstance(value, list) or len(value) != len(parts):
        raise ValidationError(f"{_short(value)} names no {kind}: write [{', '.join(parts)}].")
    try:
        key = tuple(
            _plain(_leaf(other, path), part)
            for path, part in zip(other.natural_key_fields, value, strict=True)
        )
    except ValidationError as error:
        raise ValidationError(
            f"{_short(value)} names no {kind}: {' '.join(error.messages)}"
        ) from error
    if None in key:
        raise ValidationError(f"{_short(value)} names no {kind}: write [{', '.join(parts)}].")
    return key


def _leaf(model, path):
    """The column of a part of a natural key, which may be in another model."""
    *through, last = path.split("__")
    for name in through:
        model = model._meta.get_field(name).related_model
    return model._meta.get_field(last)


def _short(value):
    text = str(value)
    return text if len(text) < 80 else f"{text[:77]}..."
