"""Questions that are put for a meeting, their answers, and what else may become of one."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.cases import CaseStudy
from registers.models.meeting import Meeting
from registers.models.people import Organisation, Post
from registers.models.register import Register
from registers.models.risk import Risk

# Characters.
LONGEST_QUESTION, LONGEST_ANSWER = 2000, 10_000


class QuestionQuerySet(DatedQuerySet):
    def open(self):
        """Those without an answer that were neither withdrawn, ruled out nor grouped."""
        return self.filter(~Exists(_about(Answer)), ~Exists(_about(QuestionClosure)))

    def on_agenda(self, meeting):
        """Those put for the meeting, and those of earlier meetings of its body still open then."""
        before = {"effective_on__lt": meeting.on}
        was_open = ~Exists(_about(Answer).filter(**before)) & ~Exists(
            _about(QuestionClosure).filter(**before)
        )
        is_earlier = Q(meeting__body=meeting.body_id, meeting__on__lt=meeting.on)
        return self.filter(Q(meeting=meeting) | is_earlier & was_open)


def _about(model):
    """Rows about the question of the outer query."""
    return model.objects.filter(question=OuterRef("pk")).order_by()


class Question(AppendOnlyRecord):
    """A question put to a post for a meeting: by `by`, or by `asker` where the clerk records it.

    follows: the question whose answer it asks about.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="questions"
    )
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="questions")
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="questions")
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, null=True, related_name="questions")
    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, null=True, related_name="+")
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="follow_ups"
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="questions", verbose_name="put to"
    )
    wording = models.TextField()
    asker = models.CharField(
        max_length=200, blank=True, help_text="Who asked, where somebody else recorded it."
    )
    answer_by = models.DateField("answer due")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(wording=""), name="question_asks_something"),
            models.CheckConstraint(
                condition=~Q(follows=F("pk")), name="question_does_not_follow_itself"
            ),
        ]

    def __str__(self):
        return f"Question {self.pk}"

    @classmethod
    def put(cls, meeting, *, by, register, post, wording, answer_by, token=None, **fields):
        """Put it for a meeting, and return the row.

        fields: risk, case, follows, asker; for the demo effective_on and recorded_at.

        The same token by the same person returns the row that it made. Raises ValueError for
        records of another organisation or register, InvalidTransition for a cancelled meeting.
        """
        organisation = meeting.body.organisation
        risk, follows = fields.get("risk"), fields.get("follows")
        if {register.organisation_id, post.organisation_id} != {organisation.pk}:
            raise ValueError(f"{register} and {post} are not of {organisation}.")
        if risk and risk.register_id != register.pk:
            raise ValueError(f"{risk.reference} is not on {register}.")
        if follows and follows.organisation_id != organisation.pk:
            raise ValueError(f"{follows} is of another organisation.")
        if meeting.is_cancelled:
            raise InvalidTransition("the meeting is cancelled")
        return create_idempotent(
            cls,
            organisation,
            by=by,
            verb="question.put",
            text={"meeting": str(meeting), "post": str(post), "question": wording},
            token=token,
            meeting=meeting,
            register=register,
            post=post,
            wording=wording,
            answer_by=answer_by,
            **fields,
        )

    @transaction.atomic
    def answer(self, *, by, wording, is_published, token=None, **timing):
        """Answer it, and return the Answer. A later answer replaces an earlier one; both are kept.

        timing: effective_on and recorded_at, for the demo.

        The same token by the same person returns the row that it made. Raises InvalidTransition
        for a question that was withdrawn, ruled out or grouped.
        """
        self._lock()
        if QuestionClosure.objects.filter(question=self).exists():
            raise InvalidTransition("the question is closed")
        fields = {"wording": wording, "is_published": is_published, **timing}
        return self._add(Answer, "answered", by=by, token=token, **fields)

    @transaction.atomic
    def close(self, *, by, kind, reason="", into=None, token=None):
        """Withdraw it, rule it out or group it into another question; return the QuestionClosure.

        The same token by the same person returns the row that it made. Raises InvalidTransition
        where it has an answer or was closed before, ValueError for a question of another meeting.
        """
        self._lock()
        if into and (into.pk == self.pk or into.meeting_id != self.meeting_id):
            raise ValueError(f"{self} is not grouped into {into}.")
        closures = QuestionClosure.objects.filter(question=self)
        is_sent_again = FormToken(token, self.organisation, by).row_of(closures.filter(by=by))
        if not is_sent_again and not Question.objects.open().filter(pk=self.pk).exists():
            raise InvalidTransition("the question is answered or closed already")
        return self._add(
            QuestionClosure, kind, by=by, token=token, kind=kind, reason=reason, into=into
        )

    def _lock(self):
        list(Question.objects.select_for_update(no_key=True, of=("self",)).filter(pk=self.pk))

    def _add(self, model, verb, *, by, token, **fields):
        text = {"question": self.wording} | {
            name: fields[name] for name in ("wording", "reason") if fields.get(name)
        }
        return create_idempotent(
            model,
            self.organisation,
            by=by,
            verb=f"question.{verb}",
            text=text,
            token=token,
            question=self,
            **fields,
        )


class Answer(AppendOnlyRecord):
    """What a question was answered. is_published: everybody in the organisation may read it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    wording = models.TextField()
    is_published = models.BooleanField()
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(wording=""), name="answer_says_something"),
        ]

    def __str__(self):
        return f"Answer to {self.question}"


class ClosureKind(models.TextChoices):
    WITHDRAWN = "withdrawn", "Withdrawn"
    RULED_OUT = "ruled-out", "Ruled out"
    GROUPED = "grouped", "Grouped"


class QuestionClosure(AppendOnlyRecord):
    """Why a question is not answered. into: the question that is answered in its place."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="closure")
    kind = models.CharField(max_length=20, choices=ClosureKind)
    reason = models.TextField(blank=True)
    into = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="grouped")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ClosureKind.values), name="question_closure_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=ClosureKind.RULED_OUT) | ~Q(reason=""),
                name="question_ruled_out_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind=ClosureKind.GROUPED, into__isnull=False)
                | ~Q(kind=ClosureKind.GROUPED) & Q(into=None),
                name="question_grouped_into_another",
            ),
        ]

    def __str__(self):
        return f"{self.question}, {self.get_kind_display().lower()}"
