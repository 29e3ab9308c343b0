"""That a body agreed a register's position on a day, and the rows that keep it as it was known then."""

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registers.models.assessment import Assessment
from registers.models.audit import AppendOnly
from registers.models.position import Position, stretches
from registers.models.register import Register
from registers.models.revision import RiskRevision


class Agreement(AppendOnly):
    SEALED = ("pk", "register_id", "body", "on", "note", "by_id", "recorded_at")

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="agreements")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.CharField(max_length=100, help_text="Who agreed, in the organisation's own words.")
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
    def known_by(self):
        """The instant after which what was recorded is not in it: the end of the day, or earlier where the agreement
        was recorded on that very day."""
        end = datetime.datetime.combine(self.on, datetime.time.max, timezone.get_default_timezone())
        return min(end, self.recorded_at)

    @property
    def positions(self):
        return Position.everything.filter(agreement=self)

    def worked_out(self):
        """The rows that keep it, from history and not saved: one for each risk that was known of. Three queries,
        whatever the number of risks."""
        seen = {"risk__register": self.register_id}
        revisions = RiskRevision.objects.filter(**seen).as_at(self.on, self.known_by)
        assessments = Assessment.objects.filter(**seen).current().as_at(self.on, self.known_by)
        said = _by_risk(
            revisions.only(
                *"risk number effective_on status primary_failure_type owner next_review_on category".split()
            )
        )
        judged = _by_risk(assessments.only(*"risk effective_on scheme band likelihood impact score".split()))
        for risk in self.register.risks.only("register", "number", "is_exempt").order_by("number"):
            for stretch in stretches(said.get(risk.pk, ()), judged.get(risk.pk, ()))[-1:]:
                yield Position.of(risk, stretch, agreement=self)

    def sealed(self):
        """What it says and what it keeps, as the audit chain signs it (a salted digest of it)."""
        kept = self.positions.order_by("risk").values_list("risk", "revision", "current")
        return {**{name: getattr(self, name) for name in self.SEALED}, "positions": list(kept)}


def _by_risk(rows):
    found = {}
    for row in rows.order_by("risk", "pk"):
        found.setdefault(row.risk_id, []).append(row)
    return found
