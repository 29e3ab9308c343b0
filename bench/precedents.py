"""How well suggestions find the precedents of statements that were written before there were any.
See bench/README.md.

Of the half that is set aside it prints figures and nothing else.
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
    options = argparse.ArgumentParser(prog="bench.precedents")
    options.add_argument(
        "--half", choices=HALF_TITLES, help="one of the halves; left out: both, apart"
    )
    options.add_argument(
        "--misses", action="store_true", help="show what went wrong; only for the half to work with"
    )
    asked = options.parse_args()
    prepare()
    for half in [asked.half] if asked.half else HALF_TITLES:
        measure(half, show_misses=asked.misses and half == "tune")


def prepare():
    """The library in a database of its own, in memory."""
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
    answers, spent = [], []
    for statement in statements:
        begun = time.perf_counter()
        answers.append([s.sign.code for s in suggest(statement["text"])])
        spent.append((time.perf_counter() - begun) * 1000)
    pairs = list(zip(statements, answers, strict=True))
    # Northamptonshire is labelled nowhere, so its signs are neither right nor wrong: who comes
    # after one moves up.
    with_precedent = [
        (s["signs"], [c for c in codes if c[:3] != "NTH"]) for s, codes in pairs if s["signs"]
    ]
    without = [codes for s, codes in pairs if not s["signs"]]
    print(
        f"{HALF_TITLES[half]} ({half}.yaml): {len(with_precedent)} with a precedent, {len(without)} without"
    )
    say(
        "right case first",
        [hit(cases(wanted), cases(codes)[:1]) for wanted, codes in with_precedent],
    )
    say(
        "right case among three",
        [hit(cases(wanted), cases(codes)) for wanted, codes in with_precedent],
    )
    say("right sign among three", [hit(wanted, codes) for wanted, codes in with_precedent])
    say("something said though there is no precedent", [bool(codes) for codes in without])
    say("nothing said though there is one", [not codes for _, codes in with_precedent])
    for title, answered in [("with", [c for s, c in pairs if s["signs"]]), ("without", without)]:
        print(
            f"  {title} a precedent, and a sign of Northamptonshire: {sum('NTH' in cases(c) for c in answered)}"
        )
    print(
        f"  ms a query: median {statistics.median(spent):.1f}, 95th {statistics.quantiles(spent, n=20)[-1]:.1f}"
    )
    if show_misses:
        tell_misses(pairs)


def cases(codes):
    return [code.split("-")[0] for code in codes]


def hit(wanted, found):
    return bool(set(wanted) & set(found))


def say(what, each):
    print(f"  {what}: {sum(each)} of {len(each)}, {sum(each) / len(each):.2f}")


def tell_misses(pairs):
    for statement, codes in pairs:
        wanted = statement["signs"]
        if hit(wanted, codes) if wanted else not codes:
            continue
        print(
            f"\n  {statement['text']}\n    wanted {wanted or 'nothing'}, got {codes or 'nothing'}"
        )


if __name__ == "__main__":
    main()
