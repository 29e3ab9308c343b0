"""What is known about how public bodies fail. The same for everybody, loaded from fixtures, whole
without any register.

Every row says where it stands (`citations`); `basis` says whether a source states it or we derived
it.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
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
    MINISTER = "minister", "a minister's or department's statement"
    BODY = "own", "the body's own account"
    PRESS = "press", "a press report"


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
        PAGE = "page", "Page outside the two documents"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200)
    authors = models.CharField(max_length=300, blank=True)
    published_on = models.DateField()
    published_precision = models.CharField(max_length=10, choices=Precision)
    kind = models.CharField(max_length=20, choices=Kind)
    line_count = models.PositiveIntegerField(
        help_text="Lines in the text edition that citations count. "
        "0: there is none, citations name the section alone."
    )
    address = models.URLField(max_length=500, blank=True)
    about = models.TextField()

    class Meta:
        ordering = ["published_on"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("library_source", args=[self.slug])


class Citation(LibraryRow):
    """Where a statement stands: section for a reader of the published document, lines of its text
    edition, voice.
    """

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
                fields=["source", "first_line", "last_line", "voice"],
                name="citation_of_a_voice_once",
            ),
            models.CheckConstraint(
                condition=Q(last_line__gte=F("first_line")), name="citation_lines_in_order"
            ),
            models.CheckConstraint(
                condition=Q(first_line__gte=1) | Q(first_line=0, last_line=0),
                name="citation_lines_start_at_one",
            ),
        ]

    def __str__(self):
        lines = (
            f"line {self.first_line}"
            if self.first_line == self.last_line
            else f"lines {self.lines}"
        )
        return ", ".join([str(self.source), self.section, *([lines] if self.first_line else [])])

    def get_absolute_url(self):
        return f"{self.source.get_absolute_url()}#{self.anchor}"

    def clean(self):
        """No line beyond its source, and none of a source that has no text edition."""
        if self.last_line > self.source.line_count or bool(self.first_line) != bool(
            self.source.line_count
        ):
            raise ValidationError(
                f"{self.source} has {self.source.line_count} lines: {self.lines} is not among them."
            )

    @property
    def lines(self):
        return (
            str(self.first_line)
            if self.first_line == self.last_line
            else f"{self.first_line} to {self.last_line}"
        )

    @property
    def anchor(self):
        """Its place on its source's page."""
        return f"l{self.first_line}-{self.last_line}-{self.voice}"


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

    def get_absolute_url(self):
        return reverse("library_impact", args=[self.slug])


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


class InsightPoint(Cited):
    """What an insight comes to in practice: a sign to look for, a test to apply, a danger,
    something that worked.
    """

    class Kind(models.TextChoices):
        SIGN = "sign", "Signs"
        TEST = "test", "Tests"
        DANGER = "danger", "Dangers"
        STRATEGY = "strategy", "What helps"
        EXAMPLE = "example", "An example"
        COUNTER_EXAMPLE = "counter-example", "A counter-example"

    natural_key_fields = ("code",)

    code = models.CharField(
        max_length=12, unique=True, help_text="I3-2: the second point of insight 3."
    )
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="points")
    kind = models.CharField(max_length=20, choices=Kind)
    text = models.TextField()
    basis = models.CharField(max_length=10, choices=Basis)

    class Meta:
        ordering = ["insight", Length("code"), "code"]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return f"{self.insight.get_absolute_url()}#{self.code}"


class Statement(Cited):
    """What the documents say beyond types, impacts, insights and cases."""

    class Kind(models.TextChoices):
        TYPE_RULE = "type-rule", "How to read the types"
        LABEL_COST = "label-cost", "What being called failing costs"
        CONCLUSION = "conclusion", "Wider conclusions"
        BACKGROUND = "background", "Why risk was rising in 2016"

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    basis = models.CharField(max_length=10, choices=Basis)

    class Meta:
        ordering = ["kind", "number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="statement_number_once_in_kind")
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{reverse('library_statements')}#{self.slug}"


class Lesson(Cited):
    """Dorset's lessons, 4.1 to 4.8, and the insight or wider conclusion that each answers to, if
    any.
    """

    natural_key_fields = ("number",)

    number = models.CharField(max_length=5, unique=True)
    summary = models.TextField()
    insight = models.ForeignKey(
        Insight, on_delete=models.PROTECT, related_name="lessons", null=True, blank=True
    )
    conclusion = models.ForeignKey(
        Statement,
        on_delete=models.PROTECT,
        related_name="lessons",
        null=True,
        blank=True,
        limit_choices_to={"kind": Statement.Kind.CONCLUSION},
    )

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return f"Lesson {self.number}"

    def get_absolute_url(self):
        return f"{reverse('library_lessons')}#{self.anchor}"

    @property
    def anchor(self):
        return f"lesson-{self.number.replace('.', '-')}"
