"""Questions that are put for a meeting, their answers, and what else may become of one."""

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from registers.history.append_only import DatedQuerySet
from registers.history.errors import EditConflict, InvalidTransition
from registers.history.form_token import FormToken
from registers.models.cases import CaseStudy
from registers.models.meeting import Meeting
from registers.models.organisation_record import OrganisationRecord
from registers.models.people import Post
from registers.models.question_subject import QuestionSubject, names_its_part
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

    def with_answering_post(self):
        """With `answering`: the key of the post that it was referred to last, or put to."""
        referrals = _about(QuestionReferral).order_by("-pk").values("post")
        post = Coalesce(Subquery(referrals[:1]), F("post"), output_field=models.BigIntegerField())
        return self.annotate(answering=post)


def _about(model):
    """Rows about the question of the outer query."""
    return model.objects.filter(question=OuterRef("pk")).order_by()


class Question(QuestionSubject, OrganisationRecord):
    """A question put to a post for a meeting: by `by`, or by `asker` where the clerk records it.

    follows: the question whose answer it asks about.
    """

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

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(wording=""), name="question_asks_something"),
            models.CheckConstraint(
                condition=~Q(follows=F("pk")), name="question_does_not_follow_itself"
            ),
            names_its_part("question_about_a_paper_names_its_part"),
        ]

    def __str__(self):
        return f"Question {self.pk}"

    @classmethod
    def put(cls, meeting, *, by, register, post, wording, answer_by, token=None, **fields):
        """Put it for a meeting, and return the row.

        fields: risk, case, follows, asker and those of QuestionSubject; for the demo effective_on
        and recorded_at.

        The same token by the same person returns the row that it made. Raises ValueError for
        records of another organisation or register, InvalidTransition for a cancelled meeting.
        """
        organisation = meeting.body.organisation
        follows = fields.get("follows")
        if {register.organisation_id, post.organisation_id} != {organisation.pk}:
            raise ValueError(f"{register} and {post} are not of {organisation}.")
        for record in (fields.get("risk"), fields.get("paper")):
            if record and record.register_id != register.pk:
                raise ValueError(f"{record} is not on {register}.")
        if follows and follows.organisation_id != organisation.pk:
            raise ValueError(f"{follows} is of another organisation.")
        if meeting.is_cancelled:
            raise InvalidTransition("the meeting is cancelled")
        return cls.add_to_meeting(
            meeting,
            "question.put",
            by=by,
            text={"post": str(post), "question": wording},
            token=token,
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

    @property
    def is_exempt(self):
        """Whether it is about an exempt risk, or the Part B of a paper."""
        return self.is_about_part_b or bool(self.risk_id and self.risk.is_exempt)

    @property
    def latest(self):
        """The latest QuestionReferral, or None. No query where they were fetched with it."""
        return next(reversed(self.referrals.all()), None)

    @property
    def answering_post(self):
        """Who is to answer: the post that it was referred to last, or put to."""
        return self.latest.post if self.latest else self.post

    @property
    def owner_id(self):
        return self.answering_post.pk

    @property
    def version(self):
        """How often it was referred."""
        return len(self.referrals.all())

    @transaction.atomic
    def refer(self, *, by, version, post, reason):
        """Let another post answer it, and return the QuestionReferral.

        Raises EditConflict where it was referred since that version, InvalidTransition where it is
        not open, ValueError for a post of another organisation.
        """
        self._lock()
        if post.organisation_id != self.organisation_id:
            raise ValueError(f"{post} is not of {self.organisation}.")
        if self.referrals.count() != version:
            raise EditConflict(self, version)
        if not Question.objects.open().filter(pk=self.pk).exists():
            raise InvalidTransition("the question is answered or closed already")
        return self._add(QuestionReferral, "referred", by=by, token=None, post=post, reason=reason)

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
        return model.add(
            self.organisation,
            f"question.{verb}",
            by=by,
            text=text,
            token=token,
            question=self,
            **fields,
        )


class Answer(OrganisationRecord):
    """What a question was answered. is_published: everybody in the organisation may read it."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    wording = models.TextField()
    is_published = models.BooleanField()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(wording=""), name="answer_says_something"),
        ]

    def __str__(self):
        return f"Answer to {self.question}"


class QuestionReferral(OrganisationRecord):
    """That another post is to answer a question than the one it was put to."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="referrals")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="question_referred_for_a_reason"),
        ]

    def __str__(self):
        return f"{self.question}, referred to {self.post}"


class ClosureKind(models.TextChoices):
    WITHDRAWN = "withdrawn", "Withdrawn"
    RULED_OUT = "ruled-out", "Ruled out"
    GROUPED = "grouped", "Grouped"


class QuestionClosure(OrganisationRecord):
    """Why a question is not answered. into: the question that is answered in its place."""

    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="closure")
    kind = models.CharField(max_length=20, choices=ClosureKind)
    reason = models.TextField(blank=True)
    into = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="grouped")

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
