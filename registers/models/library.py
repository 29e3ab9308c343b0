"""What is known about how public bodies fail. The same for everybody, loaded from fixtures, whole without any register.

Every row says where it stands (`citations`); `basis` says whether a source states it or we derived it.
"""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse


class Precision(models.TextChoices):
    DAY = "day", "day"
    MONTH = "month", "month"
    YEAR = "year", "year"


class Voice(models.TextChoices):
    """Whose claim a cited line is."""

    INSPECTOR = "inspector", "an inspector's or inquiry's finding"
    AUTHORS = "authors", "the report authors' account"
    OFFICER = "officer", "an officer's summary"
    INTERVIEWEE = "interviewee", "an interviewee's view"
    GROUP = "group", "one group's reaction"
    FIGURE = "figure", "a table or figure in the source"


class Basis(models.TextChoices):
    STATED = "stated", "Stated in the source"
    DERIVED = "derived", "Derived by us from the source"


class NaturalKeyManager(models.Manager):
    """Finds a row by the model's `natural_key_fields`, so that fixtures need no numbers."""

    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_fields, key, strict=True)))


class LibraryRow(models.Model):
    natural_key_fields = ("slug",)
    objects = NaturalKeyManager()

    class Meta:
        abstract = True

    def natural_key(self):
        key = []
        for name in self.natural_key_fields:
            value = self
            for part in name.split("__"):
                value = getattr(value, part)
            key.append(value)
        return tuple(key)


class Source(LibraryRow):
    class Kind(models.TextChoices):
        REPORT = "report", "Report"
        COMMITTEE_PAPER = "committee-paper", "Committee paper"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200)
    authors = models.CharField(max_length=300)
    published_on = models.DateField()
    published_precision = models.CharField(max_length=10, choices=Precision)
    kind = models.CharField(max_length=20, choices=Kind)
    line_count = models.PositiveIntegerField(help_text="Lines in the text edition that citations count.")
    about = models.TextField()

    class Meta:
        ordering = ["published_on"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("library_source", args=[self.slug])


class Citation(LibraryRow):
    """Where a statement stands: section for a reader of the published document, lines of its text edition, voice."""

    natural_key_fields = ("source__slug", "first_line", "last_line", "voice")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="citations")
    section = models.CharField(max_length=200)
    first_line = models.PositiveIntegerField()
    last_line = models.PositiveIntegerField()
    voice = models.CharField(max_length=20, choices=Voice)

    class Meta:
        ordering = ["source", "first_line", "last_line", "voice"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "first_line", "last_line", "voice"], name="citation_of_a_voice_once"
            ),
            models.CheckConstraint(condition=Q(last_line__gte=F("first_line")), name="citation_lines_in_order"),
            models.CheckConstraint(condition=Q(first_line__gte=1), name="citation_lines_start_at_one"),
        ]

    def __str__(self):
        lines = f"line {self.first_line}" if self.first_line == self.last_line else f"lines {self.lines}"
        return f"{self.source}, {self.section}, {lines}"

    @property
    def lines(self):
        return str(self.first_line) if self.first_line == self.last_line else f"{self.first_line} to {self.last_line}"


class Cited(LibraryRow):
    citations = models.ManyToManyField(Citation, related_name="+")

    class Meta:
        abstract = True


class FailureType(Cited):
    slug = models.SlugField(unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=100)
    meaning = models.TextField()
    note = models.TextField(blank=True)
    question = models.TextField()

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("library_failure_type", args=[self.slug])


class AdverseImpact(Cited):
    class FallsOn(models.TextChoices):
        SERVICE = "service", "On the service and the people who use it"
        ORGANISATION = "organisation", "On the organisation"

    slug = models.SlugField(unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=100)
    falls_on = models.CharField(max_length=20, choices=FallsOn)
    meaning = models.TextField()

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return self.name


class Insight(Cited):
    natural_key_fields = ("number",)

    number = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=200)
    meaning = models.TextField()
    question = models.TextField()

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("library_insight", args=[self.number])


class Lesson(Cited):
    """Dorset's lessons, 4.1 to 4.8, and the insight each answers to, if any."""

    natural_key_fields = ("number",)

    number = models.CharField(max_length=5, unique=True)
    summary = models.TextField()
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="lessons", null=True, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return f"Lesson {self.number}"


class CaseStudy(Cited):
    class Sector(models.TextChoices):
        COUNCIL = "council", "Council"
        NHS = "nhs", "NHS hospital trust"
        SCHOOL = "school", "School"
        CHILDRENS_SERVICES = "childrens-services", "Children's services"

    slug = models.SlugField(unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    sector = models.CharField(max_length=20, choices=Sector)
    period = models.CharField(max_length=60)
    summary = models.TextField()
    consequences = models.TextField()
    outcome = models.TextField()
    failure_types = models.ManyToManyField(FailureType, through="CaseFailureType", related_name="cases")
    insights = models.ManyToManyField(Insight, through="CaseInsight", related_name="cases")

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "case studies"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("library_case", args=[self.slug])


class CaseFailureType(Cited):
    natural_key_fields = ("case__slug", "failure_type__slug")

    case = models.ForeignKey(CaseStudy, on_delete=models.CASCADE, related_name="failure_type_rows")
    failure_type = models.ForeignKey(FailureType, on_delete=models.CASCADE, related_name="case_rows")
    is_primary = models.BooleanField(default=False)
    basis = models.CharField(max_length=10, choices=Basis)
    evidence = models.TextField()

    class Meta:
        ordering = ["case__number", "-is_primary", "failure_type__number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "failure_type"], name="case_shows_a_failure_type_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(is_primary=True), name="case_has_one_primary_failure_type"
            ),
        ]

    def __str__(self):
        return f"{self.case.short_name}: {self.failure_type}"


def cases_of(failure_type):
    """The rows that show a failure type in a case, those where it is the main one first; none for None."""
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


LIBRARY_MODELS = (
    Source,
    Citation,
    FailureType,
    AdverseImpact,
    Insight,
    Lesson,
    CaseStudy,
    CaseFailureType,
    CaseInsight,
)
