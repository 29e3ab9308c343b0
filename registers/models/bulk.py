"""Many rows of one model made and written in few steps, with keys that are known before they are written.

What bulk_create does too, at five times the price: most of its time goes to asking each field of each row how it is to
be written. A row that knows its key can be referred to, sealed and told of before anything is in the database.
"""

import datetime
import gc
import io
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
class Copies:
    """Rows as the texts that PostgreSQL's COPY reads, one for each statement."""

    texts: list[str]


def made(model, **said):
    """What model(**said) makes, at a sixth of the price: a new row, of which nothing is saved. said: by the name of a
    field or of its attribute. Raises TypeError for what the model has not."""
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
    """(attribute -> default, in the order of the fields; attributes and what gives their default anew for each row;
    name of a field that refers to another row -> its attribute)."""
    fields = model._meta.concrete_fields
    called = [(f.attname, f.get_default) for f in fields if f.has_default() and callable(f.default)]
    anew = {name for name, _ in called}
    defaults = {f.attname: None if f.attname in anew else f.get_default() for f in fields}
    return defaults, called, {f.name: f.attname for f in fields if f.is_relation}


@contextmanager
def nothing_collected():
    """Python looks for no garbage meanwhile: among so many rows that are all in use, looking takes a fifth of the time.
    What nobody refers to any more goes away as ever."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def keys_of(model):
    """Keys for new rows of that model, ascending, never given to anybody else, in a transaction or before one: those
    that are not used in the end are left out. More at a time the more are asked for."""
    many = ROWS
    while True:
        yield from _take_keys(model._meta.db_table, model._meta.pk.column, many)
        many = min(many * 2, ROWS * 16)


def write(model, rows):
    """Insert rows of a model. rows: column by the name of its attribute (owner_id for owner), key included."""
    rows = iter(rows)
    while batch := list(islice(rows, ROWS)):
        put(model, values_of(model, batch))


def values_of(model, rows):
    """The same rows as tuples that the database takes: nothing is left to be worked out when they are put there."""
    return _values(model._meta.concrete_fields, list(rows))


def to_put(values):
    """What values_of gave in the form in which put writes it, with nothing left to be worked out but where put is told
    of `instead`: text is laid aside and brought back at a tenth of the price of its values."""
    is_copied = connection.vendor == "postgresql"
    return Copies([_copied(values[at : at + ROWS]) for at in range(0, len(values), ROWS)]) if is_copied else values


def put(model, values, instead=()):
    """Insert rows that values_of gave, or to_put. instead: the fields that take the place of what is there, where rows
    of these keys are: not by to_put."""
    if isinstance(values, Copies):
        columns = [f.column for f in model._meta.concrete_fields]
        for text in values.texts:
            _copy(model, columns, text)
        return
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    renewed = [quote(model._meta.get_field(name).column) for name in instead]
    ending = ""
    if renewed:
        said = ", ".join(f"{column} = excluded.{column}" for column in renewed)
        ending = f" ON CONFLICT ({quote(model._meta.pk.column)}) DO UPDATE SET {said}"
    values = iter(values)
    while batch := list(islice(values, ROWS)):
        _insert(model, [f.column for f in fields], batch, ending)


def write_pairs(through, column, other, pairs):
    """Insert rows of a many-to-many table. pairs: (key, key of the other)."""
    names = [through._meta.get_field(name).column for name in (column, other)]
    pairs = iter(pairs)
    while batch := list(islice(pairs, ROWS)):
        _insert(through, names, batch)


def check_references():
    """Let PostgreSQL look now whether what was written refers to rows that are there. Else it looks at the end, at all
    of it in one statement, while everything is held."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def set_one(model, name, values):
    """Set one column of rows that are there. values: (key, value), both plain."""
    quote, column = connection.ops.quote_name, model._meta.get_field(name).column
    table, key, column = map(quote, (model._meta.db_table, model._meta.pk.column, column))
    values = iter(values)
    while batch := list(islice(values, ROWS)):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                from psycopg2.extras import execute_values

                said = f"UPDATE {table} SET {column} = said.value"  # noqa: S608 (quoted names of our own)
                said = f"{said} FROM (VALUES %s) AS said (key, value) WHERE {table}.{key} = said.key"
                execute_values(cursor.cursor, said, batch, page_size=ROWS)
            else:
                said = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"  # noqa: S608 (quoted names of our own)
                cursor.executemany(said, [pair[::-1] for pair in batch])


def _values(fields, rows):
    """A tuple a row, as the database takes them. What is no plain text or number is asked of its field, what rows have
    in common once."""
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
        return str(value) if type(value) is Encoded else self.f.get_db_prep_save(value, self.database)

    def __missing__(self, value):
        self[value] = found = self.ask(value)
        return found


def _insert(model, columns, rows, ending=""):
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    into = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not ending:
            _copy(model, columns, _copied(rows))
        elif connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor.cursor, f"{into} %s{ending}", rows, page_size=ROWS)
        else:
            cursor.executemany(f"{into} ({', '.join(['%s'] * len(columns))}){ending}", rows)


def _copy(model, columns, text):
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {into} FROM STDIN", io.StringIO(text))


COPIED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
NOT_AS_IT_IS = re.compile(r"[\\\t\n\r]")


def _copied(rows):
    """Rows as PostgreSQL's COPY reads them, worked out a column at a time: most say the same in many rows, or nothing
    that has to be written otherwise."""
    columns = zip(*rows, strict=True)
    return "\n".join(map("\t".join, zip(*map(_copied_column, columns), strict=True)))


def _copied_column(values):
    kinds = {*map(type, values)}
    if kinds == {str}:
        is_as_it_is = NOT_AS_IT_IS.search("".join(values)) is None
        return values if is_as_it_is else [value.translate(COPIED) for value in values]
    if kinds <= PLAIN and not {int, bool} <= kinds:  # among which 1 would be True
        said = {value: _copied_value(value) for value in {*values}}
        return [*map(said.__getitem__, values)]
    return [*map(_copied_value, values)]


def _copied_value(value):
    """Raises TypeError for bytes, which no row has that is written here."""
    kind = type(value)
    if kind is str:
        return value.translate(COPIED)
    if value is None:
        return r"\N"
    if kind is int or kind is bool or isinstance(value, datetime.date):
        return str(value)
    if isinstance(value, bytes | memoryview):
        raise TypeError("Bytes are not copied.")
    return str(value.dumps(value.adapted) if hasattr(value, "dumps") else value).translate(COPIED)


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
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + many, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last + many])
        return list(islice(count(last + 1), many))
