"""What a risk says, and the snapshot that every change of it leaves: added, never edited."""

import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format

from registers.models.assessment import Assessment, DatedQuerySet
from registers.models.audit import AppendOnly
from registers.models.library import FailureType
from registers.models.people import Post
from registers.models.response import Review


class Change(NamedTuple):
    name: str
    label: str
    before: str
    after: str


class RiskContent(models.Model):
    """What a risk says: the same fields on the risk and on each of its revisions."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        HAPPENED = "happened", "Has happened"
        CLOSED = "closed", "Closed"

    ON_REGISTER = (Status.OPEN, Status.HAPPENED)
    FIELDS = (
        "title",
        "cause",
        "event",
        "consequence",
        "primary_failure_type",
        "other_failure_types",
        "owner",
        "notes",
        "next_review_on",
        "status",
        "is_exempt",
    )

    title = models.CharField(max_length=200)
    cause = models.TextField(blank=True)
    event = models.TextField()
    consequence = models.TextField()
    primary_failure_type = models.ForeignKey(
        FailureType, on_delete=models.PROTECT, null=True, blank=True, related_name="primary_%(class)ss"
    )
    other_failure_types = models.ManyToManyField(FailureType, blank=True, related_name="other_%(class)ss")
    owner = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="%(class)ss")
    notes = models.TextField("other notes", blank=True)
    next_review_on = models.DateField("next review", null=True, help_text="Set by a judgement or a review.")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    is_exempt = models.BooleanField("exempt from publication", default=False)

    class Meta:
        abstract = True

    def content(self):
        """Field name -> value, failure types as a set."""
        values = {name: getattr(self, name) for name in self.FIELDS}
        return {**values, "other_failure_types": set(self.other_failure_types.all())}


class RiskRevision(RiskContent, AppendOnly):
    TEXTS = (
        *("title", "cause", "event", "consequence", "status", "is_exempt"),
        *("owner_id", "primary_failure_type_id", "effective_on", "recorded_at"),
    )
    LATER_TEXTS = ("notes", "next_review_on")  # sealed where they say something, so that older seals hold

    class What(models.TextChoices):
        LOGGED = "logged", "Logged"
        EDITED = "edited", "Edited"
        ASSESSED = "assessed", "Assessed"
        REVIEWED = "reviewed", "Reviewed"
        CLOSED = "closed", "Closed"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=20, choices=What)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "number"]
        get_latest_by = "number"
        constraints = [
            models.UniqueConstraint(fields=["risk", "number"], name="risk_revision_number_once"),
        ]
        indexes = [models.Index(fields=["-recorded_at", "-id", "risk"], name="risk_revision_latest")]

    def __str__(self):
        return f"{self.risk_id} version {self.number}"

    def sealed(self):
        """All that the revision and its assessment or review say, as the audit chain signs it (a salted digest)."""
        said = {name: getattr(self, name) for name in ("risk_id", "number", "what", "by_id", "reason", *self.TEXTS)}
        said |= {name: getattr(self, name) for name in self.LATER_TEXTS if getattr(self, name)}
        for what, row in (("assessment", self.assessment), ("review", self.review)):
            if row:
                said[what] = {name: getattr(row, name) for name in row.SEALED}
        said["other_failure_types"] = sorted(t.slug for t in self.other_failure_types.all())
        return said

    def changes_since(self, earlier):
        """What this revision says otherwise than an earlier one, as texts for reading."""
        before, after = earlier.content(), self.content()
        return [
            Change(
                name,
                self._meta.get_field(name).verbose_name.capitalize(),
                _wording(earlier, name),
                _wording(self, name),
            )
            for name in self.FIELDS
            if before[name] != after[name]
        ]


def _wording(revision, name):
    if name == "other_failure_types":
        return ", ".join(str(t) for t in revision.other_failure_types.all())
    if name == "status":
        return revision.get_status_display()
    value = getattr(revision, name)
    if isinstance(value, datetime.date):
        return date_format(value, "j F Y")
    return ("Yes" if value else "No") if isinstance(value, bool) else "" if value is None else str(value)
