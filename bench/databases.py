"""The databases that are measured: built once for each size, kept, and copied for each run."""

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

BUILT = Path(__file__).resolve().parent.parent / ".build"


def of(database, risks, assessments, postgres):
    """The one of that size, made empty where it is not there yet. postgres: a server where
    databases may be made.
    """
    name = f"bench-{risks}x{assessments}"
    return (
        SQLite(BUILT / f"{name}.sqlite3")
        if database == "sqlite"
        else PostgreSQL.made(postgres, name)
    )


@dataclass(frozen=True)
class SQLite:
    path: Path

    @property
    def url(self):
        return f"sqlite:///{self.path}"

    def settle(self):
        """Nothing: nobody gathers statistics of an SQLite file while it is used."""

    @contextmanager
    def copy(self):
        with tempfile.TemporaryDirectory(dir=BUILT) as folder:
            copied = Path(folder, "measured.sqlite3")
            shutil.copyfile(
                self.path, copied
            )  # nobody has it open: the last connection emptied its log into it
            yield f"sqlite:///{copied}"


@dataclass(frozen=True)
class PostgreSQL:
    server: str
    name: str

    @classmethod
    def made(cls, server, name):
        one = cls(server, name)
        if not one._ask("SELECT 1 FROM pg_database WHERE datname = %s", name):
            one._ask(f'CREATE DATABASE "{name}"')
        return one

    @property
    def url(self):
        return self._named(self.name)

    def settle(self):
        """What the server's autovacuum does by itself within a minute or two, unless it is switched
        off.
        """
        self._ask("VACUUM (ANALYZE)", within=self.url)

    @contextmanager
    def copy(self):
        copied = f"{self.name}-measured"
        self._ask(f'DROP DATABASE IF EXISTS "{copied}" WITH (FORCE)')
        self._ask(f'CREATE DATABASE "{copied}" TEMPLATE "{self.name}"')
        try:
            yield self._named(copied)
        finally:
            self._ask(f'DROP DATABASE "{copied}" WITH (FORCE)')

    def _named(self, name):
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def _ask(self, statement, *values, within=None):
        import psycopg2

        connection = psycopg2.connect(within or self.server)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
