"""Agreements: a register's position on a day as a body agreed it, as on record then."""

import datetime
import uuid
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registers.history.audit import AppendOnly
from registers.history.seals import SealedModel
from registers.models.position import Position
from registers.models.register import Register

# Prefix of the names under which a seal covers what a body agreed.
POSITION = "positions."


class Agreement(SealedModel, AppendOnly):
    SEAL_EXCLUDES = ("token",)  # of the form that made it: states nothing

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="agreements")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.CharField(
        max_length=100, help_text="Who agreed, in the organisation's own words."
    )
    on = models.DateField(help_text="The day whose position it is.")
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["register", "-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="agreement_has_a_body"),
        ]

    def __str__(self):
        return f"{self.body} on {self.on}"

    @property
    def recorded_by(self):
        """The cut-off: whatever was recorded after this instant is not part of the agreement.

        The end of the day, or earlier where the agreement was recorded on that very day.
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
