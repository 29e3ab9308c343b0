"""The demo as each released version made it comes to today's version by `migrate` and is whole.

On the database of the tests: each has dumps of its own (demo_dumps.py).
"""

import gzip
from contextlib import contextmanager
from io import StringIO

import pytest
from audit_check import verify
from demo_dumps import AUDIT_KEY, FOLDER
from django.core.management import call_command
from django.db import connection, connections
from django.urls import reverse
from makers import make_assessment

from registers.history.audit_guard import guard_is_in_place
from registers.models import Agreement, Membership, Risk, Role

pytestmark = pytest.mark.database

# Name and definition of everything but what tests keep (tests/database.py). PostgreSQL writes a
# condition with other casts and brackets once it was dumped.
SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE tbl_name NOT LIKE 'kept_%'",
    "postgresql": r"""
        SELECT name, regexp_replace(definition, '::[a-z ]+|[][()]', '', 'g') FROM (
            SELECT table_name || '.' || column_name AS name,
                concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default,
                    is_identity, collation_name) AS definition
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
            UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        ) AS things WHERE name NOT LIKE 'kept_%'
    """,
}


def read_schema():
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA[connection.vendor])
        return set(cursor.fetchall())


@contextmanager
def empty_database(path):
    """A connection to it in place of the tests' own, for as long as this lasts.

    path: of its file on SQLite; PostgreSQL has it beside the tests' own.
    """
    tests_own = connections["default"]
    server = tests_own.copy()
    server.settings_dict["OPTIONS"].pop("options", None)  # limits: to make a database takes a disk
    other = server.copy()
    other.settings_dict["NAME"] = str(path)
    if tests_own.vendor == "postgresql":
        name = other.settings_dict["NAME"] = f"{server.settings_dict['NAME']}_dump"
        server.cursor().execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.cursor().execute(f'CREATE DATABASE "{name}"')
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = tests_own
        other.close()
        if tests_own.vendor == "postgresql":
            server.cursor().execute(f'DROP DATABASE "{name}"')
            server.close()


def load(path):
    sql = gzip.decompress(path.read_bytes()).decode()
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        (cursor.executescript if connection.vendor == "sqlite" else cursor.execute)(sql)


def manager_and_risk():
    """A manager without an end, and a rated risk of their organisation that is open."""
    managers = Membership.objects.filter(role=Role.MANAGER, until=None, user__is_active=True)
    for membership in managers:
        rated = Risk.objects.filter(latest__status=Risk.Status.OPEN, current__isnull=False)
        if risk := rated.filter(register__organisation=membership.organisation).first():
            return membership.user, risk
    pytest.fail("the dump has no such manager and risk")


@pytest.mark.django_db
def test_a_demo_of_each_version_is_whole_after_migrate(subtests, client, settings, tmp_path):
    settings.AUDIT_KEY = AUDIT_KEY
    settings.DATABASE_TIME_LIMITS = settings.DATABASE_TIME_LIMITS | {"statement": 3600.0}
    schema = read_schema()
    paths = sorted(FOLDER.glob(f"*.{connection.vendor}.sql.gz"))
    assert paths
    for path in paths:
        with subtests.test(path.name), empty_database(tmp_path / path.name):
            load(path)
            assert guard_is_in_place()
            call_command("migrate", verbosity=0)
            call_command("load_library", verbosity=0)
            assert read_schema() == schema
            assert verify() == ""
            assert not Agreement.objects.filter(body=None).exists()
            call_command("rebuild_positions", check=True, stdout=StringIO())
            manager, risk = manager_and_risk()
            client.force_login(manager)
            for page in ("dashboard", "risk_list"):
                address = reverse(page, args=[risk.register.slug])
                assert client.get(address).status_code == 200
            make_assessment(risk, (risk.current.likelihood, risk.current.impact), by=manager)
            assert verify() == ""
