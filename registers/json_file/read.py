"""Read the rows of a file as values for our models: each value of its type, references as keys.

Nothing is written here. A problem is noted with its path and reading goes on, so that all of them
are reported at once.
"""

import datetime

from django.db import models
from django.utils import timezone

from registers.json_file.constraints import broken_rule
from registers.json_file.model_fields import LIBRARY_KEYS, content_of, empty_value, fields_of
from registers.json_file.parse import SHOWN, CannotRestore, Problem
from registers.json_file.schema import row_problems
from registers.models import Register, User
from registers.risk_fields import names_of

# In London the earliest instant of all lies before the first day there is.
FIRST_INSTANT = datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)
NEVER_IN_FUTURE = ("effective_on", "raised_on", "on", "met_on", "done_on", *names_of(is_past=True))
UNRESOLVED = object()


class RowReader:
    """Reads rows and collects their problems.

    keys: model -> {name of a row in the file: its key here}. unresolved: [(path, name in the file)]
    of rows that are not here and may be kept: those of the library, and registers.
    """

    def __init__(self, keys):
        self.keys, self.problems, self.unresolved = keys, [], []
        self.today, self.read_at = timezone.localdate(), timezone.now()

    def add_problem(self, path, message):
        self.problems.append(Problem(tuple(path), message))
        if len(self.problems) >= SHOWN:
            raise CannotRestore(self.problems)

    def read_row(self, model, source, path, previous=None):
        """Field name -> value, or None where the source is not as the schema describes it.

        previous: {field: (value, what it names that is not here)} of the revision before it, which
        is brought up to date.
        """
        count = len(self.problems)
        for steps, message in row_problems(model, source):
            self.add_problem([*path, *steps], message)
        if len(self.problems) > count:
            return None
        content = content_of(model) if previous is not None else ()
        values = {}
        for name, field in fields_of(model).items():
            if name in content and name not in source and name in previous:
                values[name], unresolved = previous[name]
                self.unresolved += [((*path, name), value) for value in unresolved]
                continue
            count = len(self.unresolved)
            values[name] = (
                self.read_value(field, source[name], [*path, name])
                if name in source
                else empty_value(field)
            )
            if name in content:
                previous[name] = values[name], [value for _, value in self.unresolved[count:]]
        if rule := not self.problems and broken_rule(model, values):
            self.add_problem(path, f"This breaks a rule: {rule}.")
        return values

    def read_value(self, field, source, path):
        """The value for a field, or its empty value where the source is wrong; that is noted.

        source: as the schema describes it.
        """
        try:
            value = self._value(field, source, path)
        except ValueError as error:
            self.add_problem(path, str(error))
            return empty_value(field)
        if value is UNRESOLVED:
            self.unresolved.append((tuple(path), source))
            return None
        return value

    def _value(self, field, source, path):
        if field.many_to_many:
            return self._keys(field, source, path)
        if source is None:
            return None
        if field.is_relation:
            return self._key(field.related_model, source)
        if isinstance(field, models.DateTimeField):
            return self._instant(source)
        if isinstance(field, models.DateField):
            return self._day(source, field.name)
        return source

    def _keys(self, field, names, path):
        keys = [self._key(field.related_model, name) for name in names]
        if UNRESOLVED in keys:
            self.unresolved.append((tuple(path), names))
        return [key for key in keys if key is not UNRESOLVED]

    def _key(self, model, name):
        key = self.keys.get(model, {}).get(name)
        if key is not None:
            return key
        if model in LIBRARY_KEYS or model is Register:
            return UNRESOLVED
        kind = "person" if model is User else str(model._meta.verbose_name)
        raise ValueError(f"The file tells of no {kind} “{str(name)[:80]}”.")

    def _day(self, source, name):
        day = datetime.date.fromisoformat(source)
        if name in NEVER_IN_FUTURE and day > self.today:
            raise ValueError("This day is in the future.")
        return day

    def _instant(self, source):
        try:
            instant = datetime.datetime.fromisoformat(source)
        except ValueError:
            raise ValueError("This is not a time such as 2026-09-30T10:00:00.000000Z.") from None
        if instant < FIRST_INSTANT:
            raise ValueError(f"This time is before {FIRST_INSTANT.year}.")
        if instant > self.read_at:
            raise ValueError("This time is in the future.")
        return instant
