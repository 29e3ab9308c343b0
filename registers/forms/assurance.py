"""The form for an assurance: an opinion on how well a risk is managed."""

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days, years_later
from registers.forms.concurrency import TokenField
from registers.forms.controls import RiskRecordForm, choice
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    PlannedDateField,
    RecordChoiceField,
    selection_errors,
)
from registers.govuk import GovukRadios, Helper
from registers.models import Assurance, Control, Line

# Years for which an opinion may be good.
LONGEST = 5


class AssuranceForm(RiskRecordForm):
    line = forms.TypedChoiceField(
        coerce=int,
        choices=Line.choices,
        widget=GovukRadios(
            hints={
                Line.FIRST: "The service checks its own work: checks by managers, "
                "self-assessments.",
                Line.SECOND: "Teams that oversee the work: finance, legal, risk, safety, "
                "programme offices.",
                Line.THIRD: "Independent of management, and reports to the audit committee.",
                Line.FOURTH: "External audit, inspectors, regulators, peer reviewers from "
                "another body.",
            }
        ),
        label="Which line of defence gives this assurance?",
        help_text="The higher the line, the more independent it is of the work.",
        error_messages=selection_errors("Select a line of defence"),
    )
    provider = PlainTextField(
        label="Who gives it?",
        one_line=True,
        subject="Who gives it",
        max_length=200,
        help_text="A body or a post, not the name of a person. For example, Internal audit.",
        missing="Enter who gives the assurance",
    )
    control = RecordChoiceField(
        None,
        required=False,
        label="What does it cover?",
        empty_label="The risk as a whole",
        error_messages={"invalid_choice": "Select a control of this risk, or the risk as a whole"},
    )
    opinion = choice(
        "What is their opinion?",
        "Select their opinion",
        Assurance.Opinion.choices,
        hints={
            Assurance.Opinion.SUBSTANTIAL: "Controls are sound and work as intended.",
            Assurance.Opinion.REASONABLE: "Controls are mostly sound, with some improvements "
            "needed.",
            Assurance.Opinion.LIMITED: "There are weaknesses in important areas.",
            Assurance.Opinion.NONE: "They reviewed it and could not give assurance. If no one "
            "has reviewed it, record nothing.",
        },
    )
    effective_on = PastDateField(
        subject="the day of the opinion",
        label="When did they give it?",
        help_text=with_example_days("The date of the report. For example, {past}."),
    )
    expires_on = PlannedDateField(
        subject="the day until which it is good",
        label="Until when is it valid?",
        help_text=f"After that day the assurance has expired. A year is usual, {LONGEST} years "
        "are the most.",
    )
    note = PlainTextField(
        label="What does it say, and where can people read it?",
        subject="The note",
        required=False,
        rows=3,
    )
    token = TokenField()
    condition_in_hint = ("control",)
    helper = Helper("line", "provider", "control", "opinion", "effective_on", "expires_on", "note")
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, risk):
        today = timezone.localdate()
        initial = {
            "effective_on": today,
            "expires_on": years_later(today, 1),
        }
        super().__init__(data, initial=initial)
        self.risk = risk
        self.fields["control"].queryset = risk.controls.filter(
            latest__status=Control.Status.IN_PLACE
        ).select_related("latest")

    def clean(self):
        cleaned = super().clean()
        day, until = cleaned.get("effective_on"), cleaned.get("expires_on")
        if day and until and until <= day:
            self.add_error(
                "expires_on",
                f"The day must be after {date_format(day, 'j F Y')}, when it was given",
            )
        elif day and until and until > years_later(day, LONGEST):
            last = date_format(years_later(day, LONGEST), "j F Y")
            self.add_error(
                "expires_on",
                f"The day must be {last} or earlier: {LONGEST} years after it was given",
            )
        return cleaned
