"""The snapshot of a risk that every change adds: never edited."""

import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format

from registers.history.audit import AppendOnly
from registers.history.seals import SealedModel
from registers.models.assessment import Assessment, DatedQuerySet
from registers.models.review import Review
from registers.models.risk_content import RiskContent


class Change(NamedTuple):
    name: str
    label: str
    before: str
    after: str


class RiskRevision(RiskContent, SealedModel, AppendOnly):
    SEAL_MANY = RiskContent.MANY

    class Event(models.TextChoices):
        LOGGED = "logged", "Logged"
        DRAFTED = "drafted", "Kept as a draft"
        EDITED = "edited", "Edited"
        ASSESSED = "assessed", "Assessed"
        REVIEWED = "reviewed", "Reviewed"
        HAPPENED = "happened", "Has happened"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Reopened"
        EXEMPTED = "exempted", "Marked as exempt"
        EXEMPTION_LIFTED = "exemption-lifted", "Exemption lifted"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=20, choices=Event)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, related_name="+"
    )
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
        # For the latest of all changes.
        indexes = [
            models.Index(fields=["-recorded_at", "-id", "risk"], name="risk_revision_latest")
        ]

    def __str__(self):
        return f"{self.risk_id} version {self.number}"

    def seals(self, many_values=None):
        """The seals of the revision and of the assessment or review that came with it.

        many_values: see RiskContent.many_values, where they are known already.
        """
        many = many_values and {
            name: [row.pk for row in rows] for name, rows in many_values.items()
        }
        return [self.seal(many), *(row.seal() for row in (self.assessment, self.review) if row)]

    def latest_copies(self):
        return [self.risk] if self.risk.version == self.number else []

    def changes_since(self, earlier):
        """What differs from an earlier revision, as texts for reading."""
        return changes_between(earlier, self)

    def has_first_judgement(self, judgement):
        """Of a risk's first revision: whether the risk was logged with this judgement.

        A judgement of a later day than the risk has the revision after it.
        """
        if judgement["likelihood"] is None:
            return self.assessment is None
        first_two = RiskRevision.objects.filter(risk=self.risk_id, number__lte=2).select_related(
            "assessment"
        )
        return any(
            revision.assessment and revision.assessment.has_values(judgement)
            for revision in first_two
        )


def changes_between(earlier, later):
    """What differs between two revisions of one record, in the order of its FIELDS."""
    before, after = earlier.content(), later.content()
    return [
        Change(name, _label(later, name), _wording(earlier, name), _wording(later, name))
        for name in later.FIELDS
        if before[name] != after[name]
    ]


def _label(revision, name):
    label = str(revision._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _wording(revision, name):
    field = revision._meta.get_field(name)
    if field.many_to_many:
        return ", ".join(str(row) for row in getattr(revision, name).all())
    if field.choices:
        return str(getattr(revision, f"get_{name}_display")() or "")
    value = getattr(revision, name)
    if isinstance(value, datetime.date):
        return date_format(value, "j F Y")
    return (
        ("Yes" if value else "No")
        if isinstance(value, bool)
        else ""
        if value is None
        else str(value)
    )
