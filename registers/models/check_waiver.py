"""Waivers: a manager sets a check of the worklist aside for one risk, for a reason and a while."""

import datetime
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.errors import InvalidTransition

# Days; then the check is shown again.
LONGEST = 365


class CheckWaiverQuerySet(DatedQuerySet):
    def in_force(self, day):
        """The latest row for each check of each risk by that day, where it still applies on it.

        A check that was taken back has no last day and never does.
        """
        return self.latest_per("risk", "check_name", day=day).filter(until__gte=day)


class CheckWaiver(AppendOnlyRecord):
    """Added and never edited; taking one back adds another row without a last day."""

    risk = models.ForeignKey(
        "registers.Risk", on_delete=models.PROTECT, related_name="check_waivers"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_name = models.SlugField("check", max_length=30)
    reason = models.TextField()
    until = models.DateField("last day", null=True, help_text="Empty: taken back.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = CheckWaiverQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "effective_on", "pk"]
        verbose_name_plural = "check waivers"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="check_waiver_has_a_reason"),
            models.CheckConstraint(
                condition=Q(until__gte=F("effective_on")),
                name="check_waiver_lasts_its_day_at_least",
            ),
        ]

    def __str__(self):
        until = f"until {self.until}" if self.until else "taken back"
        return f"{self.check_name} on risk {self.risk_id} {until}"

    @classmethod
    def put(cls, risk, *, by, check_name, reason, until, **options):
        """Set a check aside for that risk until the end of a day, and return the row.

        The same `token=` returns the row that it made. Raises ValueError for a last day before the
        first or more than a year after it.
        """
        day = options.get("effective_on") or timezone.localdate()
        if not day <= until <= day + datetime.timedelta(days=LONGEST):
            raise ValueError(
                f"Set aside on {day} it lasts until then at least, "
                f"and {LONGEST} days at most: not {until}."
            )
        fields = {"check_name": check_name, "reason": reason, "until": until}
        return create_idempotent(cls, risk, by=by, verb="risk.set-aside", **fields, **options)

    @classmethod
    @transaction.atomic
    def take_back(cls, risk, *, by, check_name, reason, **options):
        """Show the check of that risk again from now on; return the new row.

        The same `token=` returns the row that it made. Raises InvalidTransition where the check is
        not set aside.
        """
        risk.lock_for_update()
        rows, token = cls.objects.filter(risk=risk, check_name=check_name), options.get("token")
        day = options.get("effective_on") or timezone.localdate()
        if not (token and rows.filter(token=token).exists()) and not rows.in_force(day).exists():
            raise InvalidTransition(
                f"Nothing is set aside: the check speaks of {risk.reference} already."
            )
        fields = {"check_name": check_name, "reason": reason, "until": None}
        return create_idempotent(
            cls, risk, by=by, verb="risk.set-aside-taken-back", **fields, **options
        )
