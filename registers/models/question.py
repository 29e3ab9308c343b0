"""A member's own list of what to ask at the next meeting. Nobody else reads it; nothing here is
part of a register.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from registers.history.form_token import FormToken
from registers.models.people import User
from registers.models.register import Register
from registers.models.risk import Risk

MOST = 50  # on one person's list for one register
LONGEST = 500  # characters
LIBRARY = "/library/"  # where whatever a question came from can be read


class ListIsFull(Exception):
    """Nobody asks so much at one meeting."""


class GatheredQuestionQuerySet(models.QuerySet):
    def on_list(self):
        """What its owner has not taken off."""
        return self.filter(taken_off_at=None)


class GatheredQuestion(models.Model):
    """Written over when its owner finds better words. No audit chain tells of it, not even that it
    is there: what a member means to ask is known to others when they ask it. source: where it came
    from, in words; they may name what stands on the register, so they are shown to somebody who may
    see the risk and not otherwise.
    """

    register = models.ForeignKey(
        Register, on_delete=models.PROTECT, related_name="gathered_questions"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gathered_questions"
    )
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=LONGEST)
    source = models.CharField(max_length=LONGEST, blank=True)
    source_path = models.CharField(
        max_length=200, blank=True, help_text="Of a page of the library."
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    taken_off_at = models.DateTimeField(null=True, help_text="Empty: it stands on the list.")

    objects = GatheredQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="gathered_question_asks_something"),
            models.CheckConstraint(
                condition=Q(source_path="") | Q(source_path__startswith=LIBRARY),
                name="gathered_question_comes_from_the_library_if_it_leads_anywhere",
            ),
        ]

    def __str__(self):
        return f"Question {self.pk} of {self.by_id}"

    @classmethod
    @transaction.atomic
    def gather(cls, register, *, by, text, risk=None, token=None, **source):
        """Put a question on the person's list and return it. The same token, and the same words
        about the same risk, give back the one that is there. Raises ListIsFull, and ValueError for
        a risk of another register.
        """
        if risk and risk.register_id != register.pk:
            raise ValueError(f"{risk} is not on {register}.")
        User.objects.select_for_update().get(pk=by.pk)  # one form at a time
        theirs = cls.objects.filter(register=register, by=by)
        token = FormToken(token, register, by)
        if existing := token.row_of(theirs):
            return existing
        if same := theirs.on_list().filter(text=text, risk=risk).first():
            return same
        if theirs.on_list().count() >= MOST:
            raise ListIsFull(f"Your list holds {MOST} questions: take one off first")

        def insert(token):
            return cls.objects.create(
                register=register, by=by, text=text, risk=risk, token=token, **source
            )

        return token.insert(cls, insert)

    def reword(self, *, text, **about):
        """Put it in other words, or beside another risk of its register (`risk=`, which may be
        None).
        """
        self.text = text
        if "risk" in about:
            self.risk = about["risk"]
        self.save(update_fields=["text", "risk"])

    def take_off(self):
        """It was asked, or is not worth asking any more. Taken off twice, it was taken off at
        first.
        """
        GatheredQuestion.objects.on_list().filter(pk=self.pk).update(taken_off_at=timezone.now())
