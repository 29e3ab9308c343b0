"""Whether the tables of a database are those of this version."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

ANOTHER_VERSION = """\
This database was made by another version of Failing Well. Nothing was changed.
It began with the migration {initial}; this version begins with {own}.
There is no way to migrate from one to the other.

To take the registers along:
1. Check out the commit that served this database, and back the database up.
2. There, for each register:  manage.py export_register --register SLUG --output SLUG.json
3. Here, with DATABASE_URL naming an empty database:  manage.py migrate, then manage.py
   load_library, then make the organisation, its people, posts and empty registers.
4. Here, for each register:  manage.py import_register SLUG.json --register SLUG

A register's JSON leaves out: accounts and second factors, memberships, who holds which post,
gathered questions, reminders and calendars, other organisations' registers, and the audit trail.
Keep the old database for those.
More: docs/releases.md"""


def is_migrated():
    """Whether every migration of this version has been applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def initial_migration():
    """The name of the first migration."""
    disk = MigrationExecutor(None).loader.disk_migrations
    return min(name for app, name in disk if app == "registers")


def foreign_initial_migration():
    """The initial migration that the database was made with, where it is not this version's; else
    None.
    """
    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        return None
    applied = (
        recorder.migration_qs.filter(app="registers")
        .order_by("name")
        .values_list("name", flat=True)
    )
    names = list(applied)
    return names[0] if names and initial_migration() not in names else None
