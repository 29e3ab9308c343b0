"""A validator of JSON Schema as jsonschema's, for large files from unknown senders.

It makes one validator for each part of a schema, asks none of them about plain values, leaves the
entries of a list that is too long, and gives a path to each name that is missing or unknown. The
parts of a schema are kept for good.
"""

import math
import re

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

UNKNOWN_NAMES = 5  # of one object that are reported
PLAIN = {"string": str, "integer": int, "boolean": bool, "null": type(None)}


def types_of(keyword):
    """The names of types in the keyword `type`, which is one or a list of them."""
    return [keyword] if isinstance(keyword, str) else keyword


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
    types = [PLAIN[name] for name in types_of(part.get("type", ())) if name in PLAIN]
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
    """As in the library, with the path of each unknown name; for schemas without name patterns."""
    properties = schema.get("properties", {})
    names = [name for name in value if name not in properties] if isinstance(value, dict) else []
    for name in sorted(names)[:UNKNOWN_NAMES] if part is False else ():
        yield ValidationError("", path=[name])
    for name in names if part is not False else ():
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
Validator = extend(
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
