"""Reviews: looking at a risk again, whether or not its rating changes."""

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registers.dates import years_later
from registers.history.append_only import AppendOnlyRecord
from registers.models.appetite import Tolerances

# Until the next review of a risk that has no band.
USUAL_DAYS = 92


def latest_next_review(day):
    """The last day for the review after one of that day: two years later."""
    return years_later(day, 2)


class Review(AppendOnlyRecord):
    """A look at a risk: its outcome, and the day of the next review."""

    class Outcome(models.TextChoices):
        STANDS = "stands", "Stands as it is"
        WORDING = "wording", "Wording to be brought up to date"
        JUDGE = "judge", "To be judged again"
        HIGHER = "higher", "To be taken higher"
        CLOSE = "close", "To be closed"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="reviews")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    note = models.TextField()
    next_on = models.DateField("next review")
    asked_outside = models.TextField(
        "who outside was asked",
        blank=True,
        help_text="Asked for where a risk is above tolerance twice running.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

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


def is_above_tolerance(risk, assessment=None):
    """Whether a rating is above what is tolerated for the risk's category today.

    assessment: the current one unless given. A rating by another scheme than the one in force says
    nothing of the present bands: a current one then is not above tolerance, an earlier one is
    compared with its own scheme.
    """
    rating, register = assessment or risk.current, risk.register
    if rating is None or (assessment is None and rating.scheme_id != register.scheme_id):
        return False
    if rating.scheme_id != register.scheme_id:
        return rating.scheme.rules.is_above_tolerance(rating.band)
    return Tolerances.of(register).on(timezone.localdate()).is_above(rating.band, risk.category)


def is_above_tolerance_twice_running(risk):
    """Whether the risk is above tolerance now and was when it was looked at before.

    That is at its latest review or, without one, at its last current assessment of an earlier day.
    Insight 1 then asks whom outside we have asked.
    """
    if not is_above_tolerance(risk):
        return False
    review = risk.reviews.order_by("effective_on", "pk").last()
    ratings = risk.assessments.current().select_related("scheme")
    if review:
        earlier = ratings.filter(effective_on__lte=review.effective_on).last()
    else:
        earlier = ratings.filter(effective_on__lt=risk.current.effective_on).last()
    return earlier is not None and is_above_tolerance(risk, earlier)
