"""The demo as each released version made it, in dumps of both databases. Run by script/dump-demo,
which writes those of this version.
"""

import gzip
import os
import re
import runpy
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "dumps"
VERSION = runpy.run_path(str(ROOT / "failing_well" / "__init__.py"))["__version__"]
AUDIT_KEY = "the-audit-key-of-dumped-demos-for-tests-alone"
DATABASE = "failing_well_dump"
PG_DUMP = [
    "pg_dump",
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--rows-per-insert=500",  # COPY needs psql
]
# What pg_dump says to psql, and settings of a session, which other versions of the server may lack.
# All names in the dump are whole.
SESSION = re.compile(
    r"^(\\.*|SET \w+ = .*;|SELECT pg_catalog\.set_config\('search_path'.*;)\n", re.MULTILINE
)


def main(server):
    for vendor, sql in (("sqlite", sqlite_sql()), ("postgresql", postgresql_sql(server))):
        path = FOLDER / f"demo-{VERSION}.{vendor}.sql.gz"
        path.write_bytes(gzip.compress(sql.encode(), mtime=0))
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


def sqlite_sql():
    with TemporaryDirectory() as folder:
        path = Path(folder, "demo.sqlite3")
        make_demo(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as database:
            return "\n".join(database.iterdump())


def postgresql_sql(server):
    url = urlsplit(server)._replace(path=f"/{DATABASE}").geturl()
    run_sql(server, f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        make_demo(url)
        command = [*PG_DUMP, f"--dbname={url}"]
        sql = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (our own)
    finally:
        run_sql(server, f"DROP DATABASE {DATABASE}")
    return SESSION.sub("", sql)


def run_sql(url, statement):
    with closing(psycopg2.connect(url)) as database:
        database.autocommit = True
        database.cursor().execute(statement)


def make_demo(url):
    environment = os.environ | {
        "DATABASE_URL": url,
        "AUDIT_KEY": AUDIT_KEY,
        "DEMO_PASSWORD": "a-made-up-word-of-dumps",
    }
    for name in ("migrate", "load_library", "load_demo"):
        command = [sys.executable, "manage.py", name, "--verbosity=0"]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)  # noqa: S603 (our own)


if __name__ == "__main__":
    main(*sys.argv[1:])
