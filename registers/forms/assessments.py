"""What officers type when they judge a risk, at once with logging it or later."""

import uuid

from crispy_forms.layout import HTML
from django import forms
from django.utils import timezone

from registers.forms.fields import OneOf, Words, since_raised
from registers.forms.versions import TokenField, Versioned
from registers.govuk import GovukDateField, GovukRadios, Helper
from registers.models import AdverseImpact, Assessment, RiskRevision

BAND = HTML('{% include "components/band_of_ratings.html" %}')  # which band the two ratings give, before it is saved


class JudgementForm(forms.Form):
    """Ratings by the levels of the register's scheme. Needs `self.register`."""

    likelihood = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        widget=GovukRadios,
        label="How likely is it?",
        error_messages={"required": "Select how likely it is", "invalid_choice": "Select how likely it is"},
    )
    impact = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        widget=GovukRadios,
        label="How bad would it be?",
        error_messages={"required": "Select how bad it would be", "invalid_choice": "Select how bad it would be"},
    )
    driver = OneOf(
        AdverseImpact.objects.all(),
        to_field_name="slug",
        empty_label="Select an impact",
        label="What makes it that bad?",
        help_text="The adverse impact that drives your rating.",
        error_messages={
            "required": "Select what makes it that bad",
            "invalid_choice": "Select what makes it that bad",
        },
    )
    rationale = Words(
        label="Why do you judge it so?",
        called="The reason for your judgement",
        rows=4,
        help_text="What you know, and how you know it. The next person will want to follow your thinking.",
        missing="Enter why you judge it so",
    )
    token = TokenField(required=False, widget=forms.HiddenInput)

    def offer_levels(self, scheme):
        self.scheme = scheme
        for name in ("likelihood", "impact"):
            levels = getattr(scheme.rules, name)
            self.fields[name].choices = [(level.value, str(level)) for level in levels]
            self.fields[name].widget.hints = {str(level.value): level.guidance for level in levels}


class AssessmentForm(Versioned, JudgementForm):
    step = RiskRevision.What.ASSESSED
    kind = forms.ChoiceField(
        choices=[
            (Assessment.Kind.CURRENT, "As it stands, with today's controls (current; some say residual)"),
            (Assessment.Kind.INHERENT, "As it would be with no controls (inherent)"),
            (Assessment.Kind.TARGET, "As we want it to be (target)"),
        ],
        widget=GovukRadios,
        label="What are you judging?",
        error_messages={"required": "Select what you are judging", "invalid_choice": "Select what you are judging"},
    )
    effective_on = GovukDateField(
        label="On which day did you judge it?",
        help_text="For example, 27 3 2026.",
        error_messages={
            "required": "Enter the day on which you judged it",
            "invalid": "The day must be a real date, for example 27 3 2026",
        },
    )
    helper = Helper("kind", "likelihood", "impact", BAND, "driver", "rationale", "effective_on")
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, risk):
        initial = {
            "kind": Assessment.Kind.CURRENT,
            "effective_on": timezone.localdate(),
            "version": risk.version,
            "token": uuid.uuid4(),
        }
        super().__init__(data, initial=initial)
        self.risk = risk
        self.offer_levels(risk.register.scheme)

    def clean_effective_on(self):
        return since_raised(self.cleaned_data["effective_on"], self.risk)
