"""The single initial migration, and the check of a database that began with another."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

import failing_well
from registers.schema import foreign_initial_migration, initial_migration, is_migrated

OTHER_NAMES = ["0001_as_it_stands", "0001_initial", "0001_initial_9_9_9"]


def replace_initial_migration(name):
    """Let the database look as if it began with another initial migration."""
    rows = MigrationRecorder(connection).migration_qs.filter(app="registers")
    rows.filter(name=initial_migration()).update(name=name)


def test_the_initial_migration_carries_the_version():
    """Until the first release each version starts with a new database."""
    assert initial_migration() == f"0001_initial_{failing_well.__version__.replace('.', '_')}"


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
