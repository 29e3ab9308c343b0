"""One row of every sealed model at least, and what somebody with SQL may do to it."""

import datetime
import uuid
from contextlib import contextmanager

from django.contrib.auth.models import Group
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from makers import (
    failure_type,
    impact,
    make_action,
    make_agreement,
    make_appetite,
    make_assurance,
    make_control,
    make_directorate,
    make_escalation,
    make_person,
    make_post,
    make_precedent,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    make_user,
    seal_rows,
)

from registers.models import CalendarKey, Register, Role, SetAside, User

STRANGE = 1_000_000  # added to a key: no such row
# What no seal covers, with the reason beside SEAL_EXCLUDES; what else a Risk leaves out is held
# otherwise.
NOT_HELD = {User: {"password", "last_login"}, Register: {"next_number"}}
TOKEN = "token"


def one_of_each():
    """Sealed, by the verbs where they seal."""
    above = make_register()
    organisation = above.organisation
    manager, officer = (make_person(organisation, role) for role in (Role.MANAGER, Role.OFFICER))
    officer.groups.add(Group.objects.create(name="Editors"))
    post = make_post(organisation, holder=officer, directorate=make_directorate(organisation))
    make_scheme(organisation=organisation)
    several = {"other_failure_types": [failure_type("external")], "adverse_impacts": [impact()]}
    register = make_register(organisation, parent=above)
    risk = make_risk(register, by=officer, assessed=(3, 4), owner=post, **several)
    make_review(risk, by=officer)
    make_revision(risk, by=officer, on_behalf_of=manager, title="Anew")
    make_control(risk, by=officer)
    make_action(risk, by=officer)
    make_assurance(risk, by=manager)
    make_precedent(risk, by=officer)
    make_escalation(risk, above, by=officer, approved_by=manager)
    make_appetite(organisation, by=manager)
    make_agreement(register, by=manager)
    SetAside.put(
        risk, by=manager, check_name="rq1-stale", reason="May.", until=timezone.localdate()
    )
    CalendarKey.make(by=make_user())
    seal_rows()


@contextmanager
def rollback():
    """Takes back what is done in it, before the database asks whether what is referred
    to is there.
    """
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def row_of(model):
    return model._base_manager.order_by("pk").last()


def another(field, value):
    """A value that the field does not have now."""
    if field.choices:
        return next(choice for choice, _ in field.flatchoices if choice != value)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return (value or timezone.now()) + datetime.timedelta(seconds=1)
    if isinstance(field, models.DateField):
        return (value or timezone.localdate()) - datetime.timedelta(days=1)
    if isinstance(field, models.JSONField):
        return [*value, "more"]
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if field.is_relation or field.primary_key:
        return (value or 0) + STRANGE
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    return f"{value[:-1]}x" if len(value or "") == field.max_length else f"{value}x"


def change(row, field):
    """Written round every verb. Returns whether the database let it."""
    value = another(field, vars(row)[field.attname])
    try:
        with transaction.atomic():
            models.QuerySet(type(row)).filter(pk=row.pk).update(**{field.attname: value})
    except IntegrityError:
        return False
    return True


def insert_like(row):
    """A twin of the row, as like it as the database lets it be. Returns its key."""
    model, unique = type(row), {f.name for f in row._meta.concrete_fields if f.unique}
    for constraint in row._meta.constraints:
        unique |= {*getattr(constraint, "fields", ())}
    values = vars(row)
    twin = model(**{f.attname: values[f.attname] for f in model._meta.concrete_fields})
    for field in model._meta.concrete_fields:
        if field.name in unique and field.name != TOKEN:
            setattr(twin, field.attname, another(field, values[field.attname]))
    twin.pk = row.pk + 1
    if hasattr(twin, TOKEN):
        twin.token = model._meta.get_field(TOKEN).get_default()
    if isinstance(twin, CalendarKey):
        twin.revoked_at = timezone.now()  # one in use a person
    models.QuerySet(model).bulk_create([twin])
    return twin.pk
