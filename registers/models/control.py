"""Controls, what keeps a risk down; and assurances, opinions on how well they do."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.versioned import Versioned, VersionedRevision, read_latest
from registers.models.people import Post


class Line(models.IntegerChoices):
    """Who looked: IIA Three Lines Model, 2020.

    The fourth is the outside, as in the academies' guide.
    """

    FIRST = 1, "Line 1: management"
    SECOND = 2, "Line 2: oversight functions"
    THIRD = 3, "Line 3: internal audit"
    FOURTH = 4, "Line 4: external"


class ControlFields:
    """The names of what a control says, and their choices."""

    class Kind(models.TextChoices):
        PREVENTIVE = "preventive", "Preventive: stops the risk from happening"
        DETECTIVE = "detective", "Detective: shows that it is happening"
        CORRECTIVE = "corrective", "Corrective: limits the harm"

    class RunBy(models.TextChoices):
        STAFF = "own", "Our own permanent staff"
        INTERIM = "interim", "Interim or agency staff"
        EXTERNAL = "external", "External provider"

    class Design(models.TextChoices):
        SOUND = "sound", "Adequate"
        PARTLY = "partly", "Partly adequate"
        UNSOUND = "unsound", "Not adequate"

    class Operating(models.TextChoices):
        WORKS = "works", "Effective"
        PARTLY = "partly", "Partly effective"
        FAILS = "fails", "Not effective"

    class Status(models.TextChoices):
        IN_PLACE = "in-place", "In place"
        RETIRED = "retired", "Retired"

    FIELDS = (
        *("title", "detail", "kind", "owner", "run_by", "design", "operating"),
        *("last_tested_on", "tested_by_line", "status"),
    )


class Control(ControlFields, Versioned):
    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="controls")
    latest = models.ForeignKey(
        "registers.ControlRevision", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["risk_id", "pk"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("control_edit", args=[self.risk.register.slug, self.risk.number, self.pk])

    @property
    def is_in_place(self):
        return self.status == self.Status.IN_PLACE

    def test(self, *, by, version, last_tested_on, tested_by_line, operating, reason="", **options):
        """Record a test: when, by which line and with what result; return the revision.

        It counts from the day of the test, or from the latest revision where that is later. Raises
        EditConflict.
        """
        day = max(last_tested_on, self.latest.effective_on)
        changes = {
            "last_tested_on": last_tested_on,
            "tested_by_line": tested_by_line,
            "operating": operating,
        }
        return self.revise(
            by=by, version=version, reason=reason, **{"effective_on": day, **changes, **options}
        )

    def retire(self, *, by, version, reason, **options):
        """Record that it is no longer used, and why; return the revision. Raises EditConflict."""
        return self.revise(
            by=by, version=version, reason=reason, status=self.Status.RETIRED, **options
        )


class ControlRevision(ControlFields, VersionedRevision):
    title = models.CharField("control", max_length=200)
    detail = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=ControlFields.Kind)
    owner = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    run_by = models.CharField(
        "run by", max_length=10, choices=ControlFields.RunBy, default=ControlFields.RunBy.STAFF
    )
    design = models.CharField(max_length=10, choices=ControlFields.Design, blank=True)
    operating = models.CharField(
        "operating effectiveness", max_length=10, choices=ControlFields.Operating, blank=True
    )
    last_tested_on = models.DateField("last tested", null=True)
    tested_by_line = models.PositiveSmallIntegerField("tested by", choices=Line, null=True)
    status = models.CharField(
        max_length=10, choices=ControlFields.Status, default=ControlFields.Status.IN_PLACE
    )
    record = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="revisions")

    class Meta(VersionedRevision.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["record", "number"], name="control_revision_number_once"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="control_has_a_title"),
            models.CheckConstraint(
                condition=Q(last_tested_on=None, tested_by_line=None)
                | Q(last_tested_on__isnull=False, tested_by_line__isnull=False),
                name="control_test_has_a_day_and_a_line",
            ),
        ]


read_latest(Control, ControlRevision.content_fields(), "content")


class Assurance(AppendOnlyRecord):
    """An opinion on how well a risk, or one control of it, is managed.

    Given on a day and good until another.
    """

    class Opinion(models.TextChoices):
        SUBSTANTIAL = "substantial", "Substantial"
        REASONABLE = "reasonable", "Reasonable"
        LIMITED = "limited", "Limited"
        NONE = "none", "No assurance"

    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="assurances")
    control = models.ForeignKey(
        Control, on_delete=models.PROTECT, null=True, related_name="assurances"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    line = models.PositiveSmallIntegerField(choices=Line)
    provider = models.CharField("given by", max_length=200)
    opinion = models.CharField(max_length=12, choices=Opinion)
    note = models.TextField("summary and source", blank=True)
    effective_on = models.DateField("given on")
    expires_on = models.DateField("valid until")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(provider=""), name="assurance_has_a_provider"),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("effective_on")), name="assurance_ends_after_its_day"
            ),
        ]

    def __str__(self):
        return f"{self.get_opinion_display()} by {self.provider} on {self.effective_on}"

    @classmethod
    def give(cls, risk, *, by, token=None, recorded_at=None, **fields):
        """Add an opinion to a risk and return it: see create_idempotent.

        Also raises ValueError for a control of another risk.
        """
        control = fields.get("control")
        if control and control.risk_id != risk.pk:
            raise ValueError(f"{control} is a control of another risk.")
        return create_idempotent(
            cls, risk, by=by, token=token, recorded_at=recorded_at, verb="assurance.given", **fields
        )
