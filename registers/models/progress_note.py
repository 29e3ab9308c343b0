"""Progress notes: how a risk stands and what has been done, added on a day and never edited."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.bulk_insert import build_row
from registers.models.revision import RiskRevision

# Characters of a text, and of where it came from.
LONGEST, LONGEST_SOURCE = 10_000, 300


class ProgressNoteQuerySet(DatedQuerySet):
    def since_on_register(self):
        """Those that were recorded from when their risk came onto the register."""
        revisions = RiskRevision.objects.filter(
            risk=OuterRef("risk"), status__in=RiskRevision.ON_REGISTER
        ).order_by("number")
        return self.filter(recorded_at__gte=Subquery(revisions.values("recorded_at")[:1]))


class ProgressNote(AppendOnlyRecord):
    """source: the file and row that an import took it from, else ""."""

    risk = models.ForeignKey(
        "registers.Risk", on_delete=models.PROTECT, related_name="progress_notes"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    note = models.TextField()
    source = models.CharField(max_length=LONGEST_SOURCE, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = ProgressNoteQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "effective_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="progress_note_says_something"),
        ]

    def __str__(self):
        return f"Progress note of {self.effective_on} on risk {self.risk_id}"

    @classmethod
    def put(cls, risk, *, by, note, **options):
        """Add a note to that risk and return it; the same `token=` returns the row that it made.

        The content of the risk and its version stay as they are.
        """
        return create_idempotent(cls, risk, by=by, verb="risk.progress-noted", note=note, **options)

    @classmethod
    def of_change(cls, change, *, note, source="", effective_on=None):
        """A note within a RiskChange, not yet written."""
        row = build_row(
            cls,
            risk=change.risk,
            by=change.batch.by,
            note=note,
            source=source[:LONGEST_SOURCE],
            effective_on=effective_on or change.batch.today,
            recorded_at=change.batch.recorded_at,
        )
        change.batch.rows.add(row)
        return row

    def change_fields(self):
        """Arguments of AuditPayload.of about a note that a RiskChange wrote."""
        text = {"risk": self.risk.reference, "title": self.risk.title, "said": str(self)}
        return self.audit_fields(verb="risk.progress-noted", subject=self.risk, text=text)
