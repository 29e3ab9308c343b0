"""Who comes to a meeting: apologies, substitutes for one meeting, and who was present."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.history.append_only import DatedQuerySet
from registers.history.errors import InvalidTransition
from registers.history.seals import DELETED
from registers.models.body import Capacity, Seat
from registers.models.organisation_record import OrganisationRecord


class AttendanceKind(models.TextChoices):
    APOLOGIES = "apologies", "Apologies"
    EXPECTED = "expected", "Comes after all"
    PRESENT = "present", "Present"
    ABSENT = "absent", "Absent"


class AttendanceQuerySet(DatedQuerySet):
    def latest(self):
        """The latest row of each person and meeting: what holds."""
        return self.latest_per("meeting", "person", day=timezone.localdate())


class Attendance(OrganisationRecord):
    """That a member sends apologies or was present. The latest row of a person counts.

    substitute: who sits in for them. That person has a seat on the day of the meeting.
    """

    meeting = models.ForeignKey(
        "registers.Meeting", on_delete=models.PROTECT, related_name="attendance"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=AttendanceKind)
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AttendanceKind.values), name="attendance_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(substitute=None) | Q(kind=AttendanceKind.APOLOGIES),
                name="attendance_substitute_only_with_apologies",
            ),
            models.CheckConstraint(
                condition=~Q(substitute=F("person")),
                name="attendance_nobody_substitutes_themselves",
            ),
        ]

    def __str__(self):
        return f"{self.person}: {self.get_kind_display()}"

    @classmethod
    @transaction.atomic
    def record(cls, meeting, *, by, person, kind, substitute=None, token=None, **timing):
        """Record it, seat the substitute on that day, and return the row.

        timing: effective_on and recorded_at, for the demo.

        The same token by the same person returns the row that it made. Raises ValueError for
        somebody without a seat on that day, InvalidTransition where the meeting takes no more
        records or the substitute sits on the body already.
        """
        meeting.lock_for_record()
        was_there = kind in (AttendanceKind.PRESENT, AttendanceKind.ABSENT)
        if was_there and meeting.on > timezone.localdate():
            raise InvalidTransition("the meeting is still to come")
        if not members_of(meeting).filter(user=person).exists():
            raise ValueError(f"{person} does not sit on {meeting.body} on {meeting.on}.")
        if substitute and _sits_already(meeting, person, substitute):
            raise InvalidTransition("the substitute sits on this body already")
        row = cls.add_to_meeting(
            meeting,
            f"attendance.{kind}",
            by=by,
            text={"substitute": str(substitute or "")},
            token=token,
            person=person,
            kind=kind,
            substitute=substitute,
            **timing,
        )
        seat_substitutes(meeting, by=by)
        return row


def members_of(meeting):
    """The seats of a meeting's body on its day, without those of substitutes for the meeting."""
    return meeting.body.seats.active(meeting.on).filter(meeting=None)


def _sits_already(meeting, person, substitute):
    if members_of(meeting).filter(user=substitute).exists():
        return True
    rows = Attendance.objects.filter(meeting=meeting).latest()
    return rows.filter(substitute=substitute).exclude(person=person).exists()


def seat_substitutes(meeting, *, by):
    """Make the seats of a meeting's substitutes follow its attendance, in a transaction.

    Each on the day of the meeting; none where it is cancelled.
    """
    rows = Attendance.objects.filter(meeting=meeting).latest().exclude(substitute=None)
    absent = set() if meeting.is_cancelled else {*rows.values_list("substitute", flat=True)}
    for seat in Seat.objects.filter(meeting=meeting):
        if seat.user_id not in absent:
            seat.enter(DELETED, by=by)
            seat.delete()
        elif seat.from_day != meeting.on:
            seat.from_day = seat.until = meeting.on
            seat.save(update_fields=["from_day", "until"])
            seat.enter("changed", by=by, text={"changes": "day of the meeting"})
        absent.discard(seat.user_id)
    for key in sorted(absent):
        days = {"from_day": meeting.on, "until": meeting.on}
        fields = {"body": meeting.body, "meeting": meeting, "capacity": Capacity.SUBSTITUTE}
        Seat.objects.create(user_id=key, **fields, **days).enter("added", by=by)
