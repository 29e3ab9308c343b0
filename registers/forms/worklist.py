"""Forms for the worklist: choosing a part of it, and setting a check aside."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField, PlannedDateField
from registers.govuk import Helper
from registers.models.check_waiver import LONGEST

KEY = r"\A(none|[1-9][0-9]{0,17})\Z"


class WorklistForm(forms.Form):
    """What the address may select: how to group, or which part to list in full."""

    marks_optional = False
    by = forms.ChoiceField(
        required=False, choices=[(name, name) for name in ("check", "directorate", "post")]
    )
    check = forms.SlugField(required=False, max_length=30)
    directorate = forms.RegexField(KEY, required=False, strip=False)
    post = forms.RegexField(KEY, required=False, strip=False)

    @property
    def part(self):
        """The part to list in full: {} where none is selected."""
        values = {name: self.cleaned_data[name] for name in ("check", "directorate", "post")}
        return {name: value for name, value in values.items() if value}


class CheckWaiverForm(forms.Form):
    reason = PlainTextField(
        label="Why are you setting it aside?",
        subject="The reason",
        rows=3,
        max_length=1000,
        help_text="Everybody who can see the risk can read it. For example: an audit is booked "
        "for May.",
        missing="Enter why you are setting it aside",
    )
    until = PlannedDateField(
        subject="the last day",
        label="Until when?",
        help_text=with_example_days(
            "It comes back to the worklist the day after. For example, {planned}."
        ),
    )
    token = TokenField()
    helper = Helper("reason", "until")

    def clean_until(self):
        day, today = self.cleaned_data["until"], timezone.localdate()
        if day < today:
            raise ValidationError("The last day must be today or later")
        last = today + datetime.timedelta(days=LONGEST)
        if day > last:
            raise ValidationError(
                f"The last day must be {date_format(last, 'j F Y')} or earlier. A year is the most"
            )
        return day


class TakeBackForm(forms.Form):
    reason = PlainTextField(
        label="Why are you bringing it back?",
        subject="The reason",
        rows=2,
        max_length=1000,
        help_text="One sentence for the history.",
        missing="Enter why you are bringing it back",
    )
    token = TokenField()
    helper = Helper("reason")
