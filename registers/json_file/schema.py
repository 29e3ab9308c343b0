"""Check values from a file against the schema, which describes every name in it.

It stands in register.schema.json, but for a risk's fields, which follow from their catalogue.

A risk refers to its rows, and a file to its risks, by `$ref`. Each kind of row has a validator of
its own, which passes over the rows in it: they are checked when they are read, one by one.
"""

import datetime
import json
import re
from pathlib import Path

from jsonschema import FormatChecker

from registers.json_file.risk_schema import complete
from registers.json_file.validator import Validator, types_of
from registers.models import (
    ActionRevision,
    Agreement,
    Appetite,
    Assessment,
    Assurance,
    CheckWaiver,
    ControlRevision,
    Escalation,
    EscalationDecision,
    ImportedRow,
    Precedent,
    ProgressNote,
    RegisterImport,
    Review,
    Risk,
    RiskRevision,
    SchemeAdoption,
    Supersession,
)

UNKNOWN_NAME = (
    "This name is not known here: if a newer installation wrote the file, update this one first."
)
UNSTORABLE = "This text has a character that cannot be stored."
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 15  # levels of JSON in a file
LONGEST_STEP = 50  # characters of a name in a path
SCHEMA = complete(json.loads(Path(__file__).with_name("register.schema.json").read_text()))
# The rows that are read one by one -> their name in $defs.
ROWS = {
    Risk: "risk",
    RiskRevision: "revision",
    Assessment: "assessment",
    Review: "review",
    ControlRevision: "control_revision",
    ActionRevision: "action_revision",
    Assurance: "assurance",
    Escalation: "escalation",
    EscalationDecision: "decision",
    Precedent: "precedent",
    CheckWaiver: "check_waiver",
    ProgressNote: "progress_note",
    Agreement: "agreement",
    Supersession: "supersession",
    Appetite: "appetite",
    SchemeAdoption: "scheme_adoption",
    RegisterImport: "import",
    ImportedRow: "import_row",
}
TYPES = {
    "string": "text",
    "array": "a list",
    "object": "an object",
    "boolean": "true or false",
    "integer": "a whole number",
}
# Keyword of the schema -> what to say of a value that breaks it.
WORDS = {
    "required": "This is missing.",
    "additionalProperties": UNKNOWN_NAME,
    "maxLength": "This text is longer than {} characters.",
    "minLength": "This is missing.",
    "maxItems": "This list has more than {:,} entries.",
    "minItems": "This list has fewer than {:,} entries.",
    "minimum": "This number is less than {:,}.",
    "maximum": "This number is more than {:,}.",
    "pattern": "This does not have the form {}.",
    "format": "This is not a day such as 2026-09-30.",
    "uniqueItems": "A name is in this list twice.",
}


def row_problems(model, value):
    """Yield (path, words) for each thing that is wrong in a row, without the rows in it."""
    is_as_described = True
    for problem in _problems(_VALIDATORS[ROWS[model]], value):
        is_as_described = False
        yield problem
    if is_as_described and value.get("plan"):
        yield from _plan_problems(value["plan"])


def file_problems(document):
    """Yield (path, words) for each thing that is wrong in a file, without its rows."""
    return _problems(_FILE, document)


def _plan_problems(plan):
    """What the schema cannot say of an import's plan."""
    if len(plan["names"]) != len(plan["columns"]):
        yield ("plan", "columns"), "Each heading has one column, and each column a heading."
    for place, column in enumerate(plan["columns"], 1):
        try:
            datetime.date.fromisoformat(column.partition("@")[2] or "2026-09-30")
        except ValueError:
            yield ("plan", "columns", place), "This has no day such as 2026-09-30."


def text_problems(value, path=()):
    """Yield (path, words) for each text that cannot be stored and each value nested too deeply."""
    if len(path) > DEEPEST:
        yield path, "This is nested too deeply."
        return
    for step, content in value.items() if isinstance(value, dict) else enumerate(value, 1):
        inner_path = (*path, _step(step))
        if isinstance(step, str) and NOT_TEXT.search(step):
            yield inner_path, UNSTORABLE
        if isinstance(content, str) and NOT_TEXT.search(content):
            yield inner_path, UNSTORABLE
        elif isinstance(content, dict | list):
            yield from text_problems(content, inner_path)


def _problems(validator, value):
    for error in validator.iter_errors(value):
        steps = (step + 1 if isinstance(step, int) else step for step in error.path)
        yield tuple(map(_step, steps)), _words(error)


def _step(step):
    return step[:LONGEST_STEP] if isinstance(step, str) else step


def _words(error):
    keyword, expected = error.validator, error.validator_value
    if keyword == "type":
        expected = types_of(expected)[0]
        return "This is missing." if error.instance is None else f"This is not {TYPES[expected]}."
    if keyword == "enum":
        return f"This is not one of {', '.join(str(word) for word in expected if word)}."
    return WORDS.get(keyword, "This cannot be here.").format(expected)


def _resolve(schema):
    """The schema with what it refers to in place of each `$ref`, and nothing in place of a row."""
    if isinstance(schema, list):
        return [_resolve(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    resolved = {name: _resolve(value) for name, value in schema.items() if name != "$ref"}
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    if name in ROWS.values():
        return resolved or True
    return _resolve(SCHEMA["$defs"][name]) | resolved if name else resolved


def _validator_of(schema):
    return Validator(_resolve(schema), format_checker=FormatChecker(["date"]))


_VALIDATORS = {name: _validator_of(SCHEMA["$defs"][name]) for name in ROWS.values()}
_FILE = _validator_of({name: value for name, value in SCHEMA.items() if name != "$defs"})
