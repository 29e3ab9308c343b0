"""Forms for actions."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField, VersionedForm
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    PlannedDateField,
    RecordChoiceField,
    check_not_before_raised,
    selection_errors,
)
from registers.forms.filters import FilterForm
from registers.govuk import GovukRadios, Helper
from registers.models import Action, ActionRevision, Risk

KINDS = {  # value: (what it is called, what it means)
    Action.Kind.PROCESS: ("Process", "How the work is done, step by step."),
    Action.Kind.CAPABILITY: ("Capability", "What people can do: posts filled, skills, training."),
    Action.Kind.CULTURE: ("Culture", "How people treat each other, and bad news."),
    Action.Kind.LEADERSHIP: ("Leadership", "Who leads, and what they ask for."),
    Action.Kind.DATA: ("Data", "What we know, and when we know it."),
    Action.Kind.PEER_SUPPORT: ("Peer support", "Help from bodies like ours."),
    Action.Kind.STRUCTURAL: (
        "Structural",
        "Who reports to whom, new boards or teams, new contracts. When you finish one, you say "
        "what people do differently because of it.",
    ),
}
KIND_LABELS = [(kind.value, label) for kind, (label, _) in KINDS.items()]
REFUSALS = {
    Action.Status.DONE: "This action is already done. If that is wrong, reopen it first",
    Action.Status.DROPPED: "This action is cancelled. If it is still needed, reopen it first",
    Action.Status.OPEN: "This action is already open",
}


class ActionForm(forms.Form):
    """The content of an action. Needs the risk that it belongs to."""

    title = PlainTextField(
        label="What will be done?",
        one_line=True,
        counted=True,
        subject="What will be done",
        max_length=200,
        help_text="Begin with a verb. For example: fill the head of procurement\u2019s post.",
        missing="Enter what will be done",
    )
    kind = forms.ChoiceField(
        choices=KIND_LABELS,
        widget=GovukRadios(hints={kind.value: hint for kind, (_, hint) in KINDS.items()}),
        label="What kind of action is it?",
        help_text="If it does several things, choose the main one.",
        error_messages=selection_errors("Select what kind of action it is"),
    )
    owner = RecordChoiceField(
        None,
        required=False,
        label="Which post owns it?",
        empty_label="No owner yet",
        help_text="Choose a post, not a person. Without an action owner, reminders go to the "
        "owner of the risk.",
        error_messages={"invalid_choice": "Select a post of this organisation"},
    )
    due_on = PlannedDateField(
        required=False,
        subject="the day it is due",
        label="When is it due?",
        help_text=with_example_days(
            "For example, {planned}. If no date is set, leave it empty. The list then "
            "shows it without a due date."
        ),
    )
    detail = PlainTextField(
        label="What else do people need to know?",
        subject="The notes",
        required=False,
        rows=3,
        help_text="For example, what it depends on, or who must agree.",
    )

    def __init__(self, data=None, *, risk, **options):
        super().__init__(data, **options)
        self.risk = risk
        self.fields["owner"].queryset = risk.register.organisation.posts.all()

    def clean_due_on(self):
        due = self.cleaned_data["due_on"]
        if due and due < self.risk.raised_on:
            raised = date_format(self.risk.raised_on, "j F Y")
            raise ValidationError(
                f"The day it is due must be {raised}, when the risk was raised, or later"
            )
        return due

    def clean(self):
        cleaned = super().clean()
        _not_closed(self.risk)
        return cleaned


class NewActionForm(ActionForm):
    token = TokenField()
    helper = Helper("title", "kind", "owner", "due_on", "detail")


class EditActionForm(VersionedForm, ActionForm):
    condition_in_hint = ("reason",)
    reason = PlainTextField(
        label="What changed, and why?",
        subject="What changed",
        required=False,
        rows=2,
        max_length=1000,
        help_text="Required if the due date changes. The risk\u2019s page keeps the old date and "
        "your reason.",
    )
    helper = Helper("title", "kind", "owner", "due_on", "reason", "detail")
    field_order = ("title", "kind", "owner", "due_on", "reason", "detail")

    def __init__(self, data=None, *, risk, action):
        self.action = action
        content = {
            name: getattr(action, name) for name in ("title", "kind", "owner", "due_on", "detail")
        }
        super().__init__(data, risk=risk, initial={**content, "version": action.version})

    def clean(self):
        cleaned = super().clean()
        _check_transition(self.action, cleaned, {Action.Status.OPEN})
        due = cleaned.get("due_on", self.action.due_on)
        if (
            self.action.original_due_on
            and due != self.action.due_on
            and not cleaned.get("reason")
            and "reason" not in self.errors
        ):
            self.add_error("reason", "Enter why the due date changes")
        return cleaned


class ActionStepForm(VersionedForm):
    """A change of status. statuses: those in which the step may be taken."""

    statuses = {Action.Status.OPEN}

    def __init__(self, data=None, *, risk, action, **options):
        super().__init__(
            data, initial={"version": action.version, **options.pop("initial", {})}, **options
        )
        self.risk, self.action = risk, action

    def clean(self):
        cleaned = super().clean()
        _not_closed(self.risk)
        _check_transition(self.action, cleaned, self.statuses)
        return cleaned


class ActionDoneForm(ActionStepForm):
    done_on = PastDateField(
        subject="the day it was done",
        label="When was it done?",
        help_text=with_example_days("For example, {past}."),
    )
    evidence = PlainTextField(
        label="What is the evidence?",
        subject="The evidence",
        rows=4,
        help_text="Something that another person can check: a report, a figure and its source, "
        "or who has seen it work.",
        missing="Enter the evidence that it is done",
    )
    done_differently = PlainTextField(
        label="What will people do differently?",
        subject="What people will do differently",
        rows=4,
        help_text="Who does what they did not do before? If you cannot say yet, the action is "
        "not finished.",
        missing="Enter what people will do differently. A structural action needs this before "
        "you can finish it",
    )
    helper = Helper("done_on", "evidence", "done_differently")
    field_order = ("done_on", "evidence", "done_differently")

    def __init__(self, data=None, *, risk, action):
        super().__init__(data, risk=risk, action=action, initial={"done_on": timezone.localdate()})
        if action.kind != Action.Kind.STRUCTURAL:
            del self.fields["done_differently"]
            self.helper = Helper("done_on", "evidence")

    def clean_done_on(self):
        return check_not_before_raised(self.cleaned_data["done_on"], self.risk)


class ActionDropForm(ActionStepForm):
    reason = PlainTextField(
        label="Why are you cancelling it?",
        subject="The reason",
        rows=3,
        help_text="Also say what reduces the risk instead. The history keeps your reason.",
        missing="Enter why you are cancelling the action",
    )


class ActionReopenForm(ActionStepForm):
    statuses = {Action.Status.DONE, Action.Status.DROPPED}
    reason = PlainTextField(
        label="Why are you reopening it?",
        subject="The reason",
        rows=3,
        help_text="The history keeps what was recorded when it was finished or cancelled.",
        missing="Enter why you are reopening the action",
    )


def _not_closed(risk):
    if risk.status == Risk.Status.CLOSED:
        raise ValidationError(
            f"{risk.reference} is closed. Reopen the risk before you change its actions"
        )


def _check_transition(action, cleaned, statuses):
    """Refuse a step that the status does not allow.

    Not for an action at another version: the verb answers with a conflict, or the same form twice.
    """
    if cleaned.get("version") == action.version and action.status not in statuses:
        raise ValidationError(REFUSALS[action.status])


NOBODY = "none"
SHOWN = [
    ("late", "Overdue"),
    ("soon", "Due within 30 days"),
    ("undated", "No due date"),
    ("redated", "Due date changed twice or more"),
    ("done", "Done"),
    ("dropped", "Cancelled"),
]


class ActionFilter(django_filters.FilterSet):
    """Filters actions; open ones unless others are selected. day: the one they speak of."""

    show = django_filters.ChoiceFilter(
        method="by_show", label="Show", empty_label="Open", choices=SHOWN
    )
    owner = django_filters.ChoiceFilter(method="by_owner", label="Post", empty_label="Any")
    kind = django_filters.ChoiceFilter(label="Kind", empty_label="Any", choices=KIND_LABELS)

    class Meta:
        form = FilterForm
        model = ActionRevision
        fields: tuple[str, ...] = ()

    def __init__(self, data, queryset, *, organisation, day):
        super().__init__(data, queryset)
        self.day = day
        posts = [(str(post.pk), str(post)) for post in organisation.posts.all()]
        self.filters["owner"].extra["choices"] = [(NOBODY, "No owner yet"), *posts]

    @property
    def qs(self):
        actions = super().qs if self.is_valid() else self.queryset.none()
        return actions if self.form.cleaned_data.get("show") else actions.open()

    @property
    def is_narrowed(self):
        return any(self.form.cleaned_data.values())

    def by_show(self, actions, name, shown):
        days = {"late": actions.late, "soon": actions.soon}
        if shown in days:
            return days[shown](self.day)
        ends = {"done": Action.Status.DONE, "dropped": Action.Status.DROPPED}
        if shown in ends:
            return actions.filter(status=ends[shown])
        return actions.undated() if shown == "undated" else actions.redated_often()

    def by_owner(self, actions, name, owner):
        return actions.filter(owner=None if owner == NOBODY else owner)
