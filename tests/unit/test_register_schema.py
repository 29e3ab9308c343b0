"""The schema of a register's file describes each column of our models, and nothing else."""

import json
import re

import pytest
from django.core.management import call_command
from django.db import models
from jsonschema import Draft202012Validator

from registers.import_fields import BY_NAME, KINDS, Sort
from registers.json_file import FORMAT, VERSION
from registers.json_file.model_fields import (
    RECORDS,
    REGISTER_FIELDS,
    RISK_LISTS,
    content_of,
    fields_of,
)
from registers.json_file.schema import ROWS, SCHEMA
from registers.models import (
    Agreement,
    Assessment,
    Control,
    Register,
    Review,
    Risk,
    RiskRevision,
    ScoringScheme,
)
from registers.pounds import MOST
from registers.spreadsheet import LAST_COLUMN
from registers.spreadsheet import ROWS as ROW_LIMIT

DEFINITIONS = SCHEMA["$defs"]
UNDECIDED = [revision for _, revision in RECORDS.values()]  # a workbook gives no kind
NUMBERED = (Agreement, Assessment, Review, Control)  # named by their place in a list
INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$"
# Keywords that say what a value is; the others say what it means.
KEYWORDS = frozenset("type enum minimum maximum pattern format maxLength uniqueItems".split())
# Rows that belong to a row, besides its columns.
RELATED = {
    "risk": {*RISK_LISTS, *RECORDS},
    "escalation": {"decision"},
    "agreement": {"positions", "supersession"},
    "import": {"rows"},
}
COLUMNS = {
    **{name: fields_of(model) for model, name in ROWS.items()},
    "register": {name: Register._meta.get_field(name) for name in REGISTER_FIELDS},
    "scheme": {
        name: ScoringScheme._meta.get_field(name)
        for name in ("slug", "version", "name", *ScoringScheme.PARTS)
    },
}


def resolved(part):
    """A part of the schema with what it refers to; what it says itself goes before that."""
    name = part.get("$ref", "").removeprefix("#/$defs/")
    return resolved(DEFINITIONS[name]) | part if name else part


def may_be_undecided(field):
    return field.blank or (field.name == "kind" and field.model in UNDECIDED)


def type_of(field):
    if field.related_model in (*NUMBERED, Risk) or isinstance(field, models.IntegerField):
        return "integer"
    return "boolean" if isinstance(field, models.BooleanField) else "string"


def values_of(field):
    """What the schema says of the values of a column that is not empty, by the column."""
    if field.many_to_many:
        return {"uniqueItems": True}
    if field.choices:
        values = [value for value, _ in field.flatchoices]
        is_empty = type_of(field) == "string" and may_be_undecided(field)
        return {"enum": [*([""] if is_empty else []), *values, *([None] if field.null else [])]}
    if type_of(field) == "integer":
        is_small = isinstance(field, models.PositiveSmallIntegerField)
        largest = 32_767 if is_small else 2_000_000_000
        if isinstance(field, models.PositiveBigIntegerField):
            largest = MOST
        return {"minimum": int(field.related_model in NUMBERED), "maximum": largest}
    if isinstance(field, models.DateTimeField):
        return {"pattern": INSTANT}
    if isinstance(field, models.DateField):
        return {"format": "date"}
    slug = {"pattern": "^[-a-zA-Z0-9_]*$"} if isinstance(field, models.SlugField) else {}
    return slug | ({"maxLength": field.max_length} if field.max_length else {})


def description_of(field):
    values = values_of(field)
    if "enum" in values and type_of(field) == "string":
        return values
    kind = "array" if field.many_to_many else type_of(field)
    return values | {"type": [kind, "null"] if field.null else kind}


def is_required(field):
    """Whether a row that leaves the column out would have no value for it."""
    if field.many_to_many or field.null:
        return False
    if field.choices:
        return not may_be_undecided(field)
    is_reference = field.is_relation or isinstance(field, models.DateField)
    return is_reference or field.name in ("number", "cells")


@pytest.mark.parametrize("name", COLUMNS)
def test_the_schema_has_each_column_and_no_other(name):
    properties = set(DEFINITIONS[name]["properties"])
    assert properties == set(COLUMNS[name]) | RELATED.get(name, set())


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (name, field)
        for name, fields in COLUMNS.items()
        for field in fields.values()
        if not isinstance(field, models.JSONField)  # test_shapes.py has those
    ],
    ids=str,
)
def test_the_schema_describes_a_column_as_its_model_does(name, field):
    part = resolved(DEFINITIONS[name]["properties"][field.name])
    assert {key: part[key] for key in part.keys() & KEYWORDS} == description_of(field)


@pytest.mark.parametrize(("model", "name"), ROWS.items(), ids=str)
def test_the_schema_requires_what_a_row_cannot_leave_out(model, name):
    lists = {"risk": {"revisions"}, "agreement": {"positions"}, "import": {"rows"}}
    required = {field for field, column in fields_of(model).items() if is_required(column)}
    content = content_of(model) if model in (RiskRevision, *UNDECIDED) else set()
    assert set(DEFINITIONS[name]["required"]) == required - content | lists.get(name, set())
    if content:
        assert set(DEFINITIONS[f"first_{name}"]["required"]) == required & content


def test_a_command_writes_the_whole_schema(tmp_path):
    file = tmp_path / "schema.json"
    call_command("export_register", schema=True, output=str(file))
    assert json.loads(file.read_text()) == SCHEMA


def parts_of(schema, path=()):
    """(path, part) of each object in the schema."""
    if isinstance(schema, dict):
        yield path, schema
    entries = schema.items() if isinstance(schema, dict) else enumerate(schema)
    for step, part in entries:
        if isinstance(part, dict | list):
            yield from parts_of(part, (*path, step))


def test_the_schema_is_one_of_draft_2020_12():
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_is_of_the_format_and_version_that_are_written():
    constants = [SCHEMA["properties"][name]["const"] for name in ("format", "version")]
    assert constants == [FORMAT, VERSION]


def test_the_schema_describes_each_name_in_words():
    missing = [
        (*path, name)
        for path, part in parts_of(SCHEMA)
        for name, value in part.get("properties", {}).items()
        if "description" not in value and not value["$ref"].endswith(f"/{name}")
    ]
    missing += [name for name, part in DEFINITIONS.items() if "description" not in part]
    assert missing == []


def test_the_schema_refers_to_nothing_outside_itself():
    references = [part["$ref"] for _, part in parts_of(SCHEMA) if "$ref" in part]
    unknown = {name for name in references if name.removeprefix("#/$defs/") not in DEFINITIONS}
    assert unknown == set()


def test_each_pattern_is_of_a_whole_text():
    """A text that only holds the pattern somewhere would pass other readers of the schema."""
    patterns = {part["pattern"] for _, part in parts_of(SCHEMA) if "pattern" in part}
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns)


def test_no_object_takes_names_that_are_not_described():
    """But those whose names are words of a spreadsheet or numbers of its columns."""
    is_open = [
        path[-1]
        for path, part in parts_of(SCHEMA)
        if part.get("type") == "object" and part.get("additionalProperties") is not False
    ]
    words = ["words", "additionalProperties", "words_for_a_level", "words_for_two_levels"]
    assert sorted(is_open) == sorted([*words, "went", "lookalikes", "roles"])


def test_the_schema_has_each_field_of_an_import():
    names = {name for name in BY_NAME if "." not in name}
    lines = {name for name in names if BY_NAME[name].sort is Sort.LINES}
    ratings = {name for name in BY_NAME if "." in name}
    column = re.compile(DEFINITIONS["column"]["anyOf"][1]["pattern"])
    assert set(DEFINITIONS["column_name"]["enum"]) == names
    changes = [part["prefixItems"][0]["enum"] for part in DEFINITIONS["change"]["anyOf"]]
    assert {name for part in changes for name in part} == names - lines
    assert set(DEFINITIONS["row_values"]["properties"]) == names - lines
    assert all(column.fullmatch(name) for name in ratings)
    assert not any(column.fullmatch(name) for name in names)


def test_a_day_of_an_import_is_described_as_one():
    days = {name for name, target in BY_NAME.items() if target.sort is Sort.DAY and "." not in name}
    values = DEFINITIONS["row_values"]["properties"]
    assert {name for name in values if resolved(values[name]).get("format") == "date"} == days
    changes = [part["prefixItems"] for part in DEFINITIONS["change"]["anyOf"]]
    assert [set(names["enum"]) for names, value, _ in changes if "format" in resolved(value)] == [
        days
    ]


def test_a_rating_of_an_import_is_of_a_known_kind():
    kind = DEFINITIONS["row_rating"]["properties"]["kind"]
    assert kind["enum"] == list(KINDS)


def test_an_import_is_as_large_as_a_sheet_at_most():
    plan, reads = (DEFINITIONS[name]["properties"] for name in ("plan", "reads"))
    columns = [plan["names"], plan["columns"], DEFINITIONS["cells"]]
    assert [part["maxItems"] for part in columns] == [LAST_COLUMN] * 3
    assert reads["rows"]["maxItems"] == ROW_LIMIT
