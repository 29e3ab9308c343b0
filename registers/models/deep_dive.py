"""Deep dives: that a meeting looks at one risk in depth, and what came of it."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.meeting import Meeting
from registers.models.people import Organisation
from registers.models.risk import Risk


class DeepDiveQuerySet(DatedQuerySet):
    def planned(self):
        """Those to come: nothing is recorded of them, and their meeting takes place."""
        return self.filter(outcome=None, meeting__cancelled_on=None)

    def completed(self):
        return self.filter(outcome__took_place=True)

    def on_agenda(self):
        """All but those that were taken off the agenda."""
        return self.exclude(outcome__took_place=False)


class DeepDive(AppendOnlyRecord):
    """That a meeting is to look at a risk in depth."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="deep_dives")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="deep_dives")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DeepDiveQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self):
        return f"Deep dive {self.pk}"

    @classmethod
    @transaction.atomic
    def plan(cls, meeting, *, by, risk, token=None, **timing):
        """Put it on the agenda, and return the row. timing: effective_on, recorded_at.

        The same token by the same person returns the row that it made. Raises ValueError for a risk
        of another organisation, InvalidTransition where the risk is on the agenda already or the
        meeting takes no more records.
        """
        meeting.lock_for_record()
        organisation = meeting.body.organisation
        if risk.register.organisation_id != organisation.pk:
            raise ValueError(f"{risk.reference} is not of {organisation}.")
        rows = meeting.deep_dives.on_agenda().filter(risk=risk)
        if rows.exists() and not FormToken(token, organisation, by).row_of(rows.filter(by=by)):
            raise InvalidTransition("this risk is on the agenda already")
        return create_idempotent(
            cls,
            organisation,
            by=by,
            verb="deep-dive.planned",
            text={"meeting": str(meeting), "risk": risk.reference},
            token=token,
            meeting=meeting,
            risk=risk,
            **timing,
        )

    @transaction.atomic
    def conclude(self, *, by, took_place, attendees="", note="", token=None, **timing):
        """Record that it took place and who came, or that it was taken off; return the row.

        Raises InvalidTransition where that was recorded before, where the meeting is still to come,
        or where it takes no more records.
        """
        self.meeting.lock_for_record()
        rows = DeepDiveOutcome.objects.filter(deep_dive=self)
        if rows.exists() and not FormToken(token, self.organisation, by).row_of(rows.filter(by=by)):
            raise InvalidTransition("what became of this deep dive is recorded already")
        if took_place and self.meeting.on > timezone.localdate():
            raise InvalidTransition("the meeting is still to come")
        return create_idempotent(
            DeepDiveOutcome,
            self.organisation,
            by=by,
            verb="deep-dive.took-place" if took_place else "deep-dive.taken-off",
            text={"deep dive": str(self), "attendees": attendees},
            token=token,
            deep_dive=self,
            took_place=took_place,
            attendees=attendees,
            note=note,
            **timing,
        )


class DeepDiveOutcome(AppendOnlyRecord):
    """That a deep dive took place, with who came; or that it was taken off the agenda."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    deep_dive = models.OneToOneField(DeepDive, on_delete=models.PROTECT, related_name="outcome")
    took_place = models.BooleanField()
    attendees = models.CharField("who came", max_length=500, blank=True)
    note = models.TextField(blank=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(took_place=False) | ~Q(attendees=""),
                name="deep_dive_that_took_place_has_attendees",
            ),
        ]

    def __str__(self):
        return f"{self.deep_dive}, {'took place' if self.took_place else 'taken off'}"
