"""Forms for a risk's lifecycle: it happened, is closed, or comes back."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms.concurrency import TokenField, VersionedForm
from registers.forms.fields import PastDateField, PlainTextField, check_not_before_raised
from registers.govuk import Helper
from registers.models import RiskRevision


class HappenedForm(VersionedForm):
    step = RiskRevision.Event.HAPPENED
    happened_on = PastDateField(
        subject="the day on which it happened",
        label="On which day did it happen?",
        help_text="The first day of it, if it went on. For example, 27 3 2026.",
    )
    happened_what = PlainTextField(
        label="What happened?",
        subject="What happened",
        rows=4,
        help_text="Facts, with figures where there are any. What is still to come belongs in the "
        "next assessment.",
        missing="Enter what happened",
    )
    helper = Helper("happened_on", "happened_what")

    def __init__(self, data=None, *, risk):
        content = {name: getattr(risk, name) for name in ("happened_on", "happened_what")}
        super().__init__(data, initial={**content, "version": risk.version})
        self.risk = risk

    def clean_happened_on(self):
        return check_not_before_raised(self.cleaned_data["happened_on"], self.risk)


class CloseForm(VersionedForm):
    step = RiskRevision.Event.CLOSED
    reason = PlainTextField(
        label="Why can it be closed?",
        subject="The reason",
        rows=4,
        help_text="What is different now, and how you know. A committee may ask.",
        missing="Enter why it can be closed",
    )
    depends_on = PlainTextField(
        label="Who must not leave?",
        subject="Who must not leave",
        rows=3,
        help_text="Posts and arrangements that this rests on, such as an interim post or a "
        "contract that ends. Write “Nobody” if it would hold without any of them.",
        missing="Enter who must not leave, or write “Nobody”",
    )
    effective_on = PastDateField(
        subject="the day on which it was closed",
        label="On which day was it closed?",
        help_text="For example, 27 3 2026.",
    )
    helper = Helper("reason", "depends_on", "effective_on")

    def __init__(self, data=None, *, risk):
        super().__init__(
            data, initial={"effective_on": timezone.localdate(), "version": risk.version}
        )
        self.risk = risk
        # It was never on the register: nothing depends on anybody.
        if risk.status == risk.Status.DRAFT:
            del self.fields["depends_on"]
            self.helper = Helper("reason", "effective_on")

    def clean_effective_on(self):
        day = self.cleaned_data["effective_on"]
        latest = self.risk.revisions.latest().effective_on
        if day < self.risk.raised_on:
            raised = date_format(self.risk.raised_on, "j F Y")
            raise ValidationError(f"The day must be {raised} or later: the risk was raised then")
        if day < latest:
            changed = date_format(latest, "j F Y")
            raise ValidationError(
                f"The day must be {changed} or later: the risk was last changed then"
            )
        return day


class ReopenForm(VersionedForm):
    step = RiskRevision.Event.REOPENED
    reason = PlainTextField(
        label="Why is it opened again?",
        subject="The reason",
        rows=4,
        help_text="What came back, and how you know.",
        missing="Enter why it is opened again",
    )
    helper = Helper("reason")

    def __init__(self, data=None, *, risk):
        super().__init__(data, initial={"version": risk.version})
        self.risk = risk


class DuplicateForm(forms.Form):
    """No question: a button, and a token so that a double click makes one copy."""

    token = TokenField(required=False)
