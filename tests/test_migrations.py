"""The migration that an empty database starts from says what the numbered ones, which it stands for, come to."""

from django.db.migrations.loader import MigrationLoader

SQUASHED = ("registers", "0001_as_it_stands")


def test_an_empty_database_gets_what_the_numbered_migrations_come_to():
    """Of states, without a database: that both make the same tables was compared on both when it was written."""
    loader = MigrationLoader(None, replace_migrations=False)
    numbered = loader.project_state(loader.disk_migrations[SQUASHED].replaces[-1])
    assert said_of(loader.project_state(SQUASHED)) == said_of(numbered)


def said_of(state):
    """Every model of ours by name: how each field, constraint and index is written, in any order, and its options."""
    return {name: said_of_model(model) for (app, name), model in state.models.items() if app == "registers"}


def said_of_model(model):
    options = dict(model.options)
    named = {row.name: row.deconstruct() for part in ("constraints", "indexes") for row in options.pop(part, [])}
    return {
        "fields": {name: repr(field.deconstruct()) for name, field in model.fields.items()},
        "named": {name: repr(written) for name, written in named.items()},
        "options": options,
        "bases": model.bases,
        "managers": [(name, repr(manager.deconstruct())) for name, manager in model.managers],
    }
