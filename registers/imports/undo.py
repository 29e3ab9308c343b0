"""Undo an import as one step of history: nothing is deleted, and what changed since stays.

A risk that the import made is closed, from the first day that history allows. A risk that it
changed says again what it said before; each rating gets the one before it on the same day; its
controls are retired and its actions dropped.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from registers.bulk_changes import ChangedRisk, write_many
from registers.imports.commit import ImportOutdated
from registers.imports.staging import lock_import
from registers.models import (
    Action,
    ActionRevision,
    Assessment,
    Assurance,
    AuditEntry,
    Control,
    ControlRevision,
    Escalation,
    ImportedRow,
    ProgressNote,
    RegisterImport,
    Risk,
    RiskRevision,
)

Outcome = ImportedRow.Outcome
UNDONE = "Import undone"  # how the reason of each change begins
# What may be added to a risk or to what stands beside it: rows -> the path to the risk.
LATER = (
    (RiskRevision, "risk"),
    (ControlRevision, "record__risk"),
    (ActionRevision, "record__risk"),
    (Assurance, "risk"),
    (Escalation, "risk"),
    (ProgressNote, "risk"),
)


@dataclass(frozen=True)
class Leftover:
    """What stays of a risk, and why, as a clause."""

    risk: Risk
    why: str

    def __str__(self):
        return f"{self.risk.reference}: {self.why}"


@dataclass
class UndoPlan:
    """What undoing an import would do.

    closed: risks that it made. restored: risks that it changed, with the version before.
    leftovers: what cannot be undone.
    """

    batch: RegisterImport
    closed: list[Risk] = field(default_factory=list)
    restored: list[tuple[Risk, int]] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)

    @property
    def version(self) -> str:
        """Identifies what is shown: another text once one of the risks has changed."""
        risks = [*self.closed, *(risk for risk, _ in self.restored)]
        states = [f"{risk.pk}-{risk.version}" for risk in risks]
        states += [str(row) for row in self.leftovers]
        return hashlib.sha256("\n".join(states).encode()).hexdigest()[:32]

    @property
    def restored_risks(self) -> list[Risk]:
        return [risk for risk, _ in self.restored]

    @property
    def is_empty(self) -> bool:
        return not (self.closed or self.restored)

    @cached_property
    def details(self) -> "RestoredDetails":
        return RestoredDetails.of([risk for risk, _ in self.restored], self.batch)


def plan_undo(batch, *, is_locked=False) -> UndoPlan:
    """What would be undone. is_locked: hold the risks until the transaction ends."""
    versions = dict(
        batch.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED))
        .exclude(risk=None)
        .values_list("risk", "version")
    )
    risks = Risk.objects.filter(pk__in=versions)
    risks = risks.select_for_update(of=("self",)) if is_locked else risks
    related = (f"latest__{name}" for name in Risk.MANY)
    risks = risks.select_related("latest", "current").prefetch_related(*related).order_by("pk")
    origins, changes = _recorded(batch, list(versions))
    plan = UndoPlan(batch)
    for risk in risks:
        risk.register = batch.register
        if risk.pk in changes:
            day = date_format(timezone.localdate(changes[risk.pk]), "j F Y")
            plan.leftovers.append(Leftover(risk, f"it has changed since, on {day}"))
        elif risk.pk not in origins:
            plan.leftovers.append(Leftover(risk, "its import is too old to undo"))
        elif versions[risk.pk] is None:
            plan.closed.append(risk)
        else:
            plan.restored.append((risk, versions[risk.pk]))
    plan.leftovers += plan.details.leftovers
    return plan


def _recorded(batch, risks):
    """(keys of risks of which the import recorded something, key -> the last instant after it)."""
    origins, changes = set(), {}
    for model, path in LATER:
        rows = model.objects.filter(**{f"{path}__in": risks}, recorded_at__gte=batch.done_at)
        for pk, instant in rows.order_by("recorded_at").values_list(path, "recorded_at"):
            if instant == batch.done_at:
                origins.add(pk)
            else:
                changes[pk] = max(instant, changes.get(pk, instant))
    return origins, changes


@dataclass
class RestoredDetails:
    """What an import added to risks that were there before.

    judgements: key of a risk -> arguments of RiskChange.assess that put back the rating before.
    records: key of a risk -> what it added beside it, with what changes of it. unrated: keys of
    risks whose first current rating it brought. leftovers: ratings that stay.
    """

    judgements: dict = field(default_factory=lambda: defaultdict(list))
    records: dict = field(default_factory=lambda: defaultdict(list))
    unrated: set = field(default_factory=set)
    leftovers: list[Leftover] = field(default_factory=list)

    @classmethod
    def of(cls, risks, batch):
        details = cls()
        by_key = {risk.pk: risk for risk in risks}
        details._add_judgements(by_key, batch)
        for model, status in (
            (Control, {"status": Control.Status.RETIRED}),
            (Action, {"status": Action.Status.DROPPED, "done_on": None, "evidence": ""}),
        ):
            rows = model.objects.filter(
                risk__in=by_key, revisions__number=1, revisions__recorded_at=batch.done_at
            )
            for record in rows.select_related("latest").order_by("pk"):
                day = {"effective_on": record.latest.effective_on}
                details.records[record.risk_id].append((record, status | day))
        notes = ProgressNote.objects.filter(risk__in=by_key, recorded_at=batch.done_at)
        for pk in notes.order_by("risk").values_list("risk", flat=True).distinct():
            details.leftovers.append(Leftover(by_key[pk], "its progress notes stay"))
        return details

    def _add_judgements(self, by_key, batch):
        rows = Assessment.objects.filter(
            risk__in=by_key, perspective=Assessment.Perspective.ORGANISATION
        )
        before = defaultdict(list)
        for row in rows.select_related("driver").order_by("effective_on", "pk"):
            risk, key = by_key[row.risk_id], (row.risk_id, row.kind)
            if row.recorded_at != batch.done_at:
                before[key].append(row)
            elif judgement := _put_back(before[key], row, risk):
                self.judgements[row.risk_id].append(judgement)
            else:
                self._keep(risk, row)

    def _keep(self, risk, row):
        if row.is_our_current:
            self.unrated.add(risk.pk)
        day = date_format(row.effective_on, "j F Y")
        kind = row.get_kind_display().lower()
        words = f"its {kind} rating of {day} stays, because it had none before"
        self.leftovers.append(Leftover(risk, words))


def _put_back(before, row, risk):
    """Arguments of RiskChange.assess for the rating before, None where there is none by its scheme.

    before: ratings of its kind by that day that the import did not bring, oldest first.
    """
    if not before or before[-1].scheme_id != risk.register.scheme_id:
        return None
    rating = before[-1]
    names = ("kind", "likelihood", "impact", "driver", "likelihood_low", "likelihood_high")
    values = {name: getattr(rating, name) for name in (*names, "impact_low", "impact_high")}
    rationale = f"{UNDONE}: earlier rating restored. {rating.rationale}"
    return values | {"rationale": rationale, "effective_on": row.effective_on}


@transaction.atomic
def undo_import(batch, *, by, reason, shown_version) -> RegisterImport:
    """Undo what can be undone, in one step; returns the import. Undoing twice is undoing once.

    shown_version: UndoPlan.version of what the user was shown. Raises ImportOutdated where it is
    another by now, or where nothing can be undone.
    """
    batch = lock_import(batch)
    if batch.is_undone:
        return batch
    batch.register.hold()
    plan = plan_undo(batch, is_locked=True)
    if not batch.is_done or plan.is_empty or plan.version != shown_version:
        raise ImportOutdated(f"{batch} has changed. Check the page again.")
    batch.undone_at = timezone.now()
    write_many(
        batch.register,
        by=by,
        changed=_changes(plan),
        reason=f"{UNDONE}. {reason}",
        recorded_at=batch.undone_at,
    )
    batch.report["undo"] = {"reason": reason, "leftovers": [str(row) for row in plan.leftovers]}
    batch.save(update_fields=["undone_at", "report"])
    AuditEntry.record(
        organisation=batch.register.organisation,
        by=by,
        verb="register.import-undone",
        subject=batch.register,
        facts={
            "import": batch.pk,
            "closed": len(plan.closed),
            "restored": len(plan.restored),
            "leftovers": len(plan.leftovers),
        },
        text={"file": batch.file_name, "reason": reason, "by": str(by)},
    )
    return batch


def _changes(plan) -> list[ChangedRisk]:
    """In the order of the risks' keys."""
    before = _content_before(plan.restored)
    changes = [ChangedRisk(risk, risk.version, {}, close={}) for risk in plan.closed]
    for risk, _ in plan.restored:
        content, details = before[risk.pk], plan.details
        if risk.pk in details.unrated:
            content = {n: value for n, value in content.items() if n != "next_review_on"}
        change = ChangedRisk(risk, risk.version, content)
        change.judgements, change.records = details.judgements[risk.pk], details.records[risk.pk]
        change.next_review_on = content.get("next_review_on")
        changes.append(change)
    for change in changes:
        change.effective_on = change.risk.latest.effective_on
    return sorted(changes, key=lambda change: change.risk.pk)


def _content_before(restored):
    """Key of a risk -> its content at the version before the import."""
    versions = {risk.pk: version for risk, version in restored}
    revisions = RiskRevision.objects.filter(
        risk__in=versions, number__in={*versions.values()}
    ).prefetch_related(*Risk.MANY)
    return {row.risk_id: row.content() for row in revisions if row.number == versions[row.risk_id]}
