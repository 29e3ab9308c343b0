"""Schemas of the JSON columns: what an import, a mark or a scoring scheme writes, name by name.

The pages that show such a value, and the next import, rest on it. A schema is a function of a value
that raises SchemaError where the value does not fit. Optional names are those that older exports do
not have; a name that no schema describes is refused.
"""

import datetime
import re

from registers.import_fields import BY_NAME, KINDS, Sort
from registers.json_file.parse import UNKNOWN_NAME
from registers.models import ImportedRow, Precedent, RegisterImport, ScoringScheme
from registers.spreadsheet import LAST_COLUMN, ROWS

DATE = re.compile(r"\d{4}-\d\d-\d\d")
SMALL, LARGEST = 32_767, 2_000_000_000  # what PostgreSQL takes
LEVELS = 50  # of a scheme
REVIEW_DAYS = 36_500
TITLE = 200  # characters: of a post
LABEL = 100


class SchemaError(ValueError):
    """path: from the field inwards; places count from 1."""

    def __init__(self, message, path=()):
        super().__init__(message)
        self.path = path

    def within(self, step):
        return SchemaError(str(self), (step, *self.path))


def text(longest=None):
    def validate(value):
        if type(value) is not str:
            raise SchemaError("This is not text.")
        if longest and len(value) > longest:
            raise SchemaError(f"This text is longer than {longest} characters.")

    return validate


def number(least=0, most=LARGEST):
    def validate(value):
        if type(value) is not int or not least <= value <= most:
            raise SchemaError(f"This is not a whole number from {least} to {most:,}.")

    return validate


def flag(value):
    if type(value) is not bool:
        raise SchemaError("This is neither true nor false.")


def parse_date(value):
    """The date that a text such as 2026-09-30 means. Raises SchemaError."""
    try:
        if DATE.fullmatch(value):
            return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        pass
    raise SchemaError("This is not a day such as 2026-09-30.")


def one_of(*words):
    def validate(value):
        if type(value) is not str or value not in words:
            raise SchemaError(f"This is none of {', '.join(words)}.")

    return validate


def optional(schema, empty=None):
    """What the schema allows, or the empty value."""

    def validate(value):
        if value != empty or type(value) is not type(empty):
            schema(value)

    return validate


def array(schema, most=None):
    def validate(value):
        if type(value) is not list:
            raise SchemaError("This is not a list.")
        if most and len(value) > most:
            raise SchemaError(f"This list has more than {most:,} entries.")
        for place, entry in enumerate(value, 1):
            _validate_within(schema, entry, place)

    return validate


def fixed_array(*schemas):
    """A list with one entry for each schema."""

    def validate(value):
        if type(value) is not list or len(value) != len(schemas):
            raise SchemaError(f"This is not a list of {len(schemas)} entries.")
        for place, (schema, entry) in enumerate(zip(schemas, value, strict=True), 1):
            _validate_within(schema, entry, place)

    return validate


def mapping(schema_of):
    """An object with any names.

    schema_of: from a name to the schema of its value; None for a name that is not allowed.
    """

    def validate(value):
        if type(value) is not dict:
            raise SchemaError("This is not an object.")
        for name, content in value.items():
            schema = schema_of(name)
            if schema is None:
                raise SchemaError(UNKNOWN_NAME, (name[:50],))
            _validate_within(schema, content, name[:50])

    return validate


def record(required, extra=None):
    """An object with these names, and perhaps those of `extra`."""
    names = mapping({**required, **(extra or {})}.get)

    def validate(value):
        names(value)
        if missing := [name for name in required if name not in value]:
            raise SchemaError("This has to be given.", (missing[0],))

    return validate


def _validate_within(schema, value, step):
    try:
        schema(value)
    except SchemaError as error:
        raise error.within(step) from None


def column(value):
    """An entry of Plan.columns: an import field, where it has parts perhaps with "@" and a day."""
    text()(value)
    name, separator, day = value.partition("@")
    if name not in BY_NAME or (separator and "." not in name):
        raise SchemaError(f"“{value[:50]}” is nothing that a column can be.")
    if separator:
        parse_date(day)


def import_value(field):
    """The schema of a row's value for an import field; None for a field without one."""
    sort = BY_NAME[field].sort if field in BY_NAME and "." not in field else None
    if sort is Sort.TYPES and field != "primary_failure_type":
        return array(text())
    return {Sort.DAY: parse_date, Sort.LINES: None, None: None}.get(sort, text())


def changed_value(field):
    """The same for a change, which may begin or end with nothing."""
    schema = import_value(field)
    if schema is None or field in ("other_failure_types", "adverse_impacts"):
        return schema
    return optional(schema)


def change(value):
    """[field, before, after]"""
    fixed_array(text(), *[lambda _: None] * 2)(value)
    schema = changed_value(value[0])
    if schema is None:
        raise SchemaError(UNKNOWN_NAME, (1,))
    fixed_array(text(), schema, schema)(value)


def word_meanings(column_name):
    """The schema of Plan.words for a column: word -> its meaning, "" where it means nothing."""
    base = column_name.rpartition(".")[2]
    level = number(1, SMALL)
    pair = fixed_array(level, level)
    meaning = {"likelihood": level, "impact": level, "score": pair, "band": pair}.get(base)
    schema = optional(meaning, "") if meaning else text(TITLE)
    return mapping(lambda word: schema)


def same_number_of_names_and_columns(plan):
    if len(plan["names"]) != len(plan["columns"]):
        raise SchemaError("Each heading has one column, and each column a heading.", ("columns",))


def optional_object(schema, *rules):
    """What the schema and the rules allow, or an empty object."""

    def validate(value):
        if value == {} and type(value) is dict:
            return
        schema(value)
        for rule in rules:
            rule(value)

    return validate


def values_by_column(name):
    """For an object whose names are the numbers of columns, counted from 0."""
    return array(text()) if name.isascii() and name.isdecimal() and len(name) < 4 else None


CELLS = array(text(), most=LAST_COLUMN)
PROBLEM = record({"column": text(), "said": text(), "problem": text(), "refuses": flag})
ASSESSMENT = record(
    {
        "kind": one_of(*KINDS),
        **dict.fromkeys(("likelihood", "impact"), number(1, SMALL)),
        "on": optional(parse_date),
        **dict.fromkeys(("rationale", "driver"), text()),
    }
)
ACTION = record(
    {
        **dict.fromkeys(("title", "detail", "owner"), text()),
        "due_on": optional(parse_date),
        "is_done": flag,
    }
)
RELATED = {
    "judged": array(ASSESSMENT),
    "controls": array(fixed_array(text(), text())),
    "actions": array(ACTION),
}
DIFF = record(
    {
        **RELATED,
        "outcome": one_of(*ImportedRow.Outcome.values),
        "changes": array(change),
        "gone": array(text()),
        "closes": flag,
    }
)
READS = record(
    {
        **RELATED,
        "values": mapping(import_value),
        "split": array(text()),
        "went": mapping(values_by_column),
        "held": DIFF,
        "number": optional(number()),
    },
    extra={"rows": array(fixed_array(number(), CELLS), most=ROWS)},
)
PLAN = record(
    {
        "sheet": text(),
        "first_line": number(),
        "names": array(text(), most=LAST_COLUMN),
        "columns": array(column, most=LAST_COLUMN),
    },
    extra={
        "words": mapping(word_meanings),
        **dict.fromkeys(("is_day_first", "another_scale"), flag),
        "footer_from": optional(number()),
        "goes_on": optional(flag),
    },
)
COUNTS = ("further", "judged", "controls", "actions", "closes", "unrated", "emptied")
REPORT = record(
    {},
    extra={"counts": record({}, dict.fromkeys(COUNTS, number())), "posts": array(text(TITLE))},
)
LEVEL = record({"value": number(1, SMALL), "label": text(LABEL)}, extra={"guidance": text()})
BAND = record({"slug": text(), "label": text(LABEL), "review_days": number(1, REVIEW_DAYS)})

SCHEMAS = {
    (RegisterImport, "plan"): optional_object(PLAN, same_number_of_names_and_columns),
    (RegisterImport, "report"): REPORT,
    (ImportedRow, "cells"): CELLS,
    (ImportedRow, "reads"): optional_object(READS),
    (ImportedRow, "problems"): array(PROBLEM),
    (Precedent, "words"): array(text()),
    **dict.fromkeys(
        ((ScoringScheme, "likelihood"), (ScoringScheme, "impact")), array(LEVEL, most=LEVELS)
    ),
    (ScoringScheme, "bands"): array(BAND, most=LEVELS),
    (ScoringScheme, "cells"): array(array(text(), most=LEVELS), most=LEVELS),
}
