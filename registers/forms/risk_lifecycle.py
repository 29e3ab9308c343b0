"""Forms for a risk's lifecycle: it happened, is exempt or no longer, is closed, or comes back."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
from registers.forms.concurrency import RiskStepForm, TokenField
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    check_not_before_raised,
    selection_errors,
)
from registers.govuk import GovukRadios, Helper, RevealingForm, Reveals
from registers.models import RiskRevision

# Local Government Act 1972, Schedule 12A, Part 1 (England), in our own words.
PARAGRAPHS = {
    1: "it is about one person",
    2: "it would tell who a person is",
    3: "it is about somebody\u2019s money or business, the council\u2019s own too",
    4: "it is about talks with staff or unions over employment",
    5: "it is legal advice or correspondence that could be kept from a court",
    6: "it would tell of a notice, order or direction before it is given",
    7: "it is about how a crime is prevented, looked into or prosecuted",
}
GROUNDS = {
    str(number): f"Schedule 12A paragraph {number}: {words}" for number, words in PARAGRAPHS.items()
}
OTHER = "other"


class HappenedForm(RiskStepForm):
    step = RiskRevision.Event.HAPPENED
    happened_on = PastDateField(
        subject="the day on which it happened",
        label="When did it happen?",
        help_text=with_example_days(
            "If it lasted several days, enter the first. For example, {past}."
        ),
    )
    happened_what = PlainTextField(
        label="What happened?",
        subject="What happened",
        rows=4,
        help_text="Give facts and figures. Use the next assessment for what may still happen.",
        missing="Enter what happened",
    )
    helper = Helper("happened_on", "happened_what")

    def __init__(self, data=None, *, risk):
        content = {name: getattr(risk, name) for name in ("happened_on", "happened_what")}
        super().__init__(data, risk=risk, **content)

    def clean_happened_on(self):
        return check_not_before_raised(self.cleaned_data["happened_on"], self.risk)


class CloseForm(RiskStepForm):
    step = RiskRevision.Event.CLOSED
    reason = PlainTextField(
        label="Why are you closing it?",
        subject="The reason",
        rows=4,
        help_text="Say what is different now and how you know. A committee may ask.",
        missing="Enter why you are closing it",
    )
    depends_on = PlainTextField(
        label="Who or what does the closure rely on?",
        subject="What the closure relies on",
        rows=3,
        help_text="Posts and arrangements that keep the risk low, such as an interim post or a "
        "contract that ends. Write “Nobody” if there are none.",
        missing="Enter who or what the closure relies on, or write “Nobody”",
    )
    effective_on = PastDateField(
        subject="the day on which it was closed",
        label="When was it closed?",
        help_text=with_example_days("For example, {past}."),
    )
    helper = Helper("reason", "depends_on", "effective_on")

    def __init__(self, data=None, *, risk):
        super().__init__(data, risk=risk, effective_on=timezone.localdate())
        # It was never on the register: nothing depends on anybody.
        if risk.status == risk.Status.DRAFT:
            del self.fields["depends_on"]
            self.helper = Helper("reason", "effective_on")

    def clean_effective_on(self):
        day = self.cleaned_data["effective_on"]
        latest = self.risk.revisions.latest().effective_on
        if day < self.risk.raised_on:
            raised = date_format(self.risk.raised_on, "j F Y")
            raise ValidationError(f"The day must be {raised} or later, as the risk was raised then")
        if day < latest:
            changed = date_format(latest, "j F Y")
            raise ValidationError(
                f"The day must be {changed} or later, as the risk was last changed then"
            )
        return day


class ReopenForm(RiskStepForm):
    step = RiskRevision.Event.REOPENED
    reason = PlainTextField(
        label="Why are you reopening it?",
        subject="The reason",
        rows=4,
        help_text="Say what has changed and how you know.",
        missing="Enter why you are reopening it",
    )
    helper = Helper("reason")


class ExemptForm(RiskStepForm, RevealingForm):
    step = RiskRevision.Event.EXEMPTED
    ground = forms.ChoiceField(
        choices=[
            *((str(n), f"Paragraph {n}: {words}") for n, words in PARAGRAPHS.items()),
            (OTHER, "Another ground"),
        ],
        widget=GovukRadios(
            hints={OTHER: "For a body that Schedule 12A does not cover: an NHS trust, a school."}
        ),
        label="On what ground is it exempt?",
        help_text="Part 1 of Schedule 12A to the Local Government Act 1972, in our own words.",
        error_messages=selection_errors("Select on what ground it is exempt"),
    )
    other_ground = PlainTextField(
        label="Which ground?",
        one_line=True,
        subject="The ground",
        max_length=200,
        help_text="The law or rule, and what it protects.",
        missing="Enter the ground on which it is exempt",
    )
    exempt_interest = PlainTextField(
        label="Why does the public interest favour not publishing it?",
        subject="The public interest",
        rows=4,
        help_text="One or two sentences that you could defend. Embarrassment is not a reason.",
        missing="Enter why the public interest favours not publishing it",
    )
    exempt_decided_by = PlainTextField(
        label="Who decided it?",
        one_line=True,
        subject="Who decided it",
        max_length=100,
        help_text="A post, for example Monitoring Officer.",
        missing="Enter who decided that it is exempt",
    )
    helper = Helper(
        Reveals("ground", {OTHER: ["other_ground"]}), "exempt_interest", "exempt_decided_by"
    )
    field_order = ("ground", "other_ground", "exempt_interest", "exempt_decided_by")

    def __init__(self, data=None, *, risk):
        initial = {
            "exempt_interest": risk.exempt_interest,
            "exempt_decided_by": risk.exempt_decided_by,
        }
        paragraphs = [number for number, words in GROUNDS.items() if words == risk.exempt_ground]
        if risk.exempt_ground:
            initial |= (
                {"ground": paragraphs[0]}
                if paragraphs
                else {"ground": OTHER, "other_ground": risk.exempt_ground}
            )
        super().__init__(data, risk=risk, **initial)

    def clean(self):
        cleaned = super().clean()
        ground, other = cleaned.pop("ground", ""), cleaned.pop("other_ground", "")
        cleaned["exempt_ground"] = other if ground == OTHER else GROUNDS.get(ground, "")
        return cleaned


class LiftExemptionForm(RiskStepForm):
    step = RiskRevision.Event.EXEMPTION_LIFTED
    reason = PlainTextField(
        label="Why can it be published?",
        subject="The reason",
        rows=3,
        help_text="Everybody who reads the register will see the risk and its history.",
        missing="Enter why it can be published",
    )
    helper = Helper("reason")


class DuplicateForm(forms.Form):
    """No question: a button, and a token so that a double click makes one copy."""

    token = TokenField()
