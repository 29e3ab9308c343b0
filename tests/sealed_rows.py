"""At least one row of every sealed model, and the changes that SQL could make to it."""

import datetime
import uuid
from contextlib import contextmanager

from django.contrib.auth.models import Group
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from makers import (
    days_ago,
    failure_type,
    impact,
    make_action,
    make_agreement,
    make_appetite,
    make_assurance,
    make_body,
    make_committee_action,
    make_control,
    make_declaration,
    make_deep_dive,
    make_directorate,
    make_election,
    make_escalation,
    make_grant,
    make_invitation,
    make_meeting,
    make_paper,
    make_paper_template,
    make_person,
    make_post,
    make_precedent,
    make_put_question,
    make_register,
    make_resolution,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    make_scheme_draft,
    make_seat,
    make_user,
    publish_paper,
    seal_rows,
)

from registers.models import (
    Attendance,
    CalendarKey,
    CheckWaiver,
    ClearanceRule,
    Consultation,
    LateItem,
    MinutesApproval,
    ProgressNote,
    Register,
    Role,
    User,
)
from registers.services import supersede

STRANGE = 1_000_000  # added to a key: no such row
# Fields that no seal covers, for the reason beside SEAL_EXCLUDES; other fields that a Risk leaves
# out are protected by other means.
UNSEALED = {
    User: {"password", "last_login"},
    Register: {"next_number"},
}
TOKEN = "token"


def make_sealed_rows():
    """At least one row of every sealed model, all of them sealed."""
    above = make_register()
    organisation = above.organisation
    manager, officer = (make_person(organisation, role) for role in (Role.MANAGER, Role.OFFICER))
    officer.groups.add(Group.objects.get_or_create(name="Editors")[0])
    post = make_post(organisation, holder=officer, directorate=make_directorate(organisation))
    make_scheme_draft(organisation, make_scheme(organisation=organisation), by=manager)
    links = {"other_failure_types": [failure_type("external")], "adverse_impacts": [impact()]}
    register = make_register(organisation, parent=above)
    risk = make_risk(register, by=officer, assessed=(3, 4), owner=post, **links)
    make_review(risk, by=officer)
    make_revision(risk, by=officer, on_behalf_of=manager, title="Anew")
    make_control(risk, by=officer)
    make_action(risk, by=officer)
    make_assurance(risk, by=manager)
    make_precedent(risk, by=officer)
    make_escalation(risk, above, by=officer, approved_by=manager)
    make_appetite(organisation, by=manager)
    replacement = {"body": make_body(register), "decision": "noted", "on": timezone.localdate()}
    make_seat(replacement["body"], officer)
    supersede(
        agreement=make_agreement(register, by=manager, on=days_ago(1)),  # of no position
        by=manager,
        reason="Another day.",
        replacement=replacement,
    )
    meeting = replacement["body"].meetings.first()
    make_election(organisation)
    LateItem.accept(meeting, by=manager, title="Ransomware", reason="It cannot wait.")
    question = make_put_question(meeting, register, by=manager)
    question.answer(by=manager, wording="Nobody does.", is_published=True)
    referral = {"version": 0, "post": make_post(organisation), "reason": "It moved."}
    referred = make_put_question(meeting, register, by=manager, indicator="above")
    referred.refer(by=manager, **referral)
    referred.close(by=manager, kind="withdrawn")
    make_record(meeting, make_meeting(meeting.body, days_ago(9)), officer, risk, by=manager)
    ClearanceRule.state(organisation, by=manager, kinds=["author"])
    paper = make_paper(register, by=manager, meeting=meeting)
    key = "executive_summary.about"
    words = {"part": "A", "key": key, "wording": "In our words.", "drafted": "As drafted."}
    paper.edit(by=manager, version=1, **words)
    publish_paper(paper, by=manager)
    Consultation.record(paper, by=manager, member="Cabinet Member", version=2)
    CheckWaiver.put(
        risk, by=manager, check_name="rq1-stale", reason="May.", until=timezone.localdate()
    )
    ProgressNote.put(risk, by=manager, note="On plan.")
    grant = make_grant(register, officer, by=manager, risk=risk)
    grant.withdraw(by=manager, reason="It is over.")
    make_paper_template(organisation, by=manager).retire(by=manager)
    CalendarKey.make(by=make_user())
    make_invitation(organisation, by=manager)
    scheme = make_scheme()
    newer = make_scheme(slug=scheme.slug, version=2)
    rescored = make_register(organisation, scheme=scheme)
    rescored.adopt_scheme(by=manager, scheme=newer, reason="Better levels.")
    seal_rows()


def make_record(meeting, earlier_meeting, person, risk, *, by):
    """What meetings may say, and that the minutes of the earlier one are approved."""
    make_committee_action(meeting, by=by, risk=risk)
    Attendance.record(meeting, by=by, person=person, kind="present")
    make_declaration(meeting, person, by=by).withdraw(by=by, reason="It ended.")
    make_resolution(meeting, by=by, corrects=make_resolution(meeting, by=by))
    deep_dive = make_deep_dive(meeting, risk, by=by)
    deep_dive.conclude(by=by, took_place=True, attendees="Head of ICT")
    MinutesApproval.record(earlier_meeting, by=by, approving_meeting=meeting)


@contextmanager
def rollback():
    """Roll back the block before the database checks its foreign keys."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def row_of(model):
    return model._base_manager.order_by("pk").last()


def different_value(field, value):
    """A valid value other than the field's present one."""
    if field.choices:
        return next(choice for choice, _ in field.flatchoices if choice != value)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, (models.DateField, models.TimeField)):
        return different_moment(field, value)
    if isinstance(field, models.JSONField):
        return [*value, "more"]
    if isinstance(field, models.BinaryField):
        return bytes(value) + b"x"
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if field.is_relation or field.primary_key:
        return (value or 0) + STRANGE
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1
    return _other_text(field, value)


def _other_text(field, value):
    if isinstance(field, models.BinaryField):
        return bytes(value) + b"x"
    return f"{value[:-1]}x" if len(value or "") == field.max_length else f"{value}x"


def different_moment(field, value):
    """The same for a day, an hour or an instant."""
    if isinstance(field, models.DateTimeField):
        return (value or timezone.now()) + datetime.timedelta(seconds=1)
    if isinstance(field, models.DateField):
        return (value or timezone.localdate()) - datetime.timedelta(days=1)
    return datetime.time(9) if value is None else datetime.time(value.hour, 59 - value.minute)


def change(row, field):
    """Update one field by SQL. Returns whether the database allowed it."""
    value = different_value(field, vars(row)[field.attname])
    try:
        with transaction.atomic():
            models.QuerySet(type(row)).filter(pk=row.pk).update(**{field.attname: value})
    except IntegrityError:
        return False
    return True


def insert_like(row):
    """Insert a copy of the row, as similar as the database allows. Returns its key."""
    model, unique = type(row), {f.name for f in row._meta.concrete_fields if f.unique}
    for constraint in row._meta.constraints:
        unique |= {*getattr(constraint, "fields", ())}
    values = vars(row)
    twin = model(**{f.attname: values[f.attname] for f in model._meta.concrete_fields})
    for field in model._meta.concrete_fields:
        if field.name in unique and field.name != TOKEN:
            setattr(twin, field.attname, different_value(field, values[field.attname]))
    twin.pk = row.pk + 1
    if hasattr(twin, TOKEN):
        twin.token = model._meta.get_field(TOKEN).get_default()
    if isinstance(twin, CalendarKey):
        twin.revoked_at = timezone.now()  # one in use a person
    models.QuerySet(model).bulk_create([twin])
    return twin.pk
