"""Precedents: an officer's marks on warning signs that were suggested for a risk."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet
from registers.models.cases import WarningSign
from registers.models.library import Citation


class PrecedentQuerySet(DatedQuerySet):
    def with_words(self):
        """With everything that pages show of a mark and its sign."""
        citations = models.Prefetch("sign__citations", Citation.objects.select_related("source"))
        return self.select_related("by", "sign__case").prefetch_related(citations)

    def confirmed(self):
        return self.filter(mark=Precedent.Mark.RELEVANT)


class Precedent(AppendOnlyRecord):
    """A mark on a sign for a risk: a working note, added and never edited.

    The latest mark of a sign counts.
    """

    DERIVED_FIELDS = ("words",)

    class Mark(models.TextChoices):
        RELEVANT = "relevant", "Relevant"
        NOT_RELEVANT = "not-relevant", "Not relevant"
        UNSURE = "unsure", "Unsure"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="precedents")
    sign = models.ForeignKey(WarningSign, on_delete=models.PROTECT, related_name="precedents")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mark = models.CharField(max_length=12, choices=Mark)
    reason = models.TextField()
    words = models.JSONField(
        default=list, help_text="The risk's words that the suggestion rested on; none if chosen."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = PrecedentQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "effective_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="precedent_has_a_reason"),
        ]
        indexes = [
            models.Index(fields=["risk", "sign", "-effective_on", "-id"], name="precedent_latest")
        ]

    def __str__(self):
        return f"{self.sign_id} on risk {self.risk_id}: {self.get_mark_display()}"
