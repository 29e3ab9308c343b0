"""Commit an import: write its accepted rows to the register, all or nothing."""

import datetime
from dataclasses import dataclass
from itertools import count

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from registers.bulk_changes import ChangedRisk, NewRisk, write_many
from registers.history.bulk_insert import build_row, set_column
from registers.history.seals import seals_of
from registers.imports.diff import DAYS
from registers.imports.staging import import_steps, lock_import, posts_to_add
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


class ImportOutdated(Exception):
    """What would be imported is no longer what was shown; nothing was written."""


def staged_version(batch) -> str:
    """Identifies what was staged: another text once the rows have been staged again."""
    return f"{batch.stage}-{batch.rows.aggregate(last=Max('pk'))['last'] or 0}"


def commit_workbook(batch, *, by, shown_version=None) -> RegisterImport:
    """Import the accepted rows; returns the import. See registers.import_files.commit_import.

    The numbers of new risks are taken first, in a transaction of their own: others can log risks
    while rows are written. Where nothing is written they are given back, unless somebody has taken
    further ones meanwhile.
    """
    numbers, is_written = _take_numbers(batch, shown_version), False
    try:
        batch, is_written = _commit(batch, by, numbers)
    except IntegrityError as error:
        raise ImportOutdated(f"{batch.register} has changed. Read the rows again.") from error
    finally:
        if not is_written:
            numbers.give_back()
    return batch


@dataclass
class Numbers:
    """Numbers of the risks that are new, in the order of their rows.

    start, end: the register's next number before they were taken and after. staged_version: of the
    rows that they were taken for.
    """

    register: Register
    start: int
    end: int
    staged_version: str
    numbers: list[int]

    def give_back(self):
        counter = Register.objects.filter(pk=self.register.pk, next_number=self.end)
        counter.update(next_number=self.start)


@transaction.atomic
def _take_numbers(batch, shown_version):
    """Raises ImportOutdated where the register holds risks by now and rows ask for numbers."""
    batch, version = _lock_staged(batch, shown_version)
    register = Register.objects.select_for_update(no_key=True).get(pk=batch.register_id)
    start, wanted = register.next_number, []
    if not batch.is_done:
        rows = _accepted_rows(batch).filter(outcome=Outcome.NEW).order_by("number")
        wanted = list(rows.values_list("reads__number", flat=True))
    fixed = [number for number in wanted if number]
    if fixed and register.risks.exists():
        raise ImportOutdated(f"{register} now holds risks. Read the rows again.")
    free = count(max(start, max(fixed, default=0) + 1))
    numbers = [number or next(free) for number in wanted]
    end = next(free) if numbers else start
    Register.objects.filter(pk=register.pk).update(next_number=end)
    return Numbers(register, start, end, version, numbers)


@transaction.atomic
def _commit(batch, by, numbers):
    """(the import, whether it was written now)."""
    batch, _ = _lock_staged(batch, numbers.staged_version)
    rows = _accepted_rows(batch)
    if batch.is_done or not rows.exists():
        return batch, False
    posts, instant = _add_posts(batch, rows), timezone.now()
    builder = ChangeBuilder(batch, posts)
    new = rows.filter(outcome=Outcome.NEW).order_by("number")
    changed = rows.filter(outcome=Outcome.CHANGED).order_by("risk")
    keys = write_many(
        batch.register,
        by=by,
        new=map(builder.new_risk, _read(new)),
        changed=map(builder.changed_risk, _read(changed)),
        numbers=numbers.numbers,
        reason=f"Imported from {batch.file_name}",
        recorded_at=instant,
    )
    set_column(ImportedRow, "risk", zip(new.values_list("pk", flat=True), keys, strict=False))
    _finish(batch, by, posts, instant)
    return batch, True


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
        raise ImportOutdated(f"{batch} was read again. Check its rows.")
    if batch.report["imports"] != import_steps(batch.register):
        raise ImportOutdated(f"{batch.register} has imported another file. Read the rows again.")
    return batch, version


def _accepted_rows(batch):
    return batch.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED))


def _read(rows):
    """The rows, some hundreds at a time, so that no query stays open between them."""
    keys = list(rows.values_list("pk", flat=True))
    for first in range(0, len(keys), BATCH):
        yield from list(rows.filter(pk__in=keys[first : first + BATCH]).defer("cells", "problems"))


def _add_posts(batch, rows):
    organisation = batch.register.organisation
    titles = posts_to_add(organisation.posts, _read(rows.order_by("number")))
    return [Post.objects.create(organisation=organisation, title=title) for title in titles]


class ChangeBuilder:
    """Turns staged rows into registers.bulk_changes' NewRisk and ChangedRisk.

    posts: new ones. Everything is of the day of which the file speaks.
    """

    def __init__(self, batch, posts):
        self.batch, self.day = batch, batch.as_at or timezone.localdate()
        self.judged_on = parse_day(batch.plan.get("judged_on")) or self.day
        self.posts = {
            post.title.casefold(): post
            for post in [*batch.register.organisation.posts.all(), *posts]
        }
        self.types = {row.slug: row for row in FailureType.objects.all()}
        self.impacts = {row.slug: row for row in AdverseImpact.objects.all()}

    def new_risk(self, row) -> NewRisk:
        values = dict(row.reads["values"])
        diff = row.reads["held"]
        days = [parse_day(rating["on"]) or self.judged_on for rating in diff["judged"]]
        raised_on = parse_day(values.pop("raised_on", None)) or min([*days, self.day])
        closure = {"reason": f"Already closed in the file. {self._origin(row)}"}
        return NewRisk(
            content=self._content({"event": values["title"]} | values),
            raised_on=raised_on,
            close=closure if diff["closes"] else None,
            **self._related(row),
        )

    def changed_risk(self, row) -> ChangedRisk:
        content = {name: value for name, _, value in row.reads["held"]["changes"]}
        risk = build_row(Risk, pk=row.risk_id, register=self.batch.register)
        return ChangedRisk(risk, row.version, self._content(content), **self._related(row))

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
        oldest_first = sorted(
            diff["judged"], key=lambda rating: rating["on"] or self.judged_on.isoformat()
        )
        judgements = [self._judgement(row, rating) for rating in oldest_first]
        next_review_on = parse_day(row.reads["values"].get("next_review_on"))
        effective_on = self.batch.as_at
        for judgement in [each for each in judgements if each["kind"] == "current"][-1:]:
            judgement["next_review_on"] = next_review_on
        return {
            "next_review_on": next_review_on,
            "effective_on": effective_on,
            "judgements": judgements,
            "controls": [
                {
                    "title": title,
                    "detail": detail,
                    "kind": "",
                    "owner": None,
                    "effective_on": effective_on,
                }
                for title, detail in diff["controls"]
            ],
            "actions": [
                self._action(row, action) | {"effective_on": effective_on}
                for action in diff["actions"]
            ],
            "notes": [
                {
                    "note": note["text"],
                    "effective_on": parse_day(note["on"]) or effective_on,
                    "source": self._origin(row),
                }
                for note in diff.get("progress", [])
            ],
        }

    def _judgement(self, row, rating):
        return {
            "kind": rating["kind"],
            "likelihood": rating["likelihood"],
            "impact": rating["impact"],
            "driver": self.impacts.get(rating["driver"]),
            "rationale": rating["rationale"] or self._origin(row),
            "effective_on": parse_day(rating["on"]) or self.judged_on,
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
                "done_on": self.day,
                "evidence": self._origin(row),
            }
        return content | {"due_on": parse_day(action["due_on"])}

    def _post(self, title):
        return self.posts[title.casefold()] if title else None

    def _origin(self, row):
        return f"Imported from {self.batch.file_name}, {row.stands_in}."


def parse_day(text):
    return datetime.date.fromisoformat(text) if text else None


def _finish(batch, by, posts, instant):
    """Mark the import as done and record it in the audit trail.

    instant: of what was written, by which registers.imports.undo knows it.
    """
    batch.stage, batch.done_at = RegisterImport.Stage.DONE, instant
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
        seals=seals_of(posts),
        text={"file": batch.file_name, "posts": [post.title for post in posts], "by": str(by)},
    )
