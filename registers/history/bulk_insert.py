"""Many rows of one model built and written in few steps, with keys known before they are written.

Five times as fast as bulk_create, which asks each field of each row how to write it. A row whose
key is known can be referred to, sealed and audited before anything is in the database.
"""

import datetime
import gc
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count, islice
from operator import itemgetter

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
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


@dataclass
class ArrayBatches:
    """Rows for PostgreSQL: for each statement an array literal a column."""

    batches: list[list[str]]


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


@contextmanager
def garbage_collection_paused():
    """Python collects no garbage meanwhile.

    With so many live rows, collecting takes a fifth of the time and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def keys_of(model):
    """Yield new primary keys of that model, ascending, never given to anybody else.

    In a transaction or before one. Keys that are not used are skipped for good. Fetched in batches
    that grow.
    """
    many = ROWS
    while True:
        yield from _take_keys(model._meta.db_table, model._meta.pk.column, many)
        many = min(many * 2, ROWS * 16)


def write(model, rows):
    """Insert rows of a model.

    rows: dicts by attname (owner_id for owner), with the key.
    """
    rows = iter(rows)
    while batch := list(islice(rows, ROWS)):
        put(model, values_of(model, batch))


def values_of(model, rows):
    """These rows as tuples that the database takes: ready for put."""
    return _values(model._meta.concrete_fields, list(rows))


def to_put(values):
    """What values_of returned, in the form in which put writes it.

    Not for put with `instead`. Text costs a tenth of its values to pickle and unpickle.
    """
    if connection.vendor != "postgresql":
        return values
    return ArrayBatches(
        [array_literals(values[at : at + ROWS]) for at in range(0, len(values), ROWS)]
    )


def put(model, values, instead=()):
    """Insert rows that values_of or to_put returned.

    instead: fields to overwrite where a row of that key exists; not with to_put.
    """
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    if isinstance(values, ArrayBatches):
        for literals in values.batches:
            _insert_arrays(model, fields, literals)
        return
    updated = [quote(model._meta.get_field(name).column) for name in instead]
    ending = ""
    if updated:
        assignments = ", ".join(f"{column} = excluded.{column}" for column in updated)
        ending = f" ON CONFLICT ({quote(model._meta.pk.column)}) DO UPDATE SET {assignments}"
    values = iter(values)
    while batch := list(islice(values, ROWS)):
        _insert(model, fields, batch, ending)


def write_pairs(through, column, other, pairs):
    """Insert rows of a many-to-many table. pairs: (key, key of the other)."""
    fields = [through._meta.get_field(name) for name in (column, other)]
    pairs = iter(pairs)
    while batch := list(islice(pairs, ROWS)):
        _insert(through, fields, batch)


def check_references():
    """Let PostgreSQL check the foreign keys written so far.

    Else it checks all of them in one statement at the end, while everything is locked.
    """
    if connection.vendor == "postgresql":
        connection.check_constraints()


def set_one(model, name, values):
    """Set one column of existing rows. values: (key, value), both plain."""
    quote, field = connection.ops.quote_name, model._meta.get_field(name)
    table, key, column = map(quote, (model._meta.db_table, model._meta.pk.column, field.column))
    values = iter(values)
    while batch := list(islice(values, ROWS)):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                rows = _unnest([model._meta.pk, field])
                statement = f"UPDATE {table} SET {column} = new.value"  # noqa: S608 (quoted names)
                statement = (
                    f"{statement} FROM {rows} AS new (key, value) WHERE {table}.{key} = new.key"
                )
                cursor.execute(statement, array_literals(batch))
            else:
                statement = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"  # noqa: S608 (quoted names)
                cursor.executemany(statement, [pair[::-1] for pair in batch])


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


def _insert(model, fields, rows, ending=""):
    if connection.vendor == "postgresql":
        _insert_arrays(model, fields, array_literals(rows), ending)
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"{_insert_into(model, fields)} VALUES ({', '.join(['%s'] * len(fields))}){ending}",
            rows,
        )


def _insert_arrays(model, fields, literals, ending=""):
    """One statement with a parameter for each column.

    A parameter for each value takes PostgreSQL half as long again and Python three times as long.
    COPY is the fastest, but cannot be given up when a server does not answer
    (failing_well/time_limits.py).
    """
    statement = f"{_insert_into(model, fields)} SELECT * FROM {_unnest(fields)}{ending}"  # noqa: S608 (names of our own)
    with connection.cursor() as cursor:
        cursor.execute(statement, literals)


def _insert_into(model, fields):
    quote = connection.ops.quote_name
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(quote(f.column) for f in fields)})"
    )


def _unnest(fields):
    """Without the length of a text column: a cast would cut a text that an insert refuses."""
    kinds = [f.cast_db_type(connection).partition("(")[0] for f in fields]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


SPECIAL = re.compile(r'[\\"]')


def array_literals(rows):
    return [*map(_array_literal, zip(*rows, strict=True))]


def _array_literal(values):
    """One column as a PostgreSQL array literal, every text in quotation marks.

    Most columns repeat few values, and few texts need escaping.
    """
    kinds = {*map(type, values)}
    if kinds == {str}:
        is_plain = SPECIAL.search("".join(values)) is None
        texts = values if is_plain else [*map(_escape, values)]
        return '{"' + '","'.join(texts) + '"}'
    if kinds <= PLAIN and not {int, bool} <= kinds:  # among which 1 would be True
        elements = {value: _array_element(value) for value in {*values}}
        return "{" + ",".join(map(elements.__getitem__, values)) + "}"
    return "{" + ",".join(map(_array_element, values)) + "}"


def _array_element(value):
    """Raises TypeError for bytes: no row written here has any."""
    kind = type(value)
    if value is None:
        return "NULL"
    if kind is int or kind is bool:
        return str(value)
    if isinstance(value, bytes | memoryview):
        raise TypeError("Bytes are not written in bulk.")
    text = (
        value
        if kind is str
        else str(value.dumps(value.adapted) if hasattr(value, "dumps") else value)
    )
    return f'"{_escape(text)}"'


def _escape(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _take_keys(table, column, many):
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # In a subquery, to be looked up once and not for each key.
            sequence_name = "(SELECT pg_get_serial_sequence(%s, %s)::regclass)"
            query = f"SELECT nextval({sequence_name}) FROM generate_series(1, %s)"  # noqa: S608 (the line above)
            cursor.execute(query, [table, column, many])
            return [key for (key,) in cursor.fetchall()]
        # In SQLite whoever is in a transaction of ours is the only one who writes.
        quote = connection.ops.quote_name
        cursor.execute(f"SELECT max({quote(column)}) FROM {quote(table)}")  # noqa: S608 (quoted names)
        last = cursor.fetchone()[0] or 0
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = max(last, row[0] if row else 0)
        if row:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + many, table]
            )
        else:
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last + many]
            )
        return list(islice(count(last + 1), many))
