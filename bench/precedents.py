"""Measure how well suggestions find the precedents of statements that were written beforehand.

See bench/README.md. Of the half that is set aside it prints figures and nothing else.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import yaml

HALVES = Path(__file__).resolve().parent / "precedents"
HALF_TITLES = {"tune": "to work with", "set_aside": "set aside"}


def main():
    parser = argparse.ArgumentParser(prog="bench.precedents")
    parser.add_argument(
        "--half", choices=HALF_TITLES, help="one of the halves; left out: both, apart"
    )
    parser.add_argument(
        "--misses", action="store_true", help="show what went wrong; only for the half to work with"
    )
    options = parser.parse_args()
    prepare()
    for half in [options.half] if options.half else HALF_TITLES:
        measure(half, show_misses=options.misses and half == "tune")


def prepare():
    """Load the library into a database in memory."""
    os.environ.update(
        DATABASE_URL="sqlite://:memory:", DJANGO_SETTINGS_MODULE="failing_well.settings"
    )
    import django

    django.setup()
    from django.core.management import call_command

    from registers.library_loading.load import load_library

    call_command("migrate", verbosity=0)
    load_library()


def measure(half, *, show_misses):
    from registers.precedents import suggest

    statements = yaml.safe_load((HALVES / f"{half}.yaml").read_text(encoding="utf-8"))
    suggest("the first one makes the index")
    answers, times = [], []
    for statement in statements:
        started = time.perf_counter()
        answers.append([s.sign.code for s in suggest(statement["text"])])
        times.append((time.perf_counter() - started) * 1000)
    pairs = list(zip(statements, answers, strict=True))
    # No statement is labelled with Northamptonshire, so its signs are neither right nor wrong.
    with_precedent = [
        (s["signs"], [c for c in codes if c[:3] != "NTH"]) for s, codes in pairs if s["signs"]
    ]
    without = [codes for s, codes in pairs if not s["signs"]]
    print(
        f"{HALF_TITLES[half]} ({half}.yaml): {len(with_precedent)} with a precedent, "
        f"{len(without)} without"
    )
    print_share(
        "right case first",
        [has_match(cases(expected), cases(codes)[:1]) for expected, codes in with_precedent],
    )
    print_share(
        "right case among three",
        [has_match(cases(expected), cases(codes)) for expected, codes in with_precedent],
    )
    print_share(
        "right sign among three", [has_match(expected, codes) for expected, codes in with_precedent]
    )
    print_share("something said though there is no precedent", [bool(codes) for codes in without])
    print_share("nothing said though there is one", [not codes for _, codes in with_precedent])
    for title, group in [("with", [c for s, c in pairs if s["signs"]]), ("without", without)]:
        count = sum("NTH" in cases(codes) for codes in group)
        print(f"  {title} a precedent, and a sign of Northamptonshire: {count}")
    percentile = statistics.quantiles(times, n=20)[-1]
    print(f"  ms a query: median {statistics.median(times):.1f}, 95th {percentile:.1f}")
    if show_misses:
        print_misses(pairs)


def cases(codes):
    return [code.split("-")[0] for code in codes]


def has_match(expected, suggested):
    return bool(set(expected) & set(suggested))


def print_share(title, results):
    print(f"  {title}: {sum(results)} of {len(results)}, {sum(results) / len(results):.2f}")


def print_misses(pairs):
    for statement, codes in pairs:
        expected = statement["signs"]
        if has_match(expected, codes) if expected else not codes:
            continue
        print(
            f"\n  {statement['text']}\n    wanted {expected or 'nothing'}, got {codes or 'nothing'}"
        )


if __name__ == "__main__":
    main()
