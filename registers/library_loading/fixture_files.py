"""Fixture files, read as data and nothing more: YAML or JSON in Django's format, rows known by
their natural keys.

Whatever a file holds, the answer is rows or problems in words. Nothing here asks the database.
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
MODELS = (*LIBRARY_MODELS, ScoringScheme)  # in an order in which each names only those before it
ALLOWED = {model._meta.label_lower: model for model in MODELS}
# Labels that files of earlier versions may still name their models by.
FORMER_LABELS = {
    "registers.body": "registers.casebody",
    "registers.intervention": "registers.caseintervention",
}
SUFFIXES = (".yaml", ".yml", ".json")
PLAIN = (str, int, float, datetime.date, type(None))  # bool is an int, datetime a date


class Unreadable(Exception):
    """Says why, in words that follow the file's name."""


@dataclass(frozen=True)
class FixtureFile:
    """The name is only ever shown. content: bytes, or words on why there are none."""

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
    """wrong: (field, words) for what it says besides, which cannot be looked at any further."""

    file: str
    number: int
    model: type
    fields: dict
    wrong: tuple = ()

    @property
    def place(self):
        return f"row {self.number}"


def files_at(path):
    """The fixture files at a path, which names one or a folder of them. [] if there are none."""
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
            found = _parse(file)
            if len(rows) + len(found) > MOST_ROWS:
                raise Unreadable(f"brings more than {MOST_ROWS:,} rows into one load")
        except Unreadable as error:
            problems.append(Problem(file.name, "", "", f"{error}."))
            continue
        for number, row in enumerate(found, 1):
            if words := _no_row(row):
                problems.append(Problem(file.name, f"row {number}", "", words))
            else:
                rows.append(_row(file.name, number, row))
    return rows, problems


def _parse(file):
    """The list in a file. Raises Unreadable."""
    if file.content is None:
        raise Unreadable(file.problem)
    if len(file.content) > LARGEST_FILE:
        raise Unreadable(TOO_LARGE)
    suffix = Path(file.name).suffix.lower()
    if suffix not in SUFFIXES:
        raise Unreadable(
            "is neither YAML nor JSON by its name: it has to end in .yaml, .yml or .json"
        )
    text = _text(file.content)
    try:
        rows = _json(text) if suffix == ".json" else _yaml(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1})" if mark else ""
        raise Unreadable(
            f"is not YAML that can be read: {error.problem or error.context}{where}"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        kind = "JSON" if suffix == ".json" else "YAML"
        raise Unreadable(f"is not {kind} that can be read: {error or 'too deep'}") from error
    if rows is None or rows == []:
        raise Unreadable("holds no rows")
    if not isinstance(rows, list):
        raise Unreadable("must be a list of rows")
    return rows


def _text(content):
    if not content.strip():
        raise Unreadable("is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"is not text in UTF-8 (byte {error.start + 1}): save it in that encoding"
        ) from error
    if "\0" in text:
        raise Unreadable(
            f"holds a NUL character (line {text[: text.index(chr(0))].count(chr(10)) + 1})"
        )
    return text


SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Strict(SAFE):
    """Safe YAML in which a map says each thing once, as JSON does below: PyYAML keeps the last in
    silence.
    """

    def construct_mapping(self, node, deep=False):
        said = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.constructor.ConstructorError(
                    None, None, "the name of a field is a word", key.start_mark
                )
            if key.value in said:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands twice", key.start_mark
                )
            said.add(key.value)
        return super().construct_mapping(node, deep)


def _yaml(text):
    """Without aliases, a few lines of which unfold into gigabytes, and no deeper than a fixture
    ever is: deep enough, the parser in C takes the process down. Hence the look at what comes,
    before anything is built.
    """
    depth = 0
    for event in yaml.parse(text, Loader=SAFE):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
            event, yaml.CollectionEndEvent
        )
        if depth > DEEPEST:
            raise yaml.YAMLError(f"lists and maps may stand {DEEPEST} deep")
    return yaml.load(text, Loader=Strict)  # noqa: S506 (a safe loader)


def _json(text):
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"{_shown(name)} stands twice in one object")
    return found


def _no_number(text):
    raise ValueError(f"{text} is no number")


def _no_row(row):
    """Why this is no row of the library, or None."""
    if not isinstance(row, dict) or not isinstance(row.get("fields"), dict):
        return "needs a model and fields."
    if _label(row.get("model")) not in ALLOWED:
        return f"{_shown(str(row.get('model')))} is not part of the library."
    return None


def _label(name):
    """The label of the model that a row names, by its present name."""
    label = str(name).lower()
    return FORMER_LABELS.get(label, label)


def _row(file, number, row):
    model, fields, wrong = ALLOWED[_label(row["model"])], {}, []
    if "pk" in row:
        wrong.append(("pk", "rows are known by their natural keys, never by a number."))
    beside = sorted(map(str, set(row) - {"model", "fields", "pk"}))
    wrong += [(_shown(name), "does not belong beside model and fields.") for name in beside]
    for name, value in row["fields"].items():
        if name not in fields_of(model):
            wrong.append(
                (
                    _shown(str(name)),
                    f"is no field of a row of this kind ({model._meta.verbose_name}).",
                )
            )
        elif words := _not_plain(value):
            wrong.append((name, words))
        else:
            fields[name] = value
    return Row(file, number, model, fields, tuple(wrong))


@cache
def fields_of(model):
    """The names of what a row of a fixture may say."""
    links = [f for f in model._meta.many_to_many if f.remote_field.through._meta.auto_created]
    return {f.name for f in (*model._meta.concrete_fields, *links) if not f.primary_key}


def _not_plain(value, depth=0):
    """What no column can hold, in words, or None. Characters that neither database nor page can
    show included.
    """
    if depth > DEEPEST:
        return f"lists and maps may stand {DEEPEST} deep."
    if isinstance(value, dict):
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, list):
        return next(filter(None, (_not_plain(part, depth + 1) for part in value)), None)
    if not isinstance(value, PLAIN):
        return f"holds something that is neither text, number, day, list nor map ({type(value).__name__})."
    if isinstance(value, float) and not isfinite(value):
        return f"{value} is no number that can be stored."
    if isinstance(value, str) and not _is_storable(value):
        return "holds a character that cannot be stored (NUL, or half of a pair)."
    return None


def _is_storable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _shown(text):
    """A name that somebody else chose, fit to be said."""
    return (text if _is_storable(text) else ascii(text))[:80]
