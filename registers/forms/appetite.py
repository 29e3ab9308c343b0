"""The form for a statement of risk appetite."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms.concurrency import TokenField
from registers.forms.fields import PastDateField, PlainTextField, PlannedDateField, selection_errors
from registers.govuk import GovukRadios
from registers.models import Appetite, Category

# Years until the next review.
LONGEST = 3
# The choice of a statement for all categories without their own.
GENERAL = "all"
MEANINGS = {
    Appetite.Level.AVERSE: "Avoid it wherever that can be done, whatever is given up for it.",
    Appetite.Level.MINIMAL: "The safest way, even where it brings less.",
    Appetite.Level.CAUTIOUS: "Safe ways first; some risk where the gain is clear.",
    Appetite.Level.OPEN: "Weigh all ways, and take the one that brings most for a risk that can "
    "be borne.",
    Appetite.Level.EAGER: "Try what is new, and accept that some of it will fail.",
}


class AppetiteForm(forms.Form):
    """A new statement, by the scheme of the register; field names are those of Appetite.state."""

    category = forms.ChoiceField(
        choices=[
            ("", "Select a category"),
            (GENERAL, "All categories without a statement of their own"),
            *Category.choices,
        ],
        label="Which category of risk is it about?",
        error_messages=selection_errors("Select which category of risk it is about"),
    )
    level = forms.ChoiceField(
        choices=Appetite.Level.choices,
        widget=GovukRadios(hints=MEANINGS),
        label="How much of this risk will the organisation take? (appetite)",
        help_text="What it aims for when it decides.",
        error_messages=selection_errors("Select how much of this risk the organisation will take"),
    )
    tolerance = forms.ChoiceField(
        widget=GovukRadios,
        label="Which is the highest band it will let stand? (tolerance)",
        help_text="Whatever stands in a higher band counts as above tolerance: on the dashboard, "
        "in the list and in what was agreed from that day on.",
        error_messages=selection_errors("Select the highest band that is let stand"),
    )
    narrative = PlainTextField(
        label="What does that mean, in the words of the body?",
        subject="What it means",
        rows=4,
        help_text="For example: we will spend reserves to keep a service running, and never to "
        "balance the budget.",
        missing="Enter what it means in the words of the body",
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
        help_text="It holds from that day. For example, 27 3 2026.",
    )
    review_by = PlannedDateField(
        subject="the day by which it is reviewed",
        label="By when will the body look at it again?",
        help_text="Most look once a year. After that day the settings say that the review is "
        "late; the statement still holds.",
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
            bands[-1].slug: "The highest band there is: nothing is above tolerance."
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
