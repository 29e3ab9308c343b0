"""Read fixture files as data and nothing more: YAML or JSON in Django's format, natural keys only.

Whatever a file holds, the result is rows or problems in words. Nothing here uses the database.
"""

import datetime
import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path

import yaml

from registers.library_loading.report import Problem
from registers.models import LIBRARY_MODELS, ScoringScheme

DEEPEST = 20
LARGEST_FILE = 2_000_000  # bytes; the largest of ours is a twentieth of it
MOST_ROWS = 20_000
MODELS = (*LIBRARY_MODELS, ScoringScheme)  # each refers only to those before it
ALLOWED = {model._meta.label_lower: model for model in MODELS}
# Labels that files of earlier versions may still name their models by.
FORMER_LABELS = {
    "registers.body": "registers.casebody",
    "registers.intervention": "registers.caseintervention",
}
SUFFIXES = (".yaml", ".yml", ".json")
PLAIN = (str, int, float, datetime.date, type(None))  # bool is an int, datetime a date


class UnreadableFile(Exception):
    """Its message follows the file's name."""


@dataclass(frozen=True)
class FixtureFile:
    """content: bytes, None where `problem` says why there are none."""

    name: str
    content: bytes | None
    problem: str = ""

    @classmethod
    def at(cls, path):
        try:
            if path.stat().st_size > LARGEST_FILE:
                return cls(path.name, None, TOO_LARGE)
            return cls(path.name, path.read_bytes())
        except OSError as error:
            return cls(path.name, None, f"cannot be read: {error.strerror}")


TOO_LARGE = f"is larger than {LARGEST_FILE:,} bytes"


@dataclass(frozen=True)
class Row:
    """problems: (field, message) for the fields that are not in `fields`."""

    file: str
    number: int
    model: type
    fields: dict
    problems: tuple = ()

    @property
    def place(self):
        return f"row {self.number}"


def files_at(path):
    """The fixture files at a path, which is a file or a folder. [] if there are none."""
    path = Path(path)
    if path.is_dir():
        return [
            FixtureFile.at(file)
            for file in sorted(path.iterdir())
            if file.suffix in SUFFIXES and file.is_file()
        ]
    return [FixtureFile.at(path)] if path.is_file() else []


def read(files):
    """(rows, problems) of all the files, in their order."""
    rows, problems = [], []
    for file in files:
        try:
            parsed = _parse(file)
            if len(rows) + len(parsed) > MOST_ROWS:
                raise UnreadableFile(f"brings more than {MOST_ROWS:,} rows into one load")
        except UnreadableFile as error:
            problems.append(Problem(file.name, "", "", f"{error}."))
            continue
        for number, row in enumerate(parsed, 1):
            if message := _row_problem(row):
                problems.append(Problem(file.name, f"row {number}", "", message))
            else:
                rows.append(_build_row(file.name, number, row))
    return rows, problems


def _parse(file):
    """The list of rows in a file. Raises UnreadableFile."""
    if file.content is None:
        raise UnreadableFile(file.problem)
    if len(file.content) > LARGEST_FILE:
        raise UnreadableFile(TOO_LARGE)
    suffix = Path(file.name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnreadableFile(
            "is neither YAML nor JSON by its name: it has to end in .yaml, .yml or .json"
        )
    text = _text(file.content)
    try:
        rows = _json(text) if suffix == ".json" else _yaml(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" (line {mark.line + 1})" if mark else ""
        raise UnreadableFile(
            f"is not YAML that can be read: {error.problem or error.context}{line}"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        kind = "JSON" if suffix == ".json" else "YAML"
        raise UnreadableFile(f"is not {kind} that can be read: {error or 'too deep'}") from error
    if rows is None or rows == []:
        raise UnreadableFile("has no rows")
    if not isinstance(rows, list):
        raise UnreadableFile("must be a list of rows")
    return rows


def _text(content):
    if not content.strip():
        raise UnreadableFile("is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"is not text in UTF-8 (byte {error.start + 1}): save it in that encoding"
        ) from error
    if "\0" in text:
        raise UnreadableFile(
            f"has a NUL character (line {text[: text.index(chr(0))].count(chr(10)) + 1})"
        )
    return text


SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class StrictLoader(SAFE):
    """Safe YAML that refuses a name twice in one map; PyYAML would silently keep the last."""

    def construct_mapping(self, node, deep=False):
        names = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.constructor.ConstructorError(
                    None, None, "the name of a field is a word", key.start_mark
                )
            if key.value in names:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is there twice", key.start_mark
                )
            names.add(key.value)
        return super().construct_mapping(node, deep)


def _yaml(text):
    """Parse YAML, after a check of its events.

    A few lines of aliases unfold into gigabytes, and deep nesting crashes the parser in C.
    """
    depth = 0
    for event in yaml.parse(text, Loader=SAFE):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
            event, yaml.CollectionEndEvent
        )
        if depth > DEEPEST:
            raise yaml.YAMLError(f"lists and maps may be {DEEPEST} deep")
    return yaml.load(text, Loader=StrictLoader)  # noqa: S506 (a safe loader)


def _json(text):
    return json.loads(text, object_pairs_hook=_build_object, parse_constant=_refuse_constant)


def _build_object(pairs):
    built = dict(pairs)
    if len(built) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"{_printable(name)} is there twice in one object")
    return built


def _refuse_constant(text):
    raise ValueError(f"{text} is not a number")


def _row_problem(row):
    """Why this is not a row of the library, or None."""
    if not isinstance(row, dict) or not isinstance(row.get("fields"), dict):
        return "needs a model and fields."
    if _label(row.get("model")) not in ALLOWED:
        return f"{_printable(str(row.get('model')))} is not part of the library."
    return None


def _label(name):
    """The label of the model that a row names, by its present name."""
    label = str(name).lower()
    return FORMER_LABELS.get(label, label)


def _build_row(file, number, row):
    model, fields, problems = ALLOWED[_label(row["model"])], {}, []
    if "pk" in row:
        problems.append(("pk", "rows are known by their natural keys, never by a number."))
    extra = sorted(map(str, set(row) - {"model", "fields", "pk"}))
    problems += [(_printable(name), "does not belong beside model and fields.") for name in extra]
    for name, value in row["fields"].items():
        if name not in fields_of(model):
            problems.append(
                (
                    _printable(str(name)),
                    f"is not a field of a row of this kind ({model._meta.verbose_name}).",
                )
            )
        elif message := _value_problem(value):
            problems.append((name, message))
        else:
            fields[name] = value
    return Row(file, number, model, fields, tuple(problems))


@cache
def fields_of(model):
    """The names of the fields that a row of a fixture may have."""
    links = [f for f in model._meta.many_to_many if f.remote_field.through._meta.auto_created]
    return {f.name for f in (*model._meta.concrete_fields, *links) if not f.primary_key}


def _value_problem(value, depth=0):
    """Why no column can hold the value, or None."""
    if depth > DEEPEST:
        return f"lists and maps may be {DEEPEST} deep."
    if isinstance(value, dict):
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, list):
        return next(filter(None, (_value_problem(part, depth + 1) for part in value)), None)
    if not isinstance(value, PLAIN):
        return (
            "has something that is neither text, number, day, list nor map "
            f"({type(value).__name__})."
        )
    if isinstance(value, float) and not isfinite(value):
        return f"{value} is not a number that can be stored."
    if isinstance(value, str) and not _is_storable(value):
        return "has a character that cannot be stored (NUL, or half of a pair)."
    return None


def _is_storable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _printable(text):
    """A name from a file, fit to be shown."""
    return (text if _is_storable(text) else ascii(text))[:80]
