"""What a meeting's minutes say beyond its decisions: interests, resolutions, their approval."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from registers.history.append_only import DatedQuerySet
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.body import Seat
from registers.models.meeting import Meeting
from registers.models.organisation_record import OrganisationRecord
from registers.models.register import Register
from registers.models.risk import Risk

# Characters.
LONGEST_RESOLUTION = 5000


class InterestKind(models.TextChoices):
    """As the Local Government Association's Model Councillor Code of Conduct names them."""

    PECUNIARY = "pecuniary", "Disclosable pecuniary interest"
    REGISTRABLE = "registrable", "Other registrable interest"
    NON_REGISTRABLE = "non-registrable", "Non-registrable interest"


class DeclarationQuerySet(DatedQuerySet):
    def in_force(self):
        """Those that were not withdrawn."""
        return self.filter(withdrawal__isnull=True)

    def excluding(self):
        """Those that keep somebody from an exempt item: in force, and they left the room.

        An item in words has nothing exempt.
        """
        return self.in_force().filter(has_left_room=True, item="")


class Declaration(OrganisationRecord):
    """That somebody who sits on a body has an interest in an item of a meeting.

    The item is the position of a register, a risk or, in words, another one. interest: empty where
    it is sensitive. Who left the room sees nothing exempt of that register or risk, until the
    declaration is withdrawn (permissions/exempt.py).
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="declarations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations"
    )
    kind = models.CharField(max_length=20, choices=InterestKind)
    interest = models.TextField(blank=True)
    register = models.ForeignKey(Register, on_delete=models.PROTECT, null=True, related_name="+")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, null=True, related_name="declarations")
    item = models.CharField(max_length=200, blank=True)
    has_left_room = models.BooleanField("left the room")

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=InterestKind.values), name="declaration_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(register__isnull=False, risk=None, item="")
                | Q(register=None, risk__isnull=False, item="")
                | Q(register=None, risk=None) & ~Q(item=""),
                name="declaration_is_about_one_item",
            ),
        ]

    def __str__(self):
        return f"{self.person}: {self.get_kind_display().lower()}"

    @classmethod
    @transaction.atomic
    def declare(cls, meeting, *, by, person, kind, has_left_room, token=None, **fields):
        """Record it, and return the row. fields: register, risk, item, interest and, for the demo,
        effective_on and recorded_at.

        The same token by the same person returns the row that it made. Raises ValueError for
        somebody without a seat on that day and for records of another organisation,
        InvalidTransition where the meeting takes no more records.
        """
        meeting.lock_for_record()
        organisation = meeting.body.organisation
        if not meeting.body.seats.active(meeting.on).filter(user=person).exists():
            raise ValueError(f"{person} does not sit on {meeting.body} on {meeting.on}.")
        risk = fields.get("risk")
        register = risk.register if risk else fields.get("register")
        if register and register.organisation_id != organisation.pk:
            raise ValueError(f"{register} is not of {organisation}.")
        return cls.add_to_meeting(
            meeting,
            "declaration.declared",
            by=by,
            text={"interest": fields.get("interest", "")},
            token=token,
            person=person,
            kind=kind,
            has_left_room=has_left_room,
            **fields,
        )

    @transaction.atomic
    def withdraw(self, *, by, reason, token=None):
        """Record that the interest ended or was recorded in error; return the row.

        Raises InvalidTransition where it was withdrawn before.
        """
        list(Declaration.objects.select_for_update(no_key=True, of=("self",)).filter(pk=self.pk))
        rows = DeclarationWithdrawal.objects.filter(declaration=self)
        form = {"by": by, "token": token}
        DeclarationWithdrawal.refuse_second(rows, "this declaration was withdrawn before", **form)
        return DeclarationWithdrawal.add(
            self.organisation,
            "declaration.withdrawn",
            text={"declaration": str(self), "reason": reason},
            declaration=self,
            reason=reason,
            **form,
        )


class DeclarationWithdrawal(OrganisationRecord):
    """That a declared interest ended, or was recorded in error."""

    declaration = models.OneToOneField(
        Declaration, on_delete=models.PROTECT, related_name="withdrawal"
    )
    reason = models.TextField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="declaration_withdrawal_has_a_reason"
            ),
        ]

    def __str__(self):
        return f"{self.declaration}, withdrawn"


class ResolutionQuerySet(DatedQuerySet):
    def in_force(self):
        """Those that no other row corrects."""
        later = Resolution.objects.filter(corrects=OuterRef("pk")).order_by()
        return self.filter(~Exists(later))


class Resolution(OrganisationRecord):
    """What a meeting resolved, in the words of the minutes.

    ground: of a resolution to exclude the public, the one that it names. corrects: the row in whose
    place it stands.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="resolutions")
    wording = models.TextField()
    mover = models.CharField(max_length=200, blank=True)
    seconder = models.CharField(max_length=200, blank=True)
    is_carried = models.BooleanField("carried")
    ground = models.CharField(max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="correction"
    )

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(wording=""), name="resolution_says_something"),
            models.CheckConstraint(
                condition=~Q(corrects=F("pk")), name="resolution_does_not_correct_itself"
            ),
        ]

    def __str__(self):
        return f"Resolution {self.pk}"

    @classmethod
    @transaction.atomic
    def record(cls, meeting, *, by, wording, is_carried, corrects=None, token=None, **fields):
        """Record it, and return the row. fields: mover, seconder, ground and, for the demo,
        effective_on and recorded_at.

        The same token by the same person returns the row that it made. Raises ValueError for a
        correction of another meeting's, InvalidTransition where the row was corrected before or the
        meeting takes no more records.
        """
        meeting.lock_for_record()
        if corrects and corrects.meeting_id != meeting.pk:
            raise ValueError(f"{corrects} is not of {meeting}.")
        if corrects:
            rows = cls.objects.filter(corrects=corrects)
            cls.refuse_second(rows, "this resolution was corrected before", by=by, token=token)
        return cls.add_to_meeting(
            meeting,
            "resolution.recorded" if corrects is None else "resolution.corrected",
            by=by,
            text={"resolution": wording},
            token=token,
            wording=wording,
            is_carried=is_carried,
            corrects=corrects,
            **fields,
        )


class MinutesApproval(OrganisationRecord):
    """That a later meeting of the body approved a meeting's minutes. They then take no more rows.

    correction: what was corrected before they were approved, in the meeting's own words.
    """

    meeting = models.OneToOneField(
        Meeting, on_delete=models.PROTECT, related_name="minutes_approval"
    )
    approving_meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="approved_minutes"
    )
    correction = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(meeting=F("approving_meeting")),
                name="minutes_are_approved_by_another_meeting",
            ),
        ]

    def __str__(self):
        return f"Minutes of {self.meeting}, approved on {self.approving_meeting.on}"

    @classmethod
    @transaction.atomic
    def record(cls, meeting, *, by, approving_meeting, correction="", token=None, **timing):
        """Record it, and return the row.

        The same token by the same person returns the row that it made. Raises InvalidTransition
        where the minutes were approved before, and where the other meeting is not a later one of
        the same body that has begun.
        """
        organisation = meeting.body.organisation
        rows = cls.objects.filter(meeting=meeting, by=by)
        if row := FormToken(token, organisation, by).row_of(rows):
            return row
        try:
            meeting.lock_for_record()
        except InvalidTransition:
            if row := FormToken(token, organisation, by).row_of(rows.all()):
                return row  # sent twice: the first one was saved while this one waited
            raise
        if not meetings_to_approve(meeting).filter(pk=approving_meeting.pk).exists():
            raise InvalidTransition("that is no later meeting of the body")
        return cls.add_to_meeting(
            meeting,
            "minutes.approved",
            by=by,
            text={"correction": correction},
            token=token,
            approving_meeting=approving_meeting,
            correction=correction,
            **timing,
        )


def meetings_to_approve(meeting):
    """The later meetings of the same body, up to today, that may have approved its minutes."""
    rows = Meeting.objects.not_cancelled().filter(body=meeting.body_id, on__gte=meeting.on)
    rows = rows.filter(on__lte=timezone.localdate()).exclude(pk=meeting.pk)
    return rows.order_by("on", "pk")


def seated_people(meeting):
    """The seats of everybody who sits on the body on the day of a meeting, substitutes too."""
    return Seat.objects.active(meeting.on).filter(body=meeting.body_id)
