"""That a manager let a check of the worklist be for a while, on one risk and for a reason."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registers.models.assessment import DatedQuerySet
from registers.models.sealed import Sealed


class SetAsideQuerySet(DatedQuerySet):
    def standing(self, day):
        """The latest word on each check of each risk by that day, where it still holds on it."""
        same = SetAside.objects.filter(
            effective_on__lte=day, risk=models.OuterRef("risk"), check_name=models.OuterRef("check_name")
        )
        latest = same.as_at(day).order_by("-effective_on", "-pk").values("pk")[:1]
        return self.filter(pk=models.Subquery(latest), until__gte=day)


class SetAside(Sealed):
    SEALED = ("pk", "risk_id", "check_name", "reason", "until", "by_id", "effective_on", "recorded_at")

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="set_aside")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_name = models.SlugField("check", max_length=30)
    reason = models.TextField()
    until = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = SetAsideQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "effective_on", "pk"]
        verbose_name_plural = "set aside"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="set_aside_has_a_reason"),
            models.CheckConstraint(condition=Q(until__gte=F("effective_on")), name="set_aside_lasts_its_day_at_least"),
        ]

    def __str__(self):
        return f"{self.check_name} on risk {self.risk_id} until {self.until}"
