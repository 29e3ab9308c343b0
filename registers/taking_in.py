"""Many risks written at once, with the same history, seals and positions as one by one, in a fraction of the time.

What each row says, and what is refused, comes from where the verbs have it (models/making.py, models/kept.py). Here the
rows of a batch are made in memory, in the order in which the verbs would have made them, and written kind by kind.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from registers.models import (
    Action,
    Assessment,
    AuditEntry,
    Control,
    ManyMovedOn,
    Position,
    Register,
    Risk,
    RiskRevision,
)
from registers.models.bulk import keys_of, nothing_collected, write, write_pairs
from registers.models.kept import KeptRevision

BATCH = 200  # risks whose rows are in memory together
What = RiskRevision.What


@dataclass
class NewRisk:
    """content: by field of RiskContent. judgements: keyword arguments of Risk.assess, kind and effective_on included,
    oldest first. controls, actions: keyword arguments of Control.add and Action.add. close: those of Risk.close, where
    it is to be closed at last; what is closed from its first day takes no judgement. number: None for the next; given
    only to a register that has never given one."""

    content: dict
    raised_on: object
    judgements: list[dict] = field(default_factory=list)
    controls: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)
    close: dict | None = None
    number: int | None = None


@dataclass
class ChangedRisk:
    """changes: keyword arguments of Risk.revise, none where only the rest is added to what stands beside the risk."""

    risk: Risk
    version: int
    changes: dict
    judgements: list[dict] = field(default_factory=list)
    controls: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)
    close: dict | None = None


@transaction.atomic
@nothing_collected()
def take_in(*, register, by, new=(), changed=(), reason="", recorded_at=None) -> list[Risk]:
    """Write them all, or none; returns the risks, the new ones first. What is written is what Risk.log (without a
    rating), revise, assess, Control.add, Action.add and close would have written, one after the other. reason: of
    changes, controls, actions and closings that bring none. recorded_at: of everything, else one instant.

    Raises ManyMovedOn where risks to be changed are not at their version, OutOfTurn where one is closed,
    RatingOutsideScheme and ValueError as those verbs do."""
    new, changed = list(new), list(changed)
    numbers = iter(_numbers(register, new))
    held = _held(register, changed)
    writing = _Writing(register, by, reason, recorded_at or timezone.now())
    risks = []
    for batch in _batches(new):
        risks += writing.batch(_Life.begin(writing, one, next(numbers)) for one in batch)
    for batch in _batches(changed):
        known = _known([held[one.risk.pk] for one in batch])
        risks += writing.batch(_Life.go_on(writing, one, *known[one.risk.pk]) for one in batch)
    AuditEntry.record_many(organisation=register.organisation, by=by, tellings=writing.tellings)
    return risks


def _numbers(register, new):
    """The number of each: given, or the next after them all. Raises ValueError where the register gave some before."""
    given = [one.number for one in new if one.number]
    if not given:
        return register.take_numbers(len(new)) if new else ()
    after = max(given) + 1
    rest = range(after, after + len(new) - len(given))
    is_first = Register.objects.filter(pk=register.pk, next_number=1).update(next_number=rest.stop)
    if not is_first or len(set(given)) < len(given):
        raise ValueError(f"{register} gives numbers itself, each once.")
    register.refresh_from_db(fields=["next_number"])
    rest = iter(rest)
    return [one.number or next(rest) for one in new]


def _batches(rows):
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))


def _held(register, changed):
    """Key -> risk of those that are to be changed, locked in one order whoever asks. Raises ManyMovedOn."""
    wanted, held = {one.risk.pk: one.version for one in changed}, {}
    for keys in _batches(sorted(wanted)):
        found = register.risks.select_for_update().filter(pk__in=keys).order_by("pk")
        held |= {risk.pk: risk for risk in found.prefetch_related(*Risk.MANY)}
    if strange := [one.risk for one in changed if one.risk.pk not in held]:
        raise ValueError(f"{strange[0].reference} is no risk of {register}.")
    asked = [one.risk.pk for one in changed]
    moved = [risk for risk in held.values() if risk.version != wanted[risk.pk] or asked.count(risk.pk) > 1]
    if moved:
        raise ManyMovedOn(moved)
    return held


def _known(risks):
    """Key -> (risk, its revisions, its current judgements of our own), oldest first. Two queries."""
    names = "risk number effective_on status primary_failure_type owner next_review_on category by reason what"
    keys = [risk.pk for risk in risks]
    known = {risk.pk: (risk, [], []) for risk in risks}
    for revision in RiskRevision.objects.filter(risk__in=keys).order_by("number").only(*names.split()):
        known[revision.risk_id][1].append(revision)
    for judged in Assessment.objects.filter(risk__in=keys).current().prefetch_related("scheme"):
        known[judged.risk_id][2].append(judged)
    return known


class _Life:
    """A risk while it is written: what the verbs would read from the database is in memory. revisions, judged: its
    course, oldest first; several: what it says that can be several."""

    def __init__(self, writing, risk, several, revisions=(), judged=()):
        self.writing, self.risk, self.several = writing, risk, several
        self.revisions, self.judged = list(revisions), list(judged)

    @classmethod
    def begin(cls, writing, one, number):
        content = {**one.content}
        several = {name: set(content.pop(name, None) or ()) for name in Risk.MANY}
        day = min(one.raised_on or timezone.localdate(), timezone.localdate())
        who = {"raised_by": writing.by, "raised_on": day}
        life = cls(writing, Risk.first(writing.register, number=number, **who, **content), several)
        writing.keep(life.risk, several)
        life.record(Risk.what_first(life.risk.status), day)
        life.go_through(one)
        return life

    @classmethod
    def go_on(cls, writing, one, risk, revisions, judged):
        risk.current = next((row for row in judged if row.pk == risk.current_id), None)
        life = cls(writing, risk, risk.several(), revisions, judged)
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

    def revise(self, *, what=None, reason="", on_behalf_of=None, effective_on=None, recorded_at=None, **changes):
        risk, by, reason = self.risk, self.writing.by, reason or self.writing.reason
        risk.may_say(changes)
        if risk.says_already(changes, self.revisions[-1], by, reason, self.several):
            return
        risk.in_turn(what or What.EDITED)
        several = {name: set(changes.pop(name)) for name in Risk.MANY if name in changes}
        if several:
            self.several = self.several | several
            self.writing.say_instead(risk, several)
        for name, value in changes.items():
            setattr(risk, name, value)
        risk.version += 1
        day = effective_on or timezone.localdate()
        said = {"reason": reason, "on_behalf_of": on_behalf_of, "recorded_at": recorded_at}
        self.record(what or What.EDITED, day, **said)

    def assess(self, *, effective_on=None, recorded_at=None, next_review_on=None, **judgement):
        """next_review_on: where it is not the day that the band gives. Said with the judgement it needs no revision of
        its own."""
        risk, day = self.risk, effective_on or timezone.localdate()
        when = {"recorded_at": recorded_at or self.writing.recorded_at}
        risk.in_turn(What.ASSESSED)
        risk.version += 1
        judged = risk.judged(by=self.writing.by, effective_on=day, **when, **judgement)
        self.writing.keep(judged)
        if judged.is_our_current:
            self.judged.append(judged)
            risk.stands_by(max(reversed(self.judged), key=lambda row: row.effective_on))  # of one day the last
            risk.next_review_on = next_review_on or risk.next_review_on
        self.record(What.ASSESSED, max(day, self.revisions[-1].effective_on), assessment=judged, **when)

    def add(self, model, *, reason="", effective_on=None, recorded_at=None, **content):
        record = model.first(self.risk, **content)
        self.writing.keep(record)
        said = {"reason": reason or self.writing.reason, "effective_on": effective_on}
        said["recorded_at"] = recorded_at or self.writing.recorded_at
        revision = record.revised(KeptRevision.What.ADDED, by=self.writing.by, **said)
        self.writing.keep(revision)
        self.writing.tellings.append(record.told(revision))

    def close(self, *, reason="", depends_on="", **how):
        self.risk.in_turn(What.CLOSED)
        said = {"status": Risk.Status.CLOSED, "depends_on": depends_on}
        self.revise(what=What.CLOSED, reason=reason, **said, **how)

    def record(self, what, day, recorded_at=None, **told):
        after = self.revisions[-1].effective_on if self.revisions else None
        when = {"on": day, "after": after, "recorded_at": recorded_at or self.writing.recorded_at}
        revision = self.risk.revised(what, by=self.writing.by, **when, **told)
        self.revisions.append(revision)
        self.writing.keep(revision, self.several)
        self.writing.tellings.append(self.risk.told(revision, self.several))


class _Writing:
    """The rows of a batch by their kind, each with its key already, and what is to be told of all in the end."""

    def __init__(self, register, by, reason, recorded_at):
        self.register, self.by, self.reason, self.recorded_at = register, by, reason, recorded_at
        self.tellings, self.keys = [], {}
        self._clear()

    def _clear(self):
        self.rows, self.links, self.changed, self.unlinked = {}, {}, [], []

    def keep(self, row, several=None):
        """Give the row its key and write it with the batch. several: what it says that can be several."""
        model = type(row)
        if model not in self.keys:
            self.keys[model] = keys_of(model)
        row.pk = next(self.keys[model])
        self.rows.setdefault(model, []).append(row)
        self._link(row, several or {})

    def say_instead(self, risk, several):
        for name in several:
            self.unlinked.append((risk.pk, name))
            self.links.get((Risk, name), {}).pop(risk.pk, None)
        self._link(risk, several)

    def _link(self, row, several):
        for name, others in several.items():
            if others:
                self.links.setdefault((type(row), name), {})[row.pk] = [other.pk for other in others]

    def batch(self, lives):
        """Write those lives and return their risks."""
        lives = list(lives)
        for model, rows in self.rows.items():
            write(model, map(vars, rows))
        for risk, name in self.unlinked:
            through, own, _ = _link_of(Risk, name)
            through._base_manager.filter(**{own: risk}).delete()
        for (model, name), links in self.links.items():
            write_pairs(*_link_of(model, name), ((pk, other) for pk, others in links.items() for other in others))
        names = [*Risk.ONE, "version", "current"]
        Risk.objects.bulk_create(self.changed, update_conflicts=True, unique_fields=["pk"], update_fields=names)
        Position.objects.rebuild_many([(life.risk, life.revisions, life.judged) for life in lives])
        self._clear()
        return [life.risk for life in lives]


def _link_of(model, name):
    """(the table of what such a row can have several of, its column for the row, that for the other)."""
    field = model._meta.get_field(name)
    return field.remote_field.through, field.m2m_field_name(), field.m2m_reverse_field_name()
