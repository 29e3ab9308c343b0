"""What the rows of a file say, as values for rows of ours: each value of its type, known where it
refers to something.

Nothing is written here. What does not fit is noted with its path, and reading goes on, so that all
is told at once.
"""

import datetime
import re

from django.db import models
from django.utils import timezone

from registers.json_file.constraints import broken
from registers.json_file.model_fields import content_of, fields_of
from registers.json_file.parse import NOT_KNOWN, NOT_TEXT, SHOWN, CannotRestore, Problem
from registers.json_file.schema import DAY, LARGEST, SHAPES, SMALL
from registers.json_file.values import LIBRARY, empty_of
from registers.models import ActionRevision, ControlRevision, User

SLUG = re.compile("[-a-zA-Z0-9_]+")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
FIRST_INSTANT = datetime.datetime(
    1900, 1, 1, tzinfo=datetime.UTC
)  # in London, the first there is lies before all days
UNKNOWN = object()


class Rows:
    """keys: model -> {what the file calls a row: its key here}. unknown: [(path, what the file
    names)] of what is not here and may be kept instead: rows of the library, registers.
    """

    def __init__(self, keys):
        self.keys, self.problems, self.unknown = keys, [], []
        self.today, self.now = timezone.localdate(), timezone.now()

    def wrong(self, path, words):
        self.problems.append(Problem(tuple(path), words))
        if len(self.problems) >= SHOWN:
            raise CannotRestore(self.problems)

    def row(self, model, said, path, before=None, also=()):
        """By name of a field, what a row says, or None where it is no object. before: what the copy
        before it said, and what that named of what is not here; brought up to date. also: names
        that are read elsewhere.
        """
        if not isinstance(said, dict):
            self.wrong(path, "This is not an object.")
            return None
        fields = fields_of(model)
        for name in sorted(set(said) - set(fields) - set(also))[:5]:
            self.wrong([*path, name[:50]], NOT_KNOWN)
        content = content_of(model) if before is not None else ()
        found = {}
        for name, field in fields.items():
            if name in content and name not in said and name in before:
                found[name], unknown = before[name]
                self.unknown += [((*path, name), value) for value in unknown]
                continue
            told = len(self.unknown)
            found[name] = (
                self.value(field, said[name], [*path, name])
                if name in said
                else self._left_out(field, path)
            )
            if name in content:
                before[name] = found[name], [value for _, value in self.unknown[told:]]
        if rule := not self.problems and broken(model, found):
            self.wrong(path, f"This breaks a rule: {rule}.")
        return found

    def _left_out(self, field, path):
        value = empty_of(field)
        if value is None and not field.null:
            self.wrong(
                [*path, field.name],
                f"This {'day ' if isinstance(field, models.DateField) else ''}has to be given.",
            )
        elif field.choices and not field.blank and value == "" and not _may_be_undecided(field):
            self.wrong([*path, field.name], "This has to be given.")
        return value

    def value(self, field, value, path):
        """What a value means, or a harmless one where it is wrong; that is noted."""
        try:
            found = self._value(field, value, path)
        except ValueError as error:
            self.wrong([*path, *getattr(error, "path", ())], str(error))
            return empty_of(field)
        if found is UNKNOWN:
            self.unknown.append((tuple(path), value))
            return None
        return found

    def _value(self, field, value, path):
        if field.many_to_many:
            return self._several(field, value, path)
        if value is None:
            if not field.null:
                raise ValueError("This has to be given.")
            return None
        if field.is_relation:
            return self._key(field.related_model, value)
        if isinstance(field, models.JSONField):
            self._json(value)
            SHAPES[field.model, field.name](value)
            return value
        if isinstance(field, models.DateTimeField):
            return self._instant(value)
        if isinstance(field, models.DateField):
            return self._day(value, field.name)
        if isinstance(field, models.BooleanField):
            if type(value) is not bool:
                raise ValueError("This is neither true nor false.")
            return value
        found = (
            self._number(value, field)
            if isinstance(field, models.IntegerField)
            else self._text(value, field)
        )
        if (
            field.choices
            and found not in dict(field.flatchoices)
            and not (found == "" and field.blank)
        ):
            raise ValueError(f"“{str(found)[:50]}” is none of the words for this.")
        return found

    def _several(self, field, value, path):
        if (
            not isinstance(value, list)
            or len(value) > 50
            or not all(isinstance(name, str) for name in value)
        ):
            raise ValueError("This is not a list of names.")
        if len(set(value)) < len(value):
            raise ValueError("A name stands twice in this list.")
        found = [self._key(field.related_model, name) for name in value]
        if UNKNOWN in found:
            self.unknown.append((tuple(path), value))
        return [key for key in found if key is not UNKNOWN]

    def _key(self, model, name):
        if not isinstance(name, str | int) or isinstance(name, bool):
            raise ValueError("This does not name anything.")
        key = self.keys.get(model, {}).get(name)
        if key is not None:
            return key
        if model in LIBRARY or model._meta.model_name == "register":
            self._text(name)
            return UNKNOWN
        kind = "person" if model is User else str(model._meta.verbose_name)
        raise ValueError(f"The file tells of no {kind} “{str(name)[:80]}”.")

    @staticmethod
    def _text(value, field=None):
        if not isinstance(value, str):
            raise ValueError("This is not text.")
        if NOT_TEXT.search(value):
            raise ValueError("This text holds a character that cannot be stored.")
        if field is not None and field.max_length and len(value) > field.max_length:
            raise ValueError(f"This text is longer than {field.max_length} characters.")
        if isinstance(field, models.SlugField) and value and not SLUG.fullmatch(value):
            raise ValueError("This is made of letters, digits, hyphens and underscores.")
        return value

    @staticmethod
    def _number(value, field):
        largest = SMALL if isinstance(field, models.PositiveSmallIntegerField) else LARGEST
        if type(value) is not int or not 0 <= value <= largest:
            raise ValueError("This is not a whole number that can be stored.")
        return value

    def _day(self, value, name=""):
        try:
            found = datetime.date.fromisoformat(value) if DAY.fullmatch(value) else None
        except (TypeError, ValueError):
            found = None
        if found is None:
            raise ValueError("This is not a day such as 2026-09-30.")
        if (
            name in ("effective_on", "raised_on", "on", "done_on", "happened_on")
            and found > self.today
        ):
            raise ValueError("This day has not come yet.")
        return found

    def _instant(self, value):
        try:
            found = datetime.datetime.fromisoformat(value) if INSTANT.fullmatch(value) else None
        except (TypeError, ValueError):
            found = None
        if found is None:
            raise ValueError("This is not an instant such as 2026-09-30T10:00:00.000000Z.")
        if found < FIRST_INSTANT:
            raise ValueError(f"This instant lies before {FIRST_INSTANT.year}.")
        if found > self.now:
            raise ValueError("This instant has not come yet.")
        return found

    def _json(self, value, deep=0):
        """What is true of all JSON; the rest is said by its shape."""
        if deep > 10:
            raise ValueError("This is nested too deeply.")
        if isinstance(value, str):
            self._text(value)
        elif isinstance(value, dict):
            for name, inner in value.items():
                self._text(name)
                self._json(inner, deep + 1)
        elif isinstance(value, list):
            for inner in value:
                self._json(inner, deep + 1)


def _may_be_undecided(field):
    """Of what a control or an action does, which its form asks: what came in with a workbook does
    not say it.
    """
    return field.name == "kind" and field.model in (ControlRevision, ActionRevision)
