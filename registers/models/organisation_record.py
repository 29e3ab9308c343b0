"""Rows of an organisation that are added once: what the records of meetings have in common."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.people import Organisation


class OrganisationRecord(AppendOnlyRecord):
    """token: of the form that made it. by: who recorded it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def add(cls, organisation, verb, *, by, text, token=None, **fields):
        """Add a row with its audit entry, as create_idempotent does, and return it."""
        return create_idempotent(
            cls, organisation, by=by, verb=verb, text=text, token=token, **fields
        )

    @classmethod
    def add_to_meeting(cls, meeting, verb, *, by, text=None, token=None, **fields):
        """The same for a row about a meeting, which the audit entry names."""
        text = {"meeting": str(meeting), **(text or {})}
        organisation = meeting.body.organisation
        return cls.add(organisation, verb, by=by, text=text, token=token, meeting=meeting, **fields)

    @classmethod
    def refuse_second(cls, rows, message, *, by, token):
        """Raise InvalidTransition where there are rows, unless the same form made one of them.

        rows: of this model, in one organisation.
        """
        row = rows.first()
        if row and not FormToken(token, row.organisation, by).row_of(rows.filter(by=by)):
            raise InvalidTransition(message)
