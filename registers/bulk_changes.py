"""Many risks written at once, with the same history, seals and positions as one by one, in a
fraction of the time.

What each row says, and what is refused, comes from where the verbs have it (models/risk_builder.py,
history/versioned.py). Here the rows of a batch are made in memory, in the order in which the verbs
would have made them, and laid aside in a file as the database takes them (bulk_spool.py). The
transaction that writes them finds nothing left to be worked out but the signatures of the audit
chain: others wait no longer than that takes.
"""

from dataclasses import dataclass, field
from itertools import count, islice

from django.db import transaction
from django.utils import timezone

from registers.bulk_spool import LaidAside, Writing
from registers.history.bulk_insert import build_row, check_references, garbage_collection_paused
from registers.history.versioned import VersionedRevision
from registers.models import (
    Action,
    Assessment,
    AuditEntry,
    BulkEditConflict,
    Control,
    Position,
    Register,
    Risk,
    RiskRevision,
)

BATCH = 200  # risks whose rows are in memory together
Event = RiskRevision.Event


class NumberingConflict(Exception):
    """The register has given numbers since those of the new risks were worked out; nothing was
    written.
    """


@dataclass
class NewRisk:
    """content: by field of RiskContent. judgements: keyword arguments of Risk.assess, kind and
    effective_on included, oldest first. controls, actions: keyword arguments of Control.add and
    Action.add. close: those of Risk.close, where it is to be closed at last; what is closed from
    its first day takes no judgement. next_review_on: revised after all that, where it is another by
    then and the risk is not closed. number: None for the next; given only to a register that has
    never given one.
    """

    content: dict
    raised_on: object
    judgements: list[dict] = field(default_factory=list)
    controls: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)
    close: dict | None = None
    next_review_on: object = None
    number: int | None = None


@dataclass
class ChangedRisk:
    """changes: keyword arguments of Risk.revise, none where only the rest is added to what stands
    beside the risk.
    """

    risk: Risk
    version: int
    changes: dict
    judgements: list[dict] = field(default_factory=list)
    controls: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)
    close: dict | None = None
    next_review_on: object = None


@transaction.atomic
@garbage_collection_paused()
def take_in(*, register, by, new=(), changed=(), reason="", recorded_at=None) -> list[Risk]:
    """Write them all, or none; returns the risks, the new ones first. What is written is what
    Risk.log (without a rating), revise, assess, Control.add, Action.add and close would have
    written, one after the other. reason: of changes, controls, actions and closings that bring
    none. recorded_at: of everything, else one instant.

    Raises BulkEditConflict where risks to be changed are not at their version, InvalidTransition
    where one is closed, RatingOutsideScheme and ValueError as those verbs do.
    """
    new, changed = list(new), list(changed)
    Register.objects.select_for_update(no_key=True).get(pk=register.pk)
    numbers = [new_risk.number for new_risk in new]
    with TakingIn(
        register, by=by, numbers=numbers, reason=reason, recorded_at=recorded_at
    ) as taking:
        risks = [*taking.new(new), *taking.changed(changed)]
        taking.write()
    return risks


class TakingIn:
    """The same in two steps: new and changed prepare, outside of any transaction, and give back the
    risks while they go; write puts what they prepared into the database. numbers: those of the new
    ones, in their order, None for the next. Each step raises as take_in does, and write
    NumberingConflict as well: then it is all to be prepared anew.
    """

    def __init__(self, register, *, by, numbers=(), reason="", recorded_at=None):
        self.register, self.rows, self.payloads = register, LaidAside(), LaidAside()
        self.versions = {}  # of the risks to be changed
        register.refresh_from_db(fields=["next_number"])
        self.numbers, self.next_number = _numbers(register, numbers)
        self.writing = Writing(register, by, reason, recorded_at or timezone.now())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.rows.close()
        self.payloads.close()

    def new(self, rows):
        numbers = iter(self.numbers)
        for batch in _batches(rows):
            yield from self._spool(
                [_Life.begin(self.writing, new_risk, next(numbers)) for new_risk in batch]
            )

    def changed(self, rows):
        for batch in _batches(rows):
            risks = _risks_to_change(self.register, batch, self.versions)
            self.versions |= {risk.pk: risk.version for risk in risks.values()}
            histories = _histories_of(list(risks.values()))
            yield from self._spool(
                [_Life.go_on(self.writing, change, *histories[change.risk.pk]) for change in batch]
            )

    def _spool(self, lives):
        batch, payloads = self.writing.take_batch(lives)
        self.rows.add([batch])
        self.payloads.add(payloads)
        return [life.risk for life in lives]

    @transaction.atomic
    def write(self):
        """Put all of it into the database. In a transaction around it what it holds is held until
        that ends: the register, the risks that are changed, and from its last step on the head of
        the audit chain.
        """
        if self.numbers:
            counter = Register.objects.filter(
                pk=self.register.pk, next_number=self.register.next_number
            )
            if not counter.update(next_number=self.next_number):
                raise NumberingConflict(f"{self.register} gave numbers meanwhile.")
        _lock_for_update(self.register, self.versions)
        for batch in self.rows:
            batch.write()
            check_references()
        if self.numbers:
            self.register.next_number = self.next_number
        chain = {"organisation": self.register.organisation, "by": self.writing.by}
        AuditEntry.record_many(**chain, payloads=self.payloads)


def _numbers(register, numbers):
    """(the number of each: given, or the next after them all; the one after those). Raises
    ValueError where the register gave some before.
    """
    fixed = [number for number in numbers if number]
    if fixed and (register.next_number > 1 or len(set(fixed)) < len(fixed)):
        raise ValueError(f"{register} gives numbers itself, each once.")
    free = count(max(fixed) + 1 if fixed else register.next_number)
    assigned = [number or next(free) for number in numbers]
    return assigned, next(free)


def _batches(rows):
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _risks_to_change(register, changed, earlier):
    """Key -> risk of those that are to be changed. taken: those that were changed before. Raises
    BulkEditConflict.
    """
    keys = [change.risk.pk for change in changed]
    versions = {change.risk.pk: change.version for change in changed}
    risks = {
        risk.pk: risk
        for risk in register.risks.filter(pk__in=versions)
        .order_by("pk")
        .select_related("latest")
        .prefetch_related(*(f"latest__{name}" for name in Risk.MANY))
    }
    if unknown := [change.risk for change in changed if change.risk.pk not in risks]:
        raise ValueError(f"{unknown[0].reference} is no risk of {register}.")
    repeated = {pk for pk in keys if keys.count(pk) > 1 or pk in earlier}
    changed_risks = [
        risk for risk in risks.values() if risk.version != versions[risk.pk] or risk.pk in repeated
    ]
    if changed_risks:
        raise BulkEditConflict(changed_risks)
    return risks


def _lock_for_update(register, versions):
    """Hold risks until the transaction ends, in one order whoever asks. versions: by key. Raises
    BulkEditConflict where one is at another: its history and its positions follow from those that
    were read.
    """
    for keys in _batches(sorted(versions)):
        risks = register.risks.select_for_update().filter(pk__in=keys).order_by("pk")
        if changed_risks := [risk for risk in risks if risk.version != versions[risk.pk]]:
            raise BulkEditConflict(changed_risks)


def _histories_of(risks):
    """Key -> (risk, its revisions, its own current assessments, its positions). Three queries.

    Oldest first.
    """
    names = (
        *("risk", "number", "effective_on", "status", "primary_failure_type", "owner"),
        *("next_review_on", "happened_on", "category", "by", "reason", "what", "recorded_at"),
    )
    keys = [risk.pk for risk in risks]
    histories = {risk.pk: (risk, [], [], []) for risk in risks}
    for revision in RiskRevision.objects.filter(risk__in=keys).order_by("number").only(*names):
        histories[revision.risk_id][1].append(revision)
    for assessment in Assessment.objects.filter(risk__in=keys).current().prefetch_related("scheme"):
        histories[assessment.risk_id][2].append(assessment)
    for position in Position.objects.filter(risk__in=keys):
        histories[position.risk_id][3].append(position)
    return histories


class _Life:
    """A risk while it is written: what the verbs would read from the database is in memory.
    revisions, judged: its course, oldest first; several: what it says that can be several.
    """

    def __init__(self, writing, risk, many_values, revisions=(), assessments=(), positions=()):
        self.writing, self.risk, self.many_values = writing, risk, many_values
        self.revisions, self.assessments = list(revisions), list(assessments)
        self.positions = positions

    @classmethod
    def begin(cls, writing, new_risk, number):
        day = min(new_risk.raised_on or writing.today, writing.today)
        author = {"raised_by": writing.by, "raised_on": day}
        risk = build_row(Risk, register=writing.register, number=number, **author)
        risk.check_changes(new_risk.content)
        writing.keep(risk)
        life = cls(writing, risk, {name: set() for name in Risk.MANY})
        life.record(Risk.initial_event(new_risk.content.get("status")), day, new_risk.content)
        life.go_through(new_risk)
        return life

    @classmethod
    def go_on(cls, writing, change, risk, revisions, assessments, positions):
        risk.current = next((row for row in assessments if row.pk == risk.current_id), None)
        life = cls(writing, risk, risk.many_values(), revisions, assessments, positions)
        if change.changes:
            life.revise(**change.changes)
        life.go_through(change)
        writing.changed.append(risk)
        return life

    def go_through(self, change):
        for judgement in change.judgements:
            self.assess(**judgement)
        for model, rows in ((Control, change.controls), (Action, change.actions)):
            for row in rows:
                self.add(model, **row)
        if change.close is not None:
            self.close(**change.close)
        if (
            change.next_review_on not in (None, self.risk.next_review_on)
            and self.risk.status != Risk.Status.CLOSED
        ):
            self.revise(next_review_on=change.next_review_on)

    def revise(
        self,
        *,
        revision_event=None,
        reason="",
        on_behalf_of=None,
        effective_on=None,
        recorded_at=None,
        **changes,
    ):
        risk, by, reason = self.risk, self.writing.by, reason or self.writing.reason
        risk.check_changes(changes)
        if risk.has_no_changes(changes, by, reason, self.many_values):
            return
        risk.check_transition(revision_event or Event.EDITED)
        day = effective_on or self.writing.today
        details = {"reason": reason, "on_behalf_of": on_behalf_of, "recorded_at": recorded_at}
        self.record(revision_event or Event.EDITED, day, changes, **details)

    def assess(self, *, effective_on=None, recorded_at=None, next_review_on=None, **judgement):
        """next_review_on: where it is not the day that the band gives. Said with the judgement it
        needs no revision of its own.
        """
        risk, day = self.risk, effective_on or self.writing.today
        dates = {"recorded_at": recorded_at or self.writing.recorded_at}
        risk.check_transition(Event.ASSESSED)
        assessment = risk.build_assessment(
            by=self.writing.by, effective_on=day, **dates, **judgement
        )
        self.writing.keep(assessment)
        changes = risk.set_current(assessment)
        if assessment.is_our_current:
            self.assessments.append(assessment)
            changes |= {"next_review_on": next_review_on} if next_review_on else {}
        day = max(day, risk.latest.effective_on)
        self.record(Event.ASSESSED, day, changes, assessment=assessment, **dates)

    def add(self, model, *, reason="", effective_on=None, recorded_at=None, **content):
        record = build_row(model, risk=self.risk)
        self.writing.keep(record)
        details = {
            "reason": reason or self.writing.reason,
            "effective_on": effective_on or self.writing.today,
        }
        details["recorded_at"] = recorded_at or self.writing.recorded_at
        revision = record.build_revision(
            VersionedRevision.Event.ADDED, content, by=self.writing.by, **details
        )
        self.writing.keep(revision)
        record.set_latest(revision)
        self.writing.payloads.append(record.revision_payload(revision))

    def close(self, *, reason="", depends_on="", **options):
        self.risk.check_transition(Event.CLOSED)
        changes = {"status": Risk.Status.CLOSED, "depends_on": depends_on}
        self.revise(revision_event=Event.CLOSED, reason=reason, **changes, **options)

    def record(self, event, day, changes, recorded_at=None, **details):
        changes = {**changes}
        self.many_values = self.many_values | Risk.take_many_values(changes)
        dates = {"on": day, "recorded_at": recorded_at or self.writing.recorded_at}
        revision = self.risk.build_revision(
            event, by=self.writing.by, changes=changes, **dates, **details
        )
        self.revisions.append(revision)
        self.writing.keep(revision, self.many_values)
        self.risk.set_latest(revision)
        self.writing.payloads.append(self.risk.revision_payload(revision, self.many_values))
