"""That a register took a newer version of its scheme: what was in force on an earlier day."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet


class SchemeAdoption(AppendOnlyRecord):
    """Added and never edited. earlier: the scheme that was in force until then."""

    register = models.ForeignKey(
        "registers.Register", on_delete=models.PROTECT, related_name="scheme_adoptions"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.ForeignKey(
        "registers.ScoringScheme", on_delete=models.PROTECT, related_name="+"
    )
    earlier = models.ForeignKey(
        "registers.ScoringScheme", on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["register_id", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="scheme_adoption_has_a_reason"),
        ]

    def __str__(self):
        return f"{self.scheme} in place of {self.earlier}"
