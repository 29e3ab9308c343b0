"""The measured databases: built once for each size, and copied for each run."""

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

BUILT = Path(__file__).resolve().parent.parent / ".build"


def database_for(database, risks, assessments, postgres):
    """The database of that size, created empty at first. postgres: a server for its databases."""
    name = f"bench-{risks}x{assessments}"
    return (
        SQLite(BUILT / f"{name}.sqlite3")
        if database == "sqlite"
        else PostgreSQL.create(postgres, name)
    )


@dataclass(frozen=True)
class SQLite:
    path: Path

    @property
    def url(self):
        return f"sqlite:///{self.path}"

    def settle(self):
        """SQLite gathers no statistics while a file is used."""

    @contextmanager
    def copy(self):
        with tempfile.TemporaryDirectory(dir=BUILT) as folder:
            copy = Path(folder, "measured.sqlite3")
            # The file is complete: the last connection emptied its log into it.
            shutil.copyfile(self.path, copy)
            yield f"sqlite:///{copy}"


@dataclass(frozen=True)
class PostgreSQL:
    server: str
    name: str

    @classmethod
    def create(cls, server, name):
        database = cls(server, name)
        if not database._execute("SELECT 1 FROM pg_database WHERE datname = %s", name):
            database._execute(f'CREATE DATABASE "{name}"')
        return database

    @property
    def url(self):
        return self._url_of(self.name)

    def settle(self):
        """Do at once what the server's autovacuum would do within a minute or two."""
        self._execute("VACUUM (ANALYZE)", url=self.url)

    @contextmanager
    def copy(self):
        copy = f"{self.name}-measured"
        self._execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        self._execute(f'CREATE DATABASE "{copy}" TEMPLATE "{self.name}"')
        try:
            yield self._url_of(copy)
        finally:
            self._execute(f'DROP DATABASE "{copy}" WITH (FORCE)')

    def _url_of(self, name):
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def _execute(self, statement, *values, url=None):
        import psycopg2

        connection = psycopg2.connect(url or self.server)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
