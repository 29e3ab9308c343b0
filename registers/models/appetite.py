"""Risk appetite: how much risk an organisation takes by category, and the most it tolerates."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.models.people import Organisation
from registers.models.register import ScoringScheme
from registers.models.risk_content import Category
from registers.scoring import Tolerance


class Appetite(AppendOnlyRecord):
    """A statement that somebody approved: added and never edited.

    The latest one for a category applies. Without a category it applies to all categories of the
    organisation that have none of their own.
    """

    class Level(models.TextChoices):
        """The Orange Book's risk appetite note (2021)."""

        AVERSE = "averse", "Averse"
        MINIMAL = "minimal", "Minimal"
        CAUTIOUS = "cautious", "Cautious"
        OPEN = "open", "Open"
        EAGER = "eager", "Eager"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="appetites"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    category = models.CharField(max_length=12, choices=Category, blank=True)
    level = models.CharField("appetite", max_length=10, choices=Level)
    scheme = models.ForeignKey(ScoringScheme, on_delete=models.PROTECT, related_name="appetites")
    tolerance = models.SlugField(help_text="The highest band that is within tolerance.")
    narrative = models.TextField()
    approved_by = models.CharField(max_length=100, help_text="The body that approved it.")
    review_by = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField("approved on")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "category", "-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(narrative="") & ~Q(approved_by=""),
                name="appetite_says_why_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(review_by__gt=F("effective_on")),
                name="appetite_is_reviewed_after_it_is_approved",
            ),
        ]

    def __str__(self):
        return f"{self.get_category_display() or 'All categories'}: {self.get_level_display()}"

    @property
    def tolerated(self):
        """The highest tolerated band, with the words of its scheme."""
        return self.scheme.rules.band(self.tolerance)

    @classmethod
    def state(cls, organisation, *, by, tolerance, scheme, narrative, **fields):
        """Add a statement and return it. The same token by the same person returns the one it made.

        Raises ValueError for a future day and for a band that the scheme lacks.
        """
        if tolerance not in scheme.rules.ranks:
            raise ValueError(f"{scheme} has no band {tolerance}.")
        fields = {"tolerance": tolerance, "scheme": scheme, "narrative": narrative, **fields}
        text = {"narrative": narrative}
        return create_idempotent(
            cls, organisation, by=by, verb="organisation.appetite", text=text, **fields
        )


class Tolerances:
    """What is tolerated on a register on any day.

    From its organisation's statements for the scheme as of that day, and from the scheme where
    there are none. The scheme is the register's, unless a method is given another. One query, on
    first use.
    """

    def __init__(self, register, statements):
        """statements: Appetite rows, among them all of this organisation."""
        self._register, self._statements = register, statements

    @classmethod
    def of(cls, register):
        return cls.across([register])[register.pk]

    @classmethod
    def across(cls, registers):
        """Key of a register -> its Tolerances; one query for all of them."""
        organisations = {register.organisation_id for register in registers}
        rows = Appetite.objects.filter(organisation__in=organisations)
        return {register.pk: cls(register, rows) for register in registers}

    def statements_as_at(self, day, recorded_by=None, scheme=None):
        """Category -> the statement that applies at the end of a day; "" for all other categories.

        recorded_by: leave out what was recorded after that instant.
        """
        scheme = scheme or self._register.scheme
        scope = (self._register.organisation_id, scheme.pk)
        statements = [
            row
            for row in self._statements
            if (row.organisation_id, row.scheme_id) == scope
            and row.effective_on <= day
            and (recorded_by is None or row.recorded_at <= recorded_by)
        ]
        for row in statements:
            row.scheme = scheme
        return {
            row.category: row
            for row in sorted(statements, key=lambda row: (row.effective_on, row.pk))
        }

    def on(self, day, recorded_by=None, scheme=None):
        """The Tolerance of a day."""
        scheme = scheme or self._register.scheme
        tolerance_by_category = {
            category: row.tolerance
            for category, row in self.statements_as_at(day, recorded_by, scheme).items()
        }
        return Tolerance.from_statements(scheme.rules, tolerance_by_category)

    def statement_for(self, category, day, recorded_by=None):
        """The statement that decides for a category on a day; None where the scheme does."""
        statements = self.statements_as_at(day, recorded_by)
        return statements.get(category) or statements.get("")
