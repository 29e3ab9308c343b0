"""Measures one database of one size, and writes the figures as JSON. Started by
bench/__main__.py.
"""

import json
import os
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

IMPORTED = 10_000  # rows at most: what one import is budgeted for


def main(database, risks, assessments, times, reader, postgres, file, what="all"):
    risks, assessments, times = int(risks), int(assessments), int(times)
    from bench import databases

    made = databases.of(database, risks, assessments, postgres)
    os.environ.update(
        DATABASE_URL=made.url, DJANGO_SETTINGS_MODULE="failing_well.settings", REQUIRE_MFA="false"
    )
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASE_TIME_LIMITS = dict.fromkeys(
        settings.DATABASE_TIME_LIMITS, 3600.0
    )  # to copy a database lasts
    built_in = prepare(risks, assessments)
    made.settle()
    with made.copy() as url:  # what is measured also writes, and the next run is to find the same
        found = visit(url, risks, times, reader, is_whole=what == "all" and reader == "manager")
    about = {
        "database": database,
        "risks": risks,
        "assessments": risks * assessments,
        "reader": reader,
    }
    about |= {
        "times": times,
        "built_in": built_in,
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }
    Path(file).write_text(json.dumps(about | found, indent=1))


def prepare(risks, assessments):
    """Seconds that building took; None where it was there already. Leaves no connection open."""
    from django.core.management import call_command
    from django.db import connections

    from bench.build import build
    from registers.models import Organisation

    call_command("migrate", verbosity=0)
    begun, is_new = time.perf_counter(), not Organisation.objects.filter(slug="bench").exists()
    if is_new:
        build(risks, assessments)
    connections.close_all()
    return time.perf_counter() - begun if is_new else None


def visit(url, risks, times, role, *, is_whole):
    """is_whole: with files and an import, which a manager alone may run."""
    from bench.reader import Reader
    from bench.server import serving
    from bench.visits import files, import_of, visits

    with serving(url) as server:
        reader = Reader(server.port, session_of(role, url))
        found = [asdict(one) for one in visits(reader, risks, times, role)]
        memory = server.peak_memory()
        if is_whole:
            found += [asdict(one) for one in files(reader, times)]
        memory_of_files = server.peak_memory()
    taken = None
    if is_whole:
        with serving(url) as server:
            reader = Reader(server.port, session_of(role, url))
            taken = asdict(import_of(reader, "bench-import", min(risks, IMPORTED)))
            taken["memory"] = server.peak_memory()
    said = {"start_up": server.started_in, "memory": memory, "memory_of_files": memory_of_files}
    return {"visits": found, "import": taken, **said}


def session_of(role, url):
    """The key of a session of the reader in the database that is measured."""
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
