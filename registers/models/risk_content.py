"""The content of a risk: fields of each of its revisions, read by the risk from its latest."""

from functools import cache

from django.db import models

from registers.history.versioned import read_latest
from registers.models.assessment import Assessment
from registers.models.library import AdverseImpact, FailureType
from registers.models.people import Post
from registers.pounds import in_pounds
from registers.risk_fields import BY_NAME, FIELDS, Sort, names_of


class Category(models.TextChoices):
    """What a risk is about, apart from how it would fail.

    The Orange Book's example categories (Annex 4).
    """

    STRATEGY = "strategy", "Strategy"
    GOVERNANCE = "governance", "Governance"
    OPERATIONS = "operations", "Operations"
    LEGAL = "legal", "Legal"
    PROPERTY = "property", "Property"
    FINANCIAL = "financial", "Financial"
    COMMERCIAL = "commercial", "Commercial"
    PEOPLE = "people", "People"
    TECHNOLOGY = "technology", "Technology"
    INFORMATION = "information", "Information"
    SECURITY = "security", "Security"
    PROJECT = "project", "Project or programme"
    REPUTATIONAL = "reputational", "Reputational"


class ContentFields:
    """The names of the fields, and their choices: of a revision and of the risk itself.

    MANY: those that hold several rows. SINGLE: the others.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        HAPPENED = "happened", "Materialised"
        CLOSED = "closed", "Closed"

    class Proximity(models.TextChoices):
        IMMEDIATE = "now", "Now or within three months"
        YEAR = "year", "Within a year"
        THREE_YEARS = "three-years", "In one to three years"
        LATER = "later", "In more than three years"

    class Response(models.TextChoices):
        TREAT = "treat", "Treat: reduce the risk"
        TOLERATE = "tolerate", "Tolerate: accept the risk until a set date"
        TRANSFER = "transfer", "Transfer: pass the risk to another party"
        TERMINATE = "terminate", "Terminate: stop the activity that causes the risk"

    class Teller(models.TextChoices):
        FRONT_LINE = "front-line", "Front-line staff"
        MANAGER = "manager", "A manager"
        AUDITOR = "auditor", "An auditor"
        INSPECTOR = "inspector", "An inspector or regulator"
        PEER = "peer", "A peer from another body"
        PRESS = "press", "The press"
        PUBLIC = "public", "A member of the public"

    ON_REGISTER = (Status.OPEN, Status.HAPPENED)
    FIELDS = names_of()
    MANY = names_of(is_many=True)
    SINGLE = names_of(is_many=False)


class RiskContent(ContentFields, models.Model):
    title = models.CharField(max_length=BY_NAME["title"].longest)
    cause = models.TextField(blank=True)
    event = models.TextField()
    consequence = models.TextField()
    primary_failure_type = models.ForeignKey(
        FailureType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    other_failure_types = models.ManyToManyField(FailureType, blank=True, related_name="+")
    owner = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    notes = models.TextField(blank=True)
    next_review_on = models.DateField(null=True, help_text="Set by a judgement or a review.")
    status = models.CharField(
        max_length=10, choices=ContentFields.Status, default=ContentFields.Status.OPEN
    )
    is_exempt = models.BooleanField(default=False)

    objective = models.CharField(max_length=BY_NAME["objective"].longest, blank=True)
    category = models.CharField(max_length=12, choices=Category, blank=True)
    adverse_impacts = models.ManyToManyField(AdverseImpact, blank=True, related_name="+")
    portfolio = models.CharField(max_length=BY_NAME["portfolio"].longest, blank=True)
    proximity = models.CharField(max_length=12, choices=ContentFields.Proximity, blank=True)
    estimated_cost = models.PositiveBigIntegerField(null=True)
    response = models.CharField(max_length=10, choices=ContentFields.Response, blank=True)
    response_reason = models.TextField(blank=True)
    tolerated_until = models.DateField(null=True)
    target_on = models.DateField(null=True)
    committee_position = models.TextField(blank=True)
    definition_of_good = models.TextField(blank=True)
    early_warning_indicator = models.TextField(blank=True)
    early_warning_threshold = models.TextField(blank=True)
    identified_on = models.DateField(null=True)
    told_by = models.CharField(max_length=10, choices=ContentFields.Teller, blank=True)
    told_on = models.DateField(null=True)
    exempt_ground = models.CharField(max_length=BY_NAME["exempt_ground"].longest, blank=True)
    exempt_interest = models.TextField(blank=True)
    exempt_decided_by = models.CharField(
        max_length=BY_NAME["exempt_decided_by"].longest, blank=True
    )
    related_risks = models.CharField(
        max_length=BY_NAME["related_risks"].longest,
        blank=True,
        help_text="References, separated by commas.",
    )
    happened_on = models.DateField(null=True)
    happened_what = models.TextField(blank=True)
    happened_under = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, related_name="+"
    )
    depends_on = models.TextField(blank=True, help_text="What the closure relies on.")

    class Meta:
        abstract = True

    @classmethod
    @cache
    def columns(cls):
        """The attnames of the fields that hold a single value: owner_id for owner."""
        return [cls._meta.get_field(name).attname for name in cls.SINGLE]

    def values(self):
        """Attname -> value of the fields that hold a single value."""
        return {name: self.__dict__[name] for name in self.columns()}

    def many_values(self):
        """Name of each many-to-many field -> a set of the rows in it."""
        return {name: set(getattr(self, name).all()) for name in self.MANY}

    def content(self, many_values=None):
        """Field name -> value; a set for a many-to-many field.

        many_values: those, where they are known already.
        """
        values = {name: getattr(self, name) for name in self.SINGLE} | (
            many_values or self.many_values()
        )
        return {name: values[name] for name in self.FIELDS}

    def has_values(self, changes, many_values=None):
        """Whether it has all these values already; names that are no fields are ignored."""
        values = self.values() | (many_values or self.many_values())
        return all(
            values[name] == set(value)
            if name in self.MANY
            else values[self._meta.get_field(name).attname] == getattr(value, "pk", value)
            for name, value in changes.items()
            if name in self.FIELDS
        )


def display_of_pounds(name):
    """A method that returns the words of a field, as Django has one for each choice."""
    return lambda self: in_pounds(getattr(self, name))


for field in FIELDS:
    RiskContent._meta.get_field(field.name).verbose_name = field.label
    if field.sort is Sort.POUNDS:
        setattr(RiskContent, f"get_{field.name}_display", display_of_pounds(field.name))


class LatestContent(ContentFields):
    """What a risk says today: read from its latest revision, never set.

    Everything but is_exempt, which a risk repeats.
    """


read_latest(
    LatestContent,
    [RiskContent._meta.get_field(name) for name in RiskContent.FIELDS if name != "is_exempt"],
    *("many_values", "content", "has_values"),
)
