"""What was staged goes onto the register: every good row and the posts they name, or nothing, in
one transaction.

All of it is prepared before the transaction begins, which then only writes: see
registers.bulk_changes. What it was prepared by is looked at again where it is written, and where
that has changed it is prepared anew.
"""

import datetime
from contextlib import suppress

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from registers.bulk_changes import ChangedRisk, MovedOn, NewRisk, TakingIn
from registers.history.bulk_insert import keys_of, made, nothing_collected, set_one
from registers.imports import native_file
from registers.imports.diff import DAYS
from registers.imports.staging import hold, posts_to_add
from registers.models import (
    Action,
    AdverseImpact,
    AuditEntry,
    FailureType,
    ImportedRow,
    Post,
    Register,
    RegisterImport,
    Risk,
)

Outcome = ImportedRow.Outcome
BATCH = 200  # rows in memory together
TRIES = 2  # before those who change what it is prepared by are made to wait


class NotAsShown(Exception):
    """What would be taken in is no longer what was shown; nothing was written."""


def seen_of(batch) -> str:
    """What a page carries that shows what was staged: it differs when the rows have been read anew."""
    return f"{batch.stage}-{batch.rows.aggregate(last=Max('pk'))['last'] or 0}"


@nothing_collected()
def land(batch, *, by, seen=None) -> RegisterImport:
    """Take in what was staged; returns the import, done; where nothing in it is new nothing is
    written, and it stays as it was. Twice is once. seen: see seen_of, where somebody was shown what
    would happen. Raises NotAsShown; ManyMovedOn where a risk has changed since its row was held
    against it; and CannotRestore for a file of ours that does not fit the register any more.
    """
    for _ in range(TRIES):
        now, seen = _to_land(batch, by, seen)
        if now.is_done or now.is_ours or not _good_rows(now).exists():
            return now
        with suppress(MovedOn), Landing(now, by) as landing, transaction.atomic():
            now, _ = _to_land(batch, by, seen)
            return now if now.is_done else landing.write(now)
    with transaction.atomic():
        now, _ = _to_land(batch, by, seen)
        if now.is_done:
            return now
        Register.objects.select_for_update(no_key=True).get(pk=now.register_id)
        try:
            with Landing(now, by) as landing:
                return landing.write(now)
        except MovedOn as moved:
            raise NotAsShown(f"{now.register} does not stand still.") from moved


@transaction.atomic
def _to_land(batch, by, seen):
    """(the import, held: done where there is nothing left to do; what it shows). A file of ours is
    put back by it. Raises NotAsShown.
    """
    batch = hold(batch)
    if batch.is_done:
        return batch, seen
    if batch.is_ours:
        return native_file.put_back(batch, by), seen
    shows = seen_of(batch)
    if batch.stage != RegisterImport.Stage.READY or seen not in (None, shows):
        raise NotAsShown(f"{batch} has been read anew.")
    return batch, shows


def _good_rows(batch):
    return batch.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED))


class Landing:
    """The rows of an import prepared, to be written in a transaction."""

    def __init__(self, batch, by):
        self.batch, self.by, self.register = batch, by, batch.register
        self.around = _around(self.register)
        outcomes = dict(_good_rows(batch).order_by("number").values_list("pk", "outcome"))
        self.new, self.changed = (
            [pk for pk, outcome in outcomes.items() if outcome == wanted]
            for wanted in (Outcome.NEW, Outcome.CHANGED)
        )
        self.numbers = []  # that new rows ask for, None for the next
        organisation = self.register.organisation
        keys, titles = (
            keys_of(Post),
            posts_to_add(organisation.posts, self._looked_through(list(outcomes))),
        )
        self.posts = [
            made(Post, pk=next(keys), organisation=organisation, title=title) for title in titles
        ]
        if self.register.next_number > 1 and any(self.numbers):
            raise NotAsShown(f"{self.register} holds risks by now: references are given anew.")

    def __enter__(self):
        how = {"numbers": self.numbers, "reason": f"Taken over from {self.batch.file_name}"}
        self.taking = TakingIn(self.register, by=self.by, **how)
        try:
            self._prepare()
        except BaseException:
            self.taking.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.taking.__exit__()

    def _prepare(self):
        making = Making(self.batch, self.posts)
        risks = self.taking.new(making.new(row) for row in self._rows(self.new))
        self.keys = [(row, risk.pk) for row, risk in zip(self.new, risks, strict=True)]
        for _ in self.taking.changed(making.changed(row) for row in self._rows(self.changed)):
            pass

    @transaction.atomic
    def write(self, batch) -> RegisterImport:
        """All of it. batch: the import, held. Raises MovedOn and ManyMovedOn."""
        if _around(self.register) != self.around:
            raise MovedOn(f"{self.register} is not what its rows were prepared by.")
        for post in self.posts:
            post.save(force_insert=True)
        self.taking.write()
        set_one(ImportedRow, "risk", self.keys)
        return _done(batch, self.by, self.posts)

    def _looked_through(self, keys):
        for row in self._rows(keys):
            if row.outcome == Outcome.NEW:
                self.numbers.append(row.reads["number"])
            yield row

    def _rows(self, keys):
        """Those rows as far as they are asked here, some at a time: no query is left open while
        keys are taken.
        """
        for first in range(0, len(keys), BATCH):
            rows = self.batch.rows.filter(pk__in=keys[first : first + BATCH]).order_by("number")
            yield from list(rows.defer("cells", "problems"))


def _around(register):
    """What rows are prepared by besides the risks themselves: of one scheme, with the posts and the
    library's rows that they name; and no agreement may have been made meanwhile of what was not
    there.
    """
    return [
        list(
            Register.objects.filter(pk=register.pk).values_list("organisation", "scheme", "prefix")
        ),
        sorted(register.organisation.posts.values_list("pk", "title")),
        *(
            sorted(model.objects.values_list("pk", "slug"))
            for model in (FailureType, AdverseImpact)
        ),
        register.agreements.aggregate(last=Max("pk")),
    ]


class Making:
    """Rows in the terms of registers.bulk_changes. posts: those to be added."""

    def __init__(self, batch, posts):
        self.batch, self.today = batch, timezone.localdate()
        self.posts = {
            post.title.casefold(): post
            for post in [*batch.register.organisation.posts.all(), *posts]
        }
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
            close={"reason": f"Closed there already. {self._says(row)}"}
            if held["closes"]
            else None,
            **self._beside(row),
        )

    def changed(self, row) -> ChangedRisk:
        changes = {name: value for name, _, value in row.reads["held"]["changes"]}
        risk = made(Risk, pk=row.risk_id, register=self.batch.register)
        return ChangedRisk(risk, row.version, self._content(changes), **self._beside(row))

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
        next_on = day(row.reads["values"].get("next_review_on"))
        for one in [one for one in judgements if one["kind"] == "current"][-1:]:
            one["next_review_on"] = next_on
        return {
            "next_review_on": next_on,
            "judgements": judgements,
            "controls": [
                {"title": t, "detail": detail, "kind": "", "owner": None}
                for t, detail in held["controls"]
            ],
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
        said = {
            "title": one["title"],
            "detail": one["detail"],
            "kind": "",
            "owner": self._post(one["owner"]),
        }
        if one["is_done"]:
            said |= {
                "status": Action.Status.DONE,
                "done_on": self.today,
                "evidence": self._says(row),
            }
        return said | {"due_on": day(one["due_on"])}

    def _post(self, title):
        return self.posts[title.casefold()] if title else None

    def _says(self, row):
        return f"Taken over from {self.batch.file_name}, {row.stands_in}."


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def _oldest_first(judged):
    return sorted(judged, key=lambda one: one["on"] or "9999")


def _done(batch, by, posts):
    batch.stage, batch.done_at, batch.by, batch.sheets = (
        RegisterImport.Stage.DONE,
        timezone.now(),
        by,
        None,
    )
    batch.save(update_fields=["stage", "done_at", "by", "sheets"])
    outcomes = {outcome: batch.rows.filter(outcome=outcome).count() for outcome in Outcome.values}
    AuditEntry.record(
        organisation=batch.register.organisation,
        by=by,
        verb="register.imported",
        subject=batch.register,
        facts={
            "import": batch.pk,
            "digest": batch.digest,
            "rows": outcomes,
            "posts": [post.pk for post in posts],
        },
        text={"file": batch.file_name, "posts": [post.title for post in posts], "by": str(by)},
    )
    return batch
