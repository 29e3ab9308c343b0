"""Rows that are added once, never edited, and sealed in the audit chain by the entry about them."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from registers.history.audit import AppendOnly, AppendOnlyQuerySet, AuditEntry
from registers.history.errors import return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import SealedModel


class DatedQuerySet(AppendOnlyQuerySet):
    def as_at(self, day, recorded_by=None):
        """Effective by the end of that day; recorded by that instant, where one is given."""
        rows = self.filter(effective_on__lte=day)
        return rows.filter(recorded_at__lte=recorded_by) if recorded_by else rows

    def latest_per(self, *keys, day, recorded_by=None):
        """For each combination of keys the latest of these rows as at that day.

        That is the highest number where rows have one (get_latest_by), else the last one recorded
        of the latest day. Filters before this narrow what is compared, those after it the outcome.
        """
        number = self.model._meta.get_latest_by
        later, equal = Q(), {}
        for name in (number,) if number else ("effective_on", "pk"):
            later |= Q(**equal, **{f"{name}__gt": OuterRef(name)})
            equal[name] = OuterRef(name)
        rows = self.as_at(day, recorded_by)
        same = {key: OuterRef(key) for key in keys}
        return rows.filter(~Exists(rows.filter(later, **same)))


class AppendOnlyRecord(SealedModel, AppendOnly):
    """DERIVED_FIELDS: fields that we look up ourselves and nobody types."""

    # The token belongs to the form that made the row: it states nothing.
    SEAL_EXCLUDES = ("token",)
    DERIVED_FIELDS: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def enter(self, *, organisation, **change):
        """Add the audit entry about this row, in the transaction that made it.

        change: see audit_fields.
        """
        return AuditEntry.record(
            organisation=organisation, by=self.by, **self.audit_fields(**change)
        )

    def audit_fields(self, *, verb, subject, text, facts=None, seals=()):
        """Arguments of AuditPayload.of about this row, which has been written.

        seals: of other rows written with it.
        """
        return {
            "verb": verb,
            "subject": subject,
            "facts": {self._meta.model_name: self.pk, **(facts or {})},
            "seals": [self.seal(), *seals],
            "text": {"by": str(self.by), **text},
        }


def create_idempotent(
    model, owner, *, by, verb, text=None, token=None, recorded_at=None, effective_on=None, **fields
):
    """Add an AppendOnlyRecord with its audit entry, and return it.

    owner: the risk that the row belongs to, which is locked meanwhile, or the organisation. text:
    further text for the audit entry, where the owner is no risk.

    The same token by the same person for the same owner returns the row that it made, and raises
    DuplicateSubmission where that row has other values. Raises ValueError for a future day,
    InvalidTransition for a closed risk.
    """
    day = effective_on or timezone.localdate()
    if day > timezone.localdate():
        raise ValueError(f"Nothing is recorded for {day}: that day is in the future.")
    reference = {owner._meta.model_name: owner}
    is_of_risk = "risk" in reference
    token = FormToken(token, owner, by)
    same = model.objects.filter(by=by, **reference)
    typed = fields | ({"effective_on": effective_on} if effective_on else {})
    if existing := token.row_of(same):
        return _return_existing(existing, typed)
    recorded_at = recorded_at or timezone.now()

    def insert(token):
        if is_of_risk:
            owner.lock_for_update()
        row = model.objects.create(
            by=by, token=token, effective_on=day, recorded_at=recorded_at, **reference, **fields
        )
        organisation = owner.register.organisation if is_of_risk else owner
        entry_text = {"risk": owner.reference, "title": owner.title} if is_of_risk else text
        row.enter(
            organisation=organisation,
            verb=verb,
            subject=owner,
            text={**entry_text, "said": str(row)},
        )
        return row

    return token.insert(model, insert, same=same, again=lambda row: _return_existing(row, typed))


def _return_existing(row, fields):
    typed = {name: value for name, value in fields.items() if name not in row.DERIVED_FIELDS}
    return return_existing_or_raise(row, row.has_values(typed), row.recorded_at)
