"""All that a risk says after a change: added, never edited."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registers.history.append_only import DatedQuerySet
from registers.history.audit import AppendOnly
from registers.history.differences import changes_between
from registers.history.seals import SealedModel
from registers.models.assessment import Assessment
from registers.models.review import Review
from registers.models.risk_content import RiskContent


class RiskRevision(RiskContent, SealedModel, AppendOnly):
    SEAL_MANY = RiskContent.MANY

    class Event(models.TextChoices):
        LOGGED = "logged", "Logged"
        DRAFTED = "drafted", "Kept as a draft"
        EDITED = "edited", "Edited"
        ASSESSED = "assessed", "Assessed"
        REVIEWED = "reviewed", "Reviewed"
        HAPPENED = "happened", "Materialised"
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
            models.CheckConstraint(condition=~Q(title=""), name="risk_has_a_title"),
            models.CheckConstraint(
                condition=~Q(response=RiskContent.Response.TOLERATE)
                | ~Q(response_reason="") & Q(tolerated_until__isnull=False),
                name="risk_is_tolerated_for_a_reason_and_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(happened_on=None) | ~Q(happened_what=""),
                name="risk_that_happened_says_what",
            ),
        ]
        # For the latest of all changes.
        indexes = [
            models.Index(fields=["-recorded_at", "-id", "risk"], name="risk_revision_latest"),
            # Few name related risks.
            models.Index(
                fields=["risk"], condition=~Q(related_risks=""), name="risk_revision_related"
            ),
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
