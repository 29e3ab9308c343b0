"""The form for an agreement: a body agreed a register's position."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.forms.concurrency import TokenField
from registers.forms.fields import PastDateField, PlainTextField
from registers.govuk import Helper


class AgreementForm(forms.Form):
    body = PlainTextField(
        label="Who agreed it?",
        one_line=True,
        subject="The name of the body",
        max_length=100,
        help_text="For example, Audit and governance committee.",
        missing="Enter who agreed it",
    )
    on = PastDateField(
        subject="the day of the position",
        label="On which day?",
        help_text="What was recorded by the end of that day is kept. For example, 27 3 2026.",
    )
    note = PlainTextField(
        label="What should be remembered of it?",
        subject="The note",
        required=False,
        rows=3,
        help_text="For example, the minute's number, or what the body asked for. You can leave "
        "it empty.",
    )
    token = TokenField()
    helper = Helper("body", "on", "note")

    def __init__(self, data=None, *, register):
        super().__init__(data, initial={"on": timezone.localdate()})
        self.register = register

    def clean_on(self):
        day = self.cleaned_data["on"]
        if not self.register.positions.as_at(day).exists():
            raise ValidationError("Nothing was on this register on that day: check the day")
        return day
