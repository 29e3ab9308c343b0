"""What a request costs at a real server, on both databases and at several sizes. See
bench/README.md.
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
    options = argparse.ArgumentParser(prog="script/bench")
    options.add_argument("--risks", type=int, nargs="+", default=SIZES)
    options.add_argument(
        "--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"]
    )
    options.add_argument(
        "--postgres", default=POSTGRES, help="a server where databases may be made"
    )
    options.add_argument("--assessments", type=int, default=6, help="for each risk")
    options.add_argument(
        "--times", type=int, default=20, help="requests of a page, after 5 to warm up"
    )
    options.add_argument("--reader", default="manager", choices=["manager", "officer", "member"])
    options.add_argument(
        "--pages-only", action="store_true", help="no files to take away, and no import"
    )
    options.add_argument(
        "--only-print", action="store_true", help="the tables of what was measured before"
    )
    asked = options.parse_args()
    if not asked.only_print:
        for database in asked.databases:
            for risks in asked.risks:
                measure(asked, database, risks)
    found = [json.loads(path.read_text()) for path in RESULTS.glob("*.json")]
    print(table.tables([one for one in found if one["reader"] == asked.reader]))


def measure(asked, database, risks):
    """In a process of its own: settings name one database."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{database}-{risks}-{asked.reader}.json"
    said = [
        database,
        str(risks),
        str(asked.assessments),
        str(asked.times),
        asked.reader,
        asked.postgres,
        str(file),
    ]
    said += ["pages"] if asked.pages_only else []
    print(f"{database}, {risks:,} risks, load average {os.getloadavg()[0]:.1f}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "bench.one", *said], check=True)  # noqa: S603 (our own arguments)


main()
