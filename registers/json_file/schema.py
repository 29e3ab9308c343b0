"""Check values from a file against register.schema.json, which describes every name in it.

A risk refers to its rows, and a file to its risks, by `$ref`. Each kind of row has a validator of
its own, which passes over the rows in it: they are checked when they are read, one by one.
"""

import datetime
import json
import math
import re
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

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
    RegisterImport,
    Review,
    Risk,
    RiskRevision,
)

UNKNOWN_NAME = (
    "Nothing of this name is known here: if a newer installation wrote the file, bring this one up "
    "to date first."
)
UNSTORABLE = "This text holds a character that cannot be stored."
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
DEEPEST = 15  # levels of JSON in a file
LONGEST_STEP = 50  # characters of a name in a path
UNKNOWN_NAMES = 5  # of one object that are reported
SCHEMA = json.loads(Path(__file__).with_name("register.schema.json").read_text())
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
    Agreement: "agreement",
    Appetite: "appetite",
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
PLAIN = {"string": str, "integer": int, "boolean": bool, "null": type(None)}
# Keyword of the schema -> what to say of a value that breaks it.
WORDS = {
    "required": "This has to be given.",
    "additionalProperties": UNKNOWN_NAME,
    "maxLength": "This text is longer than {} characters.",
    "minLength": "This has to be given.",
    "maxItems": "This list has more than {:,} entries.",
    "minItems": "This list has fewer than {:,} entries.",
    "minimum": "This number is less than {:,}.",
    "maximum": "This number is more than {:,}.",
    "pattern": "This is not of the form {}.",
    "format": "This is not a day such as 2026-09-30.",
    "uniqueItems": "A name stands twice in this list.",
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


def _list_of(types):
    """The types of the keyword, which is a name or a list of them."""
    return [types] if isinstance(types, str) else types


def _step(step):
    return step[:LONGEST_STEP] if isinstance(step, str) else step


def _words(error):
    keyword, expected = error.validator, error.validator_value
    if keyword == "type":
        expected = _list_of(expected)[0]
        return (
            "This has to be given." if error.instance is None else f"This is not {TYPES[expected]}."
        )
    if keyword == "enum":
        return f"This is none of {', '.join(str(word) for word in expected if word)}."
    return WORDS.get(keyword, "This is nothing that can stand here.").format(expected)


def _part_errors(validator, part, value, *path):
    """The errors of a value by a part of the schema. path: what leads to the value, if anything.

    As the library's `descend`, which makes a validator for each value. Most values are plain and
    as they should be: of those it is not asked at all.
    """
    if part is True:
        return
    if id(part) not in _PARTS:
        _PARTS[id(part)] = validator.evolve(schema=part), _plain_test(part)
    part_validator, is_plain = _PARTS[id(part)]
    if not is_plain(value):
        for error in part_validator.iter_errors(value):
            error.path.extendleft(path)
            yield error


def _plain_test(part):
    """A function: whether a value is a text, number, flag or null that the part surely allows."""
    types = [PLAIN[name] for name in _list_of(part.get("type", ())) if name in PLAIN]
    least, most = part.get("minimum", 0), part.get("maximum", -1)
    longest = part.get("maxLength", math.inf)
    if not part.keys() <= {"description", "type", "minimum", "maximum", "maxLength"}:
        return lambda value: False

    def is_plain(value):
        kind = type(value)
        if kind not in types:
            return False
        return len(value) <= longest if kind is str else kind is not int or least <= value <= most

    return is_plain


def _properties(validator, properties, value, schema):
    for name in filter(properties.__contains__, value if isinstance(value, dict) else ()):
        yield from _part_errors(validator, properties[name], value[name], name)


def _items(validator, part, value, schema):
    if isinstance(value, list) and len(value) <= schema.get("maxItems", math.inf):
        first = len(schema.get("prefixItems", ()))
        for place, entry in enumerate(value[first:], first):
            yield from _part_errors(validator, part, entry, place)


def _prefix_items(validator, parts, value, schema):
    for place, part in enumerate(parts[: len(value)] if isinstance(value, list) else ()):
        yield from _part_errors(validator, part, value[place], place)


def _any_of(validator, parts, value, schema):
    if all(next(_part_errors(validator, part, value), None) for part in parts):
        yield ValidationError("")


def _required(validator, names, value, schema):
    for name in names if isinstance(value, dict) else ():
        if name not in value:
            yield ValidationError("", path=[name])


def _additional_properties(validator, part, value, schema):
    """As in the library, with the path of each unknown name."""
    names = value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else ()
    if part is False:
        for name in sorted(names)[:UNKNOWN_NAMES]:
            yield ValidationError("", path=[name])
    else:
        for name in names:
            yield from _part_errors(validator, part, value[name], name)


def _pattern(validator, pattern, value, schema):
    """The whole text: for Python, "$" stands before a line break at the end as well."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError("")


def _unique_items(validator, is_unique, value, schema):
    """In one pass: the library compares each entry with each where they cannot be sorted."""
    if isinstance(value, list) and len(set(map(str, value))) < len(value):
        yield ValidationError("")


_PARTS = {}  # id of a part of the schema, which is never freed -> its validator, its _plain_test
_Validator = extend(
    Draft202012Validator,
    {
        "properties": _properties,
        "items": _items,
        "prefixItems": _prefix_items,
        "anyOf": _any_of,
        "required": _required,
        "additionalProperties": _additional_properties,
        "pattern": _pattern,
        "uniqueItems": _unique_items,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda checker, value: type(value) is int
    ),
)


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
    return _Validator(_resolve(schema), format_checker=FormatChecker(["date"]))


_VALIDATORS = {name: _validator_of(SCHEMA["$defs"][name]) for name in ROWS.values()}
_FILE = _validator_of({name: value for name, value in SCHEMA.items() if name != "$defs"})
