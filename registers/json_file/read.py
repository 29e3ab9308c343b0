"""Read the rows of a file as values for our models: each value of its type, references as keys.

Nothing is written here. A problem is noted with its path and reading goes on, so that all of them
are reported at once.
"""

import datetime
import re

from django.db import models
from django.utils import timezone

from registers.json_file.constraints import broken_rule
from registers.json_file.model_fields import LIBRARY_KEYS, content_of, empty_value, fields_of
from registers.json_file.parse import NOT_TEXT, SHOWN, UNKNOWN_NAME, CannotRestore, Problem
from registers.json_file.schema import LARGEST, SCHEMAS, SMALL, parse_date
from registers.models import ActionRevision, ControlRevision, User

SLUG = re.compile("[-a-zA-Z0-9_]+")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
# In London the earliest instant of all lies before the first day there is.
FIRST_INSTANT = datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)
NEVER_IN_FUTURE = ("effective_on", "raised_on", "on", "done_on", "happened_on")
DEEPEST = 10  # levels of JSON in a column
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

    def read_row(self, model, source, path, previous=None, ignored=()):
        """Field name -> value, or None where the source is no object.

        previous: {field: (value, what it names that is not here)} of the revision before it, which
        is brought up to date. ignored: names that are read elsewhere.
        """
        if not isinstance(source, dict):
            self.add_problem(path, "This is not an object.")
            return None
        fields = fields_of(model)
        for name in sorted(set(source) - set(fields) - set(ignored))[:5]:
            self.add_problem([*path, name[:50]], UNKNOWN_NAME)
        content = content_of(model) if previous is not None else ()
        values = {}
        for name, field in fields.items():
            if name in content and name not in source and name in previous:
                values[name], unresolved = previous[name]
                self.unresolved += [((*path, name), value) for value in unresolved]
                continue
            count = len(self.unresolved)
            values[name] = (
                self.read_value(field, source[name], [*path, name])
                if name in source
                else self._default(field, path)
            )
            if name in content:
                previous[name] = values[name], [value for _, value in self.unresolved[count:]]
        if rule := not self.problems and broken_rule(model, values):
            self.add_problem(path, f"This breaks a rule: {rule}.")
        return values

    def _default(self, field, path):
        value = empty_value(field)
        if value is None and not field.null:
            self.add_problem(
                [*path, field.name],
                f"This {'day ' if isinstance(field, models.DateField) else ''}has to be given.",
            )
        elif field.choices and not field.blank and value == "" and not _may_be_undecided(field):
            self.add_problem([*path, field.name], "This has to be given.")
        return value

    def read_value(self, field, source, path):
        """The value for a field, or its empty value where the source is wrong; that is noted."""
        try:
            value = self._value(field, source, path)
        except ValueError as error:
            self.add_problem([*path, *getattr(error, "path", ())], str(error))
            return empty_value(field)
        if value is UNRESOLVED:
            self.unresolved.append((tuple(path), source))
            return None
        return value

    def _value(self, field, source, path):
        if field.many_to_many:
            return self._keys(field, source, path)
        if source is None:
            if not field.null:
                raise ValueError("This has to be given.")
            return None
        if field.is_relation:
            return self._key(field.related_model, source)
        if isinstance(field, models.JSONField):
            self._check_json(source)
            SCHEMAS[field.model, field.name](source)
            return source
        value = self._scalar(field, source)
        if (
            field.choices
            and value not in dict(field.flatchoices)
            and not (value == "" and field.blank)
        ):
            raise ValueError(f"“{str(value)[:50]}” is none of the words for this.")
        return value

    def _scalar(self, field, source):
        if isinstance(field, models.DateTimeField):
            return self._instant(source)
        if isinstance(field, models.DateField):
            return self._day(source, field.name)
        if isinstance(field, models.BooleanField):
            if type(source) is not bool:
                raise ValueError("This is neither true nor false.")
            return source
        if isinstance(field, models.IntegerField):
            return self._number(source, field)
        return self._text(source, field)

    def _keys(self, field, names, path):
        if (
            not isinstance(names, list)
            or len(names) > 50
            or not all(isinstance(name, str) for name in names)
        ):
            raise ValueError("This is not a list of names.")
        if len(set(names)) < len(names):
            raise ValueError("A name stands twice in this list.")
        keys = [self._key(field.related_model, name) for name in names]
        if UNRESOLVED in keys:
            self.unresolved.append((tuple(path), names))
        return [key for key in keys if key is not UNRESOLVED]

    def _key(self, model, name):
        if not isinstance(name, str | int) or isinstance(name, bool):
            raise ValueError("This does not name anything.")
        key = self.keys.get(model, {}).get(name)
        if key is not None:
            return key
        if model in LIBRARY_KEYS or model._meta.model_name == "register":
            self._text(name)
            return UNRESOLVED
        kind = "person" if model is User else str(model._meta.verbose_name)
        raise ValueError(f"The file tells of no {kind} “{str(name)[:80]}”.")

    @staticmethod
    def _text(source, field=None):
        if not isinstance(source, str):
            raise ValueError("This is not text.")
        if NOT_TEXT.search(source):
            raise ValueError("This text holds a character that cannot be stored.")
        if field is not None and field.max_length and len(source) > field.max_length:
            raise ValueError(f"This text is longer than {field.max_length} characters.")
        if isinstance(field, models.SlugField) and source and not SLUG.fullmatch(source):
            raise ValueError("This is made of letters, digits, hyphens and underscores.")
        return source

    @staticmethod
    def _number(source, field):
        largest = SMALL if isinstance(field, models.PositiveSmallIntegerField) else LARGEST
        if type(source) is not int or not 0 <= source <= largest:
            raise ValueError("This is not a whole number that can be stored.")
        return source

    def _day(self, source, name):
        day = parse_date(source)
        if name in NEVER_IN_FUTURE and day > self.today:
            raise ValueError("This day has not come yet.")
        return day

    def _instant(self, source):
        try:
            instant = datetime.datetime.fromisoformat(source) if INSTANT.fullmatch(source) else None
        except (TypeError, ValueError):
            instant = None
        if instant is None:
            raise ValueError("This is not an instant such as 2026-09-30T10:00:00.000000Z.")
        if instant < FIRST_INSTANT:
            raise ValueError(f"This instant lies before {FIRST_INSTANT.year}.")
        if instant > self.read_at:
            raise ValueError("This instant has not come yet.")
        return instant

    def _check_json(self, value, depth=0):
        """What holds for any JSON; the schema of its field says the rest."""
        if depth > DEEPEST:
            raise ValueError("This is nested too deeply.")
        if isinstance(value, str):
            self._text(value)
        elif isinstance(value, dict):
            for name, content in value.items():
                self._text(name)
                self._check_json(content, depth + 1)
        elif isinstance(value, list):
            for content in value:
                self._check_json(content, depth + 1)


def _may_be_undecided(field):
    """The kind of a control or an action, which its form requires and a workbook does not give."""
    return field.name == "kind" and field.model in (ControlRevision, ActionRevision)
