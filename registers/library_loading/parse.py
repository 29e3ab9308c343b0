"""A row of a fixture as its model understands it: values of the right type, other rows by their
natural keys.

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
    """values: every column; links: lists of rows, where the file says any. Other rows are named by
    their keys.

    changes: the names of what differs from the database, all of them for a new row. problems: by
    field.
    """

    row: Row
    values: dict
    links: dict
    key: tuple | None = None
    problems: list[Problem] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    thing: models.Model | None = None
    turn: int = 0

    @property
    def model(self):
        return self.row.model

    @property
    def name(self):
        return (
            f"{self.model._meta.verbose_name} {in_words(self.key)}" if self.key else self.row.place
        )

    def wrong(self, name, words):
        self.problems.append(Problem(self.row.file, self.name, name, words))


def understood(row):
    """The Entry of a row, with whatever is wrong with it taken by itself."""
    entry, wrong = Entry(row, {}, {}), dict(row.wrong)
    for f in columns(row.model):
        try:
            entry.values[f.name] = (
                _value(f, row.fields[f.name]) if f.name in row.fields else f.get_default()
            )
        except ValidationError as error:
            entry.values[f.name] = f.get_default()
            wrong[f.name] = " ".join(error.messages)
    for f in links(row.model):
        if f.name in row.fields:
            try:
                entry.links[f.name] = _many(f, row.fields[f.name])
            except ValidationError as error:
                wrong[f.name] = " ".join(error.messages)
    entry.key = _key(entry, wrong)
    for name, words in wrong.items():
        entry.wrong(name, words)
    return entry


@cache
def columns(model):
    return [f for f in model._meta.concrete_fields if not f.primary_key]


@cache
def links(model):
    return [f for f in model._meta.many_to_many if f.name in fields_of(model)]


def is_named(f):
    """Whether what a reference leads to has a natural key: a scheme's organisation has none."""
    return f.is_relation and hasattr(f.related_model, "natural_key_fields")


def in_words(value):
    """A value as a report says it."""
    if isinstance(value, tuple):
        return "/".join(map(str, value))
    if isinstance(value, list | set | frozenset):
        return (
            tuple(sorted(map(in_words, value)))
            if not isinstance(value, list)
            else tuple(map(str, value))
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _key(entry, wrong):
    """What the row is known by, or None with the parts that are missing put among what is wrong."""
    key, whole = [], True
    for path in entry.model.natural_key_fields:
        name, _, inner = path.partition("__")
        value = entry.values[name]
        if value in (None, "") or name in wrong:
            wrong.setdefault(name, MISSING)
            whole = False
            continue
        if inner:
            value = value[
                entry.model._meta.get_field(name).related_model.natural_key_fields.index(inner)
            ]
        key.append(value)
    return tuple(key) if whole else None


def _value(f, value):
    if f.is_relation:
        return None if value is None and f.null else _named(f, value)
    if value is None and not f.null:
        raise ValidationError("is empty (null): write something, or leave the field out.")
    return _plain(f, value)


def _plain(f, value):
    """What a column makes of a value, without a silent change of what was said."""
    if value is None or isinstance(f, models.JSONField):
        return value
    if isinstance(f, models.CharField | models.TextField) and not isinstance(value, str):
        raise ValidationError(f"{_short(value)} is not text: put it in quotes.")
    if isinstance(f, models.IntegerField) and isinstance(value, bool | float):
        raise ValidationError(f"{_short(value)} is no whole number.")
    if isinstance(f, models.DateField) and not isinstance(value, str | datetime.date):
        raise ValidationError(f"{_short(value)} is no day: write it like 2016-07-31.")
    try:
        return f.to_python(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValidationError(f"{_short(value)} does not fit here.") from error


def _many(f, value):
    if not isinstance(value, list):
        raise ValidationError("takes a list of rows, each named by its key.")
    if not value and not f.blank:
        raise ValidationError("names none: give at least one.")
    named = [_named(f, one) for one in value]
    if twice := next((one for one in named if named.count(one) > 1), None):
        raise ValidationError(f"names {in_words(twice)} twice.")
    return frozenset(named)


def _named(f, value):
    """The natural key by which a reference names another row."""
    other = f.related_model
    kind = other._meta.verbose_name
    if not is_named(f):
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
    """The column that a part of a natural key stands in, if need be in another model."""
    *through, last = path.split("__")
    for name in through:
        model = model._meta.get_field(name).related_model
    return model._meta.get_field(last)


def _short(value):
    text = str(value)
    return text if len(text) < 80 else f"{text[:77]}..."
