"""The form for a review."""

from crispy_forms.layout import HTML
from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms.concurrency import RiskStepForm, TokenField
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    PlannedDateField,
    check_not_before_raised,
    selection_errors,
)
from registers.govuk import GovukRadios, Helper
from registers.models import Review, RiskRevision
from registers.models.escalation import registers_above
from registers.models.review import (
    is_above_tolerance_twice_running,
    latest_next_review,
    proposed_next_review,
)

# Where the answer is required.
OUTSIDE_REASON = HTML('{% include "registers/outside_advice_reason.html" with form=form only %}')


class ReviewForm(RiskStepForm):
    step = RiskRevision.Event.REVIEWED
    outcome = forms.ChoiceField(
        choices=Review.Outcome.choices,
        widget=GovukRadios(
            hints={
                Review.Outcome.WORDING: "Edit the risk next.",
                Review.Outcome.JUDGE: "Assess it next, or say in the note who will.",
                Review.Outcome.HIGHER: "Say in the note why. Next you propose it to the register "
                "above.",
                Review.Outcome.CLOSE: "Say in the note why: a risk manager decides.",
            }
        ),
        label="What came of the review?",
        error_messages=selection_errors("Select what came of the review"),
    )
    note = PlainTextField(
        label="What did you look at, and what did you find?",
        subject="The note",
        rows=4,
        help_text="Even when nothing changes: what you checked and who was there. It stays in "
        "the history.",
        missing="Enter what you looked at and what you found",
    )
    effective_on = PastDateField(
        subject="the day of the review",
        label="On which day was it reviewed?",
        help_text="For example, 27 3 2026.",
    )
    next_on = PlannedDateField(
        subject="the day of the next review",
        label="When is the next review?",
        help_text="Filled in from the days that the scoring scheme sets for its band. Change it "
        "if you agreed another.",
    )
    asked_outside = PlainTextField(
        label="Who outside have we asked?",
        subject="Who outside was asked",
        required=False,
        rows=3,
        missing="Enter who outside was asked, or “Nobody yet, because” and why",
        help_text="A body like ours, a regulator, a sector's support team: who, when, and what "
        "came of it. “Nobody yet, because” is an answer too.",
    )
    token = TokenField()
    helper = Helper("outcome", "note", OUTSIDE_REASON, "asked_outside", "effective_on", "next_on")
    field_order = ("outcome", "note", "asked_outside", "effective_on", "next_on")

    def __init__(self, data=None, *, risk):
        today = timezone.localdate()
        next_on = proposed_next_review(risk, today)
        super().__init__(data, risk=risk, effective_on=today, next_on=next_on)
        self.fields["asked_outside"].required = is_above_tolerance_twice_running(risk)
        if risk.status not in risk.ON_REGISTER or not registers_above(risk):
            self.fields["outcome"].choices = [
                choice for choice in Review.Outcome.choices if choice[0] != Review.Outcome.HIGHER
            ]

    def clean_effective_on(self):
        return check_not_before_raised(self.cleaned_data["effective_on"], self.risk)

    def clean(self):
        cleaned = super().clean()
        day, next_on = cleaned.get("effective_on"), cleaned.get("next_on")
        if day and next_on and next_on <= day:
            self.add_error(
                "next_on",
                f"The next review must be after {date_format(day, 'j F Y')}, the day of this one",
            )
        if day and next_on and next_on > latest_next_review(day):
            self.add_error(
                "next_on",
                f"The next review must be {date_format(latest_next_review(day), 'j F Y')} or "
                "earlier",
            )
        return cleaned
