"""Reviews: looking at a risk again, whether or not its rating changes."""

import datetime
import uuid
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.utils import timezone

from registers.dates import years_later
from registers.history.append_only import AppendOnlyRecord, DatedQuerySet
from registers.models.appetite import Tolerances
from registers.models.assessment import Assessment, share_schemes

# Until the next review of a risk that has no band.
USUAL_DAYS = 92


def latest_next_review(day):
    """The last day for the review after one of that day: two years later."""
    return years_later(day, 2)


class Review(AppendOnlyRecord):
    """A look at a risk: its outcome, and the day of the next review."""

    class Outcome(models.TextChoices):
        STANDS = "stands", "No change"
        WORDING = "wording", "Wording to be updated"
        JUDGE = "judge", "To be assessed again"
        HIGHER = "higher", "To be escalated"
        CLOSE = "close", "To be closed"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="reviews")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    note = models.TextField()
    next_on = models.DateField("next review")
    asked_outside = models.TextField(
        "outside advice",
        blank=True,
        help_text="Required where a risk is above tolerance twice running.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "effective_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="review_has_a_note"),
            models.CheckConstraint(
                condition=Q(next_on__gt=F("effective_on")), name="review_lies_before_the_next"
            ),
        ]

    def __str__(self):
        return f"{self.get_outcome_display()} on {self.effective_on}"


def proposed_next_review(risk, day):
    """The day to propose for the review after one of that day, by the band's review days."""
    days = risk.current.band_now.review_days if risk.current else USUAL_DAYS
    return day + datetime.timedelta(days=days)


def is_above_tolerance(risk, tolerance=None):
    """Whether the risk's rating is above what is tolerated for its category today.

    A rating by another scheme than the one in force says nothing of the present bands. tolerance:
    today's, where it is at hand.
    """
    rating, register = risk.current, risk.register
    if rating is None or rating.scheme_id != register.scheme_id:
        return False
    tolerance = tolerance or Tolerances.of(register).on(timezone.localdate())
    return tolerance.is_above(rating.band, risk.category)


def above_tolerance_twice_running(register, risks, tolerances=None):
    """Keys of those of these risks that are above tolerance now and were when looked at before.

    Insight 1 then asks whom outside we have asked. An earlier rating is read by its own scheme.
    risks: of the register, with their current rating. tolerances: of the register, where they are
    at hand. Four queries at most, none but the first where no risk is above tolerance now.
    """
    today, tolerances = timezone.localdate(), tolerances or Tolerances.of(register)
    tolerance = tolerances.on(today)
    above = [risk for risk in risks if is_above_tolerance(risk, tolerance)]
    if not above:
        return set()
    ratings = _ratings_before(above)
    share_schemes([*ratings.values()], register)

    @cache
    def tolerance_by(scheme):
        return tolerances.on(today, scheme=scheme)

    def was_above(risk):
        rating = ratings[risk.pk]
        return tolerance_by(rating.scheme).is_above(rating.band, risk.category)

    return {risk.pk for risk in above if risk.pk in ratings and was_above(risk)}


def _ratings_before(risks):
    """Key of a risk -> its rating when it was looked at before.

    That is at its latest review or, without one, its last current rating of an earlier day. A
    review of the day of the current rating is the same look.
    """
    reviews = Review.objects.filter(risk__in=risks).order_by().values_list("risk")
    reviews = reviews.exclude(effective_on=F("risk__current__effective_on"))
    reviewed_on = dict(reviews.annotate(latest=Max("effective_on")))
    rated_on = {risk.pk: risk.current.effective_on for risk in risks}
    ratings = {}
    rows = Assessment.objects.current().filter(risk__in=risks)
    for rating in rows.defer("rationale", "evidence"):
        key, day = rating.risk_id, rating.effective_on
        if day <= reviewed_on[key] if key in reviewed_on else day < rated_on[key]:
            ratings[key] = rating
    return ratings


def is_above_tolerance_twice_running(risk, tolerances=None):
    return bool(above_tolerance_twice_running(risk.register, [risk], tolerances))
