"""Versioned records (controls and actions): the latest content in one row, history in revisions.

Revisions are never edited.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from registers.dates import is_future
from registers.history.append_only import AppendOnlyRecord, DatedQuerySet
from registers.history.audit import AuditEntry
from registers.history.bulk_insert import build_row
from registers.history.differences import changes_between
from registers.history.errors import EditConflict, InvalidTransition, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import SealedModel


class Content(models.Model):
    """The content of such a record: the same fields on the record and on each of its revisions.

    FIELDS: their names.
    """

    FIELDS: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def content(self):
        return {name: getattr(self, name) for name in self.FIELDS}


class VersionedRevision(AppendOnlyRecord):
    """A full copy of a record's content after a change.

    Mixed with the record's Content; subclasses add `record`.
    """

    class Event(models.TextChoices):
        ADDED = "added", "Added"
        EDITED = "edited", "Edited"

    number = models.PositiveIntegerField()
    what = models.CharField(max_length=10, choices=Event)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["record_id", "number"]
        get_latest_by = "number"

    def __str__(self):
        return f"{self.record_id} version {self.number}"

    def latest_copies(self):
        return [self.record] if self.record.version == self.number else []

    def changes_since(self, earlier):
        return changes_between(earlier, self)


class Versioned(SealedModel):
    """The record itself: mixed with its Content; subclasses add `risk` and `revisions`.

    Its seal covers its identity; its content is checked against its latest revision.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @classmethod
    def seal_columns(cls):
        return ["id", "risk_id"]

    @classmethod
    def add(
        cls, risk, *, by, token=None, reason="", effective_on=None, recorded_at=None, **content
    ):
        """Add a record to a risk and return it.

        The same token for the same risk returns the record that it made, and raises
        DuplicateSubmission where that had other content. Raises InvalidTransition for a closed
        risk, which is locked meanwhile, and ValueError for a future day and for an owner of another
        organisation.
        """
        token = FormToken(token, risk)
        same = cls.objects.filter(risk=risk)
        if record := token.row_of(same):
            return record._added_again(content)

        def insert(token):
            risk.lock_for_update()
            record = cls.build(risk, token=token, **content)
            record.save(force_insert=True)
            record._record(VersionedRevision.Event.ADDED, by, reason, effective_on, recorded_at)
            return record

        return token.insert(
            cls, insert, same=same, again=lambda record: record._added_again(content)
        )

    @classmethod
    def build(cls, risk, **content):
        """A new, unsaved record of a risk. Raises InvalidTransition and ValueError as add does."""
        record = build_row(cls, risk=risk, version=1, **content)
        record._settle()
        return record

    @transaction.atomic
    def revise(self, *, by, version, reason="", effective_on=None, recorded_at=None, **changes):
        """Change the content and return the revision.

        Without any change, or when the same form is sent twice, returns the latest revision. A
        reason alone makes a revision: somebody looked and found it as it was. Raises EditConflict
        when the record is not at that version, InvalidTransition when its risk is closed.
        """
        if unknown := set(changes) - set(self.FIELDS):
            raise TypeError(
                f"A {self._meta.verbose_name} has no {', '.join(sorted(unknown))} to revise."
            )
        self._lock_for_update()
        content = self.content()
        latest = self.revisions.latest()
        is_said_already = all(content[name] == value for name, value in changes.items())
        if is_said_already and (not reason or (latest.by_id, latest.reason) == (by.pk, reason)):
            return latest
        if self.version != version:
            raise EditConflict(self, version)
        before = content
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        self._settle(before)
        self.save()
        return self._record(VersionedRevision.Event.EDITED, by, reason, effective_on, recorded_at)

    def _added_again(self, content):
        """The record, for the form that added it and came again; later changes do not count."""
        first = self.revisions.get(number=1)
        return return_existing_or_raise(self, first.has_values(content), first.recorded_at)

    def _lock_for_update(self):
        """Lock the risk, then the record, and read both anew.

        Everybody locks in this order, so that no two wait for each other.
        """
        risk = type(self.risk).objects.select_for_update().get(pk=self.risk_id)
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update())
        self.risk = risk

    def changed_since(self, version):
        """(the revisions after that version, oldest first; what they changed together)."""
        revisions = list(
            self.revisions.filter(number__gte=version)
            .select_related("by", "owner")
            .order_by("number")
        )
        later = [r for r in revisions if r.number > version]
        base = [r for r in revisions if r.number == version]
        return later, changes_between(base[0], later[-1]) if later and base else []

    def derived_values(self):
        """Values that follow from the history and that each revision keeps too, by field."""
        return {}

    def _settle(self, before=None):
        """Derive fields from the new content, before it is saved, and check it.

        before: the content until now, None for a new record.
        """
        if self.risk.status == self.risk.Status.CLOSED:
            raise InvalidTransition(
                f"{self.risk.reference} is closed: what stands beside it stays as it was."
            )
        if self.owner and self.owner.organisation_id != self.risk.register.organisation_id:
            raise ValueError(f"{self.owner} is a post of another organisation.")

    def build_revision(
        self, event, *, by, reason="", effective_on=None, recorded_at=None, after=None
    ):
        """An unsaved revision with the record's present content.

        after: the day of the revision before it, if any. Raises ValueError for a future day or one
        before that.
        """
        day = effective_on or timezone.localdate()
        if is_future(day):
            raise ValueError(f"Nothing is recorded for {day}: that day has not come yet.")
        if after and day < after:
            raise ValueError(f"{self} already has a revision of {after}: history runs forward.")
        return build_row(
            type(self).revisions.rel.related_model,
            record=self,
            number=self.version,
            what=event,
            by=by,
            reason=reason,
            effective_on=day,
            recorded_at=recorded_at or timezone.now(),
            **self.content(),
            **self.derived_values(),
        )

    def revision_payload(self, revision):
        """The AuditPayload about that revision, which has been written."""
        return revision.audit_payload(
            verb=f"{self._meta.model_name}.{revision.what}",
            subject=self,
            facts={"risk": self.risk_id, "version": revision.number},
            text={"risk": self.risk.reference, "title": revision.title, "reason": revision.reason},
            seals=[self.seal()] if revision.number == 1 else (),
        )

    def _record(self, event, by, reason, effective_on, recorded_at):
        latest = self.revisions.order_by("number").last()
        dates = {
            "effective_on": effective_on,
            "recorded_at": recorded_at,
            "after": latest and latest.effective_on,
        }
        revision = self.build_revision(event, by=by, reason=reason, **dates)
        revision.save()
        payloads = [self.revision_payload(revision)]
        AuditEntry.record_many(
            organisation=self.risk.register.organisation, by=by, payloads=payloads
        )
        return revision


def latest_revisions(model, risks, day, recorded_by=None):
    """The latest revision of each record of these risks by the end of a day.

    model: Control or Action. risks: a queryset of risks, or their keys. Revisions have `record` at
    hand. One query.
    """
    latest = model.revisions.rel.related_model.objects.latest_per(
        "record", day=day, recorded_by=recorded_by
    )
    rows = latest.filter(record__risk__in=risks).order_by("record_id")
    return list(rows.select_related("record", "owner", "owner__holder"))
