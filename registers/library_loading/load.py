"""Load the library's fixtures: checked as a whole, compared with the database, all rows or none.

Files are Django fixtures with natural keys, so plain `loaddata` works as well. This way says first
what would change, refuses what the library may not hold, and writes an audit entry. Each table is
read once, and only rows that differ are validated and written: at a start of the demo, none.
"""

from collections import defaultdict
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, transaction

from registers.history.seals import seals_of
from registers.library_loading import fixture_files
from registers.library_loading.fixture_files import MODELS
from registers.library_loading.parse import columns, format_value, has_natural_key, links, parse_row
from registers.library_loading.report import (
    FieldChange,
    LibraryChanged,
    LibraryProblem,
    Problem,
    Report,
    RowReport,
)
from registers.library_loading.validate import Validator
from registers.models import LIBRARY_MODELS, AuditChain, AuditEntry, ScoringScheme


def default_paths():
    """The installation's own files, in an order that `loaddata` can follow."""
    fixtures = Path(settings.BASE_DIR) / "fixtures"
    library = fixtures / "library"
    return [
        *sorted(library.glob("*.yaml")),
        *sorted(library.glob("later/*.yaml")),
        fixtures / "schemes.yaml",
    ]


def preview_library(files=None):
    """The Report of a load, which is not done. Raises LibraryProblem. Writes nothing."""
    return Load(files).report


def load_library(files=None, *, by=None, expected_digest=None):
    """Load the installation's files, or FixtureFiles: all rows or none. Returns the Report.

    expected_digest: of the Report that somebody agreed to. Raises LibraryProblem, or LibraryChanged
    if there is something to write and it is not that. Errors of a database that cannot be used
    are not caught.
    """
    try:
        with transaction.atomic():
            # One load at a time: a second one waits here, and then compares with what the first has
            # written.
            AuditChain.objects.select_for_update().get_or_create(organisation=None)
            load = Load(files)
            if load.report.has_changes:
                if expected_digest not in (None, load.report.digest):
                    raise LibraryChanged(load.report)
                load.write(by)
            return load.report
    except (DataError, IntegrityError) as error:
        message = f"the database does not take it ({error}).".replace("\n", " ")
        raise LibraryProblem([Problem("", "", "", message)]) from error


class Load:
    """The rows of files compared with the database. Its constructor raises LibraryProblem."""

    def __init__(self, files=None):
        is_complete = files is None
        rows, problems = fixture_files.read(
            map(fixture_files.FixtureFile.at, default_paths()) if is_complete else files
        )
        self.tables = Tables()
        self.entries = {model: {} for model in MODELS}  # by natural key
        for row in rows:
            problems += self._add(parse_row(row))
        problems += Validator(self.tables, self.entries).problems()
        if problems:
            raise LibraryProblem(problems)
        self.report = self._report(is_complete)

    def _add(self, entry):
        """Take an entry in, or return its problems."""
        first = self.entries[entry.model].get(entry.key)
        if first is not None:
            entry.add_problem("", f"is there twice: also in {first.row.file}, {first.row.place}.")
        elif entry.key is not None:
            self.entries[entry.model][entry.key] = entry
            return []  # the validator adds to its problems, and returns them
        return entry.problems

    def _report(self, is_complete):
        report = Report()
        for entry in (e for model in MODELS for e in self.entries[model].values()):
            is_new = entry.key not in self.tables[entry.model].ids
            fields = tuple(self._change(entry, name, is_new) for name in entry.changes)
            row = RowReport(
                entry.row.file, entry.model._meta.verbose_name, format_value(entry.key), fields
            )
            (report.added if is_new else report.changed if fields else report.unchanged).append(row)
        if is_complete:
            report.vanished = [
                f"{model._meta.verbose_name} {format_value(key)}"
                for model in LIBRARY_MODELS
                for key in self.tables[model].ids
                if key not in self.entries[model]
            ]
        return report

    def _change(self, entry, name, is_new):
        table = self.tables[entry.model]
        if name in entry.links:
            before, after = table.links[name].get(entry.key, frozenset()), entry.links[name]
        else:
            after = entry.values[name]
            empty = [] if isinstance(after, list) else None
            before = empty if is_new else table.rows[entry.key][name]
            if isinstance(before, list) != isinstance(after, list):
                before, after = str(before), str(after)
        return FieldChange(name, format_value(before), format_value(after))

    def write(self, by):
        """Write each model after those it refers to, and its changed rows before new ones.

        A new row may take a unique value that a changed row gives up.
        """
        for model in MODELS:
            entries = self.entries[model].values()
            table = self.tables[model]
            for entry in sorted(
                (e for e in entries if e.changes and e.key in table.ids),
                key=lambda e: e.write_order,
            ):
                columns = [name for name in entry.changes if name not in entry.links]
                if columns:
                    entry.instance.save(update_fields=columns)
            model._base_manager.bulk_create([e.instance for e in entries if e.key not in table.ids])
            self._write_links(model, [e for e in entries if e.changes])
        AuditEntry.record(
            organisation=None,
            by=by,
            verb="library.loaded",
            subject="library",
            facts={
                "added": [row.name for row in self.report.added],
                "changed": [row.name for row in self.report.changed],
            },
            seals=seals_of(
                entry.instance for entry in self.entries[ScoringScheme].values() if entry.changes
            ),
        )

    def _write_links(self, model, entries):
        for f in links(model):
            through = f.remote_field.through
            source, target = (
                through._meta.get_field(name).attname
                for name in (f.m2m_field_name(), f.m2m_reverse_field_name())
            )
            new_links = []
            for entry in (e for e in entries if f.name in e.changes and f.name in e.links):
                stored = self.tables[model].links[f.name].get(entry.key, set())
                removed = [self._id(f.related_model, key) for key in stored - entry.links[f.name]]
                if removed:
                    through._base_manager.filter(
                        **{source: entry.instance.pk, f"{target}__in": removed}
                    ).delete()
                for key in sorted(entry.links[f.name] - stored):
                    new_links.append(
                        through(
                            **{source: entry.instance.pk, target: self._id(f.related_model, key)}
                        )
                    )
            through._base_manager.bulk_create(new_links)

    def _id(self, model, key):
        pk = self.tables[model].ids.get(key)
        return pk if pk is not None else self.entries[model][key].instance.pk


class Tables(dict):
    """A Table for each model, read when it is first used."""

    def __missing__(self, model):
        self[model] = Table(model, self)
        return self[model]


class Table:
    """ids: natural key -> id. rows: natural key -> {column: value}, references as natural keys."""

    def __init__(self, model, tables):
        self.model, self.tables = model, tables
        self.ids, self.rows, self._raw = {}, {}, {}
        self._names = [f.attname for f in model._meta.concrete_fields]
        # Parts of the natural key that are columns of another table.
        joined = [path for path in model.natural_key_fields if "__" in path]
        references = {
            f.attname: tables[f.related_model].keys for f in columns(model) if has_natural_key(f)
        }
        for values in model._base_manager.order_by().values_list(*self._names, *joined):
            row = dict(zip([*self._names, *joined], values, strict=True))
            key = tuple(row[path] for path in model.natural_key_fields)
            self.ids[key] = row[model._meta.pk.attname]
            self._raw[key] = values[: len(self._names)]
            self.rows[key] = {
                f.name: references[f.attname].get(row[f.attname])
                if f.attname in references
                else row[f.attname]
                for f in columns(model)
            }

    @cached_property
    def keys(self):
        """id -> natural key."""
        return {pk: key for key, pk in self.ids.items()}

    @cached_property
    def links(self):
        """{name of the link: {natural key: natural keys that it links to}}."""
        return {f.name: self._linked_keys(f) for f in links(self.model)}

    def _linked_keys(self, f):
        through = f.remote_field.through
        names = [
            through._meta.get_field(name).attname
            for name in (f.m2m_field_name(), f.m2m_reverse_field_name())
        ]
        source_keys, target_keys = self.keys, self.tables[f.related_model].keys
        linked = defaultdict(set)
        for source, target in through._base_manager.order_by().values_list(*names):
            # A row may have been added since those tables were read.
            if source in source_keys and target in target_keys:
                linked[source_keys[source]].add(target_keys[target])
        return linked

    def instance(self, key):
        """A new instance of the model for a row, made without a query."""
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, self._raw[key])
