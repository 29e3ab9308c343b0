"""The steps that read what stands beside a risk: judgements, controls, actions."""

import datetime
import re
from functools import lru_cache

from registers.cell_lists import read_action
from registers.import_fields import IGNORE
from registers.imports import parse_fields, parse_list, parse_rating
from registers.imports.mapping import texts_of
from registers.imports.parsed_row import Judged, Planned
from registers.imports.resolve_rating import SCORE, Judging

QUARTER = datetime.timedelta(days=92)
OF_SCORES = re.compile(r"\b(?:l|i|x|by|likelihood|impact|probability|score|p)\b")


def judged(row, judging: Judging, groups, meanings):
    for (kind, day), columns in groups.items():
        texts = texts_of(columns, row.cells)
        if not texts:
            continue
        verdict = judging.of(texts)
        for said, problem in verdict.doubts:
            row.doubt(_place(columns, row, said), said, problem)
        on, is_ahead = _day(
            row,
            columns[0][0],
            day,
            is_told=any(one.kind == kind and not one.on for one in row.read.judged),
        )
        if verdict.pair is None or is_ahead:
            _not_judged(row, columns, verdict, judging)
            continue
        beside = {} if day else _beside(row, kind, meanings)
        row.read.judged.append(Judged(kind, *verdict.pair, on or beside.pop("on", None), **beside))
        if verdict.told:
            row.told(
                next(at for at, part, _ in columns if part == SCORE and row.cells.get(at)),
                verdict.told,
            )
        _where_it_went(row, columns, verdict, judging)
    for kind in {k for k, _ in groups} | {
        target.split(".")[0] for target in row.where if "." in target
    }:
        if not any(one.kind == kind for one in row.read.judged):
            for part in ("driver", "rationale", "on"):
                row.give_back(f"{kind}.{part}")


def _place(columns, row, said):
    return next(
        (at for at, _, _ in columns if row.cells.get(at) and row.cells[at] in said), columns[0][0]
    )


def _day(row, at, day, is_told):
    """The day that a heading names; None and True where it lies so far ahead that nothing was
    judged on it yet.
    """
    if not day:
        return None, False
    on, today = datetime.date.fromisoformat(day), row.today
    if on <= today:
        return on, False
    if on - QUARTER <= today and not is_told:
        row.told(at, f"{parse_fields.in_words(on)} lies ahead: judged on the day of the import")
        return None, False
    row.doubt(at, parse_fields.in_words(on), "The day lies ahead: nothing is judged on it yet")
    return None, True


def _not_judged(row, columns, verdict, judging):
    undecided = set(verdict.undecided)
    for at, part, _ in columns:
        text = row.cells.get(at)
        if not text:
            continue
        if (part, text) in undecided:
            row.doubt(at, text, f"{_why(part, text, judging)}: not judged, it stays with the notes")
        row.went(at, IGNORE) if judging.says_nothing(part, text) else row.note(at)


def _why(part, text, judging):
    if part != SCORE:
        return f"It is no level of {part} of the scheme, and nobody has said which one it is"
    pairs = judging.cells(text, False).pairs
    if len(pairs) > 1 and parse_rating.figures_of(text):
        ways = " or ".join(f"{likelihood} x {impact}" for likelihood, impact in sorted(pairs))
        return f"It can be {ways}"
    return "It does not say likelihood and impact, and nobody has said which they are"


def _where_it_went(row, columns, verdict, judging):
    band = judging.scheme.place(*verdict.pair).band
    own = _named(band.label) | _named(band.slug)
    for at, part, _ in columns:
        text = row.cells.get(at)
        if not text:
            continue
        if part == SCORE:
            is_said = (part, text) in verdict.borne_out and _words(text) <= own
        else:
            is_said = judging.level(part, text) is not None
        if is_said:
            row.went(at, row.plan.columns[at])
        elif judging.says_nothing(part, text):
            row.went(at, IGNORE)
        else:
            row.note(at)


@lru_cache(maxsize=1000)
def _named(band):
    return frozenset(parse_rating.plain(band).split())


def _words(text):
    return set(OF_SCORES.sub(" ", re.sub(r"[\W\d_]", " ", text.lower())).split())


def _beside(row, kind, meanings):
    """Rationale, driver and day that stand beside a judgement."""
    found = {}
    for at in row.where.get(f"{kind}.driver", [])[:1]:
        slugs, unknown = meanings.several("driver", row.cells[at])
        if len(slugs) == 1 and not unknown:
            found["driver"] = slugs[0]
            row.went(at, f"{kind}.driver")
        else:
            row.doubt(at, row.cells[at], f"{parse_fields.NOBODY_SAID}: it stays with the notes")
            row.note(at)
    columns = row.where.get(f"{kind}.rationale", [])
    text = "\n".join(row.cells[at] for at in columns)
    for at in columns:
        if len(text) > parse_fields.LONGEST:
            row.note(at)
        else:
            found["rationale"] = text
            row.went(at, f"{kind}.rationale")
    for at in row.where.get(f"{kind}.on", [])[:1]:
        day = parse_fields.day(row, at, row.cells[at], is_first=True)
        if day and day <= row.today:
            found["on"] = day
            row.went(at, f"{kind}.on")
        else:
            if day:
                row.doubt(
                    at,
                    row.cells[at],
                    "The day must be today or in the past: judged on the day of the import",
                )
            row.note(at)
    return found


def controls(row):
    for at in row.where.get("controls", []):
        items = _items(row, at)
        found = [parse_list.titled(item) for item in items]
        if _is_too_long(row, at, found):
            continue
        row.read.controls += found
        row.went(at, "controls")


def _items(row, at):
    split = parse_list.split(row.cells[at])
    if len(split.items) > 1:
        row.told(
            at,
            f"{len(split.items)} in one cell, by {'their numbers' if split.how == 'numbered' else split.how}",
        )
    return split.items


def _is_too_long(row, at, found):
    longest = max((len(detail) for _, detail in found), default=0)
    if longest > parse_fields.LONGEST:
        row.doubt(
            at,
            f"{row.cells[at][:80]}…",
            f"One of them has {longest:,} characters: it goes to the notes",
        )
        row.note(at)
    return longest > parse_fields.LONGEST


def actions(row, meanings):
    found = []
    for at in row.where.get("actions", []):
        planned = [_action(row, at, item) for item in _items(row, at)]
        if not _is_too_long(row, at, [(one.title, one.detail) for one in planned]):
            found += planned
            row.went(at, "actions")
    owners = _beside_actions(row, "action_owner", len(found), lambda at, text: meanings.post(text))
    dues = _beside_actions(row, "action_due_on", len(found), lambda at, text: _due(row, at, text))
    for action, owner, due in zip(found, owners, dues, strict=True):
        row.read.actions.append(
            Planned(
                action.title,
                action.detail,
                action.owner or owner or "",
                action.due_on or due,
                action.is_done,
            )
        )


def _action(row, at, item):
    if ours := read_action(item, row.known.posts):  # as an export of this product writes it
        title, owner, due, done = ours
        return Planned(*parse_list.titled(title), owner, due, done is not None)
    text, owner, span = parse_list.ending(
        item, row.plan.is_day_first, row.today.year, row.known.posts
    )
    due = span.last if span else None
    if due and _is_far(row, due):
        text, owner, due = item, "", None
    if due:
        row.told(
            at,
            f"{item[len(text) :].strip()}: {' and '.join(filter(None, (owner, parse_fields.in_words(due))))}",
        )
    return Planned(*parse_list.titled(text), owner, due, bool(parse_list.DONE.search(item)))


def _is_far(row, due):
    return due > row.today + datetime.timedelta(days=366 * parse_fields.YEARS_AHEAD)


def _due(row, at, text):
    due = parse_fields.day(row, at, text)
    if due and _is_far(row, due):
        row.doubt(
            at, text, "The day must lie within ten years: check the year. It stays with the notes"
        )
        return None
    return due


def _beside_actions(row, target, count, read):
    """The owner or day of each action: one action has the whole cell, several a line each."""
    for at in row.where.get(target, [])[:1]:
        text = row.cells[at]
        parts = [text] if count == 1 else parse_list.split(text).items
        found = [read(at, part) for part in parts] if count and len(parts) == count else []
        if found and all(value is not None for value in found):
            row.went(at, target)
            return found
        if count > 1 and len(parts) != count:
            row.told(at, f"{len(parts)} beside {count} actions: kept with the notes")
        row.note(at)
    return [None] * count
