"""Need to know: somebody is granted sight of exempt risks, for a reason and until a day."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.dates import years_later
from registers.history.append_only import AppendOnlyRecord, create_idempotent
from registers.history.audit import AppendOnlyQuerySet
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.people import Organisation, User
from registers.models.register import Register
from registers.models.risk import Risk


class NeedToKnowQuerySet(AppendOnlyQuerySet):
    def active(self, day=None):
        """Those that hold on a day, the first and the last day included, and were not withdrawn."""
        day = day or timezone.localdate()
        return self.filter(effective_on__lte=day, until__gte=day, withdrawal__isnull=True)


class NeedToKnow(AppendOnlyRecord):
    """A grant: the person sees all exempt risks of a register, or one risk of it.

    Added and never edited. effective_on: its first day. by: whoever granted it.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="needs_to_know"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="needs_to_know", verbose_name="person"
    )
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="needs_to_know")
    risk = models.ForeignKey(
        Risk,
        on_delete=models.PROTECT,
        related_name="needs_to_know",
        null=True,
        help_text="Empty: every exempt risk of the register.",
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reason = models.TextField()
    until = models.DateField("last day")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField("first day")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = NeedToKnowQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "-effective_on", "-pk"]
        verbose_name_plural = "needs to know"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="need_to_know_has_a_reason"),
            models.CheckConstraint(
                condition=Q(until__gte=F("effective_on")),
                name="need_to_know_lasts_its_day_at_least",
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.subject} until {self.until}"

    @property
    def subject(self):
        """What it is about, without the title of a risk: "Corporate register", "CORP-021"."""
        return self.risk.reference if self.risk else str(self.register)

    @classmethod
    def grant(cls, register, *, by, user, reason, until, risk=None, token=None):
        """Grant it from today until the end of a day, and return the row.

        The same token by the same person returns the row that it made. Raises ValueError for a
        last day before today or more than a year ahead, and for a risk of another register.
        """
        today = timezone.localdate()
        if not today <= until <= years_later(today, 1):
            raise ValueError(f"It lasts from today for a year at most: not until {until}.")
        if risk and risk.register_id != register.pk:
            raise ValueError(f"{risk.reference} is not on {register}.")
        about = risk.reference if risk else str(register)
        return create_idempotent(
            cls,
            register.organisation,
            by=by,
            verb="need-to-know.granted",
            text={"person": str(user), "about": about, "reason": reason},
            token=token,
            user=user,
            register=register,
            risk=risk,
            reason=reason,
            until=until,
        )

    @transaction.atomic
    def withdraw(self, *, by, reason, token=None):
        """End it from now on, and return the NeedToKnowWithdrawal.

        The same token by the same person returns the row that it made. Raises InvalidTransition
        where it was withdrawn before or has ended.
        """
        NeedToKnow.objects.select_for_update().get(pk=self.pk)
        withdrawals = NeedToKnowWithdrawal.objects.filter(grant=self, by=by)
        is_sent_again = FormToken(token, self.organisation, by).row_of(withdrawals)
        if not is_sent_again and not NeedToKnow.objects.active().filter(pk=self.pk).exists():
            raise InvalidTransition("this access has ended already")
        return create_idempotent(
            NeedToKnowWithdrawal,
            self.organisation,
            by=by,
            verb="need-to-know.withdrawn",
            text={"person": str(self.user), "about": self.subject, "reason": reason},
            token=token,
            grant=self,
            reason=reason,
        )


class NeedToKnowWithdrawal(AppendOnlyRecord):
    """That a need to know was withdrawn before its last day. Both rows are kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    grant = models.OneToOneField(NeedToKnow, on_delete=models.PROTECT, related_name="withdrawal")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="need_to_know_withdrawal_has_a_reason"
            ),
        ]

    def __str__(self):
        return f"{self.grant}, withdrawn"
