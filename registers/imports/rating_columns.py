"""Whose rating a column of "L", "I" or "Score" is, where its heading does not say: by the columns
beside it.
"""

import re

from registers.import_fields import NOTE
from registers.imports import detect_columns, parse_rating
from registers.imports.detect_columns import UNSAID

PARTS = ("likelihood", "impact", "score", "band")


def part_of(target: str) -> tuple[str, str]:
    """("current", "likelihood") of a rating's column, its day left off; ("", "") of another."""
    kind, _, part = target.split("@")[0].partition(".")
    return (kind, part) if part in PARTS else ("", "")


def said(names: list[str], targets: list[str], cells_of) -> list[str]:
    """The columns with each kind that can be told, and "notes" for a rating whose kind cannot.

    cells_of: from an index to the texts of the column: two columns of one rating have to agree."""
    targets = _current_or_residual(names, list(targets))
    for run in _runs(targets):
        kinds = {part_of(targets[at])[0] for at in run} - {UNSAID}
        if len(kinds) == 1 and _agree(targets, run, cells_of):
            for at in run:
                targets[at] = targets[at].replace(f"{UNSAID}.", f"{min(kinds)}.")
        elif kinds:
            _as_the_one_before(targets, run)
    targets = _sets(targets)
    return _agreeing(targets, cells_of)


def _current_or_residual(names, targets):
    """Where a sheet has both, "residual" may be what will be left after the actions: it is not
    guessed.
    """
    rated = [
        at
        for at, target in enumerate(targets)
        if part_of(target)[0] == "current" and "@" not in target
    ]
    residual = [
        at for at in rated if detect_columns.RESIDUAL.search(detect_columns.plain(names[at]))
    ]
    if residual and any(
        re.search(r"\bcurrent\b", detect_columns.plain(names[at]))
        for at in set(rated) - set(residual)
    ):
        for at in residual:
            targets[at] = NOTE
    return targets


def _runs(targets):
    """Rated columns that stand side by side."""
    runs, run = [], []
    for at, target in enumerate([*targets, ""]):
        if part_of(target)[0] and "@" not in target:
            run.append(at)
        elif run:
            runs.append(run)
            run = []
    return runs


def _agree(targets, run, cells_of):
    """Whether what is unsaid in a run says nothing else than what is said there of the same part."""
    own = {part_of(targets[at])[1]: at for at in run if part_of(targets[at])[0] != UNSAID}
    unsaid = [
        (own.get(part_of(targets[at])[1]), at) for at in run if part_of(targets[at])[0] == UNSAID
    ]
    return not any(
        first is not None and _differ(cells_of(first), cells_of(at)) for first, at in unsaid
    )


def _as_the_one_before(targets, run):
    kind, parts = "", set()
    for at in run:
        own, part = part_of(targets[at])
        if own != UNSAID:
            kind, parts = own, (parts | {part} if own == kind else {part})
        elif kind and part not in parts:
            targets[at] = f"{kind}.{part}"
            parts.add(part)


def _sets(targets):
    """One set of unsaid ratings is the current one; of two with the controls between, the first is
    before them.
    """
    unsaid = [run for run in _runs([t if part_of(t)[0] == UNSAID else "" for t in targets]) if run]
    has_current = any(part_of(target)[0] == "current" and "@" not in target for target in targets)
    kinds = [NOTE] * len(unsaid)
    if len(unsaid) == 1 and not has_current and _is_one_set(targets, unsaid[0]):
        kinds = ["current"]
    elif (
        len(unsaid) == 2 and "controls" in targets[unsaid[0][-1] : unsaid[1][0]] and not has_current
    ):
        kinds = ["inherent", "current"]
    for run, kind in zip(unsaid, kinds, strict=True):
        for at in run:
            targets[at] = targets[at].replace(UNSAID, kind) if kind != NOTE else NOTE
    return targets


def _is_one_set(targets, run):
    parts = [part_of(targets[at])[1] for at in run]
    firsts = [part for at, part in enumerate(parts) if part not in parts[:at]]
    return parts == sorted(parts, key=firsts.index)  # L L I I is one set said twice, L I L I is two


def _agreeing(targets, cells_of):
    """Two columns of one rating that say different numbers are two ratings: the later goes to the
    notes.
    """
    seen = {}
    for at, target in enumerate(targets):
        if not part_of(target)[0]:
            continue
        first = seen.setdefault(target, at)
        if first != at and _differ(cells_of(first), cells_of(at)):
            targets[at] = NOTE
    return targets


def _differ(ones, others):
    compared = []
    for one, other in zip(ones, others, strict=False):
        if one and other:
            a, b = re.search(r"\d+", one), re.search(r"\d+", other)
            if a and b:
                compared.append(a[0] == b[0])
            elif not a and not b:
                compared.append(parse_rating.plain(one) == parse_rating.plain(other))
    return compared.count(False) * 10 > len(compared)
