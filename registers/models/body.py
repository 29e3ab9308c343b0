"""The bodies that a register is reported to, and who sits on them."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registers.history.seals import AuditedModel
from registers.models.people import Membership, Organisation, User
from registers.models.register import Register


class BodyKind(models.TextChoices):
    COMMITTEE = "committee", "Committee"
    BOARD = "board", "Board"
    TEAM = "team", "Management team"
    CABINET = "cabinet", "Cabinet"
    OTHER = "other", "Other"


# What a body is by a word of its name, the first that fits.
WORDS_OF_KINDS = {
    BodyKind.CABINET: ("cabinet",),
    BodyKind.COMMITTEE: ("committee", "panel"),
    BodyKind.BOARD: ("board", "governors", "trustees"),
    BodyKind.TEAM: ("team", "management", "directors", "executive"),
}


def kind_by_name(name):
    """The kind of a body of that name, as far as its words tell."""
    words = set(re.findall(r"\w+", name.lower()))
    return next(
        (kind for kind, marks in WORDS_OF_KINDS.items() if words & {*marks}), BodyKind.OTHER
    )


def name_in_sentence(name):
    """ "the Audit Committee", but "Cabinet"."""
    has_article = name.lower().startswith(("the ", "our "))
    takes_article = kind_by_name(name) not in (BodyKind.CABINET, BodyKind.OTHER)
    return f"the {name}" if takes_article and not has_article else name


def normalise_name(name):
    """By which two names are of one body: without case, double spaces and a leading article."""
    return " ".join(name.casefold().split()).removeprefix("the ")


class Body(AuditedModel):
    """A committee, board, management team or cabinet that registers are reported to."""

    SEAL_MANY = ("registers",)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bodies")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=BodyKind, default=BodyKind.COMMITTEE)
    registers = models.ManyToManyField(
        Register, related_name="bodies", blank=True, help_text="The registers that it oversees."
    )
    clear_days = models.PositiveSmallIntegerField(
        "clear days of notice", null=True, blank=True, help_text="Empty: what is usual."
    )

    class Meta:
        ordering = ["organisation", "name"]
        verbose_name_plural = "bodies"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="body_name_unique_in_organisation"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="body_has_a_name"),
            models.CheckConstraint(
                condition=Q(kind__in=BodyKind.values), name="body_kind_is_known"
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        stored = self.pk and Body.objects.filter(pk=self.pk).first()
        if stored and stored.organisation_id != self.organisation_id:
            raise ValidationError({"organisation": "A body stays with its organisation."})


class SeatQuerySet(models.QuerySet):
    def active(self, day=None):
        """Those that are held on a day, the first and the last day included."""
        day = day or timezone.localdate()
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), from_day__lte=day)


class Capacity(models.TextChoices):
    """In what capacity somebody sits on a body. A substitute sits in place of a member."""

    MEMBER = "member", "Member"
    INDEPENDENT = "independent", "Independent member"
    SUBSTITUTE = "substitute", "Substitute"


class Seat(AuditedModel):
    """That a person sits on a body, from a day and maybe until another."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="seats", verbose_name="person"
    )
    from_day = models.DateField("from", default=timezone.localdate)
    until = models.DateField(
        null=True, blank=True, help_text="The last day on which this holds. Empty: no end."
    )
    is_chair = models.BooleanField("chairs the body", default=False)
    capacity = models.CharField(max_length=20, choices=Capacity, default=Capacity.MEMBER)
    is_voting = models.BooleanField("may vote", default=True)
    meeting = models.ForeignKey(
        "registers.Meeting",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="substitute_seats",
        help_text="Of a substitute for one meeting.",
    )

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["body", "-is_chair", "user", "from_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("from_day")),
                name="seat_does_not_end_before_it_begins",
            ),
            models.UniqueConstraint(
                fields=["body", "user"],
                condition=Q(until__isnull=True),
                name="seat_without_an_end_held_once",
            ),
            models.UniqueConstraint(
                fields=["body"],
                condition=Q(is_chair=True, until__isnull=True),
                name="body_has_one_chair_without_an_end",
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=Capacity.values), name="seat_capacity_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(capacity=Capacity.SUBSTITUTE) | Q(until__isnull=False, is_chair=False),
                name="seat_of_a_substitute_has_an_end_and_no_chair",
            ),
            models.CheckConstraint(
                condition=Q(meeting=None) | Q(capacity=Capacity.SUBSTITUTE),
                name="seat_for_one_meeting_is_of_a_substitute",
            ),
        ]

    def __str__(self):
        return f"{self.user} on {self.body}"

    @property
    def audit_organisation(self):
        return self.body.organisation

    def clean(self):
        """Refuse whoever never belonged to the body's organisation."""
        try:
            organisation = self.body.organisation_id  # of a body that is just being added, too
        except Body.DoesNotExist:
            return
        memberships = Membership.objects.filter(user=self.user_id, organisation=organisation)
        if self.user_id and not memberships.exists():
            raise ValidationError({"user": "This person belongs to another organisation."})
