"""A person's own list of questions for the next meeting. Private: part of no register."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from registers.history.form_token import FormToken
from registers.models.people import User
from registers.models.question_subject import QuestionSubject, names_its_part
from registers.models.register import Register
from registers.models.risk import Risk

# On one person's list for one register.
MOST = 50
# Characters.
LONGEST = 500
# Where the source of a question can be read.
LIBRARY = "/library/"


class ListIsFull(Exception):
    """The list holds as many questions as it may."""


class GatheredQuestionQuerySet(models.QuerySet):
    def on_list(self):
        """Those that their owner has not taken off."""
        return self.filter(taken_off_at=None)


class GatheredQuestion(QuestionSubject):
    """A question on somebody's list; its owner may reword it.

    No audit entry mentions it: others learn of it when it is asked. source: where it came from, in
    words that may name what is on the register, so it is shown only to somebody who may see the
    risk.
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
            names_its_part("gathered_question_about_a_paper_names_its_part"),
        ]

    def __str__(self):
        return f"Question {self.pk} of {self.by_id}"

    @classmethod
    @transaction.atomic
    def gather(cls, register, *, by, text, risk=None, paper=None, token=None, **fields):
        """Put a question on the person's list and return it.

        fields: source, source_path and those of QuestionSubject. The same token, or the same words
        about the same, return the existing question. Raises ListIsFull, and ValueError for a risk
        or paper of another register.
        """
        for record in (risk, paper):
            if record and record.register_id != register.pk:
                raise ValueError(f"{record} is not on {register}.")
        # One form at a time.
        User.objects.select_for_update().get(pk=by.pk)
        questions = cls.objects.filter(register=register, by=by)
        token = FormToken(token, register, by)
        if existing := token.row_of(questions):
            return existing
        about = {name: fields.get(name, "") for name in ("paper_part", "indicator")}
        about |= {"risk": risk, "paper": paper}
        if same := questions.on_list().filter(text=text, **about).first():
            return same
        if questions.on_list().count() >= MOST:
            raise ListIsFull(f"Your list holds {MOST} questions: take one off first")

        def insert(token):
            return cls.objects.create(
                **fields, register=register, by=by, text=text, risk=risk, paper=paper, token=token
            )

        return token.insert(cls, insert)

    def reword(self, *, text, **options):
        """Change its text, and its risk where `risk=` is given (None: no risk)."""
        self.text = text
        if "risk" in options:
            self.risk = options["risk"]
        self.save(update_fields=["text", "risk"])

    def take_off(self):
        """Take it off the list; a second time changes nothing."""
        GatheredQuestion.objects.on_list().filter(pk=self.pk).update(taken_off_at=timezone.now())
