"""A row that is added once, never edited, and sealed in the audit chain by the entry that tells of
it.
"""

from django.utils import timezone

from registers.history.audit import AppendOnly, AuditEntry, AuditPayload
from registers.history.errors import return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import SealedModel


class AppendOnlyRecord(SealedModel, AppendOnly):
    """FOUND names what we look up ourselves and nobody types."""

    SEAL_EXCLUDES = ("token",)  # of the form that made it: states nothing
    DERIVED_FIELDS: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def enter(self, *, organisation, **what):
        """Tell of this row in the organisation's audit chain; in the transaction that made it.
        what: see telling.
        """
        return AuditEntry.record_many(
            organisation=organisation, by=self.by, payloads=[self.audit_payload(**what)]
        )

    def audit_payload(self, *, verb, subject, text, facts=None, seals=()):
        """What the audit chain is to say of this row, which has been written. seals: of other rows
        written with it.
        """
        return AuditPayload.of(
            verb=verb,
            subject=subject,
            facts={self._meta.model_name: self.pk, **(facts or {})},
            seals=[self.seal(), *seals],
            text={"by": str(self.by), **text},
        )


def create_idempotent(
    model, of, *, by, verb, text=None, token=None, recorded_at=None, effective_on=None, **said
):
    """Add a Sealed row with its audit entry, and return it. of: the risk that it stands beside,
    which is held meanwhile, or the organisation that it speaks for; text: what the entry tells
    besides, where it is none of a risk.

    The same token by the same person for the same one gives back the row that it made, and raises
    DuplicateSubmission where that says something else. Raises ValueError for a day to come, InvalidTransition for a
    closed risk.
    """
    day = effective_on or timezone.localdate()
    if day > timezone.localdate():
        raise ValueError(f"Nothing is recorded for {day}: that day has not come yet.")
    about = {of._meta.model_name: of}
    token = FormToken(token, of, by)
    same = model.objects.filter(by=by, **about)
    of_day = {"effective_on": effective_on} if effective_on else {}
    if existing := token.row_of(same):
        return _again(existing, said | of_day)
    when = {"effective_on": day, "recorded_at": recorded_at or timezone.now()}

    def insert(token):
        if "risk" in about:
            of.lock_for_update()
        row = model.objects.create(by=by, token=token, **about, **when, **said)
        organisation = of.register.organisation if "risk" in about else of
        told = {"risk": of.reference, "title": of.title} if "risk" in about else text
        row.enter(organisation=organisation, verb=verb, subject=of, text={**told, "said": str(row)})
        return row

    return token.insert(model, insert, same=same, again=lambda row: _again(row, said | of_day))


def _again(row, said):
    typed = {name: value for name, value in said.items() if name not in row.DERIVED_FIELDS}
    return return_existing_or_raise(row, row.has_values(typed), row.recorded_at)
