"""What is typed when a risk is to be taken to a register above or back down, and when that is
decided.
"""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.forms.concurrency import TokenField
from registers.forms.fields import Words
from registers.govuk import GovukRadios, Helper
from registers.models import Escalation

UP = Escalation.Direction.UP
ASKED = "Select where it should be taken"


class EscalationForm(forms.Form):
    """The step is chosen as one: direction and register together, so that neither can come to mean
    the other's.
    """

    step = forms.ChoiceField(
        widget=GovukRadios,
        label="Where should it be taken?",
        error_messages={
            "required": ASKED,
            "invalid_choice": "Select where it should be taken: that step is no longer open",
        },
    )
    reason = Words(
        label="Why?",
        called="The reason",
        rows=4,
        help_text="What can be decided or done there that cannot be here; or, going back down, what has changed.",
        missing="Enter why it should be taken there",
    )
    token = TokenField(required=False, widget=forms.HiddenInput)
    helper = Helper("step", "reason")

    def __init__(self, data=None, *, risk):
        self.risk = risk
        open_to = Escalation.available_steps(risk, timezone.localdate())
        self.steps = {
            f"{direction}-{register.pk}": (direction, register) for direction, register in open_to
        }
        initial = {"token": uuid.uuid4()} | (
            {"step": next(iter(self.steps))} if len(self.steps) == 1 else {}
        )
        super().__init__(data, initial=initial)
        self.fields["step"].choices = [
            (value, self._label(*step)) for value, step in self.steps.items()
        ]

    def clean(self):
        cleaned = super().clean()
        made = self.risk.escalations.filter(token=cleaned.get("token")).first()
        if not self.steps and not made:
            raise ValidationError(f"{self.risk.reference} cannot be taken anywhere now")
        value = made and f"{made.direction}-{made.to_register_id}"
        if (
            made and self.data.get("step") == value
        ):  # the same form again: its step is no longer open, as it was taken
            self.errors.pop("step", None)
            self.steps[value] = (made.direction, made.to_register)
            cleaned["step"] = value
        return cleaned

    @property
    def said(self):
        """What the verb takes."""
        step = zip(("direction", "to_register"), self.steps[self.cleaned_data["step"]], strict=True)
        return dict(step) | {name: self.cleaned_data[name] for name in ("reason", "token")}

    @staticmethod
    def _label(direction, register):
        return (
            f"Up: list it in {register} too"
            if direction == UP
            else f"Back down: no longer list it in {register}"
        )


class DecisionForm(forms.Form):
    is_approved = forms.TypedChoiceField(
        choices=[("yes", "Approve"), ("no", "Refuse")],
        coerce=lambda value: value == "yes",
        widget=GovukRadios,
        label="What is decided?",
        error_messages={
            "required": "Select whether it is approved or refused",
            "invalid_choice": "Select whether it is approved or refused",
        },
    )
    reason = Words(
        label="Why?",
        called="The reason",
        rows=3,
        help_text="Both registers keep it, and whoever proposed it will read it.",
        missing="Enter why it is decided so",
    )
