"""Meetings of bodies, what was added to one late, and the periods before elections."""

import uuid

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import time_in_words
from registers.history.errors import InvalidTransition
from registers.history.seals import AuditedModel
from registers.models.body import Body
from registers.models.meeting_attendance import seat_substitutes
from registers.models.organisation_record import OrganisationRecord
from registers.models.people import Nation, Organisation, Post, Sector
from registers.models.register import Register

# Working days of notice that a body gives as a rule. England, Wales: Local Government Act 1972,
# section 100B. Scotland: Local Government (Scotland) Act 1973, section 50B. Boards of NHS bodies:
# Public Bodies (Admission to Meetings) Act 1960. For Northern Ireland we read no source.
CLEAR_DAYS = {Nation.ENGLAND: 5, Nation.WALES: 3, Nation.SCOTLAND: 3, Nation.NORTHERN_IRELAND: 5}
CLEAR_DAYS_NHS = 3
MOST_CLEAR_DAYS = 30


def usual_clear_days(organisation) -> int:
    """How many clear days of notice the bodies of such an organisation give as a rule."""
    if organisation.sector == Sector.NHS:
        return CLEAR_DAYS_NHS
    return CLEAR_DAYS[organisation.nation]


def clear_days_of(body) -> int:
    """The body's own number, or what is usual."""
    return usual_clear_days(body.organisation) if body.clear_days is None else body.clear_days


class MeetingQuerySet(models.QuerySet):
    def not_cancelled(self):
        return self.filter(cancelled_on=None)

    def before(self, day):
        """Those that took place before that day, the latest first."""
        return self.not_cancelled().filter(on__lt=day).order_by("-on", "-pk")


class Meeting(AuditedModel):
    """A meeting of a body. Edited in place until it is over; cancelled, never deleted."""

    SEAL_EXCLUDES = ("token",)  # of the form that made it: states nothing
    SEAL_MANY = ("registers", "attending")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=100, blank=True, help_text="Empty: an ordinary meeting.")
    is_annual = models.BooleanField(
        "annual meeting", default=False, help_text="A municipal year begins with it."
    )
    on = models.DateField("day")
    starts_at = models.TimeField("time", null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField("address of the online meeting", max_length=500, blank=True)
    clear_days = models.PositiveSmallIntegerField(
        help_text="Working days between the day of publication and that of the meeting."
    )
    papers_due = models.DateField(
        "papers due from authors", null=True, blank=True, help_text="Empty: no day is set."
    )
    registers = models.ManyToManyField(Register, related_name="meetings", blank=True)
    attending = models.ManyToManyField(
        Post, related_name="meetings", blank=True, verbose_name="officers who attend"
    )
    uid = models.CharField(
        max_length=200, blank=True, editable=False, help_text="Of the event in a calendar file."
    )
    moved_from = models.DateField(
        null=True, editable=False, help_text="The day first announced, if it was another."
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    cancelled_on = models.DateField(null=True, editable=False)
    cancellation_reason = models.TextField(blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["on", "starts_at", "pk"]
        indexes = [models.Index(fields=["body", "on"], name="meeting_body_on")]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "uid"], condition=~Q(uid=""), name="meeting_uid_once_for_a_body"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on=None) | ~Q(cancellation_reason=""),
                name="meeting_is_cancelled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(clear_days__lte=MOST_CLEAR_DAYS), name="meeting_has_few_clear_days"
            ),
            models.CheckConstraint(
                condition=Q(papers_due=None) | Q(papers_due__lte=F("on")),
                name="meeting_papers_are_not_due_after_it",
            ),
        ]

    def __str__(self):
        return f"{self.body}, {date_format(self.on, 'j F Y')}"

    def get_absolute_url(self):
        return reverse("meeting_detail", args=[self.pk])

    @property
    def audit_organisation(self):
        return self.body.organisation

    @property
    def is_cancelled(self):
        return self.cancelled_on is not None

    @property
    def time_in_words(self):
        """ "10am", "6:30pm", or "" where no time is known."""
        return time_in_words(self.starts_at) if self.starts_at else ""

    @classmethod
    def of_day(cls, body, day, *, by):
        """The body's meeting of that day, in a transaction: a new one where none was recorded.

        Of two on one day the first. One that was cancelled is none.
        """
        Body.objects.select_for_update(no_key=True).get(pk=body.pk)
        if meeting := cls.objects.not_cancelled().filter(body=body, on=day).first():
            return meeting
        meeting = cls.objects.create(body=body, on=day, clear_days=clear_days_of(body))
        meeting.registers.set(body.registers.all())
        meeting.enter("added", by=by)
        return meeting

    @transaction.atomic
    def cancel(self, *, by, reason):
        """Record that it does not take place. A second time changes nothing.

        Raises InvalidTransition where a decision of the meeting is recorded.
        """
        Meeting.objects.select_for_update(no_key=True).get(pk=self.pk)
        self.refresh_from_db(fields=["cancelled_on"])
        if self.is_cancelled:
            return
        if self.agreements.exists():
            raise InvalidTransition("a decision of this meeting is recorded")
        self.cancelled_on, self.cancellation_reason = timezone.localdate(), reason
        self.save(update_fields=["cancelled_on", "cancellation_reason"])
        self.enter("cancelled", by=by)
        seat_substitutes(self, by=by)

    def lock_for_record(self):
        """Let what is recorded of the meeting come one after the other, in a transaction.

        Raises InvalidTransition where it is cancelled or its minutes are approved.
        """
        list(Meeting.objects.select_for_update(no_key=True).filter(pk=self.pk).values("pk"))
        # A second statement: the one that waited for the lock does not see what came meanwhile.
        stored = Meeting.objects.select_related("minutes_approval").get(pk=self.pk)
        if stored.is_cancelled:
            raise InvalidTransition("the meeting is cancelled")
        if hasattr(stored, "minutes_approval"):
            raise InvalidTransition("the minutes of this meeting are approved")


class LateItem(OrganisationRecord):
    """An item that came after the agenda was published, and the chair's reason for taking it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="late_items")
    title = models.CharField(max_length=200)
    reason = models.TextField(help_text="Why the chair takes it as urgent.")

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(reason=""), name="late_item_has_a_title_and_a_reason"
            ),
        ]

    def __str__(self):
        return self.title

    @classmethod
    def accept(cls, meeting, *, by, title, reason, token=None):
        """Record that the chair takes an item late, and return the row.

        The same token by the same person returns the row that it made.
        """
        fields = {"title": title, "reason": reason}
        return cls.add_to_meeting(
            meeting, "late-item.accepted", by=by, text={"reason": reason}, token=token, **fields
        )


class PreElectionPeriod(AuditedModel):
    """The days before an election on which an organisation publishes nothing controversial."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="pre_election_periods"
    )
    name = models.CharField(max_length=100, help_text="The election.")
    from_day = models.DateField("first day")
    until = models.DateField("last day", help_text="As a rule, the day of the election.")

    class Meta:
        ordering = ["from_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("from_day")),
                name="pre_election_period_does_not_end_before_it_begins",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="pre_election_period_has_a_name"),
        ]

    def __str__(self):
        return self.name
