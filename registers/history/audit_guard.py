"""The database triggers that refuse any UPDATE or DELETE of an audit entry."""

from django.db import connections

from registers.history.audit import AuditEntry

TABLE = AuditEntry._meta.db_table
GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{verb} BEFORE {verb} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, 'audit entries are never changed or deleted'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted'; END $$",
        *(
            f"CREATE OR REPLACE TRIGGER {TABLE}_no_{verb} BEFORE {verb} ON {TABLE} "
            f"FOR EACH {level} EXECUTE FUNCTION {TABLE}_refuse()"
            for verb, level in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
        ),
    ],
}
TRIGGER_NAMES = {
    "sqlite": f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'",  # noqa: S608 (a constant)
    "postgresql": f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{TABLE}'::regclass "  # noqa: S608 (a constant)
    "AND tgenabled = 'O'",
}


def install_guard(using="default", **kwargs):
    """Put the triggers in place; called after every migration and safe to call again."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for statement in GUARDS[connection.vendor]:
                cursor.execute(statement)


def remove_guard(using="default"):
    """Take the triggers away: for retention jobs and for tests that empty the database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in _trigger_names(connection):
            on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on_table}")


def guard_is_in_place(using="default"):
    connection = connections[using]
    expected = 3 if connection.vendor == "postgresql" else 2
    return len(_trigger_names(connection)) == expected


def _trigger_names(connection):
    with connection.cursor() as cursor:
        cursor.execute(TRIGGER_NAMES[connection.vendor])
        return [name for (name,) in cursor.fetchall() if name.startswith(f"{TABLE}_no_")]
