"""What is done to several records at once: one function each, keyword arguments only, one transaction."""

import uuid

from django.db import transaction
from django.utils import timezone

from registers.models import Agreement, AuditEntry, Position, Register

BATCH = 1000


@transaction.atomic
def agree(*, register, by, body, on, note="", token=None, recorded_at=None):
    """Keep the register's position on a day, as known by the end of it, as what a body agreed; returns the Agreement.

    The same token by the same person in the same register gives back the agreement that it made. recorded_at is for
    the demo. The register and its risks are held meanwhile: who writes has either finished or comes later."""
    if on > timezone.localdate():
        raise ValueError(f"Nothing is agreed for {on}: that day has not come yet.")
    Register.objects.select_for_update().get(pk=register.pk)
    made = token and Agreement.objects.filter(token=token).first()
    if made and (made.register_id, made.by_id) == (register.pk, by.pk):
        return made
    list(register.risks.select_for_update().order_by("pk").values_list("pk", flat=True))
    agreement = Agreement.objects.create(
        register=register,
        token=uuid.uuid4() if made or not token else token,
        body=body,
        on=on,
        note=note,
        by=by,
        recorded_at=recorded_at or timezone.now(),
    )
    rows = Position.everything.bulk_create(agreement.worked_out(), batch_size=BATCH)
    AuditEntry.record(
        organisation=register.organisation,
        by=by,
        verb="register.agreed",
        subject=register,
        facts={"agreement": agreement.pk, "on": on.isoformat(), "risks": len(rows)},
        seal=agreement.sealed(),
        text={"register": str(register), "body": body, "note": note, "by": str(by)},
    )
    return agreement
