"""What may be missing or late about a risk: one table for counts, the list and the worklist."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q


class MissingInformation(models.TextChoices):
    """Most pressing first. The value is part of addresses.

    The labels follow a number ("7 owned by a vacant post").
    """

    LATE_REVIEW = "late-review", "whose review is late"
    NO_RATING = "no-rating", "with no current rating yet"
    EARLIER_SCHEME = "earlier-scheme", "rated by an earlier scheme"
    NO_OWNER = "no-owner", "with no owner decided"
    VACANT_POST = "vacant-post", "owned by a vacant post"
    NO_FAILURE_TYPE = "no-failure-type", "with no failure type decided"

    def on(self, day=None):
        """The condition that this is missing of a position.

        day: what a review is late by; only LATE_REVIEW needs it. Who holds a post is known for
        today only.
        """
        return {
            MissingInformation.LATE_REVIEW: Q(next_review_on__lt=day),
            MissingInformation.NO_RATING: Q(band=""),
            MissingInformation.EARLIER_SCHEME: ~Q(band="") & ~Q(scheme=F("register__scheme")),
            MissingInformation.NO_OWNER: Q(owner=None),
            MissingInformation.VACANT_POST: Q(owner__isnull=False, owner__holder=None),
            MissingInformation.NO_FAILURE_TYPE: Q(primary_failure_type=None),
        }[self]

    @classmethod
    def among(cls, gaps, day):
        """The condition that a position lacks at least one of these."""
        return reduce(or_, (gap.on(day) for gap in gaps))
