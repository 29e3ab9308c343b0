"""Several queries that see one state of the database, without keeping anybody from writing
meanwhile.
"""

from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_state():
    """What is read within it is of one instant. Inside a transaction that is under way, of that
    one. SQLite's write lock is not taken, as transaction.atomic() would: a read transaction sees
    one state there.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
