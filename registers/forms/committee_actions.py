"""The forms for a committee's actions: record one at a meeting, change, finish, cancel, reopen."""

from django import forms
from django.core.exceptions import ValidationError

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField, VersionedForm
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    PlannedDateField,
    RecordChoiceField,
    selection_errors,
)
from registers.forms.questions import find_risk_across
from registers.govuk import Helper
from registers.models import CommitteeActionStatus
from registers.models.committee_action import LONGEST
from registers.permissions import registers_in, risks_across

REFUSALS = {
    CommitteeActionStatus.DONE: "This action is done. If that is wrong, reopen it first",
    CommitteeActionStatus.CANCELLED: "This action is cancelled. If it is still needed, reopen it",
    CommitteeActionStatus.OPEN: "This action is already open",
}


def wording_field():
    return PlainTextField(
        label="What will be done?",
        subject="What will be done",
        one_line=True,
        max_length=LONGEST,
        help_text="Everybody in the organisation can read it, so leave out what is exempt.",
        missing="Enter what will be done",
    )


def post_field():
    return RecordChoiceField(
        None,
        label="Who will do it?",
        empty_label="Select a post",
        error_messages=selection_errors("Select who will do it"),
    )


class NewCommitteeActionForm(forms.Form):
    """As short as a meeting needs it. A date and a risk can be added afterwards."""

    wording = wording_field()
    post = post_field()
    token = TokenField()
    helper = Helper("wording", "post")

    def __init__(self, data=None, *, meeting):
        super().__init__(data)
        self.fields["post"].queryset = meeting.body.organisation.posts.order_by("title")


class CommitteeActionStepForm(VersionedForm):
    """A step of an action. statuses: those in which it may be taken."""

    statuses = {CommitteeActionStatus.OPEN}

    def __init__(self, data=None, *, action, initial=None):
        super().__init__(data, initial={"version": action.version, **(initial or {})})
        self.action = action

    def clean(self):
        cleaned = super().clean()
        is_latest = cleaned.get("version") == self.action.version
        if is_latest and self.action.latest.status not in self.statuses:
            raise ValidationError(REFUSALS[self.action.latest.status])
        return cleaned


class EditCommitteeActionForm(CommitteeActionStepForm):
    """user: for whom the risk is looked up."""

    wording = wording_field()
    post = post_field()
    due_on = PlannedDateField(
        required=False,
        subject="the day it is due",
        label="When is it due?",
        help_text=with_example_days("For example, {planned}."),
    )
    risk = PlainTextField(
        label="Which risk is it about, if any?",
        subject="The reference",
        required=False,
        max_length=40,
        one_line=True,
        help_text="Its reference, for example CORP-007.",
    )
    reason = PlainTextField(
        label="What changed, and why?",
        subject="What changed",
        required=False,
        rows=2,
        max_length=1000,
        help_text="Required if the due date changes. The action keeps its first due date, and your "
        "reason.",
    )
    helper = Helper("wording", "post", "due_on", "reason", "risk")

    def __init__(self, data=None, *, action, user):
        latest = action.latest
        initial = {"wording": latest.wording, "post": latest.post, "due_on": latest.due_on}
        initial["risk"] = latest.risk.reference if latest.risk else ""
        super().__init__(data, action=action, initial=initial)
        self.user = user
        self.fields["post"].queryset = action.organisation.posts.order_by("title")

    def clean_risk(self):
        reference = self.cleaned_data["risk"]
        registers = registers_in(self.user, self.action.organisation)
        risks = risks_across(self.user, registers)
        return find_risk_across(risks, registers, reference) if reference else None

    def clean(self):
        cleaned = super().clean()
        latest = self.action.latest
        is_changed = (
            latest.original_due_on and cleaned.get("due_on", latest.due_on) != latest.due_on
        )
        if is_changed and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Enter why the due date changes")
        return cleaned


class CommitteeActionDoneForm(CommitteeActionStepForm):
    done_on = PastDateField(
        subject="the day it was done",
        label="When was it done?",
        help_text=with_example_days("For example, {past}."),
    )
    evidence = PlainTextField(
        label="What is the evidence?",
        subject="The evidence",
        rows=4,
        help_text="Something that another person can check: a report, a figure and its source, or "
        "who has seen it work.",
        missing="Enter the evidence that it is done",
    )
    helper = Helper("done_on", "evidence")


class CommitteeActionCancelForm(CommitteeActionStepForm):
    reason = PlainTextField(
        label="Why will it not be done?",
        subject="The reason",
        rows=3,
        missing="Enter why it will not be done",
    )
    helper = Helper("reason")


class CommitteeActionReopenForm(CommitteeActionStepForm):
    statuses = {CommitteeActionStatus.DONE, CommitteeActionStatus.CANCELLED}
    reason = PlainTextField(
        label="Why do you reopen it?",
        subject="The reason",
        rows=3,
        missing="Enter why you reopen it",
    )
    helper = Helper("reason")
