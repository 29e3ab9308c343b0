"""A value of a row <-> what the file says for it."""

import datetime
from functools import cache

from django.db import models

from registers.json_file.model_fields import fields_of
from registers.models import (
    AdverseImpact,
    Directorate,
    FailureType,
    Post,
    Register,
    ScoringScheme,
    User,
    WarningSign,
)

LIBRARY = {FailureType: "slug", AdverseImpact: "slug", WarningSign: "code"}  # known by
HELD_BACK = ".restored.invalid"  # where people live whom a file brought: nobody gets mail there


def empty_of(field):
    """What a row says where the file says nothing of a field."""
    if field.many_to_many:
        return []
    if field.null or field.is_relation or isinstance(field, models.DateField):
        return None
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.JSONField):
        return field.get_default()
    return 0 if isinstance(field, models.IntegerField) else ""


@cache
def empties_of(model):
    return {name: empty_of(field) for name, field in fields_of(model).items()}


@cache
def wording_of(field):
    """How a value of that field, not None, is said: a function of it and of names, model -> {key:
    what the file calls that row}.
    """
    model = field.related_model
    if field.many_to_many:
        return lambda rows, names: sorted(names[model][row.pk] for row in rows.all())
    if field.is_relation:
        return lambda key, names: names[model][key]
    if isinstance(field, models.DateTimeField):
        return lambda instant, names: _instant(instant)
    if isinstance(field, models.DateField):
        return lambda day, names: day.isoformat()
    if isinstance(field, models.JSONField):
        return lambda value, names: in_order(value)
    return lambda value, names: value


def in_order(value):
    """JSON with its names in alphabetical order: PostgreSQL keeps none, SQLite the one in which
    they were written.
    """
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


def _instant(value):
    return value.astimezone(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class People(dict):
    """Key -> the e-mail address by which the file knows a person, read when first asked for.
    `named`: who was.
    """

    def __init__(self):
        super().__init__()
        self.named = {}

    def __missing__(self, key):
        user = User.objects.only("email", "name").get(pk=key)
        self.named[address_of(user)] = user.name
        self[key] = address_of(user)
        return self[key]


def address_of(user):
    """The address that history knows a person by: of one whom a file brought, the one in the file."""
    if user.email.endswith(HELD_BACK):
        return "@".join(user.email.rsplit("@", 1)[0].rsplit("=", 1))
    return user.email


def address_held_back(address, organisation):
    """The address of somebody whom a file names and the organisation does not know: in a domain
    that cannot exist.
    """
    return f"{'='.join(address.rsplit('@', 1))}@{organisation.slug}{HELD_BACK}"


def names_for(organisation):
    """What a file of that organisation calls the rows that it refers to. Six queries, and one for
    each person.
    """
    return {
        User: People(),
        Post: dict(organisation.posts.values_list("pk", "title")),
        Directorate: dict(organisation.directorates.values_list("pk", "name")),
        Register: dict(organisation.registers.values_list("pk", "slug")),
        ScoringScheme: {
            pk: f"{slug}/{n}"
            for pk, slug, n in ScoringScheme.objects.values_list("pk", "slug", "version")
        },
        **{model: dict(model.objects.values_list("pk", name)) for model, name in LIBRARY.items()},
    }
