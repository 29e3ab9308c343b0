"""Versioned records (controls and actions): what a record says stands on its revisions.

Revisions are added, never edited; the record points to the latest one.
"""

import uuid
from operator import attrgetter

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from registers.dates import is_future
from registers.history.append_only import AppendOnlyRecord, DatedQuerySet
from registers.history.audit import AuditEntry
from registers.history.bulk_insert import build_row
from registers.history.change_set import ChangeSet
from registers.history.differences import changes_between
from registers.history.errors import EditConflict, InvalidTransition, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import SealedModel


def read_latest(record, fields, *methods):
    """Let a class read these fields of its latest revision, with the words of choices, and methods.

    None of them can be set.
    """
    names = {*methods}
    for field in fields:
        names |= {field.name, field.attname}
        names |= {f"get_{field.name}_display"} if field.choices else set()
    for name in names:
        setattr(record, name, property(attrgetter(f"latest.{name}")))


class VersionedRevision(AppendOnlyRecord):
    """All that a record says after a change.

    Subclasses add `record`, which reads what the latest one says, and the content. FIELDS: the
    names of what is typed; DERIVED_FIELDS follow from the history.
    """

    FIELDS: tuple[str, ...] = ()

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

    @classmethod
    def content_fields(cls):
        return [cls._meta.get_field(name) for name in (*cls.FIELDS, *cls.DERIVED_FIELDS)]

    def content(self):
        return {name: getattr(self, name) for name in self.FIELDS}

    def values(self):
        """Attname -> value of all content, derived fields included."""
        return {field.attname: self.__dict__[field.attname] for field in self.content_fields()}

    def derive(self, earlier):
        """Set DERIVED_FIELDS of an unsaved revision. earlier: the one before it, None of the first.

        They have that one's values already.
        """

    def changes_since(self, earlier):
        return changes_between(earlier, self)


class Versioned(SealedModel):
    """The record itself; subclasses add `risk`, `latest` and `revisions`.

    Its seal covers its identity; the rest is checked against its revisions.
    """

    POINTERS = ("latest", "version")

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
            record = build_row(cls, risk=risk, token=token)
            dates = {"effective_on": effective_on, "recorded_at": recorded_at}
            record._record(VersionedRevision.Event.ADDED, content, by=by, reason=reason, **dates)
            return record

        return token.insert(
            cls, insert, same=same, again=lambda record: record._added_again(content)
        )

    @transaction.atomic
    def revise(self, *, by, version, reason="", effective_on=None, recorded_at=None, **changes):
        """Change the content and return the revision.

        Without any change, or when the same form is sent twice, returns the latest revision. A
        reason alone makes a revision: somebody looked and found it as it was. Raises EditConflict
        when the record is not at that version, InvalidTransition when its risk is closed.
        """
        self._check_names(changes)
        self._lock_for_update()
        latest = self.latest
        if latest.has_values(changes) and (
            not reason or (latest.by_id, latest.reason) == (by.pk, reason)
        ):
            return latest
        if self.version != version:
            raise EditConflict(self, version)
        dates = {"effective_on": effective_on, "recorded_at": recorded_at}
        event = VersionedRevision.Event.EDITED
        return self._record(event, changes, by=by, reason=reason, **dates)

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

    def _check_names(self, changes):
        if unknown := set(changes) - set(self.FIELDS):
            raise TypeError(f"A {self._meta.verbose_name} has no {', '.join(sorted(unknown))}.")

    def _check(self, changes, day):
        """Raise TypeError, InvalidTransition and ValueError as `change` does."""
        self._check_names(changes)
        if self.risk.status == self.risk.Status.CLOSED:
            raise InvalidTransition(
                f"{self.risk.reference} is closed: what stands beside it stays as it was."
            )
        owner = changes.get("owner")
        if owner and owner.organisation_id != self.risk.register.organisation_id:
            raise ValueError(f"{owner} is a post of another organisation.")
        if is_future(day):
            raise ValueError(f"Nothing is recorded for {day}: that day is in the future.")
        if self.latest and day < self.latest.effective_on:
            raise ValueError(
                f"{self} already has a revision of {self.latest.effective_on}: "
                "history runs forward."
            )

    def change(self, rows, event, content, *, by, reason="", effective_on=None, recorded_at=None):
        """Build the next revision, add it to a ChangeSet and point to it; return the revision.

        content: what changes; of a new record, all there is. Raises TypeError for what is no field
        of it, InvalidTransition where its risk is closed, ValueError for an owner of another
        organisation, a future day and one before that of the latest revision.
        """
        latest, day = self.latest, effective_on or timezone.localdate()
        self._check(content, day)
        revision = build_row(
            type(self).revisions.rel.related_model,
            record=self,
            number=self.version + 1,
            what=event,
            by=by,
            reason=reason,
            effective_on=day,
            recorded_at=recorded_at or timezone.now(),
            **(latest.values() if latest else {}),
        )
        for name, value in content.items():
            setattr(revision, name, value)
        revision.derive(latest)
        if latest is None:
            rows.add(self)
        rows.add(revision)
        self.point_to(revision)
        rows.repoint(self)
        return revision

    def point_to(self, revision):
        """Make it the latest one."""
        self.latest, self.version = revision, revision.number

    def audit_fields(self, revision):
        """Arguments of AuditPayload.of about that revision, which has been written."""
        return revision.audit_fields(
            verb=f"{self._meta.model_name}.{revision.what}",
            subject=self,
            facts={"risk": self.risk_id, "version": revision.number},
            text={"risk": self.risk.reference, "title": revision.title, "reason": revision.reason},
            seals=[self.seal()] if revision.number == 1 else (),
        )

    def _record(self, event, content, **details):
        rows = ChangeSet()
        revision = self.change(rows, event, content, **details)
        rows.write()
        organisation = self.risk.register.organisation
        AuditEntry.record(organisation=organisation, by=revision.by, **self.audit_fields(revision))
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
