"""What the JSON of a row looks like, field by field: what an import, a suggestion or a scheme
writes, and nothing else. The pages that show it, and the next import, rest on it.

A shape is a function of a value that raises Misshapen where the value is another. What may be left
out is what exports of before did not say yet; a name that is not described here is refused, as
everywhere in a file.
"""

import datetime
import re

from registers.import_fields import BY_NAME, KINDS, Sort
from registers.json_file.parse import NOT_KNOWN
from registers.models import ImportedRow, Precedent, RegisterImport, ScoringScheme
from registers.spreadsheet import LAST_COLUMN, ROWS

DAY = re.compile(r"\d{4}-\d\d-\d\d")
SMALL, LARGEST = 32_767, 2_000_000_000  # what PostgreSQL takes
LEVELS = 50  # of a scheme
REVIEW_DAYS = 36_500
TITLE = 200  # characters: of a post
LABEL = 100


class Misshapen(ValueError):
    """path: from the field inwards; places count from 1."""

    def __init__(self, words, path=()):
        super().__init__(words)
        self.path = path

    def within(self, step):
        return Misshapen(str(self), (step, *self.path))


def text(longest=None):
    def shape(value):
        if type(value) is not str:
            raise Misshapen("This is not text.")
        if longest and len(value) > longest:
            raise Misshapen(f"This text is longer than {longest} characters.")

    return shape


def number(least=0, most=LARGEST):
    def shape(value):
        if type(value) is not int or not least <= value <= most:
            raise Misshapen(f"This is not a whole number from {least} to {most:,}.")

    return shape


def flag(value):
    if type(value) is not bool:
        raise Misshapen("This is neither true nor false.")


def day(value):
    try:
        found = datetime.date.fromisoformat(value) if DAY.fullmatch(value) else None
    except (TypeError, ValueError):
        found = None
    if found is None:
        raise Misshapen("This is not a day such as 2026-09-30.")


def one_of(*words):
    def shape(value):
        if type(value) is not str or value not in words:
            raise Misshapen(f"This is none of {', '.join(words)}.")

    return shape


def maybe(inner, nothing=None):
    """That, or what says nothing."""

    def shape(value):
        if value != nothing or type(value) is not type(nothing):
            inner(value)

    return shape


def several(inner, most=None):
    def shape(value):
        if type(value) is not list:
            raise Misshapen("This is not a list.")
        if most and len(value) > most:
            raise Misshapen(f"This list has more than {most:,} entries.")
        for place, one in enumerate(value, 1):
            try:
                inner(one)
            except Misshapen as wrong:
                raise wrong.within(place) from None

    return shape


def row_of(*inner):
    """A list of so many entries, each with a shape of its own."""

    def shape(value):
        if type(value) is not list or len(value) != len(inner):
            raise Misshapen(f"This is not a list of {len(inner)} entries.")
        for place, (each, one) in enumerate(zip(inner, value, strict=True), 1):
            try:
                each(one)
            except Misshapen as wrong:
                raise wrong.within(place) from None

    return shape


def named(inner_of):
    """An object with any names. inner_of: from a name to the shape of what it says; None for a name
    it may not have.
    """

    def shape(value):
        if type(value) is not dict:
            raise Misshapen("This is not an object.")
        for name, one in value.items():
            inner = inner_of(name)
            if inner is None:
                raise Misshapen(NOT_KNOWN, (name[:50],))
            try:
                inner(one)
            except Misshapen as wrong:
                raise wrong.within(name[:50]) from None

    return shape


def record(said, may=None):
    """An object with these names, and perhaps those of `may`."""
    each = named(({**said, **(may or {})}).get)

    def shape(value):
        each(value)
        if lacking := [name for name in said if name not in value]:
            raise Misshapen("This has to be given.", (lacking[0],))

    return shape


def column(value):
    """What Plan.columns says of one column."""
    text()(value)
    name, at, on = value.partition("@")
    if name not in BY_NAME or (at and "." not in name):
        raise Misshapen(f"“{value[:50]}” is nothing that a column can be.")
    if at:
        day(on)


def value_of(target):
    """The shape of what a row says of a target of importing.targets; None where it says nothing of
    such a one.
    """
    sort = BY_NAME[target].sort if target in BY_NAME and "." not in target else None
    if sort is Sort.TYPES and target != "primary_failure_type":
        return several(text())
    return {Sort.DAY: day, Sort.LINES: None, None: None}.get(sort, text())


def emptied(target):
    """The same of a change, which may begin or end with nothing."""
    inner = value_of(target)
    return inner and (
        inner if target in ("other_failure_types", "adverse_impacts") else maybe(inner)
    )


def change(value):
    """[field, before, after]"""
    row_of(text(), *[lambda _: None] * 2)(value)
    inner = emptied(value[0])
    if inner is None:
        raise Misshapen(NOT_KNOWN, (1,))
    row_of(text(), inner, inner)(value)


def meaning_of(key):
    """The shape of what Plan.words says a word of that column means: "" for nothing to be read from
    it.
    """
    base = key.rpartition(".")[2]
    level = number(1, SMALL)
    pair = row_of(level, level)
    meaning = {"likelihood": level, "impact": level, "score": pair, "band": pair}.get(base)
    inner = maybe(meaning, "") if meaning else text(TITLE)
    return named(lambda word: inner)


def columns_named(plan):
    if len(plan["names"]) != len(plan["columns"]):
        raise Misshapen("Each heading has one column, and each column a heading.", ("columns",))


def nothing_or(inner, *rules):
    """An empty object: what a field says where nothing is known."""

    def shape(value):
        if value == {} and type(value) is dict:
            return
        inner(value)
        for rule in rules:
            rule(value)

    return shape


def place_in_row(name):
    """Of an object with a name for each column, counted from 0."""
    return several(text()) if name.isascii() and name.isdecimal() and len(name) < 4 else None


CELLS = several(text(), most=LAST_COLUMN)
PROBLEM = record({"column": text(), "said": text(), "problem": text(), "refuses": flag})
JUDGED = record(
    {
        "kind": one_of(*KINDS),
        **dict.fromkeys(("likelihood", "impact"), number(1, SMALL)),
        "on": maybe(day),
        **dict.fromkeys(("rationale", "driver"), text()),
    }
)
PLANNED = record(
    {**dict.fromkeys(("title", "detail", "owner"), text()), "due_on": maybe(day), "is_done": flag}
)
BESIDE = {
    "judged": several(JUDGED),
    "controls": several(row_of(text(), text())),
    "actions": several(PLANNED),
}
HELD = record(
    {
        **BESIDE,
        "outcome": one_of(*ImportedRow.Outcome.values),
        "changes": several(change),
        "gone": several(text()),
        "closes": flag,
    }
)
READS = record(
    {
        **BESIDE,
        "values": named(value_of),
        "split": several(text()),
        "went": named(place_in_row),
        "held": HELD,
        "number": maybe(number()),
    },
    may={"rows": several(row_of(number(), CELLS), most=ROWS)},
)
PLAN = record(
    {
        "sheet": text(),
        "first_line": number(),
        "names": several(text(), most=LAST_COLUMN),
        "columns": several(column, most=LAST_COLUMN),
    },
    may={
        "words": named(meaning_of),
        **dict.fromkeys(("is_day_first", "another_scale"), flag),
        "footer_from": maybe(number()),
        "goes_on": maybe(flag),
    },
)
COUNTED = ("further", "judged", "controls", "actions", "closes", "unrated", "emptied")
REPORT = record(
    {}, may={"counts": record({}, dict.fromkeys(COUNTED, number())), "posts": several(text(TITLE))}
)
LEVEL = record({"value": number(1, SMALL), "label": text(LABEL)}, may={"guidance": text()})
BAND = record({"slug": text(), "label": text(LABEL), "review_days": number(1, REVIEW_DAYS)})

SHAPES = {
    (RegisterImport, "plan"): nothing_or(PLAN, columns_named),
    (RegisterImport, "report"): REPORT,
    (ImportedRow, "cells"): CELLS,
    (ImportedRow, "reads"): nothing_or(READS),
    (ImportedRow, "problems"): several(PROBLEM),
    (Precedent, "words"): several(text()),
    **dict.fromkeys(
        ((ScoringScheme, "likelihood"), (ScoringScheme, "impact")), several(LEVEL, most=LEVELS)
    ),
    (ScoringScheme, "bands"): several(BAND, most=LEVELS),
    (ScoringScheme, "cells"): several(several(text(), most=LEVELS), most=LEVELS),
}
