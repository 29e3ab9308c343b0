"""Many rows of one model in few statements, with keys that are known before they are written.

What bulk_create does too, at five times the price: most of its time goes to asking each field of each row how it is to
be written. A row that knows its key can be referred to, sealed and told of before anything is in the database.
"""

import datetime
from itertools import count, islice
from operator import itemgetter

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

ROWS = 500  # written by one statement at most, so that no statement lasts
PLAIN = {str, int, bool, type(None)}
ASKED = (
    models.DateField,
    models.TimeField,
    models.JSONField,
    models.UUIDField,
    models.BinaryField,
    models.DecimalField,
)


def keys_of(model):
    """Keys for new rows of that model, ascending, never given to anybody else; in the transaction that writes them."""
    while True:
        yield from _take_keys(model._meta.db_table, model._meta.pk.column, ROWS)


def write(model, rows):
    """Insert rows of a model. rows: column by the name of its attribute (owner_id for owner), key included."""
    fields, rows = model._meta.concrete_fields, iter(rows)
    while batch := list(islice(rows, ROWS)):
        _insert(model, [f.column for f in fields], _values(fields, batch))


def write_pairs(through, column, other, pairs):
    """Insert rows of a many-to-many table. pairs: (key, key of the other)."""
    names = [through._meta.get_field(name).column for name in (column, other)]
    pairs = iter(pairs)
    while batch := list(islice(pairs, ROWS)):
        _insert(through, names, batch)


def _values(fields, rows):
    """A tuple a row, as the database takes them. What is no plain text or number is asked of its field, days once."""
    said = [[*map(itemgetter(f.attname), rows)] for f in fields]
    for place, f in enumerate(fields):
        if isinstance(f, ASKED) or not PLAIN.issuperset(map(type, said[place])):
            said[place] = _asked(f, said[place])
    return list(zip(*said, strict=True))


def _asked(f, values):
    database, known = connections[DEFAULT_DB_ALIAS], {}
    for value in values:
        if not isinstance(value, datetime.date):
            yield f.get_db_prep_save(value, database)
            continue
        if value not in known:
            known[value] = f.get_db_prep_save(value, database)
        yield known[value]


def _insert(model, columns, rows):
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    into = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor.cursor, f"{into} %s", rows, page_size=ROWS)
        else:
            cursor.executemany(f"{into} ({', '.join(['%s'] * len(columns))})", rows)


def _take_keys(table, column, many):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
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
