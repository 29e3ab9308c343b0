"""Frozen migrations, and the check of a database that began with another initial one."""

from hashlib import sha256

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from registers.schema import foreign_initial_migration, initial_migration, is_migrated

OTHER_NAMES = ["0001_as_it_stands", "0001_initial", "0001_initial_9_9_9"]


def replace_initial_migration(name):
    """Let the database look as if it began with another initial migration."""
    rows = MigrationRecorder(connection).migration_qs.filter(app="registers")
    rows.filter(name=initial_migration()).update(name=name)


def test_landed_migrations_are_as_they_landed():
    names = [name for app, name in MigrationLoader(None).disk_migrations if app == "registers"]
    paths = [f"registers/migrations/{name}.py" for name in sorted(names)]
    digests = [sha256((settings.BASE_DIR / path).read_bytes()).hexdigest() for path in paths]
    frozen = (settings.BASE_DIR / "registers" / "migrations" / "digests.txt").read_text("utf-8")
    assert frozen.splitlines() == [f"{d}  {p}" for d, p in zip(digests, paths, strict=True)], (
        "A landed migration is never edited: a change is a new one. "
        "The digest of a new one is added by: .venv/bin/python script/freeze_migrations.py"
    )


@pytest.mark.django_db
def test_a_database_of_this_version_is_not_foreign():
    assert (foreign_initial_migration(), is_migrated()) == (None, True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_database_of_another_version_is_recognised(name):
    replace_initial_migration(name)
    assert foreign_initial_migration() == name


@pytest.mark.django_db
@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_database_of_another_version_is_not_migrated_and_the_way_out_is_named(name):
    replace_initial_migration(name)
    with pytest.raises(
        CommandError,
        match=rf"(?s){name}.*export_register.*import_register.*memberships.*audit trail",
    ):
        call_command("migrate", verbosity=0)
    assert (
        not MigrationRecorder(connection)
        .migration_qs.filter(app="registers", name=initial_migration())
        .exists()
    )


@pytest.mark.django_db
def test_the_library_is_not_loaded_where_migrations_are_missing():
    MigrationRecorder(connection).migration_qs.filter(app="registers").delete()
    with pytest.raises(CommandError, match="migrations are missing"):
        call_command("load_library", verbosity=0)
