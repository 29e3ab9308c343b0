"""What a file says of each kind of row: the columns of its model, but for what only this database
means by them.
"""

from functools import cache

from registers.models import (
    Action,
    ActionRevision,
    Agreement,
    Assessment,
    Assurance,
    Control,
    ControlRevision,
    Escalation,
    ImportedRow,
    Precedent,
    RegisterImport,
    Review,
    Risk,
    RiskRevision,
    SetAside,
)

# Keys, tokens of forms, and what follows from where a row stands in the file.
NOT_SAID = {
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
# What stands beside a risk, by the name of its list in the file, in the order in which each is
# written again.
BESIDE = {
    "assessments": Assessment,
    "reviews": Review,
    "revisions": RiskRevision,
    "assurances": Assurance,
    "escalations": Escalation,
    "precedents": Precedent,
    "set_aside": SetAside,
}
RECORDS = {"controls": (Control, ControlRevision), "actions": (Action, ActionRevision)}
COPIES = (
    RiskRevision,
    ControlRevision,
    ActionRevision,
)  # each says only what is new since the one before it
RISK = ("number", "raised_by", "raised_on")
REGISTER = ("slug", "name", "prefix", "level", "directorate", "parent", "scheme", "next_number")


@cache
def fields_of(model):
    """The fields that the file says of a row of that model, by name."""
    meta = model._meta
    if model is Risk:
        return {name: meta.get_field(name) for name in RISK}
    left_out = NOT_SAID - ({"version"} if model is ImportedRow else set())
    if model is not ImportedRow:
        left_out |= {"risk"}
    if model in (Agreement, RegisterImport):
        left_out |= {"register"}
    return {
        f.name: f for f in (*meta.concrete_fields, *meta.many_to_many) if f.name not in left_out
    }


@cache
def content_of(model):
    """Of the models in COPIES: the fields that stay as they were where a row does not say them."""
    own = {
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
    return {name for name in fields_of(model) if name not in own}
