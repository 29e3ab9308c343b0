"""Write a staged workbook to the register: all accepted rows and new posts, or nothing.

The rows are prepared outside the transaction, which then only writes (registers.bulk_changes).
Their preconditions are checked again inside it; where these have changed, all is prepared anew.
"""

import datetime
from contextlib import suppress

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from registers.bulk_changes import ChangedRisk, NewRisk, NumberingConflict, TakingIn
from registers.history.bulk_insert import build_row, garbage_collection_paused, keys_of, set_one
from registers.imports.diff import DAYS
from registers.imports.staging import lock_import, posts_to_add
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
TRIES = 2  # without the register's lock; the last attempt takes it


class ImportOutdated(Exception):
    """What would be imported is no longer what was shown; nothing was written."""


def staged_version(batch) -> str:
    """Identifies what was staged: another text once the rows have been staged again."""
    return f"{batch.stage}-{batch.rows.aggregate(last=Max('pk'))['last'] or 0}"


@garbage_collection_paused()
def commit_workbook(batch, *, by, shown_version=None) -> RegisterImport:
    """Import the accepted rows; returns the import. See registers.import_files.commit_import."""
    for _ in range(TRIES):
        current, shown_version = _lock_staged(batch, shown_version)
        if current.is_done or not _accepted_rows(current).exists():
            return current
        with (
            suppress(NumberingConflict),
            PreparedImport(current, by) as prepared,
            transaction.atomic(),
        ):
            current, _ = _lock_staged(batch, shown_version)
            return current if current.is_done else prepared.write(current)
    with transaction.atomic():
        current, _ = _lock_staged(batch, shown_version)
        if current.is_done:
            return current
        Register.objects.select_for_update(no_key=True).get(pk=current.register_id)
        try:
            with PreparedImport(current, by) as prepared:
                return prepared.write(current)
        except NumberingConflict as error:
            raise ImportOutdated(f"{current.register} does not stand still.") from error


@transaction.atomic
def _lock_staged(batch, shown_version):
    """(the locked import, its staged version). Raises ImportOutdated.

    An import that is done is returned with `shown_version` unchanged.
    """
    batch = lock_import(batch)
    if batch.is_done:
        return batch, shown_version
    version = staged_version(batch)
    if batch.stage != RegisterImport.Stage.READY or shown_version not in (None, version):
        raise ImportOutdated(f"{batch} has been read anew.")
    return batch, version


def _accepted_rows(batch):
    return batch.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED))


class PreparedImport:
    """The rows of an import, prepared to be written in a transaction."""

    def __init__(self, batch, by):
        self.batch, self.by, self.register = batch, by, batch.register
        self.preconditions = _preconditions(self.register)
        outcomes = dict(_accepted_rows(batch).order_by("number").values_list("pk", "outcome"))
        self.new, self.changed = (
            [pk for pk, outcome in outcomes.items() if outcome == wanted]
            for wanted in (Outcome.NEW, Outcome.CHANGED)
        )
        self.numbers = []  # that new rows ask for, None for the next
        organisation = self.register.organisation
        keys = keys_of(Post)
        titles = posts_to_add(organisation.posts, self._collect_numbers(list(outcomes)))
        self.posts = [
            build_row(Post, pk=next(keys), organisation=organisation, title=title)
            for title in titles
        ]
        if self.register.next_number > 1 and any(self.numbers):
            raise ImportOutdated(f"{self.register} holds risks by now: references are given anew.")

    def __enter__(self):
        reason = f"Taken over from {self.batch.file_name}"
        self.bulk = TakingIn(self.register, by=self.by, numbers=self.numbers, reason=reason)
        try:
            self._prepare()
        except BaseException:
            self.bulk.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.bulk.__exit__()

    def _prepare(self):
        builder = ChangeBuilder(self.batch, self.posts)
        risks = self.bulk.new(builder.new_risk(row) for row in self._rows(self.new))
        self.keys = [(row, risk.pk) for row, risk in zip(self.new, risks, strict=True)]
        for _ in self.bulk.changed(builder.changed_risk(row) for row in self._rows(self.changed)):
            pass

    @transaction.atomic
    def write(self, batch) -> RegisterImport:
        """Write it all; returns the import. batch: the locked import.

        Raises NumberingConflict and BulkEditConflict.
        """
        if _preconditions(self.register) != self.preconditions:
            raise NumberingConflict(f"{self.register} is not what its rows were prepared by.")
        for post in self.posts:
            post.save(force_insert=True)
        self.bulk.write()
        set_one(ImportedRow, "risk", self.keys)
        return _finish(batch, self.by, self.posts)

    def _collect_numbers(self, keys):
        """Yield the rows, noting the numbers that new ones ask for."""
        for row in self._rows(keys):
            if row.outcome == Outcome.NEW:
                self.numbers.append(row.reads["number"])
            yield row

    def _rows(self, keys):
        """The rows of these keys in chunks, so that no query stays open between them."""
        for first in range(0, len(keys), BATCH):
            rows = self.batch.rows.filter(pk__in=keys[first : first + BATCH]).order_by("number")
            yield from list(rows.defer("cells", "problems"))


def _preconditions(register):
    """What prepared rows depend on besides the risks, to be compared before they are written.

    Scheme, posts and library rows, and the last agreement: none may be newer than the preparation.
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


class ChangeBuilder:
    """Turns staged rows into registers.bulk_changes' NewRisk and ChangedRisk. posts: new ones."""

    def __init__(self, batch, posts):
        self.batch, self.today = batch, timezone.localdate()
        self.posts = {
            post.title.casefold(): post
            for post in [*batch.register.organisation.posts.all(), *posts]
        }
        self.types = {row.slug: row for row in FailureType.objects.all()}
        self.impacts = {row.slug: row for row in AdverseImpact.objects.all()}

    def new_risk(self, row) -> NewRisk:
        values = dict(row.reads["values"])
        diff = row.reads["held"]
        days = [parse_day(rating["on"]) for rating in diff["judged"] if rating["on"]]
        raised_on = parse_day(values.pop("raised_on", None)) or min([*days, self.today])
        closure = {"reason": f"Closed there already. {self._origin(row)}"}
        return NewRisk(
            content=self._content({"event": values["title"]} | values),
            raised_on=raised_on,
            number=row.reads["number"],
            close=closure if diff["closes"] else None,
            **self._related(row),
        )

    def changed_risk(self, row) -> ChangedRisk:
        changes = {name: value for name, _, value in row.reads["held"]["changes"]}
        risk = build_row(Risk, pk=row.risk_id, register=self.batch.register)
        return ChangedRisk(risk, row.version, self._content(changes), **self._related(row))

    def _content(self, values):
        content = {name: value for name, value in values.items() if name in Risk.FIELDS}
        for name in DAYS:
            if name in content:
                content[name] = parse_day(content[name])
        if "owner" in content:
            content["owner"] = self._post(content["owner"])
        if "primary_failure_type" in content:
            content["primary_failure_type"] = self.types.get(content["primary_failure_type"])
        for name, rows in (("other_failure_types", self.types), ("adverse_impacts", self.impacts)):
            if name in content:
                content[name] = {rows[slug] for slug in content[name]}
        return content

    def _related(self, row):
        """Judgements, controls and actions, and the next review day."""
        diff = row.reads["held"]
        oldest_first = sorted(diff["judged"], key=lambda rating: rating["on"] or "9999")
        judgements = [self._judgement(row, rating) for rating in oldest_first]
        next_review_on = parse_day(row.reads["values"].get("next_review_on"))
        for judgement in [each for each in judgements if each["kind"] == "current"][-1:]:
            judgement["next_review_on"] = next_review_on
        return {
            "next_review_on": next_review_on,
            "judgements": judgements,
            "controls": [
                {"title": title, "detail": detail, "kind": "", "owner": None}
                for title, detail in diff["controls"]
            ],
            "actions": [self._action(row, action) for action in diff["actions"]],
        }

    def _judgement(self, row, rating):
        return {
            "kind": rating["kind"],
            "likelihood": rating["likelihood"],
            "impact": rating["impact"],
            "driver": self.impacts.get(rating["driver"]),
            "rationale": rating["rationale"] or self._origin(row),
            "effective_on": parse_day(rating["on"]) or self.today,
        }

    def _action(self, row, action):
        content = {
            "title": action["title"],
            "detail": action["detail"],
            "kind": "",
            "owner": self._post(action["owner"]),
        }
        if action["is_done"]:
            content |= {
                "status": Action.Status.DONE,
                "done_on": self.today,
                "evidence": self._origin(row),
            }
        return content | {"due_on": parse_day(action["due_on"])}

    def _post(self, title):
        return self.posts[title.casefold()] if title else None

    def _origin(self, row):
        return f"Taken over from {self.batch.file_name}, {row.stands_in}."


def parse_day(text):
    return datetime.date.fromisoformat(text) if text else None


def _finish(batch, by, posts):
    """Mark the import as done and record it in the audit trail."""
    batch.stage, batch.done_at = RegisterImport.Stage.DONE, timezone.now()
    batch.by, batch.sheets = by, None
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
