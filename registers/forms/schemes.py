"""The form for a newer version of a register's scheme."""

from django import forms
from django.core.exceptions import ValidationError

from registers.forms.concurrency import LOST, TokenField
from registers.forms.fields import PlainTextField, RecordChoiceField
from registers.govuk import Helper

KEY = r"\A[1-9][0-9]{0,17}\Z"


class SchemeChoiceForm(forms.Form):
    """The version that an address asks to preview, by its key."""

    to = forms.RegexField(KEY, required=False, strip=False)


class SchemeAdoptionForm(forms.Form):
    scheme = RecordChoiceField(
        None, widget=forms.HiddenInput, error_messages={"invalid_choice": LOST, "required": LOST}
    )
    reason = PlainTextField(
        label="Why does this register adopt it?",
        subject="The reason",
        rows=3,
        help_text="It is kept in the audit trail. For example: the board adopted it on 12 May, "
        "minute 7.",
        missing="Enter why this register adopts it",
    )
    token = TokenField()
    helper = Helper("reason")

    def __init__(self, data=None, *, register, scheme=None):
        super().__init__(data, initial={"scheme": scheme})
        self.fields["scheme"].queryset = register.scheme_versions()

    def clean(self):
        cleaned = super().clean()
        if "scheme" in self.errors:
            del self.errors["scheme"]
            raise ValidationError(LOST)
        return cleaned
