"""Many rows of one model made and written in few steps, with keys that are known before they are
written.

What bulk_create does too, at five times the price: most of its time goes to asking each field of
each row how it is to be written. A row that knows its key can be referred to, sealed and told of
before anything is in the database.
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

ROWS = 500  # written by one statement at most, so that no statement lasts
PLAIN = {str, int, bool, type(None)}
ALIKE = (datetime.date, str)  # what rows have in common; a str is a choice here
ASKED = (
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


def build_row(model, **said):
    """What model(**said) makes, at a sixth of the price: a new row, of which nothing is saved.
    said: by the name of a field or of its attribute. Raises TypeError for what the model has not.
    """
    defaults, called, others = _template(model)
    row = model.__new__(model)
    values = row.__dict__
    values["_state"] = state = ModelState()
    values.update(defaults)
    for name, value in said.items():
        if name in others:
            state.fields_cache[name] = value
            if value is not None:
                values[others[name]], state.db = value.pk, DEFAULT_DB_ALIAS
        elif name in values:
            values[name] = value
        elif name == "pk":
            values[model._meta.pk.attname] = value
        else:
            raise TypeError(f"{model.__name__} has no {name}.")
    for name, default in called:
        if name not in said:
            values[name] = default()
    return row


@cache
def _template(model):
    """(attribute -> default, in the order of the fields; attributes and what gives their default
    anew for each row; name of a field that refers to another row -> its attribute).
    """
    fields = model._meta.concrete_fields
    called = [(f.attname, f.get_default) for f in fields if f.has_default() and callable(f.default)]
    anew = {name for name, _ in called}
    defaults = {f.attname: None if f.attname in anew else f.get_default() for f in fields}
    return defaults, called, {f.name: f.attname for f in fields if f.is_relation}


@contextmanager
def garbage_collection_paused():
    """Python looks for no garbage meanwhile: among so many rows that are all in use, looking takes
    a fifth of the time. What nobody refers to any more goes away as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def keys_of(model):
    """Keys for new rows of that model, ascending, never given to anybody else, in a transaction or
    before one: those that are not used in the end are left out. More at a time the more are asked
    for.
    """
    many = ROWS
    while True:
        yield from _take_keys(model._meta.db_table, model._meta.pk.column, many)
        many = min(many * 2, ROWS * 16)


def write(model, rows):
    """Insert rows of a model. rows: column by the name of its attribute (owner_id for owner), key
    included.
    """
    rows = iter(rows)
    while batch := list(islice(rows, ROWS)):
        put(model, values_of(model, batch))


def values_of(model, rows):
    """The same rows as tuples that the database takes: nothing is left to be worked out when they
    are put there.
    """
    return _values(model._meta.concrete_fields, list(rows))


def to_put(values):
    """What values_of gave in the form in which put writes it, with nothing left to be worked out
    but where put is told of `instead`: text is laid aside and brought back at a tenth of the price
    of its values.
    """
    if connection.vendor != "postgresql":
        return values
    return ArrayBatches(
        [array_literals(values[at : at + ROWS]) for at in range(0, len(values), ROWS)]
    )


def put(model, values, instead=()):
    """Insert rows that values_of gave, or to_put. instead: the fields that take the place of what
    is there, where rows of these keys are: not by to_put.
    """
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    if isinstance(values, ArrayBatches):
        for literals in values.batches:
            _insert_arrays(model, fields, literals)
        return
    renewed = [quote(model._meta.get_field(name).column) for name in instead]
    ending = ""
    if renewed:
        said = ", ".join(f"{column} = excluded.{column}" for column in renewed)
        ending = f" ON CONFLICT ({quote(model._meta.pk.column)}) DO UPDATE SET {said}"
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
    """Let PostgreSQL look now whether what was written refers to rows that are there. Else it looks
    at the end, at all of it in one statement, while everything is held.
    """
    if connection.vendor == "postgresql":
        connection.check_constraints()


def set_one(model, name, values):
    """Set one column of rows that are there. values: (key, value), both plain."""
    quote, field = connection.ops.quote_name, model._meta.get_field(name)
    table, key, column = map(quote, (model._meta.db_table, model._meta.pk.column, field.column))
    values = iter(values)
    while batch := list(islice(values, ROWS)):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                rows = _unnest([model._meta.pk, field])
                said = f"UPDATE {table} SET {column} = said.value"  # noqa: S608 (quoted names of our own)
                said = f"{said} FROM {rows} AS said (key, value) WHERE {table}.{key} = said.key"
                cursor.execute(said, array_literals(batch))
            else:
                said = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"  # noqa: S608 (quoted names of our own)
                cursor.executemany(said, [pair[::-1] for pair in batch])


def _values(fields, rows):
    """A tuple a row, as the database takes them. What is no plain text or number is asked of its
    field, what rows have in common once.
    """
    said = [[*map(itemgetter(f.attname), rows)] for f in fields]
    for place, f in enumerate(fields):
        kinds = {*map(type, said[place])}
        if kinds == {Encoded}:
            said[place] = [*map(str, said[place])]
        elif kinds != {type(None)} and (isinstance(f, ASKED) or not kinds <= PLAIN):
            said[place] = _asked(f, said[place])
    return list(zip(*said, strict=True))


def _asked(f, values):
    asked = _Asked(f)
    return [asked[value] if isinstance(value, ALIKE) else asked.ask(value) for value in values]


class _Asked(dict):
    def __init__(self, f):
        self.f, self.database = f, connections[DEFAULT_DB_ALIAS]

    def ask(self, value):
        return (
            str(value) if type(value) is Encoded else self.f.get_db_prep_save(value, self.database)
        )

    def __missing__(self, value):
        self[value] = found = self.ask(value)
        return found


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
    """One statement with a parameter for each column. A statement with one for each value takes
    PostgreSQL half as long again and Python three times as long; COPY is the fastest and cannot be
    given up when a server does not answer (failing_well/time_limits.py).
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
    """Without the longest length of a text: a cast would cut off what is longer, an insert refuses
    it.
    """
    kinds = [f.cast_db_type(connection).partition("(")[0] for f in fields]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


SPECIAL = re.compile(r'[\\"]')


def array_literals(rows):
    return [*map(_array_literal, zip(*rows, strict=True))]


def _array_literal(values):
    """One column as PostgreSQL reads an array, every text in quotation marks. Most say the same in
    many rows, or nothing that has to be written otherwise.
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
    """Raises TypeError for bytes, which no row has that is written here."""
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
            named = "(SELECT pg_get_serial_sequence(%s, %s)::regclass)"  # looked up once, not for each key
            sequence = f"SELECT nextval({named}) FROM generate_series(1, %s)"  # noqa: S608 (nothing but the line above)
            cursor.execute(sequence, [table, column, many])
            return [key for (key,) in cursor.fetchall()]
        # In SQLite whoever is in a transaction of ours is the only one who writes.
        quote = connection.ops.quote_name
        cursor.execute(f"SELECT max({quote(column)}) FROM {quote(table)}")  # noqa: S608 (quoted names of our own models)
        last = cursor.fetchone()[0] or 0
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        known = cursor.fetchone()
        last = max(last, known[0] if known else 0)
        if known:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + many, table]
            )
        else:
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last + many]
            )
        return list(islice(count(last + 1), many))
