"""Forms for escalations: proposing a step up or down, and deciding on it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField, selection_errors
from registers.govuk import GovukRadios, Helper
from registers.models import Escalation

UP = Escalation.Direction.UP
MISSING_STEP = "Select where to escalate it"


class EscalationForm(forms.Form):
    """A proposal. Direction and register are chosen as one, so that neither can be mixed up."""

    step = forms.ChoiceField(
        widget=GovukRadios,
        label="Where should it go?",
        error_messages={
            "required": MISSING_STEP,
            "invalid_choice": "Select another option: that step is no longer possible",
        },
    )
    reason = PlainTextField(
        label="Why?",
        subject="The reason",
        rows=4,
        help_text="Say what the other register can decide or do. To de-escalate, say what has "
        "changed.",
        missing="Enter the reason for your proposal",
    )
    token = TokenField()
    helper = Helper("step", "reason")

    def __init__(self, data=None, *, risk):
        self.risk = risk
        available = Escalation.available_steps(risk, timezone.localdate())
        self.steps = {
            f"{direction}-{register.pk}": (direction, register) for direction, register in available
        }
        initial = {"step": next(iter(self.steps))} if len(self.steps) == 1 else None
        super().__init__(data, initial=initial)
        self.fields["step"].choices = [
            (value, self._label(*step)) for value, step in self.steps.items()
        ]

    def clean(self):
        cleaned = super().clean()
        existing = self.risk.escalations.filter(token=cleaned.get("token")).first()
        if not self.steps and not existing:
            raise ValidationError(f"{self.risk.reference} cannot be escalated now")
        value = existing and f"{existing.direction}-{existing.to_register_id}"
        # The same form again: its step is no longer available, as it was taken.
        if existing and self.data.get("step") == value:
            self.errors.pop("step", None)
            self.steps[value] = (existing.direction, existing.to_register)
            cleaned["step"] = value
        return cleaned

    @property
    def verb_arguments(self):
        """The keyword arguments of Escalation.propose."""
        step = zip(("direction", "to_register"), self.steps[self.cleaned_data["step"]], strict=True)
        return dict(step) | {name: self.cleaned_data[name] for name in ("reason", "token")}

    @staticmethod
    def _label(direction, register):
        return (
            f"Escalate: also list it in {register} too"
            if direction == UP
            else f"De-escalate: no longer list it in {register}"
        )


class DecisionForm(forms.Form):
    is_approved = forms.TypedChoiceField(
        choices=[("yes", "Approve"), ("no", "Refuse")],
        coerce=lambda value: value == "yes",
        widget=GovukRadios,
        label="What is your decision?",
        error_messages=selection_errors("Select whether it is approved or refused"),
    )
    reason = PlainTextField(
        label="Why?",
        subject="The reason",
        rows=3,
        help_text="Both registers keep your reason. The person who proposed it can read it.",
        missing="Enter the reason for your decision",
    )
