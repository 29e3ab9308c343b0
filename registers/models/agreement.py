"""Agreements: a register's position on a day as it was reported to a body, as on record then."""

import datetime
import uuid
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registers.history.audit import AppendOnly, AppendOnlyQuerySet
from registers.history.seals import SealedModel
from registers.models.body import Body, name_in_sentence
from registers.models.meeting import Meeting
from registers.models.position import Position
from registers.models.register import Register

# Prefix of the names under which a seal covers what a body agreed.
POSITION = "positions."


class Decision(models.TextChoices):
    """What the body did with the position."""

    APPROVED = "approved", "Approved"
    CONSIDERED = "considered", "Considered"
    NOTED = "noted", "Noted"
    # Recorded before agreements said which of these it was.
    AGREED = "agreed", "Agreed"


class AgreementQuerySet(AppendOnlyQuerySet):
    def in_force(self):
        """Those that were not superseded."""
        return self.filter(supersession__isnull=True)


class Agreement(SealedModel, AppendOnly):
    SEAL_EXCLUDES = ("token",)  # of the form that made it: states nothing

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="agreements")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="agreements", null=True)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="agreements", null=True
    )
    body_name = models.CharField(max_length=100, help_text="What the body was called then.")
    decision = models.CharField(max_length=20, choices=Decision, default=Decision.AGREED)
    on = models.DateField("data date", help_text="The day whose position it is.")
    met_on = models.DateField("day of the meeting", help_text="The day on which the body met.")
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["register", "-on", "-met_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(body_name=""), name="agreement_has_a_body"),
            models.CheckConstraint(
                condition=Q(decision__in=Decision.values), name="agreement_decision_is_known"
            ),
            models.CheckConstraint(
                condition=Q(met_on__gte=F("on")), name="agreement_of_no_day_after_the_meeting"
            ),
        ]

    def __str__(self):
        return f"{self.body_name} on {self.on}"

    @property
    def body_in_sentence(self):
        """ "the Audit Committee", "Cabinet": what it was called then."""
        return name_in_sentence(self.body_name)

    @property
    def recorded_by(self):
        """The cut-off: whatever was recorded after this instant is not part of the agreement.

        The end of the data date, or earlier where the agreement was recorded on that very day.
        """
        end = datetime.datetime.combine(self.on, datetime.time.max, timezone.get_default_timezone())
        return min(end, self.recorded_at)

    @property
    def positions(self):
        """What it agreed: the positions of its day that were on record by then."""
        return Position.objects.filter(register=self.register_id).as_at(self.on, self.recorded_by)

    @classmethod
    def seal_related(cls):
        """Every column of its positions but those that are updated: today's exempt flag, and the
        instant until which they are on record.
        """
        excludes = ("id", "is_exempt", "known_until")
        return [
            f"{POSITION}{f.attname}"
            for f in Position._meta.concrete_fields
            if f.name not in excludes
        ]

    @cached_property
    def position_rows(self):
        return list(self.positions.order_by("risk"))

    def seal_value(self, name):
        if not name.startswith(POSITION):
            return super().seal_value(name)
        column = name.removeprefix(POSITION)
        return [vars(position)[column] for position in self.position_rows]


class Supersession(SealedModel, AppendOnly):
    """That an agreement was recorded in error. Both it and what takes its place are kept.

    replacement: the right one; None where the body agreed nothing, and it is withdrawn.
    """

    SEAL_EXCLUDES = ("token",)  # of the form that made it: states nothing

    agreement = models.OneToOneField(
        Agreement, on_delete=models.PROTECT, related_name="supersession"
    )
    replacement = models.OneToOneField(
        Agreement, on_delete=models.PROTECT, related_name="replaces", null=True
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="supersession_has_a_reason"),
            models.CheckConstraint(
                condition=Q(replacement__isnull=True) | ~Q(replacement=F("agreement")),
                name="agreement_never_replaces_itself",
            ),
        ]

    def __str__(self):
        return f"{self.agreement}, superseded"
