# ruff: noqa: S608  (SQL of our own tables and columns)
"""A test database with the library and the preset schemes, restored after each flush."""

import fcntl
import hashlib
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from django.test import override_settings

from failing_well.cache import create_cache_table
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

# What the prepared database depends on.
INPUTS = (
    "fixtures",
    "registers/migrations",
    "registers/models",
    "registers/history",
    "registers/library_loading",
    "registers/accounts",
    "failing_well/settings.py",
    "tests/database.py",
)


def prepared_database():
    """The path of the prepared SQLite database: one file for each state of INPUTS."""
    digest = hashlib.sha256(django.__version__.encode())
    for place in INPUTS:
        path = settings.BASE_DIR / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in (".py", ".yaml"):
                digest.update(file.read_bytes())
    return settings.BASE_DIR / ".build" / f"tests-{digest.hexdigest()[:16]}.sqlite3"


class TimeLimits:
    """The limits on what PostgreSQL may take for a statement: the server's and ours.

    To make a database or to drop one waits for the disk, and may take longer.
    """

    def __init__(self):
        self.options = connection.settings_dict["OPTIONS"].get("options")
        self.seconds = settings.DATABASE_TIME_LIMITS

    def lift(self):
        if self.options:
            connection.settings_dict["OPTIONS"]["options"] = ""
            settings.DATABASE_TIME_LIMITS = self.seconds | {"statement": 3600.0}

    def put_back(self):
        """For the next connection: this one ends."""
        if self.options:
            connection.close()
            connection.settings_dict["OPTIONS"]["options"] = self.options
            settings.DATABASE_TIME_LIMITS = self.seconds


@pytest.fixture(scope="session")
def time_limits():
    """Lifted until the test database is there."""
    limits = TimeLimits()
    limits.lift()
    return limits


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, time_limits):
    """A database that a killed run left is dropped first: without a limit too."""


@pytest.fixture(scope="session")
def preparation():
    """A lock on the prepared SQLite database, open until this process has copied or made it.

    Of several processes the first makes it and the others wait: migrate takes longer than any test.
    """
    folder = prepared_database().parent
    folder.mkdir(exist_ok=True)
    with Path(folder, "tests.lock").open("w") as lock:
        if connection.vendor == "sqlite":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings, request, preparation):
    """Copy the prepared database, if there is one, to where this process keeps its own."""
    if connection.vendor != "sqlite" or not prepared_database().exists():
        return request.config.getvalue("reuse_db")
    preparation.close()
    place = Path(connection.settings_dict["TEST"]["NAME"])
    for suffix in ("-wal", "-shm"):
        Path(f"{place}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(prepared_database(), place)
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, time_limits, preparation):
    """Load the library once a session, outside every test's transaction.

    A test with real transactions ends in a flush of all tables. Any test may come next, so the
    flush puts back what the session began with: at its end it sends the signal that puts back the
    audit's triggers too.
    """
    library = [*library_tables(), AuditChain, AuditEntry, AuditText]
    columns_of = {
        model._meta.db_table: ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
        for model in library
    }
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            forgo_durability()
        if not Source.objects.exists():
            with override_settings(CACHES=DATABASE_CACHE):
                create_cache_table()
            load_library()
            run(
                f'CREATE TABLE "kept_{table}" AS SELECT {columns} FROM "{table}"'
                for table, columns in columns_of.items()
            )
            keep_for_the_next_run()
        preparation.close()
        time_limits.put_back()

    def put_back(**_):
        if not Source.objects.exists():
            run(
                f'INSERT INTO "{t}" ({columns}) SELECT {columns} FROM "kept_{t}"'
                for t, columns in columns_of.items()
            )

    post_migrate.connect(put_back, sender=apps.get_app_config("registers"), weak=False)
    yield
    # A thread of a test may not have hung up yet, and would keep the database.
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            run(
                [
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ]
            )
        time_limits.lift()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """The database for a module's own fixtures: the rows that they make stay until its last test.

    What a test writes is rolled back to these rows. Hand each test a deep copy of the records, for
    a test may change them. Not for a module with tests of real transactions: they would wait for
    this one.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def keep_for_the_next_run():
    """Write the database to a file of its own, whole or not at all."""
    if connection.vendor == "sqlite":
        place = prepared_database()
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [f"{folder}/database"])
            Path(folder, "database").replace(place)


def forgo_durability():
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
    """In one transaction: every flush removes the thousand rows of the library."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def library_tables():
    """The models of the library, their links and the schemes, in an order for inserting."""
    links = [f.remote_field.through for model in LIBRARY_MODELS for f in model._meta.many_to_many]
    return [*LIBRARY_MODELS, ScoringScheme, *(link for link in links if link._meta.auto_created)]


def in_parallel(count, work):
    """Results of work(0) to work(count - 1), started together, each with its own connection."""
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait(timeout=10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
