"""The form for an assurance: an opinion on how well a risk is managed."""

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import years_later
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
                Line.FIRST: "The service looks at its own work: checks by managers, "
                "self-assessments.",
                Line.SECOND: "Others in the organisation who do not run it: finance, legal, risk, "
                "safety, programme offices.",
                Line.THIRD: "Independent of management, and reports to the audit committee.",
                Line.FOURTH: "External audit, inspectors, regulators, peer reviewers from "
                "another body.",
            }
        ),
        label="Who looked?",
        help_text="The further from the work, the freer the eye: the lines of assurance.",
        error_messages=selection_errors("Select which line looked"),
    )
    provider = PlainTextField(
        label="Who were they?",
        one_line=True,
        subject="Who looked",
        max_length=200,
        help_text="A body or a post, not the name of a person. For example, Internal audit.",
        missing="Enter who looked",
    )
    control = RecordChoiceField(
        None,
        required=False,
        label="What did they look at?",
        empty_label="The risk as a whole",
        error_messages={"invalid_choice": "Select a control of this risk, or the risk as a whole"},
    )
    opinion = choice(
        "What was their opinion?",
        "Select what their opinion was",
        Assurance.Opinion.choices,
        hints={
            Assurance.Opinion.SUBSTANTIAL: "Sound, and works as it is meant.",
            Assurance.Opinion.REASONABLE: "Sound on the whole, with something to put right.",
            Assurance.Opinion.LIMITED: "Weak in places that matter.",
            Assurance.Opinion.NONE: "They looked and could give no assurance. Where nobody "
            "looked, record nothing.",
        },
    )
    effective_on = PastDateField(
        subject="the day of the opinion",
        label="On which day did they give it?",
        help_text="The date of the report. For example, 27 3 2026.",
    )
    expires_on = PlannedDateField(
        subject="the day until which it is good",
        label="Until when is it good?",
        help_text=f"After that day somebody should look again. A year is usual, {LONGEST} years "
        "are the most.",
    )
    note = PlainTextField(
        label="What does it say, and where can it be read?",
        subject="The note",
        required=False,
        rows=3,
        help_text="You can leave it empty.",
    )
    token = TokenField()
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
