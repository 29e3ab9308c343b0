"""Operations on several records: one function each, keyword arguments only, one transaction."""

import uuid

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from registers.bulk_changes import ChangedRisk, write_many
from registers.history.errors import InvalidTransition, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.models import (
    Action,
    Agreement,
    AuditEntry,
    BulkEditConflict,
    CommitteeAction,
    Control,
    Meeting,
    Question,
    Register,
    Review,
    Risk,
    Supersession,
)
from registers.models.review import proposed_next_review


@transaction.atomic
def agree(*, register, by, body, decision, on, met_on=None, note="", token=None, recorded_at=None):
    """Record what a body decided on the register's position of a day, as on record by its end.

    on: the data date; met_on: the day of the meeting, without one the data date. Returns the
    Agreement. The same token by the same person in the same register returns the agreement that it
    made. It belongs to the body's meeting of that day: a new one where none was recorded.
    recorded_at is for the demo. The register and its risks are locked meanwhile: changes are either
    finished before or come later.
    """
    met_on = met_on or on
    if max(on, met_on) > timezone.localdate():
        raise ValueError(f"Nothing is agreed for {max(on, met_on)}: that day is in the future.")
    if met_on < on:
        raise ValueError(f"A body that met on {met_on} cannot have seen the position of {on}.")
    if not register.bodies.filter(pk=body.pk, organisation=register.organisation_id).exists():
        raise ValueError(f"{body} does not oversee {register}.")
    Register.objects.select_for_update().get(pk=register.pk)
    token = FormToken(token, register, by)
    stated = {"body": body, "decision": decision, "on": on, "met_on": met_on, "note": note}
    if existing := token.row_of(Agreement.objects.filter(register=register, by=by)):
        return return_existing_or_raise(existing, existing.has_values(stated), existing.recorded_at)
    list(register.risks.select_for_update().order_by("pk").values_list("pk", flat=True))
    fields = {
        **stated,
        "meeting": Meeting.of_day(body, met_on, by=by),
        "body_name": body.name,
        "by": by,
        "recorded_at": recorded_at or timezone.now(),
    }

    def insert(token):
        return Agreement.objects.create(register=register, token=token, **fields)

    agreement = token.insert(Agreement, insert)
    _enter_agreement(agreement)
    return agreement


def _enter_agreement(agreement):
    register = agreement.register
    AuditEntry.record(
        organisation=register.organisation,
        by=agreement.by,
        verb="register.agreed",
        subject=register,
        facts={
            "agreement": agreement.pk,
            "on": agreement.on.isoformat(),
            "met_on": agreement.met_on.isoformat(),
            "risks": agreement.positions.count(),
        },
        seals=[agreement.seal()],
        text={
            "register": str(register),
            "body": agreement.body_name,
            "note": agreement.note,
            "by": str(agreement.by),
        },
    )


@transaction.atomic
def supersede(*, agreement, by, reason, replacement=None, token=None):
    """Record that an agreement was recorded in error, and return the Supersession.

    replacement: the arguments of `agree` for what is right; None: the body agreed nothing, and the
    agreement is withdrawn. Both are kept. The same token by the same person returns what it made.
    Raises InvalidTransition for an agreement that was superseded before.
    """
    if not reason.strip():
        raise ValueError("An agreement is superseded for a reason.")
    register = Register.objects.select_for_update().get(pk=agreement.register_id)
    form_token = FormToken(token, agreement, by)
    if row := form_token.row_of(Supersession.objects.filter(agreement=agreement, by=by)):
        right = row.replacement
        is_same = row.reason == reason and bool(right) == bool(replacement)
        is_same = is_same and (not right or right.has_values(replacement))
        return return_existing_or_raise(row, is_same, row.recorded_at)
    if Supersession.objects.filter(agreement=agreement).exists():
        raise InvalidTransition("this agreement was superseded already")
    right = replacement and agree(register=register, by=by, **replacement)

    def insert(token):
        return Supersession.objects.create(
            agreement=agreement, replacement=right, reason=reason, by=by, token=token
        )

    supersession = form_token.insert(Supersession, insert)
    AuditEntry.record(
        organisation=register.organisation,
        by=by,
        verb="agreement.superseded",
        subject=register,
        facts={"agreement": agreement.pk, "replacement": right and right.pk},
        seals=[supersession.seal()],
        text={"register": str(register), "reason": reason, "by": str(by)},
    )
    return supersession


@transaction.atomic
def review_many(*, by, reviews, token=None):
    """Record for several risks that each stands as it is today; return the reviews in their order.

    reviews: (risk, version, note). The next review of each follows its band. Raises
    BulkEditConflict, and writes nothing, when a risk is not at its version: whoever ticked thirty
    either reviews all thirty or sees which not. The same token returns the reviews that it made.
    """
    requested = {risk.pk: (version, note) for risk, version, note in reviews}
    risks = _lock_rows(Risk, requested)
    token = token or uuid.uuid4()
    tokens = {risk.pk: uuid.uuid5(token, str(risk.pk)) for risk in risks}
    reviews_by_risk = {
        row.risk_id: row for row in Review.objects.filter(token__in=tokens.values(), by=by)
    }
    for pk, row in reviews_by_risk.items():
        return_existing_or_raise(row, row.note == requested[pk][1], row.recorded_at)
    changed = [
        risk
        for risk in risks
        if risk.pk not in reviews_by_risk and risk.version != requested[risk.pk][0]
    ]
    if changed:
        raise BulkEditConflict(changed)
    day = timezone.localdate()
    for risk in risks:
        if risk.pk not in reviews_by_risk:
            version, note = requested[risk.pk]
            fields = {
                "outcome": Review.Outcome.STANDS,
                "note": note,
                "next_on": proposed_next_review(risk, day),
            }
            reviews_by_risk[risk.pk] = risk.review(
                by=by, version=version, token=tokens[risk.pk], **fields
            )
    return [reviews_by_risk[risk.pk] for risk in risks]


@transaction.atomic
def reassign(
    *,
    by,
    from_post,
    to_post,
    reason,
    risks=(),
    controls=(),
    actions=(),
    committee_actions=(),
    questions=(),
):
    """Give records of one post to another of its organisation; return how many the latter has now.

    risks, controls and so on: (record, version). Raises BulkEditConflict, and writes nothing, when
    one of them is not at its version or no longer the first post's. A record that this person moved
    already, for this reason and from that version, comes from the same form sent twice and passes.
    """
    if from_post.organisation_id != to_post.organisation_id:
        raise ValueError(f"{to_post} is a post of another organisation.")
    organisation = to_post.organisation
    versions_by_model = {
        Risk: dict(_keyed(risks)),
        Control: dict(_keyed(controls)),
        Action: dict(_keyed(actions)),
        CommitteeAction: dict(_keyed(committee_actions)),
        Question: dict(_keyed(questions)),
    }
    risk_keys = [record.risk_id for record, _ in (*controls, *actions)]
    _lock_rows(
        Risk, [*versions_by_model[Risk], *risk_keys]
    )  # risks before what stands beside them: see Versioned._lock_for_update
    records = [
        (record, versions[record.pk])
        for model, versions in versions_by_model.items()
        for record in _lock_rows(model, versions)
    ]
    moved_already = [
        record
        for record, version in records
        if _is_moved_already(record, version, to_post, by, reason)
    ]
    to_move = [(record, version) for record, version in records if record not in moved_already]
    changed = [
        row for row, version in to_move if (row.version, row.owner_id) != (version, from_post.pk)
    ]
    if changed:
        raise BulkEditConflict(changed)
    for record, version in to_move:
        _give(record, to_post, by=by, version=version, reason=reason)
    if to_move:
        moved = {
            f"{model.__name__.lower()}s": [row.pk for row, _ in to_move if type(row) is model]
            for model, versions in versions_by_model.items()
            if versions
        }
        AuditEntry.record(
            organisation=organisation,
            by=by,
            verb="post.reassigned",
            subject=from_post,
            facts={"to": to_post.pk, **moved},
            text={"from": from_post.title, "to": to_post.title, "reason": reason, "by": str(by)},
        )
    return len(records)


@transaction.atomic
def change_many(*, register, by, changes, reason):
    """Change what several risks of a register say; return how many say so now.

    changes: (risk, version, its new content). Raises BulkEditConflict, and writes nothing, when a
    risk is not at its version. A risk that this person changed so already, for this reason and from
    that version, comes from the same form sent twice and passes.
    """
    register.hold()
    requested = {risk.pk: (version, content) for risk, version, content in changes}
    changed = []
    for risk in _lock_rows(Risk, requested):
        version, content = requested[risk.pk]
        if not _is_changed_already(risk, version, content, by, reason):
            changed.append(ChangedRisk(risk=risk, version=version, content=content))
    write_many(register, by=by, changed=changed, reason=reason)
    return len(requested)


def _is_changed_already(risk, version, content, by, reason):
    latest = risk.latest
    return (
        risk.version == version + 1
        and (latest.by_id, latest.reason) == (by.pk, reason)
        and latest.has_values(content)
    )


def _give(record, post, **authorship):
    if isinstance(record, Question):
        record.refer(post=post, **authorship)
    elif isinstance(record, CommitteeAction):
        record.revise(post=post, **authorship)
    else:
        record.revise(owner=post, **authorship)


def _keyed(records):
    return ((record.pk, version) for record, version in records)


def _lock_rows(model, keys):
    """The rows of these keys, locked in key order, so that two requests cannot deadlock."""
    rows = list(model.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    if hasattr(model, "latest_id"):
        prefetch_related_objects(rows, "latest")
    return rows


def _is_moved_already(record, version, to_post, by, reason):
    if record.owner_id != to_post.pk or record.version != version + 1:
        return False
    return (record.latest.by_id, record.latest.reason) == (by.pk, reason)
