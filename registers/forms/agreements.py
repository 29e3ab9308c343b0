"""The forms for an agreement: a body was given a register's position, and what it decided."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    RecordChoiceField,
    selection_errors,
)
from registers.govuk import GovukRadios, Helper, RevealingForm, Reveals
from registers.models import Decision

# An audit committee considers or notes, cabinet or management approves.
AGREEMENT_FIELDS = ("body", "decision", "on", "met_on", "note")
DECISION_LABEL, MISSING_DECISION = "What did the body decide?", "Select what the body decided"
DECISIONS = [choice for choice in Decision.choices if choice[0] != Decision.AGREED]


class AgreementForm(forms.Form):
    """Sent twice: to be checked, and, with `confirmed`, to be saved."""

    body = RecordChoiceField(
        None,
        label="Which body was it reported to?",
        empty_label="Select a body",
        error_messages={
            "required": "Select which body it was reported to",
            "invalid_choice": "Select one of the bodies that oversee this register",
        },
    )
    decision = forms.ChoiceField(
        label=DECISION_LABEL,
        choices=DECISIONS,
        widget=GovukRadios,
        help_text="An audit committee considers or notes a register. Cabinet, a board or a "
        "management team approves it.",
        error_messages=selection_errors(MISSING_DECISION),
    )
    on = PastDateField(
        subject="the data date",
        label="Data date of the report",
        help_text=with_example_days(
            "We keep the position at the end of this day, as recorded by then. For example, {past}."
        ),
    )
    met_on = PastDateField(
        subject="the day of the meeting",
        label="Day of the meeting",
        help_text="The day on which the body met. For example, 16 4 2026.",
    )
    note = PlainTextField(
        label="Note",
        subject="The note",
        required=False,
        rows=3,
        help_text="For example, the minute number, or what the body asked for.",
    )
    token = TokenField()
    helper = Helper(*AGREEMENT_FIELDS)

    def __init__(self, data=None, *, register, **initial):
        today = timezone.localdate()
        super().__init__(data, initial={"on": today, "met_on": today, **initial})
        self.register = register
        self.fields["body"].queryset = register.bodies.filter(
            organisation=register.organisation_id
        ).order_by("name")

    def clean_on(self):
        day = self.cleaned_data["on"]
        if not self.register.positions.as_at(day).exists():
            raise ValidationError("The register was empty on that day. Check the data date")
        return day

    def clean(self):
        cleaned = super().clean()
        on, met_on = cleaned.get("on"), cleaned.get("met_on")
        if on and met_on and met_on < on:
            self.add_error("met_on", "The day of the meeting must be on or after the data date")
        return cleaned

    @property
    def decision_label(self):
        return Decision(self.cleaned_data["decision"]).label

    @property
    def agreement_arguments(self):
        """The arguments of services.agree, but for the register and who records it."""
        return {name: self.cleaned_data[name] for name in AGREEMENT_FIELDS}


class SupersessionForm(RevealingForm, AgreementForm):
    """An agreement that was recorded in error: the right one in its place, or none."""

    REPLACE, WITHDRAW = "replace", "withdraw"

    reason = PlainTextField(
        label="Why is the agreement wrong?",
        subject="The reason",
        rows=3,
        help_text="We keep the reason with the agreement. For example: it was recorded with the "
        "data date of an earlier report.",
        missing="Enter why the agreement is wrong",
    )
    course = forms.ChoiceField(
        label="What replaces it?",
        choices=[
            (REPLACE, "Another agreement"),
            (WITHDRAW, "Nothing: withdraw the agreement"),
        ],
        widget=GovukRadios,
        error_messages=selection_errors("Select what replaces it"),
    )
    # Below a choice stands no other choice by radios.
    decision = forms.ChoiceField(
        label=DECISION_LABEL,
        choices=[("", "Select a decision"), *DECISIONS],
        error_messages=selection_errors(MISSING_DECISION),
    )
    helper = Helper("reason", Reveals("course", {REPLACE: [*AGREEMENT_FIELDS]}))

    def __init__(self, data=None, *, register, agreement):
        """agreement: the one that was recorded in error."""
        initial = {name: getattr(agreement, name) for name in AGREEMENT_FIELDS}
        if agreement.decision == Decision.AGREED:
            initial["decision"] = ""
        super().__init__(data, register=register, **initial)

    @property
    def is_withdrawal(self):
        return self.cleaned_data["course"] == self.WITHDRAW

    @property
    def supersession(self):
        """The arguments of services.supersede, but for the agreement and who supersedes it.

        replacement: those of services.agree; None where the agreement is withdrawn.
        """
        return {
            "reason": self.cleaned_data["reason"],
            "replacement": None if self.is_withdrawal else self.agreement_arguments,
            "token": self.cleaned_data["token"],
        }
