"""The form for a statement of risk appetite."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField
from registers.forms.fields import PastDateField, PlainTextField, PlannedDateField, selection_errors
from registers.govuk import GovukRadios
from registers.models import Appetite, Category

# Years until the next review.
LONGEST = 3
# The choice of a statement for all categories without their own.
GENERAL = "all"
MEANINGS = {
    Appetite.Level.AVERSE: "Avoid the risk wherever possible, whatever the cost.",
    Appetite.Level.MINIMAL: "Choose the safest option, even where the reward is lower.",
    Appetite.Level.CAUTIOUS: "Prefer safe options. Accept some risk where the gain is clear.",
    Appetite.Level.OPEN: "Consider all options. Choose the best reward for a risk we can bear.",
    Appetite.Level.EAGER: "Try new approaches, and accept that some will fail.",
}


class AppetiteForm(forms.Form):
    """A new statement, by the scheme of the register; field names are those of Appetite.state."""

    category = forms.ChoiceField(
        choices=[
            ("", "Select a category"),
            (GENERAL, "All categories without their own statement"),
            *Category.choices,
        ],
        label="Which category of risk does it cover?",
        error_messages=selection_errors("Select which category of risk it covers"),
    )
    level = forms.ChoiceField(
        choices=Appetite.Level.choices,
        widget=GovukRadios(hints=MEANINGS),
        label="Risk appetite: how much of this risk will the organisation take?",
        help_text="The level that the organisation aims for when it decides.",
        error_messages=selection_errors("Select how much of this risk the organisation will take"),
    )
    tolerance = forms.ChoiceField(
        widget=GovukRadios,
        label="Tolerance: what is the highest band it allows?",
        help_text="A risk in a higher band counts as above tolerance from that day on.",
        error_messages=selection_errors("Select the highest band that the body allows"),
    )
    narrative = PlainTextField(
        label="How does the body put it in its own words?",
        subject="What it means",
        rows=4,
        help_text="For example: we will spend reserves to keep a service running, and never to "
        "balance the budget.",
        missing="Enter the statement in the body\u2019s own words",
    )
    approved_by = PlainTextField(
        label="Which body approved it?",
        subject="The name of the body",
        one_line=True,
        max_length=100,
        help_text="For example, Cabinet or the board.",
        missing="Enter which body approved it",
    )
    effective_on = PastDateField(
        subject="the day on which it was approved",
        label="When was it approved?",
        help_text=with_example_days("It applies from that day. For example, {past}."),
    )
    review_by = PlannedDateField(
        subject="the day by which it is reviewed",
        label="When will the body review it?",
        help_text="Most bodies review it once a year. After that day the review is overdue. The "
        "statement still applies.",
    )
    token = TokenField()

    def __init__(self, data=None, *, register, category=""):
        today = timezone.localdate()
        initial_category = (
            GENERAL if category == GENERAL else category if category in Category.values else ""
        )
        initial = {"category": initial_category, "effective_on": today}
        super().__init__(data, initial=initial)
        bands = register.scheme.rules.bands
        self.fields["tolerance"].choices = [(band.slug, band.label) for band in bands]
        self.fields["tolerance"].widget.hints = {
            bands[-1].slug: "The highest band: no risk can be above tolerance."
        }

    def clean_category(self):
        category = self.cleaned_data["category"]
        return "" if category == GENERAL else category

    def clean(self):
        cleaned = super().clean()
        day, review_by = cleaned.get("effective_on"), cleaned.get("review_by")
        if day and review_by and review_by <= day:
            approved = date_format(day, "j F Y")
            self.add_error(
                "review_by",
                f"The review must be after {approved}, the day on which it was approved",
            )
        elif day and review_by and review_by > day + datetime.timedelta(days=LONGEST * 366):
            self.add_error(
                "review_by", f"The review must be within three years of {date_format(day, 'j F Y')}"
            )
        return cleaned
