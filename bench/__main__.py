"""Measure what a request costs at a real server, on both databases and at several sizes.

See bench/README.md.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from bench import table

RESULTS = Path(__file__).resolve().parent / "results"
SIZES = [100, 1_000, 10_000, 100_000]
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def main():
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("--risks", type=int, nargs="+", default=SIZES)
    parser.add_argument(
        "--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"]
    )
    parser.add_argument("--postgres", default=POSTGRES, help="a server where databases may be made")
    parser.add_argument("--assessments", type=int, default=6, help="for each risk")
    parser.add_argument(
        "--times", type=int, default=20, help="requests of a page, after 5 to warm up"
    )
    parser.add_argument("--reader", default="manager", choices=["manager", "officer", "member"])
    parser.add_argument(
        "--pages-only", action="store_true", help="no files to take away, and no import"
    )
    parser.add_argument(
        "--only-print", action="store_true", help="the tables of what was measured before"
    )
    options = parser.parse_args()
    if not options.only_print:
        for database in options.databases:
            for risks in options.risks:
                measure(options, database, risks)
    results = [json.loads(path.read_text()) for path in RESULTS.glob("*.json")]
    print(table.tables([result for result in results if result["reader"] == options.reader]))


def measure(options, database, risks):
    """Measure in a process of its own: Django's settings name one database."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{database}-{risks}-{options.reader}.json"
    arguments = [
        database,
        str(risks),
        str(options.assessments),
        str(options.times),
        options.reader,
        options.postgres,
        str(file),
    ]
    arguments += ["pages"] if options.pages_only else []
    print(f"{database}, {risks:,} risks, load average {os.getloadavg()[0]:.1f}", file=sys.stderr)
    command = [sys.executable, "-m", "bench.run", *arguments]
    subprocess.run(command, check=True)  # noqa: S603 (our own arguments)


main()
