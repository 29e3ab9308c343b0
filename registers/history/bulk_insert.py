"""Rows built and inserted without asking each field of each row how to write it.

Several times as fast as a model's constructor and bulk_create, which asks each field of each row
how to write it.
"""

import datetime
from functools import cache
from itertools import islice
from operator import itemgetter

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState

# Rows written by one statement at most, so that no statement takes long.
ROWS = 500
PLAIN = {str, int, bool, type(None)}
# Values that many rows share; a str is a choice here.
SHARED = (datetime.date, str)
NEED_PREPARING = (
    models.DateField,
    models.TimeField,
    models.JSONField,
    models.UUIDField,
    models.BinaryField,
    models.DecimalField,
)


class Encoded(str):
    """JSON as text already, for a JSONField."""

    __slots__ = ()


def build_row(model, **fields):
    """A new unsaved row, equal to model(**fields) at a sixth of the cost.

    fields: by field name or attname. Raises TypeError for what the model has not.
    """
    defaults, factories, attnames = _template(model)
    row = model.__new__(model)
    values = row.__dict__
    values["_state"] = state = ModelState()
    values.update(defaults)
    for name, value in fields.items():
        if name in attnames:
            state.fields_cache[name] = value
            if value is not None:
                values[attnames[name]], state.db = value.pk, DEFAULT_DB_ALIAS
        elif name in values:
            values[name] = value
        elif name == "pk":
            values[model._meta.pk.attname] = value
        else:
            raise TypeError(f"{model.__name__} has no {name}.")
    for name, default in factories:
        if name not in fields:
            values[name] = default()
    return row


@cache
def _template(model):
    """What build_row needs to know of a model: (defaults, factories, attnames).

    defaults: attname -> value, in the order of the fields. factories: (attname, callable) for
    defaults that are computed for each row. attnames: name -> attname of each relation.
    """
    fields = model._meta.concrete_fields
    factories = [
        (f.attname, f.get_default) for f in fields if f.has_default() and callable(f.default)
    ]
    computed = {name for name, _ in factories}
    defaults = {f.attname: None if f.attname in computed else f.get_default() for f in fields}
    return defaults, factories, {f.name: f.attname for f in fields if f.is_relation}


def take_keys(counts):
    """New primary keys: model -> a list, ascending. counts: model -> how many.

    One statement. In a transaction that inserts the rows next.
    """
    models = [model for model, count in counts.items() if count]
    if not models:
        return {}
    take = _take_from_sequences if connection.vendor == "postgresql" else _count_up
    return take(models, counts)


def _take_from_sequences(models, counts):
    tables = [(model._meta.db_table, model._meta.pk.column) for model in models]
    statement = """
        WITH wanted AS MATERIALIZED (
            SELECT place, pg_get_serial_sequence(name, pk)::regclass AS keys, many
            FROM unnest(%s::int[], %s::text[], %s::text[], %s::int[]) AS w (place, name, pk, many)
        )
        SELECT place, nextval(keys) FROM wanted, generate_series(1, many)
    """
    columns = [list(range(len(models))), *map(list, zip(*tables, strict=True))]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*columns, [counts[model] for model in models]])
        rows = sorted(cursor.fetchall())
    keys = {model: [] for model in models}
    for place, key in rows:
        keys[models[place]].append(key)
    return keys


def _count_up(models, counts):
    """In SQLite whoever is in a transaction of ours is the only one who writes."""
    names = {model._meta.db_table: model for model in models}
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, seq FROM sqlite_sequence WHERE name IN ({marks})", [*names])  # noqa: S608 (marks alone)
        last = dict(cursor.fetchall())
    return {
        model: list(range(last.get(name, 0) + 1, last.get(name, 0) + 1 + counts[model]))
        for name, model in names.items()
    }


def insert_rows(model, rows, *, with_keys=True):
    """Insert rows of a model.

    rows: dicts by attname (owner_id for owner). with_keys: else the database gives the keys.
    """
    fields = [f for f in model._meta.concrete_fields if with_keys or not f.primary_key]
    for batch in _batches(rows):
        _insert(model, fields, _values(fields, batch))


def insert_pairs(model, name, pairs):
    """Link rows of a model by a many-to-many field. pairs: (key, key of the other)."""
    field = model._meta.get_field(name)
    through = field.remote_field.through
    names = field.m2m_field_name(), field.m2m_reverse_field_name()
    fields = [through._meta.get_field(name) for name in names]
    for batch in _batches(pairs):
        _insert(through, fields, batch)


def check_references():
    """Let PostgreSQL check the foreign keys written so far.

    Else it checks all of them in one statement at the end, while everything is locked.
    """
    if connection.vendor == "postgresql":
        connection.check_constraints()


def set_column(model, name, values):
    """Set one column of existing rows. values: (key, value), both plain."""
    quote, field = connection.ops.quote_name, model._meta.get_field(name)
    table, key, column = map(quote, (model._meta.db_table, model._meta.pk.column, field.column))
    for batch in _batches(values):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                statement = f"UPDATE {table} SET {column} = new.value"  # noqa: S608 (quoted names)
                rows = f"{_unnest([model._meta.pk, field])} AS new (key, value)"
                statement = f"{statement} FROM {rows} WHERE {table}.{key} = new.key"
                cursor.execute(statement, _columns(batch))
            else:
                statement = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"  # noqa: S608 (quoted names)
                cursor.executemany(statement, [pair[::-1] for pair in batch])


def _batches(rows):
    rows = iter(rows)
    while batch := list(islice(rows, ROWS)):
        yield batch


def _values(fields, rows):
    """A tuple a row, as the database takes them.

    Values that are no plain text or number are prepared by their field, shared ones once.
    """
    columns = [[*map(itemgetter(f.attname), rows)] for f in fields]
    for index, f in enumerate(fields):
        kinds = {*map(type, columns[index])}
        if kinds == {Encoded}:
            columns[index] = [*map(str, columns[index])]
        elif kinds != {type(None)} and (isinstance(f, NEED_PREPARING) or not kinds <= PLAIN):
            columns[index] = _prepare(f, columns[index])
    return list(zip(*columns, strict=True))


def _prepare(f, values):
    prepared = _PreparedValues(f)
    return [
        prepared[value] if isinstance(value, SHARED) else prepared.prepare(value)
        for value in values
    ]


class _PreparedValues(dict):
    def __init__(self, f):
        self.f, self.database = f, connections[DEFAULT_DB_ALIAS]

    def prepare(self, value):
        return (
            str(value) if type(value) is Encoded else self.f.get_db_prep_save(value, self.database)
        )

    def __missing__(self, value):
        self[value] = prepared = self.prepare(value)
        return prepared


def _insert(model, fields, rows):
    quote = connection.ops.quote_name
    columns = ", ".join(quote(f.column) for f in fields)
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A parameter for each column: psycopg2 would send a statement for each row.
            cursor.execute(f"{statement} SELECT * FROM {_unnest(fields)}", _columns(rows))  # noqa: S608 (quoted names)
        else:
            cursor.executemany(f"{statement} VALUES ({', '.join(['%s'] * len(fields))})", rows)


def _columns(rows):
    return [*map(list, zip(*rows, strict=True))]


def _unnest(fields):
    """Without the length of a text column: a cast would cut a text that an insert refuses."""
    kinds = [f.cast_db_type(connection).partition("(")[0] for f in fields]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"
