"""Audit entries about reading: a register that was downloaded, an exempt risk that was opened.

The only writes that a GET makes. docs/adr/0024-reading-in-the-audit-trail.md says why.
"""

from django.db import transaction
from django.utils import timezone

from registers.models import AuditChain, AuditEntry

EXEMPT_READ = "risk.exempt-read"


@transaction.atomic
def record_export(register, *, by, file_format, facts=None):
    """Record that a person downloads the register, or the part of it that they see."""
    AuditEntry.record(
        organisation=register.organisation,
        by=by,
        verb="register.exported",
        subject=register,
        facts={"format": file_format, **(facts or {})},
        text={"register": str(register), "by": str(by)},
    )


def record_exempt_read(risk, *, by):
    """Record that a person opens the risk, if it is exempt: once for each person, risk and day.

    A query for an exempt risk, and none for others. Two requests at once make one entry.
    """
    if not risk.is_exempt:
        return
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    is_today = {"subject": f"risk:{risk.pk}", "verb": EXEMPT_READ, "by": by, "at__gte": midnight}
    if AuditEntry.objects.filter(**is_today).exists():
        return
    organisation = risk.register.organisation
    with transaction.atomic():
        AuditChain.objects.select_for_update().get(organisation=organisation)
        if not AuditEntry.objects.filter(**is_today).exists():
            AuditEntry.record(
                organisation=organisation,
                by=by,
                verb=EXEMPT_READ,
                subject=risk,
                text={"reference": risk.reference, "by": str(by)},
            )
