"""The library's fixtures: checked whole, compared with the database field by field, loaded all or
not at all.

Files are Django fixtures with natural keys, so plain `loaddata` works as well; this way says first
what would change, refuses what the library may not hold, and writes an audit entry. Each table is
read once, and only what differs is checked by its model and written: at each start of the demo
nothing does.
"""

from pathlib import Path

from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from registers.history.seals import seals_of
from registers.library_loading import fixture_files
from registers.library_loading.database import Tables
from registers.library_loading.fixture_files import MODELS
from registers.library_loading.parse import in_words, links, understood
from registers.library_loading.report import (
    FieldChange,
    LibraryChanged,
    LibraryProblem,
    Problem,
    Report,
    RowReport,
)
from registers.library_loading.validate import Checks
from registers.models import LIBRARY_MODELS, AuditChain, AuditEntry, ScoringScheme


def default_paths():
    """The installation's own files, in an order that `loaddata` can follow."""
    own = Path(settings.BASE_DIR) / "fixtures"
    library = own / "library"
    return [
        *sorted(library.glob("*.yaml")),
        *sorted(library.glob("later/*.yaml")),
        own / "schemes.yaml",
    ]


def preview_library(files=None):
    """The Report of a load that is not made. Raises LibraryProblem. Writes nothing, not even to
    take it back.
    """
    return Load(files).report


def load_library(files=None, *, by=None, seen=None):
    """Load the installation's files, or FixtureFiles: all rows or none. Returns the Report.

    seen: the digest of a Report that somebody agreed to. Raises LibraryProblem, or LibraryChanged
    if there is something to write and it is no longer that. A database that cannot be used is no
    problem of the files: what it raises goes on.
    """
    try:
        with transaction.atomic():
            # One load at a time: a second one waits here, and then compares with what the first has
            # written.
            AuditChain.objects.select_for_update().get_or_create(organisation=None)
            load = Load(files)
            if load.report.writes:
                if seen not in (None, load.report.digest):
                    raise LibraryChanged(load.report)
                load.write(by)
            return load.report
    except (DataError, IntegrityError) as error:
        words = f"the database does not take it ({error}).".replace("\n", " ")
        raise LibraryProblem([Problem("", "", "", words)]) from error


class Load:
    """The rows of some files beside those of the database. Making it raises LibraryProblem with all
    that is wrong.
    """

    def __init__(self, files=None):
        is_whole = files is None
        rows, problems = fixture_files.read(
            map(fixture_files.FixtureFile.at, default_paths()) if is_whole else files
        )
        self.tables = Tables()
        self.entries = {model: {} for model in MODELS}  # by natural key
        for row in rows:
            problems += self._add(understood(row))
        problems += Checks(self.tables, self.entries).problems()
        if problems:
            raise LibraryProblem(problems)
        self.report = self._report(is_whole)

    def _add(self, entry):
        """Take a row in; return what is wrong with it so far."""
        first = self.entries[entry.model].get(entry.key)
        if first is not None:
            entry.wrong("", f"stands twice: also in {first.row.file}, {first.row.place}.")
        elif entry.key is not None:
            self.entries[entry.model][entry.key] = entry
            return []  # the checks add to these, and hand them on
        return entry.problems

    def _all(self):
        return [entry for model in MODELS for entry in self.entries[model].values()]

    def _report(self, is_whole):
        report = Report()
        for entry in self._all():
            is_new = entry.key not in self.tables[entry.model].ids
            fields = tuple(self._change(entry, name, is_new) for name in entry.changes)
            row = RowReport(
                entry.row.file, entry.model._meta.verbose_name, in_words(entry.key), fields
            )
            (report.added if is_new else report.changed if fields else report.unchanged).append(row)
        if is_whole:
            report.vanished = [
                f"{model._meta.verbose_name} {in_words(key)}"
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
            before = (
                table.rows[entry.key][name]
                if not is_new
                else []
                if isinstance(after, list)
                else None
            )
            if isinstance(before, list) != isinstance(after, list):
                before, after = str(before), str(after)
        return FieldChange(name, in_words(before), in_words(after))

    def write(self, by):
        """Each model after those it names; of its rows the changed ones first, for what they give
        up.
        """
        for model in MODELS:
            entries = self.entries[model].values()
            table = self.tables[model]
            for entry in sorted(
                (e for e in entries if e.changes and e.key in table.ids), key=lambda e: e.turn
            ):
                own = [name for name in entry.changes if name not in entry.links]
                if own:
                    entry.thing.save(update_fields=own)
            model._base_manager.bulk_create([e.thing for e in entries if e.key not in table.ids])
            self._link(model, [e for e in entries if e.changes])
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
                entry.thing for entry in self.entries[ScoringScheme].values() if entry.changes
            ),
        )

    def _link(self, model, entries):
        for f in links(model):
            through = f.remote_field.through
            here, there = (
                through._meta.get_field(name).attname
                for name in (f.m2m_field_name(), f.m2m_reverse_field_name())
            )
            fresh = []
            for entry in (e for e in entries if f.name in e.changes and f.name in e.links):
                had = self.tables[model].links[f.name].get(entry.key, set())
                gone = [self._id(f.related_model, key) for key in had - entry.links[f.name]]
                if gone:
                    through._base_manager.filter(
                        **{here: entry.thing.pk, f"{there}__in": gone}
                    ).delete()
                for key in sorted(entry.links[f.name] - had):
                    fresh.append(
                        through(**{here: entry.thing.pk, there: self._id(f.related_model, key)})
                    )
            through._base_manager.bulk_create(fresh)

    def _id(self, model, key):
        number = self.tables[model].ids.get(key)
        return number if number is not None else self.entries[model][key].thing.pk
