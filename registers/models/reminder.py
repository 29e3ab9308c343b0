"""What a person is reminded of by mail and calendar. Private: part of no register."""

import base64
import hashlib
import hmac
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from registers.history.audit import AuditEntry
from registers.history.seals import SealedModel
from registers.models.meeting import Meeting
from registers.models.people import User


class TaskKind(models.TextChoices):
    """What may fall due or wait for a person. Those of one day stand in this order."""

    ESCALATION = "escalation", "Escalations to decide"
    REVIEW = "review", "Reviews"
    ACTION = "action", "Actions"
    QUESTION = "question", "Questions to answer"
    COMMITTEE_ACTION = "committee-action", "Actions of a committee"
    TOLERANCE = "tolerance", "Tolerances that end"
    CONTROL = "control", "Controls to test"
    ASSURANCE = "assurance", "Assurance that runs out"
    APPETITE = "appetite", "Statements of appetite"
    RATING = "rating", "Risks to rate"
    DETAILS = "details", "Risks with missing information"
    DRAFT = "draft", "Drafts"
    IMPORT = "import", "Imports"


class ReminderKind(models.TextChoices):
    """What somebody may choose to be reminded of by mail: one or several kinds of task.

    The values stand in the choices that people made when there were fewer kinds of task.
    """

    REVIEW = "review", "Risks to review or complete"
    ACTION = "action", "Actions and questions to answer"
    TOLERANCE = "tolerance", "Risks that are tolerated until a day"
    ASSURANCE = "assurance", "Controls and assurance"
    DECISION = "appetite", "Escalations and statements of appetite"
    MEETING = "meeting", "Meetings of your bodies"

    @property
    def task_kinds(self):
        kinds = {
            ReminderKind.REVIEW: ("REVIEW", "RATING", "DETAILS", "DRAFT", "IMPORT"),
            ReminderKind.ASSURANCE: ("CONTROL", "ASSURANCE"),
            ReminderKind.ACTION: ("ACTION", "QUESTION", "COMMITTEE_ACTION"),
            ReminderKind.DECISION: ("ESCALATION", "APPETITE"),
            ReminderKind.MEETING: (),
        }
        return [TaskKind[name] for name in kinds.get(self, (self.name,))]


class ReminderChoice(models.Model):
    """The kinds of reminder somebody does not want by mail. Without a row they get all of them.

    What they declined is stored, so that whoever chose before a kind of mail existed gets that too.
    """

    NO_MAIL = "all"  # declines what there is and what may come

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_choice"
    )
    declined = models.JSONField(default=list, help_text="Of ReminderKind, or all of them.")

    def __str__(self):
        return f"{self.user} declined {', '.join(self.declined) or 'none'}"

    @classmethod
    def of(cls, user):
        """The kinds that the person gets by mail.

        No query for a person fetched with their reminder_choice.
        """
        try:
            declined = user.reminder_choice.declined
        except cls.DoesNotExist:
            return list(ReminderKind)
        return [kind for kind in ReminderKind if not {kind, cls.NO_MAIL} & {*declined}]

    @classmethod
    def choose(cls, *, by, kinds):
        """Keep which kinds somebody wants: none of them means no mail at all.

        It concerns them alone, so there is no audit entry.
        """
        declined = [str(kind) for kind in ReminderKind if kind not in kinds]
        declined = declined if kinds else [cls.NO_MAIL]
        return cls.objects.update_or_create(user=by, defaults={"declined": declined})[0]


class ReminderMail(models.Model):
    """That somebody is sent mail on a day.

    Written before the mail is sent, so that no second one is.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_mails"
    )
    day = models.DateField()
    claimed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(
        null=True, help_text="When the mail server took it. Empty: nobody knows."
    )

    class Meta:
        ordering = ["day", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day"], name="reminder_mail_once_a_person_and_day"
            )
        ]

    def __str__(self):
        return f"{self.user_id} on {self.day}"


class MeetingMail(models.Model):
    """That somebody is sent the mail before a meeting. Written before the mail, as ReminderMail."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="meeting_mails"
    )
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="mails")
    claimed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(
        null=True, help_text="When the mail server took it. Empty: nobody knows."
    )

    class Meta:
        ordering = ["meeting", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "meeting"], name="meeting_mail_once_a_person_and_meeting"
            )
        ]

    def __str__(self):
        return f"{self.user_id} before {self.meeting_id}"


class CalendarKey(SealedModel):
    """The secret in the address of somebody's calendar, kept as a digest only.

    Whoever has it reads without signing in, so the installation's audit chain records when one is
    made and when it ends.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_keys"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["user", "-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at=None),
                name="calendar_key_in_use_once_a_person",
            )
        ]

    def __str__(self):
        return f"Calendar of {self.user_id} from {self.made_at:%Y-%m-%d}"

    @classmethod
    def in_use_by(cls, user):
        """The person's key in use, or None."""
        return cls.objects.filter(user=user, revoked_at=None).first()

    @classmethod
    def reader_of(cls, secret):
        """Whose calendar that is, or None.

        None for an unknown or revoked secret and for a person who is not active. Looked up by
        digest, so that its timing reveals nothing of a secret.
        """
        used = cls.objects.filter(digest=digest_of(secret), revoked_at=None, user__is_active=True)
        key = used.select_related("user").first()
        return key and key.user

    @classmethod
    @transaction.atomic
    def make(cls, *, by, token=None):
        """Make the person a key in place of the one in use, and return its secret.

        The secret is available only now. It is derived from SECRET_KEY and the token, which is
        stored nowhere: the same form sent twice makes one key and shows one secret both times.
        """
        # One form at a time.
        User.objects.select_for_update().get(pk=by.pk)
        secret = _secret_of(by, token or uuid.uuid4())
        existing = cls.objects.filter(digest=digest_of(secret)).first()
        if existing and existing.revoked_at is None:
            return secret
        # The form made a key that has ended.
        if existing:
            secret = _secret_of(by, uuid.uuid4())
        cls.revoke(by=by)
        key = cls.objects.create(user=by, digest=digest_of(secret))
        key._enter(by, "calendar.made")
        return secret

    @classmethod
    @transaction.atomic
    def revoke(cls, *, by):
        """End the person's key, if there is one: its address stops working."""
        for key in cls.objects.select_for_update().filter(user=by, revoked_at=None):
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
            key._enter(by, "calendar.revoked")

    def _enter(self, by, verb):
        about = {
            "facts": {"calendar_key": self.pk},
            "text": {"by": str(by)},
            "seals": [self.seal()],
        }
        AuditEntry.record(organisation=None, by=by, verb=verb, subject=by, **about)


def digest_of(secret):
    """Fast on purpose: 256 random bits need no slow hash, and calendars are fetched hourly."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _secret_of(user, token):
    """32 bytes that nobody can compute without SECRET_KEY, as 43 characters of an address."""
    message = f"calendar:{user.pk}:{token}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
