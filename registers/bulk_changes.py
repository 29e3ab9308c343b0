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
from registers.history.bulk_insert import check_references, garbage_collection_paused
from registers.history.versioned import VersionedRevision
from registers.models import (
    Action,
    Assessment,
    AuditEntry,
    BulkEditConflict,
    Control,
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

    Raises BulkEditConflict where risks to be changed are not at their version, InvalidTransition where one is
    closed, RatingOutsideScheme and ValueError as those verbs do.
    """
    new, changed = list(new), list(changed)
    Register.objects.select_for_update(no_key=True).get(pk=register.pk)
    numbers = [one.number for one in new]
    with TakingIn(
        register, by=by, numbers=numbers, reason=reason, recorded_at=recorded_at
    ) as taking:
        risks = [*taking.new(new), *taking.changed(changed)]
        taking.write()
    return risks


class TakingIn:
    """The same in two steps: new and changed prepare, outside of any transaction, and give back the
    risks while they go; write puts what they prepared into the database. numbers: those of the new
    ones, in their order, None for the next. Each step raises as take_in does, and write NumberingConflict as
    well: then it is all to be prepared anew.
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
            yield from self._laid_aside(
                [_Life.begin(self.writing, one, next(numbers)) for one in batch]
            )

    def changed(self, rows):
        for batch in _batches(rows):
            held = _held(self.register, batch, self.versions)
            self.versions |= {risk.pk: risk.version for risk in held.values()}
            known = _known(list(held.values()))
            yield from self._laid_aside(
                [_Life.go_on(self.writing, one, *known[one.risk.pk]) for one in batch]
            )

    def _laid_aside(self, lives):
        told, payloads = self.writing.take_batch(lives)
        self.rows.add([told])
        self.payloads.add(payloads)
        return [life.risk for life in lives]

    @transaction.atomic
    def write(self):
        """Put all of it into the database. In a transaction around it what it holds is held until
        that ends: the register, the risks that are changed, and from its last step on the head of
        the audit chain.
        """
        if self.numbers:
            same = Register.objects.filter(
                pk=self.register.pk, next_number=self.register.next_number
            )
            if not same.update(next_number=self.next_number):
                raise NumberingConflict(f"{self.register} gave numbers meanwhile.")
        _lock_for_update(self.register, self.versions)
        for told in self.rows:
            told.write()
            check_references()
        if self.numbers:
            self.register.next_number = self.next_number
        how = {"organisation": self.register.organisation, "by": self.writing.by}
        AuditEntry.record_many(**how, payloads=self.payloads)


def _numbers(register, numbers):
    """(the number of each: given, or the next after them all; the one after those). Raises
    ValueError where the register gave some before.
    """
    given = [number for number in numbers if number]
    if given and (register.next_number > 1 or len(set(given)) < len(given)):
        raise ValueError(f"{register} gives numbers itself, each once.")
    rest = count(max(given) + 1 if given else register.next_number)
    found = [number or next(rest) for number in numbers]
    return found, next(rest)


def _batches(rows):
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _held(register, changed, taken):
    """Key -> risk of those that are to be changed. taken: those that were changed before. Raises
    BulkEditConflict.
    """
    asked = [one.risk.pk for one in changed]
    wanted = {one.risk.pk: one.version for one in changed}
    held = {
        risk.pk: risk
        for risk in register.risks.filter(pk__in=wanted).order_by("pk").prefetch_related(*Risk.MANY)
    }
    if strange := [one.risk for one in changed if one.risk.pk not in held]:
        raise ValueError(f"{strange[0].reference} is no risk of {register}.")
    twice = {pk for pk in asked if asked.count(pk) > 1 or pk in taken}
    moved = [risk for risk in held.values() if risk.version != wanted[risk.pk] or risk.pk in twice]
    if moved:
        raise BulkEditConflict(moved)
    return held


def _lock_for_update(register, versions):
    """Hold risks until the transaction ends, in one order whoever asks. versions: by key. Raises
    BulkEditConflict where one is at another: its history and its positions follow from those that were
    read.
    """
    for keys in _batches(sorted(versions)):
        held = register.risks.select_for_update().filter(pk__in=keys).order_by("pk")
        if moved := [risk for risk in held if risk.version != versions[risk.pk]]:
            raise BulkEditConflict(moved)


def _known(risks):
    """Key -> (risk, its revisions, its current judgements of our own), oldest first. Two queries."""
    names = "risk number effective_on status primary_failure_type owner next_review_on category by reason what"
    keys = [risk.pk for risk in risks]
    known = {risk.pk: (risk, [], []) for risk in risks}
    for revision in (
        RiskRevision.objects.filter(risk__in=keys).order_by("number").only(*names.split())
    ):
        known[revision.risk_id][1].append(revision)
    for judged in Assessment.objects.filter(risk__in=keys).current().prefetch_related("scheme"):
        known[judged.risk_id][2].append(judged)
    return known


class _Life:
    """A risk while it is written: what the verbs would read from the database is in memory.
    revisions, judged: its course, oldest first; several: what it says that can be several.
    """

    def __init__(self, writing, risk, many_values, revisions=(), judged=()):
        self.writing, self.risk, self.many_values = writing, risk, many_values
        self.revisions, self.assessments = list(revisions), list(judged)

    @classmethod
    def begin(cls, writing, one, number):
        content = {**one.content}
        many_values = {name: set(content.pop(name, None) or ()) for name in Risk.MANY}
        day = min(one.raised_on or writing.today, writing.today)
        who = {"raised_by": writing.by, "raised_on": day}
        life = cls(
            writing, Risk.build(writing.register, number=number, **who, **content), many_values
        )
        writing.keep(life.risk, many_values)
        life.record(Risk.initial_event(life.risk.status), day)
        life.go_through(one)
        return life

    @classmethod
    def go_on(cls, writing, one, risk, revisions, judged):
        risk.current = next((row for row in judged if row.pk == risk.current_id), None)
        life = cls(writing, risk, risk.many_values(), revisions, judged)
        if one.changes:
            life.revise(**one.changes)
        life.go_through(one)
        writing.changed.append(risk)
        return life

    def go_through(self, one):
        for judgement in one.judgements:
            self.assess(**judgement)
        for model, rows in ((Control, one.controls), (Action, one.actions)):
            for row in rows:
                self.add(model, **row)
        if one.close is not None:
            self.close(**one.close)
        if (
            one.next_review_on not in (None, self.risk.next_review_on)
            and self.risk.status != Risk.Status.CLOSED
        ):
            self.revise(next_review_on=one.next_review_on)

    def revise(
        self,
        *,
        what=None,
        reason="",
        on_behalf_of=None,
        effective_on=None,
        recorded_at=None,
        **changes,
    ):
        risk, by, reason = self.risk, self.writing.by, reason or self.writing.reason
        risk.check_changes(changes)
        if risk.has_no_changes(changes, self.revisions[-1], by, reason, self.many_values):
            return
        risk.check_transition(what or Event.EDITED)
        many_values = {name: set(changes.pop(name)) for name in Risk.MANY if name in changes}
        if many_values:
            self.many_values = self.many_values | many_values
            self.writing.say_instead(risk, many_values)
        for name, value in changes.items():
            setattr(risk, name, value)
        risk.version += 1
        day = effective_on or self.writing.today
        said = {"reason": reason, "on_behalf_of": on_behalf_of, "recorded_at": recorded_at}
        self.record(what or Event.EDITED, day, **said)

    def assess(self, *, effective_on=None, recorded_at=None, next_review_on=None, **judgement):
        """next_review_on: where it is not the day that the band gives. Said with the judgement it
        needs no revision of its own.
        """
        risk, day = self.risk, effective_on or self.writing.today
        when = {"recorded_at": recorded_at or self.writing.recorded_at}
        risk.check_transition(Event.ASSESSED)
        risk.version += 1
        judged = risk.build_assessment(by=self.writing.by, effective_on=day, **when, **judgement)
        self.writing.keep(judged)
        if judged.is_our_current:
            self.assessments.append(judged)
            risk.set_current(
                max(reversed(self.assessments), key=lambda row: row.effective_on)
            )  # of one day the last
            risk.next_review_on = next_review_on or risk.next_review_on
        self.record(
            Event.ASSESSED, max(day, self.revisions[-1].effective_on), assessment=judged, **when
        )

    def add(self, model, *, reason="", effective_on=None, recorded_at=None, **content):
        record = model.build(self.risk, **content)
        self.writing.keep(record)
        said = {
            "reason": reason or self.writing.reason,
            "effective_on": effective_on or self.writing.today,
        }
        said["recorded_at"] = recorded_at or self.writing.recorded_at
        revision = record.build_revision(VersionedRevision.Event.ADDED, by=self.writing.by, **said)
        self.writing.keep(revision)
        self.writing.payloads.append(record.revision_payload(revision))

    def close(self, *, reason="", depends_on="", **how):
        self.risk.check_transition(Event.CLOSED)
        said = {"status": Risk.Status.CLOSED, "depends_on": depends_on}
        self.revise(what=Event.CLOSED, reason=reason, **said, **how)

    def record(self, what, day, recorded_at=None, **told):
        after = self.revisions[-1].effective_on if self.revisions else None
        when = {"on": day, "after": after, "recorded_at": recorded_at or self.writing.recorded_at}
        revision = self.risk.build_revision(what, by=self.writing.by, **when, **told)
        self.revisions.append(revision)
        self.writing.keep(revision, self.many_values)
        self.writing.payloads.append(self.risk.revision_payload(revision, self.many_values))
