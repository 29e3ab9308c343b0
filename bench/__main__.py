"""CPU of a request at the server, beside the floor of the same machine in the same run. See bench/README.md."""

import argparse
import os
import re
import resource
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ("floor: middleware only", "/bench/floor/"),
    ("floor: empty page", "/bench/empty/"),
    ("list", "/registers/bench/"),
    ("list, filtered and sorted", "/registers/bench/?failure_type=governance&band=high&sort=title"),
    ("list, searched", "/registers/bench/?q=safeguarding+backlog"),
    ("list, page 100", "/registers/bench/?page=100"),
    ("list, as at a year ago", "/registers/bench/?as_at={past}"),
    ("one risk", "/registers/bench/risks/77/"),
    ("log a risk: the form", "/registers/bench/risks/new/"),
    ("log a risk: the save", None),
    ("dashboard", "/registers/bench/dashboard/"),
    ("worklist", "/registers/bench/worklist/"),
    ("home", "/"),
]


def main():
    options = argparse.ArgumentParser(prog="bench")
    options.add_argument("--risks", type=int, default=10_000)
    options.add_argument("--assessments", type=int, default=6, help="for each risk")
    options.add_argument("--times", type=int, default=40, help="requests a page, after 5 to warm up")
    options.add_argument("--reader", default="manager", choices=["manager", "officer", "member"])
    asked = options.parse_args()

    database = ROOT / ".build" / f"bench-{asked.risks}x{asked.assessments}.sqlite3"
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{database}")
    os.environ.update(DJANGO_SETTINGS_MODULE="failing_well.settings", REQUIRE_MFA="false")
    started = time.perf_counter()
    from django.conf import settings

    settings.ROOT_URLCONF = "bench.urls"
    import failing_well.wsgi  # noqa: F401 (as a worker starts)

    print(f"start-up {time.perf_counter() - started:.2f} s")
    prepare(asked)
    measure(asked)


def prepare(asked):
    from django.core.management import call_command

    from bench.build import build
    from registers.models import Organisation

    call_command("migrate", verbosity=0)
    if not Organisation.objects.filter(slug="bench").exists():
        started = time.perf_counter()
        build(asked.risks, asked.assessments)
        print(f"built {asked.risks:,} risks in {time.perf_counter() - started:.0f} s")


def measure(asked):
    import datetime

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from registers.models import User

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(email=f"{asked.reader}@bench.example"))
    past = timezone.localdate() - datetime.timedelta(days=365)
    print(
        f"{connection.vendor}, Python {sys.version.split()[0]}, {asked.times} requests a page, reader: {asked.reader}"
    )
    print(f"{'page':32}{'CPU ms, median':>16}{'95th':>8}{'x floor':>9}{'queries':>9}")
    floor = None
    for name, address in PAGES:
        if asked.reader == "member" and name.startswith("log a risk"):
            continue
        request = saver(client) if address is None else lambda a=address: client.get(a.format(past=past))
        for _ in range(5):
            answer = request()
            assert answer.status_code in (200, 302), (name, answer.status_code)
        with CaptureQueriesContext(connection) as queries:
            request()
        asked_of_database = len(queries)
        spent = []
        for _ in range(asked.times):
            begun = time.process_time()
            request()
            spent.append((time.process_time() - begun) * 1000)
        median = statistics.median(spent)
        if name == "floor: empty page":
            floor = median
        ratio = f"{median / floor:.1f}" if floor else ""
        print(f"{name:32}{median:16.1f}{statistics.quantiles(spent, n=20)[-1]:8.1f}{ratio:>9}{asked_of_database:>9}")
    print(f"memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


def saver(client):
    """A function that logs one more risk through the form."""
    from registers.models import Post

    page = client.get("/registers/bench/risks/new/").content.decode()
    assert re.search(r'name="token"', page)
    fields = {
        "title": "Logged by the bench",
        "event": "An event",
        "consequence": "A consequence",
        "owner": Post.objects.filter(organisation__slug="bench").first().pk,
        "primary_failure_type": "governance",
        "likelihood": 3,
        "impact": 4,
        "driver": "harm-to-users",
        "rationale": "A reason",
    }
    return lambda: client.post("/registers/bench/risks/new/", fields)


main()
