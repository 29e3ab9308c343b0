"""The form by which an administrator makes a sandbox."""

from django import forms
from django.core.exceptions import ValidationError

LARGEST_KEY = 2**63 - 1


class SandboxForm(forms.Form):
    """Carries which sandbox the administrator saw in use: its key, or nothing."""

    replaces = forms.IntegerField(
        min_value=1, max_value=LARGEST_KEY, required=False, widget=forms.HiddenInput
    )

    def __init__(self, data=None, *, sandbox):
        super().__init__(data, initial={"replaces": sandbox and sandbox.pk})

    def clean(self):
        if "replaces" in self.errors:
            del self.errors["replaces"]
            raise ValidationError("We cannot read this form. Open the page again")
        return super().clean()
