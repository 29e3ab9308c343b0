"""What was staged goes onto the register: every good row and the posts they name, or nothing, in one transaction."""

import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from registers.models import Action, AdverseImpact, AuditEntry, FailureType, ImportedRow, Post, RegisterImport, Risk
from registers.models.bulk import set_one
from registers.taking_in import ChangedRisk, NewRisk, take_in
from registers.transfer.importing import ours
from registers.transfer.importing.holding import DAYS
from registers.transfer.importing.posts import posts_to_add
from registers.transfer.importing.staging import hold

Outcome, CLOSED = ImportedRow.Outcome, Risk.Status.CLOSED


class NotAsShown(Exception):
    """What would be taken in is no longer what was shown; nothing was written."""


def seen_of(batch) -> str:
    """What a page carries that shows what was staged: it differs when the rows have been read anew."""
    return f"{batch.stage}-{batch.rows.aggregate(last=Max('pk'))['last'] or 0}"


@transaction.atomic
def land(batch, *, by, seen=None) -> RegisterImport:
    """Take in what was staged; returns the import, done. Twice is once. seen: see seen_of, where somebody was shown
    what would happen. Raises NotAsShown; ManyMovedOn where a risk has changed since its row was held against it; and
    CannotRestore for a file of ours that does not fit the register any more."""
    batch = hold(batch)
    if batch.is_done:
        return batch
    if batch.is_ours:
        return ours.put_back(batch, by)
    if batch.stage != RegisterImport.Stage.READY or seen not in (None, seen_of(batch)):
        raise NotAsShown(f"{batch} has been read anew.")
    rows = list(batch.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED)).order_by("number"))
    new = [row for row in rows if row.outcome == Outcome.NEW]
    changed = [row for row in rows if row.outcome == Outcome.CHANGED]
    if batch.register.next_number > 1 and any(row.reads["number"] for row in new):
        raise NotAsShown(f"{batch.register} holds risks by now: references are given anew.")
    organisation = batch.register.organisation
    titles = posts_to_add(organisation.posts, rows)
    posts = [Post.objects.create(organisation=organisation, title=title) for title in titles]
    making = Making(batch, by)
    there = Risk.objects.in_bulk([row.risk_id for row in changed])
    how = {"register": batch.register, "by": by, "reason": f"Taken over from {batch.file_name}"}
    risks = take_in(
        new=[making.new(row) for row in new],
        changed=[making.changed(row, there[row.risk_id]) for row in changed],
        **how,
    )
    set_one(ImportedRow, "risk", ((row.pk, risk.pk) for row, risk in zip(new, risks, strict=False)))
    take_in(changed=making.reviews(zip([*new, *changed], risks, strict=True)), **how)
    return _done(batch, by, posts)


class Making:
    """Rows in the terms of registers.taking_in."""

    def __init__(self, batch, by):
        self.batch, self.by, self.today = batch, by, timezone.localdate()
        self.posts = {post.title.casefold(): post for post in batch.register.organisation.posts.all()}
        self.types = {row.slug: row for row in FailureType.objects.all()}
        self.impacts = {row.slug: row for row in AdverseImpact.objects.all()}

    def new(self, row) -> NewRisk:
        values = dict(row.reads["values"])
        held = row.reads["held"]
        days = [day(one["on"]) for one in held["judged"] if one["on"]]
        raised_on = day(values.pop("raised_on", None)) or min([*days, self.today])
        return NewRisk(
            content=self._content({"event": values["title"]} | values),
            raised_on=raised_on,
            number=row.reads["number"],
            close={"reason": f"Closed there already. {self._says(row)}"} if held["closes"] else None,
            **self._beside(row),
        )

    def changed(self, row, risk) -> ChangedRisk:
        changes = {name: value for name, _, value in row.reads["held"]["changes"]}
        return ChangedRisk(risk, row.version, self._content(changes), **self._beside(row))

    def reviews(self, taken) -> list[ChangedRisk]:
        """The next review that a row names, where its risk has another by now. taken: (row, risk)."""
        asked = [(risk, day(row.reads["values"].get("next_review_on"))) for row, risk in taken]
        asked = [(risk, on) for risk, on in asked if on and risk.next_review_on != on and risk.status != CLOSED]
        return [ChangedRisk(risk, risk.version, {"next_review_on": on}) for risk, on in asked]

    def _content(self, values):
        found = {name: value for name, value in values.items() if name in Risk.FIELDS}
        for name in DAYS:
            if name in found:
                found[name] = day(found[name])
        if "owner" in found:
            found["owner"] = self._post(found["owner"])
        if "primary_failure_type" in found:
            found["primary_failure_type"] = self.types.get(found["primary_failure_type"])
        for name, known in (("other_failure_types", self.types), ("adverse_impacts", self.impacts)):
            if name in found:
                found[name] = {known[slug] for slug in found[name]}
        return found

    def _beside(self, row):
        held = row.reads["held"]
        judgements = [self._judgement(row, one) for one in _oldest_first(held["judged"])]
        for one in [one for one in judgements if one["kind"] == "current"][-1:]:
            one["next_review_on"] = day(row.reads["values"].get("next_review_on"))
        return {
            "judgements": judgements,
            "controls": [{"title": t, "detail": detail, "kind": "", "owner": None} for t, detail in held["controls"]],
            "actions": [self._action(row, one) for one in held["actions"]],
        }

    def _judgement(self, row, one):
        return {
            "kind": one["kind"],
            "likelihood": one["likelihood"],
            "impact": one["impact"],
            "driver": self.impacts.get(one["driver"]),
            "rationale": one["rationale"] or self._says(row),
            "effective_on": day(one["on"]) or self.today,
        }

    def _action(self, row, one):
        said = {"title": one["title"], "detail": one["detail"], "kind": "", "owner": self._post(one["owner"])}
        if one["is_done"]:
            said |= {"status": Action.Status.DONE, "done_on": self.today, "evidence": self._says(row)}
        return said | {"due_on": day(one["due_on"])}

    def _post(self, title):
        return self.posts[title.casefold()] if title else None

    def _says(self, row):
        return f"Taken over from {self.batch.file_name}, row {row.number}."


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def _oldest_first(judged):
    return sorted(judged, key=lambda one: one["on"] or "9999")


def _done(batch, by, posts):
    batch.stage, batch.done_at, batch.by, batch.sheets = RegisterImport.Stage.DONE, timezone.now(), by, None
    batch.save(update_fields=["stage", "done_at", "by", "sheets"])
    outcomes = {outcome: batch.rows.filter(outcome=outcome).count() for outcome in Outcome.values}
    AuditEntry.record(
        organisation=batch.register.organisation,
        by=by,
        verb="register.imported",
        subject=batch.register,
        facts={"import": batch.pk, "digest": batch.digest, "rows": outcomes, "posts": [post.pk for post in posts]},
        text={"file": batch.file_name, "posts": [post.title for post in posts], "by": str(by)},
    )
    return batch
