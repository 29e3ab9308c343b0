"""Deep dives: that a meeting looks at one risk in depth, and what came of it."""

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from registers.history.append_only import DatedQuerySet
from registers.history.errors import InvalidTransition
from registers.models.meeting import Meeting
from registers.models.organisation_record import OrganisationRecord
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


class DeepDive(OrganisationRecord):
    """That a meeting is to look at a risk in depth."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="deep_dives")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="deep_dives")

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
        message = "this risk is on the agenda already"
        cls.refuse_second(rows, message, by=by, token=token)
        text = {"risk": risk.reference}
        return cls.add_to_meeting(
            meeting, "deep-dive.planned", by=by, text=text, token=token, risk=risk, **timing
        )

    @transaction.atomic
    def conclude(self, *, by, took_place, attendees="", note="", token=None, **timing):
        """Record that it took place and who came, or that it was taken off; return the row.

        Raises InvalidTransition where that was recorded before, where the meeting is still to come,
        or where it takes no more records.
        """
        self.meeting.lock_for_record()
        rows = DeepDiveOutcome.objects.filter(deep_dive=self)
        message = "what became of this deep dive is recorded already"
        DeepDiveOutcome.refuse_second(rows, message, by=by, token=token)
        if took_place and self.meeting.on > timezone.localdate():
            raise InvalidTransition("the meeting is still to come")
        return DeepDiveOutcome.add(
            self.organisation,
            "deep-dive.took-place" if took_place else "deep-dive.taken-off",
            by=by,
            text={"deep dive": str(self), "attendees": attendees},
            token=token,
            deep_dive=self,
            took_place=took_place,
            attendees=attendees,
            note=note,
            **timing,
        )


class DeepDiveOutcome(OrganisationRecord):
    """That a deep dive took place, with who came; or that it was taken off the agenda."""

    deep_dive = models.OneToOneField(DeepDive, on_delete=models.PROTECT, related_name="outcome")
    took_place = models.BooleanField()
    attendees = models.CharField("who came", max_length=500, blank=True)
    note = models.TextField(blank=True)

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
