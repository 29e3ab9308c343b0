"""A row that is added once, never edited, and sealed in the audit chain by the entry that tells of it."""

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from registers.models.audit import AppendOnly, AuditEntry, Telling


class Sealed(AppendOnly):
    """SEALED names what the seal covers; LATER what came to the model afterwards, sealed where it says something, so
    that older seals hold."""

    SEALED: tuple[str, ...] = ()
    LATER: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def sealed(self):
        """What the row says, as the audit chain signs it (a salted digest of it)."""
        said = {name: getattr(self, name) for name in self.SEALED}
        return said | {name: getattr(self, name) for name in self.LATER if getattr(self, name)}

    def enter(self, *, organisation, **what):
        """Tell of this row in the organisation's audit chain; in the transaction that made it. what: see telling."""
        return AuditEntry.record_many(organisation=organisation, by=self.by, tellings=[self.telling(**what)])

    def telling(self, *, verb, subject, text, facts=None):
        """What the audit chain is to say of this row, which has been written."""
        return Telling.of(
            verb=verb,
            subject=subject,
            facts={self._meta.model_name: self.pk, **(facts or {})},
            seal=self.sealed(),
            text={"by": str(self.by), **text},
        )


def give_once(model, risk, *, by, verb, token=None, recorded_at=None, effective_on=None, **said):
    """Add a Sealed row beside a risk with its audit entry, and return it. The same token by the same person for the
    same risk gives back the row that it made. Raises ValueError for a day to come."""
    day = effective_on or timezone.localdate()
    if day > timezone.localdate():
        raise ValueError(f"Nothing is recorded for {day}: that day has not come yet.")
    same = model.objects.filter(token=token, risk=risk, by=by)
    if token and (made := same.first()):
        return made
    if not token or model.objects.filter(token=token).exists():
        token = uuid.uuid4()
    when = {"effective_on": day, "recorded_at": recorded_at or timezone.now()}
    try:
        with transaction.atomic():
            row = model.objects.create(risk=risk, by=by, token=token, **when, **said)
            row.enter(
                organisation=risk.register.organisation,
                verb=verb,
                subject=risk,
                text={"risk": risk.reference, "title": risk.title, "said": str(row)},
            )
            return row
    except IntegrityError:
        if made := same.first():  # the same form, twice at once
            return made
        raise
