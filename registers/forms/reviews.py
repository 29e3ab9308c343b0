"""The form for a review."""

from crispy_forms.layout import HTML
from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
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
                Review.Outcome.JUDGE: "Assess it next, or say in the note who will do so.",
                Review.Outcome.HIGHER: "Say why in the note. Next you propose the escalation.",
                Review.Outcome.CLOSE: "Say why in the note. A risk manager decides.",
            }
        ),
        label="What is the outcome of the review?",
        error_messages=selection_errors("Select the outcome of the review"),
    )
    note = PlainTextField(
        label="What did you review, and what did you find?",
        subject="The note",
        rows=4,
        help_text="Say what you checked and who was there, even if nothing changes. The history "
        "keeps it.",
        missing="Enter what you reviewed and what you found",
    )
    effective_on = PastDateField(
        subject="the day of the review",
        label="When was it reviewed?",
        help_text=with_example_days("For example, {past}."),
    )
    next_on = PlannedDateField(
        subject="the day of the next review",
        label="When is the next review?",
        help_text="The scoring scheme suggests this date for the band. Change it if you agreed "
        "another date.",
    )
    asked_outside = PlainTextField(
        label="Who have we asked for outside advice?",
        subject="Outside advice",
        required=False,
        rows=3,
        missing="Enter who you asked for outside advice, or “Nobody yet, because” and why",
        help_text="For example, a similar body, a regulator or a sector support team. Say who, "
        "when and the result. You can write “Nobody yet, because” and the reason.",
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
