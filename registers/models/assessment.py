"""Assessments: judgements of a risk, added and never edited or deleted."""

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet
from registers.models.library import AdverseImpact
from registers.models.register import ScoringScheme


def share_schemes(assessments, register):
    """Give assessments by the scheme in force the register's own scheme object.

    One query for any others.
    """
    for assessment in assessments:
        if assessment.scheme_id == register.scheme_id:
            assessment.scheme = register.scheme
    models.prefetch_related_objects(assessments, "scheme")


class AssessmentQuerySet(DatedQuerySet):
    def current(self):
        """Our own current assessments, oldest first: the last one is the current one."""
        return self.filter(
            kind=Assessment.Kind.CURRENT, perspective=Assessment.Perspective.ORGANISATION
        ).order_by("effective_on", "pk")

    def with_words(self):
        """With everything a page shows of an assessment; one scheme object for all of them."""
        return self.select_related("driver", "by").prefetch_related("scheme")


def _around(name):
    """The constraint low <= rating <= high, where low and high are given."""
    low = Q(**{f"{name}_low": None}) | Q(**{f"{name}_low__lte": models.F(name)})
    high = Q(**{f"{name}_high": None}) | Q(**{f"{name}_high__gte": models.F(name)})
    return models.CheckConstraint(condition=low & high, name=f"assessment_{name}_lies_in_its_range")


class Assessment(AppendOnlyRecord):
    class Kind(models.TextChoices):
        INHERENT = "inherent", "Inherent"
        CURRENT = "current", "Residual"
        TARGET = "target", "Target"

    class Perspective(models.TextChoices):
        ORGANISATION = "own", "Our own"
        PEER = "peer", "Peer reviewer"
        INTERNAL_AUDIT = "internal-audit", "Internal audit"
        EXTERNAL = "external", "External auditor or inspector"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="assessments")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    perspective = models.CharField(
        max_length=20, choices=Perspective, default=Perspective.ORGANISATION
    )
    scheme = models.ForeignKey(ScoringScheme, on_delete=models.PROTECT, related_name="assessments")
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField()
    band = models.SlugField()
    driver = models.ForeignKey(
        AdverseImpact,
        on_delete=models.PROTECT,
        null=True,
        related_name="assessments",
        verbose_name="what drives the impact",
    )
    rationale = models.TextField()
    likelihood_low = models.PositiveSmallIntegerField(null=True)
    likelihood_high = models.PositiveSmallIntegerField(null=True)
    impact_low = models.PositiveSmallIntegerField(null=True)
    impact_high = models.PositiveSmallIntegerField(null=True)
    evidence = models.TextField(
        "what changed since the last one",
        blank=True,
        help_text="And how it is known: asked for where the band falls.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "effective_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(rationale=""), name="assessment_has_a_rationale"),
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, impact__gte=1), name="assessment_ratings_from_one"
            ),
            *(_around(name) for name in ("likelihood", "impact")),
        ]
        # Few are not our own.
        indexes = [models.Index(fields=["perspective", "risk"], name="assessment_perspective")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.likelihood} x {self.impact} on {self.effective_on}"

    @property
    def is_our_current(self):
        """Whether it counts for the risk's current rating: see AssessmentQuerySet.current."""
        return (self.kind, self.perspective) == (self.Kind.CURRENT, self.Perspective.ORGANISATION)

    @property
    def band_now(self):
        """The band it was given, with the words of the scheme it was given by."""
        return self.scheme.rules.band(self.band)

    @property
    def range_end_bands(self):
        """(band at the low end, band at the high end) of the range.

        Both equal the band it was given where there is no range.
        """
        place = self.scheme.rules.place
        low = place(self.likelihood_low or self.likelihood, self.impact_low or self.impact)
        high = place(self.likelihood_high or self.likelihood, self.impact_high or self.impact)
        return low.band, high.band

    @property
    def possible_bands(self):
        """The other bands that its range reaches, lowest first; empty if certain of its band."""
        return tuple(band for band in dict.fromkeys(self.range_end_bands) if band.slug != self.band)

    @property
    def review_by(self):
        """The day by which the scheme asks for another look at a risk in this band."""
        return self.effective_on + datetime.timedelta(days=self.band_now.review_days)
