"""Invitations: by mail, to somebody who is to have roles in an organisation."""

import datetime
import hashlib
import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from registers.history.seals import AuditedModel
from registers.models.people import Organisation, Role, User

# Days for which the link of an invitation works.
DAYS_VALID = 14


class InvitationQuerySet(models.QuerySet):
    def waiting(self):
        """Those neither accepted nor withdrawn, expired ones included."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def usable(self):
        """Those whose link works now."""
        return self.waiting().filter(expires_at__gt=timezone.now())


class Invitation(AuditedModel):
    """That somebody was asked to join an organisation, and in which roles.

    The link in the mail carries a secret of which only a digest is kept: whoever reads the database
    cannot use it. Sent again it has a new secret, and the earlier link stops working.
    """

    # It states nothing: it makes a form that is sent twice one invitation.
    SEAL_EXCLUDES = ("token",)

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=200)
    roles = models.JSONField(help_text="Pairs: a role, and its last day or null.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret.")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_of_an_address_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="invitation_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_is_accepted_or_withdrawn",
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.email})"

    @staticmethod
    def digest_of(secret):
        return hashlib.sha256(secret.encode()).hexdigest()

    def renew(self):
        """Set a new secret and a new period, and return the secret; the row is not saved."""
        secret = secrets.token_urlsafe(32)
        self.digest = self.digest_of(secret)
        self.sent_at = timezone.now()
        self.expires_at = self.sent_at + datetime.timedelta(days=DAYS_VALID)
        return secret

    @property
    def state(self):
        """accepted, withdrawn, expired or waiting."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "expired" if self.expires_at <= timezone.now() else "waiting"

    @property
    def days_of_roles(self):
        """Pairs: the Role, and its last day or None."""
        return [
            (Role(role), until and datetime.date.fromisoformat(until)) for role, until in self.roles
        ]
