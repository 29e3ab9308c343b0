"""The library's fixtures: read, checked whole, compared with the database, loaded.

Files are Django fixtures in YAML with natural keys, so plain `loaddata` works as well; this way says first what would
change, refuses what the library may not hold, and writes an audit entry.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.conf import settings
from django.core import serializers
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.serializers.base import DeserializationError
from django.db import DatabaseError, transaction

from registers.models import LIBRARY_MODELS, AuditEntry, ScoringScheme

DEEPEST = 20
LARGEST_FILE = 2_000_000  # bytes; the largest of ours is a twentieth of it
REFUSED = (DeserializationError, ObjectDoesNotExist, ValidationError, DatabaseError, TypeError, ValueError)
ALLOWED = {model._meta.label_lower: model for model in (*LIBRARY_MODELS, ScoringScheme)}


class LibraryProblem(Exception):
    """The files cannot be loaded; `problems` says why, in words. Nothing was written."""

    def __init__(self, problems):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Report:
    """What a load does: texts naming the rows. `vanished` rows stay in the database."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)

    @property
    def counts(self):
        text = f"{len(self.added)} added, {len(self.changed)} changed, {len(self.unchanged)} unchanged"
        return f"{text}, {len(self.vanished)} no longer in the files" if self.vanished else text

    @property
    def lists(self):
        return [
            ("To be added", self.added),
            ("To be changed", self.changed),
            ("In the database but no longer in the files: they stay", self.vanished),
        ]


def default_paths():
    fixtures = Path(settings.BASE_DIR) / "fixtures"
    return [*sorted((fixtures / "library").glob("*.yaml")), fixtures / "schemes.yaml"]


def preview_library(path=None):
    """The Report of a load that is not made. Raises LibraryProblem."""
    return _load(path, keep=False)


def load_library(path=None, *, by=None):
    """Load the installation's files, or one file or folder; all rows or none. Raises LibraryProblem."""
    return _load(path, keep=True, by=by)


def _load(path, *, keep, by=None):
    files = _files(path)
    rows = [row for file in files for row in _rows(file)]
    try:
        with transaction.atomic():
            report, stored = _store(rows)
            if path is None:
                report.vanished = _vanished(stored)
            if keep and (report.added or report.changed):
                AuditEntry.record(
                    organisation=None,
                    by=by,
                    verb="library.loaded",
                    subject="library",
                    facts={"added": report.added, "changed": report.changed},
                )
            transaction.set_rollback(not keep)
            return report
    except REFUSED as error:
        raise LibraryProblem(_in_words(error)) from error


def _files(path):
    if path is None:
        return default_paths()
    path = Path(path)
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise LibraryProblem([f"There is no fixture file at {path}."])
    return files


SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _parse(text):
    """Safe YAML without aliases, a few lines of which unfold into gigabytes, and no deeper than a fixture ever is."""
    depth = 0
    for event in yaml.parse(text, Loader=SAFE):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError(f"lists and maps may stand {DEEPEST} deep")
    return yaml.load(text, Loader=SAFE)  # noqa: S506 (a safe loader)


def _rows(file):
    if file.stat().st_size > LARGEST_FILE:
        raise LibraryProblem([f"{file.name} is larger than {LARGEST_FILE:,} bytes."])
    try:
        rows = _parse(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise LibraryProblem([f"{file.name} is not YAML that can be read: {error}"]) from error
    if not isinstance(rows, list):
        raise LibraryProblem([f"{file.name} must be a list of rows."])
    problems = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("fields"), dict):
            problems.append(f"{file.name}, row {number}: needs a model and fields.")
        elif str(row.get("model")).lower() not in ALLOWED:
            problems.append(f"{file.name}, row {number}: {row.get('model')} is not part of the library.")
        elif "pk" in row:
            problems.append(f"{file.name}, row {number}: rows are known by their natural keys, never by a number.")
        elif unknown := set(row["fields"]) - _fields(ALLOWED[row["model"].lower()]):
            problems.append(f"{file.name}, row {number}: there is no field {', '.join(sorted(map(str, unknown)))}.")
    if problems:
        raise LibraryProblem(problems)
    return rows


def _fields(model):
    return {f.name for f in (*model._meta.concrete_fields, *model._meta.many_to_many) if not f.primary_key}


def _store(rows):
    """Write all rows, links that point forward last; return what each did, and the rows' keys by model."""
    rows = sorted(rows, key=lambda row: bool(row["fields"].get("is_primary")))  # the old main type gives way first
    report, waiting, touched, seen = Report(), [], [], set()
    for row in rows:
        name = _name(row)
        if name in seen:
            raise LibraryProblem([f"{name}: stands in the files twice."])
        seen.add(name)
        try:
            (made,) = serializers.deserialize("python", [row], handle_forward_references=True)
            before = _values(type(made.object), made.object.pk)
            left = [f.name for f in made.deferred_fields or {}]
            made.object.full_clean(validate_unique=False, validate_constraints=False, exclude=left)
            made.save()
        except REFUSED as error:
            raise LibraryProblem([f"{name}: {words}" for words in _in_words(error)]) from error
        if made.deferred_fields:
            waiting.append(made)
        touched.append((name, made.object, before))
    for row in waiting:
        row.save_deferred_fields()
    for name, thing, before in touched:
        if before is None:
            report.added.append(name)
        else:
            same = before == _values(type(thing), thing.pk)
            (report.unchanged if same else report.changed).append(name)
    stored = {}
    for _, thing, _ in touched:
        stored.setdefault(type(thing), set()).add(thing.pk)
    return report, stored


def _name(row):
    """What a row is called before it is made: the kind of thing, and what it is known by."""
    model = ALLOWED[row["model"].lower()]
    key = [row["fields"].get(name.split("__")[0]) for name in model.natural_key_fields]
    return (
        f"{model._meta.verbose_name} {'/'.join(str(part) for k in key for part in (k if isinstance(k, list) else [k]))}"
    )


def _values(model, pk):
    """Every field of a stored row, links as sorted keys; None when there is no such row."""
    stored = model._base_manager.filter(pk=pk).first() if pk else None
    if stored is None:
        return None
    values = {f.attname: getattr(stored, f.attname) for f in model._meta.concrete_fields}
    for f in model._meta.many_to_many:
        if f.remote_field.through._meta.auto_created:
            values[f.name] = sorted(getattr(stored, f.name).values_list("pk", flat=True))
    return values


def _vanished(stored):
    """Library rows in the database that no file names: they stay, and are reported."""
    return [
        f"{model._meta.verbose_name} {'/'.join(map(str, thing.natural_key()))}"
        for model in LIBRARY_MODELS
        for thing in model._base_manager.exclude(pk__in=stored.get(model, ()))
    ]


def _in_words(error):
    if isinstance(error, ValidationError) and hasattr(error, "message_dict"):
        return [f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()]
    if isinstance(error, ValidationError):
        return error.messages
    return [f"does not fit the library ({error})"]
