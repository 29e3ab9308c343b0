"""Which fields the file has for each kind of row, and how a field's value is written.

A row has the columns of its model, without those that mean something in this database only.
"""

import datetime
from functools import cache

from django.db import models

from registers.models import (
    Action,
    ActionRevision,
    AdverseImpact,
    Agreement,
    Assessment,
    Assurance,
    Body,
    CheckWaiver,
    Control,
    ControlRevision,
    Directorate,
    Escalation,
    FailureType,
    ImportedRow,
    Post,
    Precedent,
    ProgressNote,
    Register,
    RegisterImport,
    Review,
    Risk,
    RiskRevision,
    SchemeAdoption,
    ScoringScheme,
    Supersession,
    User,
    WarningSign,
)

# Keys, tokens of forms, and what follows from where a row stands in the file.
EXCLUDED = {
    "id",
    "token",
    "version",
    "record",
    "escalation",
    "batch",
    "sheets",
    "stage",
    "kept",
    "organisation",
}
# The lists of a risk, by their name in the file, in the order in which they are restored.
RISK_LISTS = {
    "assessments": Assessment,
    "reviews": Review,
    "revisions": RiskRevision,
    "assurances": Assurance,
    "escalations": Escalation,
    "precedents": Precedent,
    "set_aside": CheckWaiver,
    "progress_notes": ProgressNote,
}
RECORDS = {"controls": (Control, ControlRevision), "actions": (Action, ActionRevision)}
# Of these a row has only what differs from the row before it.
REVISIONS = (RiskRevision, ControlRevision, ActionRevision)
RISK_FIELDS = ("number", "raised_by", "raised_on")
REGISTER_FIELDS = tuple("slug name prefix level directorate parent scheme next_number".split())
LIBRARY_KEYS = {FailureType: "slug", AdverseImpact: "slug", WarningSign: "code"}
PLACEHOLDER_DOMAIN = ".restored.invalid"  # of people whom a file brought: nobody gets mail there


@cache
def fields_of(model):
    """The fields of a row of that model in the file, by name."""
    meta = model._meta
    if model is Risk:
        return {name: meta.get_field(name) for name in RISK_FIELDS}
    excluded = EXCLUDED - ({"version"} if model is ImportedRow else set())
    if model is not ImportedRow:
        excluded |= {"risk"}
    if model in (Agreement, RegisterImport, SchemeAdoption):
        excluded |= {"register"}
    if model is Agreement:  # its body and its day say which
        excluded |= {"meeting"}
    if model is Supersession:
        excluded |= {"agreement"}
    return {
        f.name: f for f in (*meta.concrete_fields, *meta.many_to_many) if f.name not in excluded
    }


@cache
def content_of(model):
    """For a model in REVISIONS, the fields that keep their value where a row leaves them out."""
    about_the_change = {
        "number",
        "what",
        "by",
        "on_behalf_of",
        "reason",
        "assessment",
        "review",
        "effective_on",
        "recorded_at",
    }
    return {name for name in fields_of(model) if name not in about_the_change}


def empty_value(field):
    """The value of a field that a row leaves out."""
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
def empty_values(model):
    return {name: empty_value(field) for name, field in fields_of(model).items()}


@cache
def serialiser_of(field):
    """A function that returns a value of that field, not None, as the file has it.

    Its arguments: the value, and model -> {key: name of that row in the file}.
    """
    model = field.related_model
    if field.many_to_many:
        return lambda rows, names: sorted(names[model][row.pk] for row in rows.all())
    if field.is_relation:
        return lambda key, names: names[model][key]
    if isinstance(field, models.DateTimeField):
        return lambda instant, names: _serialise_instant(instant)
    if isinstance(field, models.DateField):
        return lambda day, names: day.isoformat()
    if isinstance(field, models.JSONField):
        return lambda value, names: sort_names(value)
    return lambda value, names: value


def sort_names(value):
    """JSON with its names in alphabetical order.

    PostgreSQL keeps no order, SQLite the one in which they were written.
    """
    if isinstance(value, dict):
        return {name: sort_names(value[name]) for name in sorted(value)}
    return [sort_names(entry) for entry in value] if isinstance(value, list) else value


def _serialise_instant(instant):
    text = instant.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


class People(dict):
    """Key -> e-mail address of a person in the file, read when it is first needed.

    names: address -> name, of those that were needed.
    """

    def __init__(self):
        super().__init__()
        self.names = {}

    def __missing__(self, key):
        user = User.objects.only("email", "name").get(pk=key)
        address = original_address(user)
        self.names[address] = user.name
        self[key] = address
        return address


def original_address(user):
    """The address of a person for the file: of somebody whom a file brought, the one in it."""
    if user.email.endswith(PLACEHOLDER_DOMAIN):
        return "@".join(user.email.rsplit("@", 1)[0].rsplit("=", 1))
    return user.email


def placeholder_address(address, organisation):
    """An address for a person in a file whom the organisation does not have.

    Its domain cannot exist.
    """
    return f"{'='.join(address.rsplit('@', 1))}@{organisation.slug}{PLACEHOLDER_DOMAIN}"


def names_for(organisation):
    """Model -> {key: name in the file} of all rows that an organisation's file can refer to.

    Seven queries, and one for each person.
    """
    return {
        User: People(),
        Post: dict(organisation.posts.values_list("pk", "title")),
        Directorate: dict(organisation.directorates.values_list("pk", "name")),
        Body: dict(organisation.bodies.values_list("pk", "name")),
        Register: dict(organisation.registers.values_list("pk", "slug")),
        ScoringScheme: {
            pk: f"{slug}/{n}"
            for pk, slug, n in ScoringScheme.objects.values_list("pk", "slug", "version")
        },
        **{
            model: dict(model.objects.values_list("pk", field))
            for model, field in LIBRARY_KEYS.items()
        },
    }
