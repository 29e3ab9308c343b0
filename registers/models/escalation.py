"""Escalation: taking a risk to a register above, and back.

Proposed with a reason, decided at the receiving level. The risk stays on its home register for
ever; while it is escalated it is listed in the other one as well.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.errors import InvalidTransition
from registers.models.register import Register


def registers_above(risk):
    """The registers of its organisation to which the risk can be taken. One query for each."""
    register = risk.register
    return [row for row in register.above() if row.organisation_id == register.organisation_id]


class EscalationQuerySet(DatedQuerySet):
    def undecided(self):
        return self.filter(decision=None)

    def listing(self, day, recorded_by=None) -> list:
        """Those that list a risk in another register at the end of a day, by day of decision.

        That is where the last step approved by then led up. recorded_by: leave out what was
        recorded after that instant. One query, with the decisions.
        """
        approved = self.filter(decision__is_approved=True, decision__effective_on__lte=day)
        if recorded_by:
            approved = approved.filter(decision__recorded_at__lte=recorded_by)
        approved = approved.select_related("decision")
        latest = {}
        for step in approved.order_by("-decision__effective_on", "-decision__pk"):
            latest.setdefault((step.risk_id, step.to_register_id), step)
        steps = [step for step in latest.values() if step.direction == Escalation.Direction.UP]
        return steps[::-1]


class Escalation(AppendOnlyRecord):
    class Direction(models.TextChoices):
        UP = "up", "Escalate"
        DOWN = "down", "De-escalate"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="escalations")
    to_register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="escalations")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    direction = models.CharField(max_length=4, choices=Direction)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField("proposed on")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "effective_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="escalation_has_a_reason")
        ]

    def __str__(self):
        return f"{self.get_direction_display()}: {self.to_register}"

    @property
    def decided(self):
        """The decision, or None while it waits."""
        return getattr(self, "decision", None)

    @classmethod
    def available_steps(cls, risk, day):
        """(direction, register) for each step that may be proposed now.

        Up to a register above the risk's own, or back down from one that lists it. None to or from
        a register that has a proposal waiting, nor for a risk that is not on its register.
        """
        if risk.status not in risk.ON_REGISTER:
            return []
        above = registers_above(risk)
        if not above:
            return []
        waiting = set(risk.escalations.undecided().values_list("to_register", flat=True))
        listed_in = {step.to_register_id for step in risk.escalations.listing(day)}
        directions = {True: cls.Direction.DOWN, False: cls.Direction.UP}
        return [
            (directions[register.pk in listed_in], register)
            for register in above
            if register.pk not in waiting
        ]

    @classmethod
    @transaction.atomic
    def propose(cls, risk, *, by, to_register, direction, **options):
        """Propose a step and return the Escalation; the same `token=` returns the one that it made.

        Raises InvalidTransition where the risk is not on its register, the other register is not
        above it, a proposal waits there, or the risk is listed there already (or, going down, is
        not). The risk is locked meanwhile: of two requests at once the second finds the first's
        proposal.
        """
        risk.refresh_from_db(
            fields=["latest"], from_queryset=type(risk).objects.select_for_update()
        )
        token = options.get("token")
        if not (token and cls.objects.filter(token=token, risk=risk, by=by).exists()):
            day = options.get("effective_on") or timezone.localdate()
            if (direction, to_register) not in cls.available_steps(risk, day):
                raise InvalidTransition(
                    f"{risk.reference} cannot be taken {direction} now: {to_register}."
                )
        fields = {"to_register": to_register, "direction": direction}
        return create_idempotent(
            cls, risk, by=by, verb=f"risk.escalation-{direction}", **fields, **options
        )

    @transaction.atomic
    def decide(self, *, by, is_approved, reason, effective_on=None, recorded_at=None):
        """Approve or refuse it at the receiving level and return the EscalationDecision.

        If decided already, returns that decision. Raises InvalidTransition for an approval where
        the risk is no longer on its register.
        """
        Register.objects.select_for_update().get(pk=self.to_register_id)
        existing = EscalationDecision.objects.filter(escalation=self).first()
        if existing:
            return existing
        risk = self.risk
        risk.refresh_from_db(
            fields=["latest"], from_queryset=type(risk).objects.select_for_update()
        )
        if is_approved and risk.status not in risk.ON_REGISTER:
            raise InvalidTransition(
                f"{risk.reference} is {risk.get_status_display().lower()}. You can only refuse "
                "this proposal"
            )
        day = effective_on or timezone.localdate()
        if not self.effective_on <= day <= timezone.localdate():
            raise ValueError(
                f"A proposal of {self.effective_on} is decided on that day or later, "
                "and not in advance."
            )
        decision = EscalationDecision.objects.create(
            escalation=self,
            is_approved=is_approved,
            reason=reason,
            by=by,
            effective_on=day,
            recorded_at=recorded_at or timezone.now(),
        )
        decision.enter(
            organisation=self.to_register.organisation,
            verb="risk.escalation-decided",
            subject=self.risk,
            text={
                "risk": self.risk.reference,
                "title": self.risk.title,
                "said": str(decision),
                "reason": reason,
            },
        )
        return decision


class EscalationDecision(AppendOnlyRecord):
    escalation = models.OneToOneField(Escalation, on_delete=models.PROTECT, related_name="decision")
    is_approved = models.BooleanField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField("decided on")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["effective_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="escalation_decision_has_a_reason")
        ]

    def __str__(self):
        return "Approved" if self.is_approved else "Refused"
