# ruff: noqa: S608  (SQL of our own tables and columns)
"""A test database that holds the library and the preset schemes from the start, also after a test
that empties it.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from django.test import override_settings

from registers.accounts.counts import create_cache_table
from registers.library_loading.load import load_library
from registers.models import (
    LIBRARY_MODELS,
    AuditChain,
    AuditEntry,
    AuditText,
    ScoringScheme,
    Source,
)

# What an installation counts sign-ins in. Tests count in their process unless they ask for it
# (conftest.py).
DATABASE_CACHE = settings.CACHES


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Loads the library once a session, outside every test's transaction.

    A test with real transactions ends in a flush of all tables. Any test may come next, so the
    flush puts back what the session began with: at its end it sends the signal that puts back the
    audit's triggers too.
    """
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            made_for_nobody()
        with override_settings(CACHES=DATABASE_CACHE):
            create_cache_table()
        load_library()
        filled = [*library_tables(), AuditChain, AuditEntry, AuditText]
        kept = {
            model._meta.db_table: ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
            for model in filled
        }
        run(
            f'CREATE TABLE "kept_{t}" AS SELECT {columns} FROM "{t}"' for t, columns in kept.items()
        )

    def put_back(**_):
        if not Source.objects.exists():
            run(
                f'INSERT INTO "{t}" ({columns}) SELECT {columns} FROM "kept_{t}"'
                for t, columns in kept.items()
            )

    post_migrate.connect(put_back, sender=apps.get_app_config("registers"), weak=False)
    yield
    if (
        connection.vendor == "postgresql"
    ):  # a thread of a test may not have hung up yet, and would keep the database
        with django_db_blocker.unblock():
            run(
                [
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ]
            )
        # To drop a database waits for the disk, and has no limit: neither the server's nor ours.
        connection.settings_dict["OPTIONS"]["options"] = ""
        settings.DATABASE_TIME_LIMITS = settings.DATABASE_TIME_LIMITS | {"statement": 3600.0}


def made_for_nobody():
    """What PostgreSQL does for data that must survive takes seconds of each flush: to empty a table
    it makes it anew, with its indexes, a hundred files and more. Here it deletes the rows, and a
    commit waits for no disk. Nor is a query compiled, which takes longer than the query where
    tables hold a few rows.
    """
    connection.ops.sql_flush = lambda style, tables, **_: [
        f'DELETE FROM "{table}"' for table in tables
    ]
    name = connection.settings_dict["NAME"]
    for setting in ("synchronous_commit", "jit"):
        run([f'ALTER DATABASE "{name}" SET {setting} = off', f"SET {setting} = off"])


def run(statements):
    """Within the database: the library has a thousand rows and every test with real transactions
    takes them away.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def library_tables():
    """The models of the library, the links between them, and the schemes: in an order that can be
    filled.
    """
    links = [f.remote_field.through for model in LIBRARY_MODELS for f in model._meta.many_to_many]
    return [*LIBRARY_MODELS, ScoringScheme, *(link for link in links if link._meta.auto_created)]


def in_parallel(count, work):
    """What work(0) to work(count - 1) return, all begun at the same moment, each with a connection
    of its own.
    """
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait(timeout=10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
