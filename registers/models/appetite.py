"""How much risk an organisation will take, by category, and what it tolerates at most."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.models.assessment import DatedQuerySet
from registers.models.content import Category
from registers.models.people import Organisation
from registers.models.register import ScoringScheme
from registers.models.sealed import Sealed


class AppetiteQuerySet(DatedQuerySet):
    def standing(self, day, known_by=None):
        """The latest statement for each category and scheme by the end of a day."""
        rows = AppetiteQuerySet(Appetite).as_at(day, known_by)
        same = rows.filter(**{name: models.OuterRef(name) for name in ("organisation", "scheme", "category")})
        return self.filter(pk=models.Subquery(same.order_by("-effective_on", "-pk").values("pk")[:1]))


class Appetite(Sealed):
    """A statement that somebody approved, added and never edited. The latest one for a category stands; without a
    category it is the organisation's, for all categories that have none of their own."""

    SEALED = (
        *("pk", "organisation_id", "category", "level", "scheme_id", "tolerance", "narrative", "approved_by"),
        *("review_by", "by_id", "effective_on", "recorded_at"),
    )

    class Level(models.TextChoices):
        """The Orange Book's risk appetite note (2021)."""

        AVERSE = "averse", "Averse"
        MINIMAL = "minimal", "Minimal"
        CAUTIOUS = "cautious", "Cautious"
        OPEN = "open", "Open"
        EAGER = "eager", "Eager"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="appetites")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    category = models.CharField(max_length=12, choices=Category, blank=True)
    level = models.CharField("appetite", max_length=10, choices=Level)
    scheme = models.ForeignKey(ScoringScheme, on_delete=models.PROTECT, related_name="appetites")
    tolerance = models.SlugField(help_text="The highest band of the scheme that is tolerated.")
    narrative = models.TextField()
    approved_by = models.CharField(max_length=100, help_text="The body that approved it.")
    review_by = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField("approved on")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = AppetiteQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "category", "-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(narrative="") & ~Q(approved_by=""), name="appetite_says_why_and_by_whom"
            ),
            models.CheckConstraint(
                condition=Q(review_by__gt=F("effective_on")), name="appetite_is_reviewed_after_it_is_approved"
            ),
        ]

    def __str__(self):
        return f"{self.get_category_display() or 'All categories'}: {self.get_level_display()}"

    @classmethod
    @transaction.atomic
    def state(cls, organisation, *, by, tolerance, scheme, token=None, effective_on=None, recorded_at=None, **said):
        """Add a statement and return it. The same token by the same person gives back the one that it made. Raises
        ValueError for a day to come and for a band that the scheme lacks."""
        made = token and cls.objects.filter(token=token, organisation=organisation, by=by).first()
        if made:
            return made
        day = effective_on or timezone.localdate()
        if day > timezone.localdate():
            raise ValueError(f"Nothing is recorded for {day}: that day has not come yet.")
        if tolerance not in scheme.rules.ranks:
            raise ValueError(f"{scheme} has no band {tolerance}.")
        if not token or cls.objects.filter(token=token).exists():
            token = uuid.uuid4()
        row = cls.objects.create(
            organisation=organisation,
            by=by,
            token=token,
            scheme=scheme,
            tolerance=tolerance,
            effective_on=day,
            recorded_at=recorded_at or timezone.now(),
            **said,
        )
        text = {"said": str(row), "narrative": row.narrative}
        row.enter(organisation=organisation, verb="organisation.appetite", subject=organisation, text=text)
        return row
