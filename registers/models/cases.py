"""The case studies: how six public bodies failed, who stepped in, and what turned them round.

Facts carry the inventory's codes: DON-W1 a warning sign, DON-T1 an event, DON-I1 an intervention,
DON-M1 a measure, DON-O1 an outcome, DON-A1 an adverse impact, DON-B1 a body or post, DON-F1 a type
that led to another, DON-L1 a later finding; C1 a disagreement between the sources. Bodies and posts
are named, people are not.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.urls import reverse

from registers.models.library import (
    AdverseImpact,
    Basis,
    Citation,
    Cited,
    FailureType,
    Insight,
    InsightPoint,
    Lesson,
    Source,
    Statement,
)
from registers.models.partial_date import DatePrecisionField, PartialDateField, check_days


class CaseStudy(Cited):
    class Sector(models.TextChoices):
        COUNCIL = "council", "Council"
        NHS = "nhs", "NHS hospital trust"
        SCHOOL = "school", "School"
        CHILDRENS_SERVICES = "childrens-services", "Children's services"

    slug = models.SlugField(unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    code = models.CharField(max_length=3, help_text="DON: what the codes of its facts begin with.")
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    sector = models.CharField(max_length=20, choices=Sector)
    period = models.CharField(max_length=60)
    in_short = models.TextField(help_text="At most 120 words, to stand beside a risk.")
    summary = models.TextField()
    consequences = models.TextField()
    question = models.TextField(help_text="What a committee might ask here, having read it.")
    is_outside = models.BooleanField("outside the two documents", default=False)
    failure_types = models.ManyToManyField(
        FailureType, through="CaseFailureType", related_name="cases"
    )
    insights = models.ManyToManyField(Insight, through="CaseInsight", related_name="cases")

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "case studies"
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="case_code_once"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("library_case", args=[self.slug])


class CaseFailureType(Cited):
    natural_key_fields = ("case__slug", "failure_type__slug")

    case = models.ForeignKey(CaseStudy, on_delete=models.CASCADE, related_name="failure_type_rows")
    failure_type = models.ForeignKey(
        FailureType, on_delete=models.CASCADE, related_name="case_rows"
    )
    is_primary = models.BooleanField(default=False)
    basis = models.CharField(max_length=10, choices=Basis)
    evidence = models.TextField()

    class Meta:
        ordering = ["case__number", "-is_primary", "failure_type__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "failure_type"], name="case_shows_a_failure_type_once"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(is_primary=True),
                name="case_has_one_primary_failure_type",
            ),
        ]

    def __str__(self):
        return f"{self.case.short_name}: {self.failure_type}"


def cases_of(failure_type):
    """The rows of cases that show a failure type, those with it as their main one first.

    Empty for None.
    """
    if failure_type is None:
        return CaseFailureType.objects.none()
    return failure_type.case_rows.select_related("case").order_by("-is_primary", "case__number")


class CaseInsight(Cited):
    natural_key_fields = ("case__slug", "insight__number")

    case = models.ForeignKey(CaseStudy, on_delete=models.CASCADE, related_name="insight_rows")
    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="case_rows")
    basis = models.CharField(max_length=10, choices=Basis)
    evidence = models.TextField()

    class Meta:
        ordering = ["case__number", "insight__number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "insight"], name="case_shows_an_insight_once"),
        ]

    def __str__(self):
        return f"{self.case.short_name}: insight {self.insight.number}"


class Discrepancy(Cited):
    """A point on which sources disagree, or one is at odds with the record: every claim is kept.

    Its citations are those of the check outside the two documents.
    """

    class State(models.TextChoices):
        SETTLED = "settled", "Settled by a check outside the two documents"
        EXPLAINED = "explained", "Both can be true"
        OPEN = "open", "Not settled"

    natural_key_fields = ("code",)

    code = models.CharField(max_length=12, unique=True)
    number = models.PositiveSmallIntegerField(help_text="6 for C6 and for C6b.")
    case = models.ForeignKey(
        CaseStudy, on_delete=models.PROTECT, related_name="discrepancies", null=True, blank=True
    )
    topic = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State)
    check_outside = models.TextField("what a check outside says", blank=True)
    resolution = models.TextField("how we read it", blank=True)

    class Meta:
        ordering = ["number", "code"]
        verbose_name_plural = "discrepancies"

    def __str__(self):
        return f"{self.code}: {self.topic}"


class Claim(Cited):
    natural_key_fields = ("discrepancy__code", "letter")

    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.PROTECT, related_name="claims")
    letter = models.CharField(max_length=1)
    text = models.TextField()

    class Meta:
        ordering = ["discrepancy", "letter"]
        constraints = [
            models.UniqueConstraint(fields=["discrepancy", "letter"], name="claim_letter_once")
        ]

    def __str__(self):
        return f"{self.discrepancy.code} {self.letter}"


class CaseFact(Cited):
    """One fact about a case: whether a source states it, and where sources differ on it."""

    natural_key_fields = ("code",)

    code = models.CharField(max_length=12, unique=True)
    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="%(class)s_rows")
    basis = models.CharField(max_length=10, choices=Basis)
    discrepancies = models.ManyToManyField(Discrepancy, blank=True, related_name="%(class)s_rows")

    class Meta:
        abstract = True
        ordering = ["case", Length("code"), "code"]  # W9 before W10

    def __str__(self):
        return self.code

    def clean(self):
        if not self.code.startswith(f"{self.case.code}-"):
            message = f"The code of a fact of {self.case.short_name} begins with {self.case.code}-."
            raise ValidationError({"code": message})


class TimelineEvent(CaseFact):
    class Extent(models.TextChoices):
        AT = "at", "at a time"
        RANGE = "range", "from one time to another"
        BEFORE = "before", "before a time"
        AFTER = "after", "after a time"
        UNDATED = "undated", "undated"

    class Kind(models.TextChoices):
        TROUBLE = "trouble", "Trouble"
        WARNING = "warning", "Warning"
        INTERVENTION = "intervention", "Others step in"
        TURNAROUND = "turnaround", "Turnaround"
        BACKGROUND = "background", "Background"

    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    extent = models.CharField(max_length=10, choices=Extent, default=Extent.AT)
    start_on, start_precision = PartialDateField(), DatePrecisionField()
    end_on, end_precision = PartialDateField(), DatePrecisionField()

    def clean(self):
        super().clean()
        check_days(self, "start", "end")
        has = {
            self.Extent.AT: (True, False),
            self.Extent.AFTER: (True, False),
            self.Extent.BEFORE: (False, True),
            self.Extent.RANGE: (True, True),
            self.Extent.UNDATED: (False, False),
        }
        if (self.start_on is not None, self.end_on is not None) != has[self.extent]:
            raise ValidationError({"extent": "These days do not make such an extent."})
        if self.extent == self.Extent.RANGE and self.end_on < self.start_on:
            raise ValidationError({"end_on": "A range ends after it starts."})


class WarningSign(CaseFact):
    """Something that could be seen at the time.

    first_seen and acted_on: how long it took until someone outside acted.
    """

    title = models.CharField(max_length=120)
    text = models.TextField()
    caution = models.TextField(blank=True, help_text="Whose view it is, or what it does not show.")
    question = models.TextField(help_text="To ask where a risk resembles it.")
    also_said_as = models.JSONField(
        default=list, help_text="Phrases in which officers say the same."
    )
    first_seen = models.ForeignKey(
        TimelineEvent, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    acted_on = models.ForeignKey(
        TimelineEvent, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    failure_types = models.ManyToManyField(FailureType, blank=True, related_name="signs")
    insights = models.ManyToManyField(Insight, blank=True, related_name="signs")

    def clean(self):
        super().clean()
        if not isinstance(self.also_said_as, list) or not all(
            isinstance(phrase, str) for phrase in self.also_said_as
        ):
            raise ValidationError({"also_said_as": "A list of phrases."})


class CaseIntervention(CaseFact):
    by_whom = models.CharField(max_length=200)
    what = models.TextField()
    start_on, start_precision = PartialDateField(), DatePrecisionField()
    planned_end_on, planned_end_precision = PartialDateField(), DatePrecisionField()
    announced_end_on, announced_end_precision = PartialDateField(), DatePrecisionField()
    effective_end_on, effective_end_precision = PartialDateField(), DatePrecisionField()
    exit_basis = models.TextField(blank=True)

    class Meta(CaseFact.Meta):
        verbose_name = "intervention"

    def clean(self):
        super().clean()
        check_days(self, "start", "planned_end", "announced_end", "effective_end")


class TurnaroundMeasure(CaseFact):
    text = models.TextField()
    insights = models.ManyToManyField(Insight, blank=True, related_name="measures")


class Outcome(CaseFact):
    text = models.TextField()


class CaseImpact(CaseFact):
    impact = models.ForeignKey(AdverseImpact, on_delete=models.PROTECT, related_name="case_rows")
    evidence = models.TextField()

    class Meta(CaseFact.Meta):
        constraints = [
            models.UniqueConstraint(fields=["case", "impact"], name="case_shows_an_impact_once")
        ]


class CaseBody(CaseFact):
    """A body or a post that had a part in the case."""

    name = models.CharField(max_length=200)
    part = models.TextField(blank=True)

    class Meta(CaseFact.Meta):
        verbose_name = "body"
        verbose_name_plural = "bodies"


class FailureLink(CaseFact):
    """One type of failure that led to another."""

    cause = models.ForeignKey(FailureType, on_delete=models.PROTECT, related_name="led_to")
    effect = models.ForeignKey(FailureType, on_delete=models.PROTECT, related_name="led_from")
    evidence = models.TextField()


class LaterEvidence(CaseFact):
    """What was found after 2016, outside the two documents: dated, and of one service."""

    class Tone(models.TextChoices):
        SERIOUS = "serious", "Serious concerns"
        MIXED = "mixed", "Mixed"
        GOOD = "good", "Good"

    service = models.CharField(max_length=200)
    found_on, found_precision = PartialDateField(), DatePrecisionField()
    tone = models.CharField(max_length=10, choices=Tone)
    finding = models.TextField()
    insights = models.ManyToManyField(Insight, blank=True, related_name="later_evidence")

    class Meta(CaseFact.Meta):
        verbose_name_plural = "later evidence"

    def clean(self):
        super().clean()
        check_days(self, "found")
        if self.found_on is None or self.found_on < datetime.date(2014, 1, 1):
            raise ValidationError({"found_on": "Later evidence has a date, and it is later."})


CASE_FACTS = (
    TimelineEvent,
    WarningSign,
    CaseIntervention,
    TurnaroundMeasure,
    Outcome,
    CaseImpact,
    CaseBody,
    FailureLink,
    LaterEvidence,
)
LIBRARY_MODELS = (
    Source,
    Citation,
    FailureType,
    AdverseImpact,
    Insight,
    InsightPoint,
    Statement,
    Lesson,
    CaseStudy,
    CaseFailureType,
    CaseInsight,
    Discrepancy,
    Claim,
    *CASE_FACTS,
)
