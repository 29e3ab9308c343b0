"""Many risks of a register written at once: by an import, and by whoever makes a register up."""

from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.utils import timezone

from registers.history.bulk_insert import build_row, check_references
from registers.models import Action, AuditEntry, BulkEditConflict, Control, Risk, RiskRevision
from registers.models.assessment import share_schemes
from registers.models.risk_change import ChangeBatch

BATCH = 200  # risks whose rows are in memory together
Event = RiskRevision.Event


@dataclass(kw_only=True)
class RiskChanges:
    """What happens to a risk, in this order.

    judgements: arguments of RiskChange.assess, kind and effective_on included, oldest first.
    controls, actions: arguments of RiskChange.add. records: existing ones, each with what changes
    of it. notes: arguments of RiskChange.note. close: those of its step, where it is to be closed
    at last. next_review_on: revised after all that, where it is another by then and the risk is not
    closed. effective_on: of the content, the closing and the next review; today at the latest.
    """

    judgements: list[dict] = field(default_factory=list)
    controls: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)
    records: list[tuple] = field(default_factory=list)
    close: dict | None = None
    next_review_on: object = None
    effective_on: object = None


@dataclass
class NewRisk(RiskChanges):
    """content: by field of RiskContent. raised_on: today at the latest.

    What is closed from its first day takes no judgement.
    """

    content: dict
    raised_on: object


@dataclass
class ChangedRisk(RiskChanges):
    """version: the one that is changed. content: what is new of it."""

    risk: Risk
    version: int
    content: dict


@transaction.atomic
def write_many(register, *, by, new=(), changed=(), numbers=None, reason="", recorded_at=None):
    """Write all of it, or nothing; return the keys of the risks, the new ones first.

    new: NewRisks. changed: ChangedRisks, in the order of their risks' keys, so that no two writers
    wait for each other. Both are read and written some hundreds at a time. numbers: those of the
    new risks, taken from the register before; without, the next ones. reason: of changes that give
    none. recorded_at: of everything, else one instant.

    A body cannot agree the register meanwhile. Everybody else can save: the risks that are changed
    are held one after the other, the head of the audit chain at the end. Raises BulkEditConflict
    where a risk is not at its version, InvalidTransition where one is closed, RatingOutsideScheme
    and ValueError as RiskChange does.
    """
    register.hold()
    recorded_at = recorded_at or timezone.now()
    numbers = None if numbers is None else iter(numbers)
    keys, payloads = [], []

    def write(items, begin):
        batch = ChangeBatch(by=by, reason=reason, recorded_at=recorded_at)
        risks = begin(batch, items)
        payloads.extend(batch.write())
        check_references()
        keys.extend(risk.pk for risk in risks)

    for items in _batches(new):
        taken = numbers or iter(register.take_numbers(len(items)))
        write(items, lambda batch, items, taken=taken: _log(batch, register, items, taken))
    first = len(keys)
    for items in _batches(changed):
        write(items, lambda batch, items: _change(batch, register, items, {*keys[first:]}))
    AuditEntry.record_many(organisation=register.organisation, by=by, payloads=payloads)
    return keys


def _batches(items):
    items = iter(items)
    while batch := list(islice(items, BATCH)):
        yield batch


def _log(batch, register, items, numbers):
    risks = []
    for item, number in zip(items, numbers, strict=False):
        day = min(item.raised_on or batch.today, batch.today)
        fields = {"raised_by": batch.by, "raised_on": day}
        risk = build_row(Risk, register=register, number=number, **fields)
        change = batch.change(risk)
        change.log(item.content, on=day)
        _go_through(change, item)
        risks.append(risk)
    return risks


def _change(batch, register, items, written):
    risks = _hold(register, items, written)
    for item in items:
        change = batch.change(risks[item.risk.pk])
        if item.content:
            change.revise(**{"effective_on": item.effective_on} | item.content)
        _go_through(change, item)
    return risks.values()


def _go_through(change, item):
    risk = change.risk
    for judgement in item.judgements:
        change.assess(**judgement)
    for model, rows in ((Control, item.controls), (Action, item.actions)):
        for row in rows:
            change.add(model, **row)
    for row in item.notes:
        change.note(**row)
    for record, content in item.records:
        change.revise_record(record, **content)
    if item.close is not None:
        content = {"status": Risk.Status.CLOSED, "depends_on": ""}
        content |= {"effective_on": item.effective_on}
        change.step(Event.CLOSED, **content | item.close)
    elif item.next_review_on not in (None, risk.next_review_on):
        change.revise(effective_on=item.effective_on, next_review_on=item.next_review_on)


def _hold(register, items, written):
    """Key -> risk of those that are to be changed, held until the transaction ends.

    written: keys of those that were changed before. Raises BulkEditConflict.
    """
    keys = [item.risk.pk for item in items]
    rows = Risk.objects.select_for_update(of=("self",)).filter(register=register, pk__in=keys)
    related = (f"latest__{name}" for name in Risk.MANY)
    rows = rows.order_by("pk").select_related("latest", "current").prefetch_related(*related)
    risks = {risk.pk: risk for risk in rows}
    if strangers := [item.risk for item in items if item.risk.pk not in risks]:
        raise ValueError(f"{strangers[0].reference} is no risk of {register}.")
    versions = {item.risk.pk: item.version for item in items}
    conflicts = [
        risk
        for key, risk in risks.items()
        if risk.version != versions[key] or keys.count(key) > 1 or key in written
    ]
    if conflicts:
        raise BulkEditConflict(conflicts)
    for risk in risks.values():
        risk.register = register
    share_schemes([risk.current for risk in risks.values() if risk.current], register)
    return risks
