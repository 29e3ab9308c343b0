"""Looking at a risk again, whether or not its rating changes."""

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registers.dates import years_later
from registers.history.append_only import AppendOnlyRecord
from registers.models.appetite import Tolerances

USUAL_DAYS = 92  # until the next review of a risk that has no band


def latest_next_review(day):
    """The last day on which the review after one of that day may fall: two years later."""
    return years_later(day, 2)


class Review(AppendOnlyRecord):
    """A look at a risk, whether or not its rating changes: what came of it, and the day of the next
    one.
    """

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
    """The day to propose for the review after one of that day: by the scheme's days for the risk's
    band.
    """
    days = risk.current.band_now.review_days if risk.current else USUAL_DAYS
    return day + datetime.timedelta(days=days)


def is_above_tolerance(risk, assessment=None):
    """Whether a judgement of the risk, the current one unless told, lies above what is let stand
    for its category today. A rating by another scheme than the one in force says nothing of this
    one's bands: the current one then does not, an earlier one is held against its own scheme.
    """
    judged, register = assessment or risk.current, risk.register
    if judged is None or (assessment is None and judged.scheme_id != register.scheme_id):
        return False
    if judged.scheme_id != register.scheme_id:
        return judged.scheme.rules.is_above_tolerance(judged.band)
    return Tolerances.of(register).on(timezone.localdate()).is_above(judged.band, risk.category)


def is_above_tolerance_twice_running(risk):
    """Whether the risk stands above tolerance now and did when it was looked at before: at its
    latest review or, where there was none, at its last current judgement of an earlier day. Insight
    1 then asks whom outside we have asked.
    """
    if not is_above_tolerance(risk):
        return False
    review = risk.reviews.order_by("effective_on", "pk").last()
    judged = risk.assessments.current().select_related("scheme")
    if review:
        before = judged.filter(effective_on__lte=review.effective_on).last()
    else:
        before = judged.filter(effective_on__lt=risk.current.effective_on).last()
    return before is not None and is_above_tolerance(risk, before)
