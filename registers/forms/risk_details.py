"""The details of a risk that few give when they log it, folded on its forms.

What it is about, what is done about it, who told us, and what the committee is told.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    PlannedDateField,
    RecordMultipleChoiceField,
)
from registers.govuk import GovukCheckboxes, GovukRadios, MoreDetail, RevealingForm, Reveals
from registers.models import AdverseImpact, Category, Risk
from registers.models.review import latest_next_review
from registers.models.risk_content import POSITION_WORDS

MORE = (
    MoreDetail(
        "What it is about: objective, category, harms, portfolio, how soon",
        *("objective", "category", "adverse_impacts", "portfolio", "proximity"),
    ),
    MoreDetail(
        "What we do about it: treat, tolerate, transfer, terminate",
        Reveals("response", {Risk.Response.TOLERATE.value: ["response_reason", "tolerated_until"]}),
        "target_on",
    ),
    MoreDetail("Who told us", "told_by", "told_on"),
    MoreDetail(
        "For the committee: position, what good looks like",
        "committee_position",
        "definition_of_good",
    ),
)


def optional_choice(choices, *, empty, wrong, **options):
    """A choice that can be left open."""
    choices = [("", empty), *choices]
    return forms.ChoiceField(
        choices=choices, required=False, error_messages={"invalid_choice": wrong}, **options
    )


class RiskDetailsForm(RevealingForm):
    """The folded part of a risk's forms.

    before: the present content; values that are only kept are not validated.
    """

    before: dict = {}
    # The existing one, if any.
    risk = None

    objective = PlainTextField(
        label="Which objective is at stake?",
        one_line=True,
        counted=True,
        subject="The objective",
        required=False,
        max_length=300,
        help_text="What you set out to do and might fail to do. For example: every child in care "
        "lives near home.",
    )
    category = optional_choice(
        Category.choices,
        empty="Not decided yet",
        wrong="Select a category from the list",
        label="Which category is it in?",
        help_text="The Orange Book's: what the risk is about. The type of failure says how it "
        "would fail, and an appetite is often set by category.",
    )
    adverse_impacts = RecordMultipleChoiceField(
        AdverseImpact.objects.all(),
        to_field_name="slug",
        required=False,
        widget=GovukCheckboxes,
        label="Which harms could it do?",
        help_text="Select all that apply.",
        error_messages={
            "invalid_choice": "Select harms from the list",
            "invalid_list": "Select harms from the list",
        },
    )
    portfolio = PlainTextField(
        label="In whose portfolio does it lie?",
        one_line=True,
        subject="The portfolio",
        required=False,
        max_length=100,
        help_text="The lead member's or director's, by its name. For example, Adult care and "
        "health.",
    )
    proximity = optional_choice(
        Risk.Proximity.choices,
        empty="Not said",
        wrong="Select how soon it could happen",
        label="How soon could it happen?",
        help_text="Risk managers call this proximity.",
    )
    response = optional_choice(
        Risk.Response.choices,
        empty="Not decided yet",
        wrong="Select what you do about it",
        widget=GovukRadios,
        label="What do you do about it?",
    )
    response_reason = PlainTextField(
        label="Why can it be tolerated?",
        subject="The reason",
        rows=3,
        help_text="Who agreed to live with it, and what would change your mind.",
        missing="Enter why it can be tolerated",
    )
    tolerated_until = PlannedDateField(
        subject="the day until which it is tolerated",
        label="Until which day?",
        help_text="Then it is looked at again. For example, 27 3 2027.",
    )
    target_on = PlannedDateField(
        required=False,
        subject="the day of the target",
        label="By when do you want to be at your target?",
        help_text="For example, 27 3 2027. The target itself is a rating: add it with Assess.",
    )
    told_by = optional_choice(
        Risk.Teller.choices,
        empty="Not said",
        wrong="Select who told you first",
        label="Who told you first?",
        help_text="A kind of person, never a name. Bodies that failed were often told by "
        "outsiders what their own front line knew.",
    )
    told_on = PastDateField(
        required=False,
        subject="the day you were first told",
        label="When was that?",
        help_text="For example, 27 3 2026.",
    )
    committee_position = PlainTextField(
        label="Where does it stand, for the committee?",
        subject="The position for the committee",
        required=False,
        rows=4,
        max_words=POSITION_WORDS,
        help_text="In plain words: how it stands, what has moved, what is asked of members.",
    )
    definition_of_good = PlainTextField(
        label="What would good look like?",
        subject="What good looks like",
        required=False,
        rows=3,
        help_text="How you would all know that it is under control. For example: no child waits "
        "longer than 20 weeks.",
    )

    def clean_tolerated_until(self):
        day, today = self.cleaned_data["tolerated_until"], timezone.localdate()
        if day == self.before.get("tolerated_until"):
            return day
        if day <= today:
            raise ValidationError("The day until which it is tolerated must be after today")
        if day > latest_next_review(today):
            latest = date_format(latest_next_review(today), "j F Y")
            raise ValidationError(
                f"The day until which it is tolerated must be {latest} or earlier: then look again"
            )
        return day

    def clean(self):
        cleaned = super().clean()
        target = cleaned.get("target_on")
        raised = (
            self.risk.raised_on if self.risk else cleaned.get("raised_on") or timezone.localdate()
        )
        if (
            target
            and target < raised
            and target != self.before.get("target_on")
            and "raised_on" not in self.errors
        ):
            since = date_format(raised, "j F Y")
            self.add_error(
                "target_on",
                f"The day of the target must be {since}, when the risk was raised, or later",
            )
        return cleaned
