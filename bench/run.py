"""Measure one database of one size and write the figures as JSON. Started by bench/__main__.py."""

import json
import os
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

IMPORTED = 10_000  # rows at most: what one import is budgeted for


def main(database, risks, assessments, times, reader, postgres, file, scope="all"):
    risks, assessments, times = int(risks), int(assessments), int(times)
    from bench import databases

    source = databases.database_for(database, risks, assessments, postgres)
    os.environ.update(
        DATABASE_URL=source.url, DJANGO_SETTINGS_MODULE="failing_well.settings", REQUIRE_MFA="false"
    )
    import django
    from django.conf import settings

    django.setup()
    # Copying a database takes long.
    settings.DATABASE_TIME_LIMITS = dict.fromkeys(settings.DATABASE_TIME_LIMITS, 3600.0)
    built_in = prepare(risks, assessments)
    source.settle()
    # The visits write: a copy leaves the same database for the next run.
    with source.copy() as url:
        figures = visit(
            url, risks, times, reader, with_files=scope == "all" and reader == "manager"
        )
    conditions = {
        "database": database,
        "risks": risks,
        "assessments": risks * assessments,
        "reader": reader,
    }
    conditions |= {
        "times": times,
        "built_in": built_in,
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }
    Path(file).write_text(json.dumps(conditions | figures, indent=1))


def prepare(risks, assessments):
    """Seconds that building took; None where it was built before. Closes all connections."""
    from django.core.management import call_command
    from django.db import connections

    from bench.build import build
    from registers.models import Organisation

    call_command("migrate", verbosity=0)
    started, is_new = time.perf_counter(), not Organisation.objects.filter(slug="bench").exists()
    if is_new:
        build(risks, assessments)
    connections.close_all()
    return time.perf_counter() - started if is_new else None


def visit(url, risks, times, role, *, with_files):
    """with_files: exports and an import as well, which only a manager may run."""
    from bench.reader import Reader
    from bench.server import run_server
    from bench.visits import files, import_workbook, visits

    with run_server(url) as server:
        reader = Reader(server.port, create_session(role, url))
        figures = [asdict(figure) for figure in visits(reader, risks, times, role)]
        memory = server.peak_memory()
        if with_files:
            figures += [asdict(figure) for figure in files(reader, times)]
        memory_of_files = server.peak_memory()
    imported = None
    if with_files:
        with run_server(url) as server:
            reader = Reader(server.port, create_session(role, url))
            imported = asdict(import_workbook(reader, "bench-import", min(risks, IMPORTED)))
            imported["memory"] = server.peak_memory()
    return {
        "visits": figures,
        "import": imported,
        "start_up": server.start_up,
        "memory": memory,
        "memory_of_files": memory_of_files,
    }


def create_session(role, url):
    """Sign the reader in on the measured database; the session's key."""
    import environ
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connections
    from django.test import Client

    from registers.models import User

    connections.close_all()
    connections.databases["default"].update(environ.Env.db_url_config(url))
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@bench.example"))
    connections.close_all()
    assert isinstance(client.session, SessionStore)
    return client.session.session_key


if __name__ == "__main__":
    main(*sys.argv[1:])
