"""The forms for questions that are put for a meeting: put, record, answer, close."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField, RecordChoiceField, selection_errors
from registers.forms.question_subjects import find_subject, subject_choices
from registers.forms.questions import find_risk
from registers.govuk import GovukRadios, Helper
from registers.meetings.deadlines import last_day_to_publish
from registers.models.meeting_question import LONGEST_ANSWER, LONGEST_QUESTION, ClosureKind
from registers.permissions import papers_of_meeting, risks_for
from registers.questions.starts import case_of

OPEN_QUESTION = (
    "Ask openly: what has changed, who will act, by when, and what would change your mind? Do not "
    "say what you have already concluded: you may have to vote on it."
)


def day_of_answer(meeting):
    """By when an answer is due: with the papers, or at the meeting where that day has passed."""
    nation = meeting.body.organisation.nation
    publish_by = last_day_to_publish(meeting.on, meeting.clear_days, nation)
    return publish_by if publish_by >= timezone.localdate() else meeting.on


class WordingField(PlainTextField):
    def __init__(self, **options):
        super().__init__(
            subject="The question",
            rows=4,
            max_length=LONGEST_QUESTION,
            missing="Enter the question",
            **options,
        )


class PostChoiceField(RecordChoiceField):
    def __init__(self):
        super().__init__(
            None,
            label="Who should answer?",
            empty_label="Select a post",
            error_messages=selection_errors("Select who should answer"),
        )


class PutForm(forms.Form):
    """A question from the person's own list. meetings: those that it can be put for."""

    meeting = RecordChoiceField(
        None,
        label="For which meeting?",
        empty_label="Select a meeting",
        error_messages=selection_errors("Select a meeting"),
    )
    post = PostChoiceField()
    wording = WordingField(label="What do you ask?", help_text=OPEN_QUESTION)
    token = TokenField()
    helper = Helper("meeting", "post", "wording")

    def __init__(self, data=None, *, question, meetings):
        risk = question.risk
        super().__init__(
            data,
            initial={
                "meeting": meetings.first(),
                "post": risk and risk.latest.owner_id,
                "wording": question.text,
            },
        )
        self.question, self.case = question, case_of(question.source_path)
        self.fields["meeting"].queryset = meetings
        self.fields["post"].queryset = question.register.organisation.posts.order_by("title")

    @property
    def arguments(self):
        """Of Question.put, but for the person."""
        values = self.cleaned_data
        return {
            **values,
            **self.question.subject_fields,
            "register": self.question.register,
            "risk": self.question.risk,
            "case": self.case,
            "answer_by": day_of_answer(values["meeting"]),
        }


class RecordForm(forms.Form):
    """A question that somebody else asked, as the clerk records it. user: the clerk."""

    asker = PlainTextField(
        label="Who asked?",
        subject="The name",
        missing="Enter who asked",
        max_length=200,
        one_line=True,
        help_text="For example, Councillor Ade Okoro, or a member of the public. Leave a name out "
        "that should not be read here.",
    )
    wording = WordingField(label="What did they ask?")
    register = RecordChoiceField(
        None,
        label="Which register is it about?",
        empty_label="Select a register",
        error_messages=selection_errors("Select a register"),
    )
    risk = PlainTextField(
        label="Which risk is it about?",
        subject="The reference",
        required=False,
        max_length=40,
        one_line=True,
        help_text="Its reference, for example CORP-007.",
    )
    subject = forms.ChoiceField(
        label="Which paper or indicator is it about?",
        required=False,
        error_messages={"invalid_choice": "Select a paper or an indicator from the list"},
    )
    post = PostChoiceField()
    token = TokenField()
    helper = Helper("asker", "wording", "register", "risk", "subject", "post")

    def __init__(self, data=None, *, meeting, user):
        super().__init__(data)
        self.meeting, self.user = meeting, user
        organisation = meeting.body.organisation
        self.fields["register"].queryset = organisation.registers.in_use().order_by("name")
        self.fields["post"].queryset = organisation.posts.order_by("title")
        papers = papers_of_meeting(user, meeting).filter(is_published=True)
        papers = papers.select_related("register__organisation")
        self.fields["subject"].choices = subject_choices(user, papers)

    def clean(self):
        cleaned = super().clean()
        register, reference = cleaned.get("register"), cleaned.get("risk")
        cleaned["risk"], subject = None, cleaned.pop("subject", "")
        if register and reference:
            register.organisation = self.meeting.body.organisation
            try:
                cleaned["risk"] = find_risk(register, risks_for(self.user, register), reference)
            except ValidationError as problem:
                self.add_error("risk", problem)
        if register and subject:
            try:
                cleaned |= find_subject(self.user, register, subject)
            except ValidationError:
                self.add_error("subject", f"Select a paper on {register}, or an indicator")
        return cleaned

    @property
    def arguments(self):
        return {**self.cleaned_data, "answer_by": day_of_answer(self.meeting)}


class FollowUpForm(forms.Form):
    """A question about an answer, for the same post. meetings: those it can be put for."""

    meeting = RecordChoiceField(
        None,
        label="For which meeting?",
        empty_label="Select a meeting",
        error_messages=selection_errors("Select a meeting"),
    )
    wording = WordingField(label="What do you ask?", help_text=OPEN_QUESTION)
    token = TokenField()
    helper = Helper("meeting", "wording")

    def __init__(self, data=None, *, question, meetings):
        super().__init__(data, initial={"meeting": meetings.first()})
        self.question = question
        self.fields["meeting"].queryset = meetings

    @property
    def arguments(self):
        question, values = self.question, self.cleaned_data
        return {
            **values,
            **question.subject_fields,
            "register": question.register,
            "risk": question.risk,
            "case": question.case,
            "post": question.post,
            "follows": question,
            "answer_by": day_of_answer(values["meeting"]),
        }


class AnswerForm(forms.Form):
    wording = PlainTextField(
        label="Your answer",
        subject="The answer",
        rows=8,
        max_length=LONGEST_ANSWER,
        missing="Enter an answer",
        help_text="The body reads it. Say what you know, what you do not know, and by when you "
        "will.",
    )
    is_published = forms.TypedChoiceField(
        label="Who may read it?",
        choices=[("no", "The body, and officers"), ("yes", "Everybody in the organisation")],
        coerce=lambda value: value == "yes",
        widget=GovukRadios,
        error_messages=selection_errors("Select who may read the answer"),
    )
    token = TokenField()
    helper = Helper("wording", "is_published")


class WithdrawForm(forms.Form):
    kind = ClosureKind.WITHDRAWN
    token = TokenField()
    helper = Helper()

    @property
    def arguments(self):
        return {"kind": self.kind, "token": self.cleaned_data["token"]}


class RuleOutForm(WithdrawForm):
    kind = ClosureKind.RULED_OUT
    reason = PlainTextField(
        label="Why is it ruled out?",
        subject="The reason",
        rows=3,
        missing="Enter why the question is ruled out",
        help_text="The asker reads it. You cannot change it later.",
    )
    helper = Helper("reason")

    @property
    def arguments(self):
        return super().arguments | {"reason": self.cleaned_data["reason"]}


class GroupForm(WithdrawForm):
    """questions: the others of the meeting that are open."""

    kind = ClosureKind.GROUPED
    into = RecordChoiceField(
        None,
        label="Answer it together with which question?",
        empty_label="Select a question",
        error_messages=selection_errors("Select a question"),
    )
    helper = Helper("into")

    def __init__(self, data=None, *, questions):
        super().__init__(data)
        self.fields["into"].queryset = questions
        self.fields["into"].label_from_instance = lambda question: question.wording[:100]

    @property
    def arguments(self):
        return super().arguments | {"into": self.cleaned_data["into"]}
