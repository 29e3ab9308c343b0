"""Versions and tokens of forms: two people, or one twice, cannot undo each other's work."""

import uuid

from django import forms
from django.core.exceptions import ValidationError

LARGEST_VERSION = 2**31 - 1
LOST = "We cannot save this form. Copy what you typed, then open the page again"


class TokenField(forms.UUIDField):
    """Makes the same form, sent twice, one row.

    Nobody types it: what cannot be read counts as new.
    """

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False, initial=uuid.uuid4)

    def clean(self, value):
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class VersionedForm(forms.Form):
    """A form about one version of a record.

    Saved over a newer one it keeps what was typed and shows what changed. step: the
    RiskRevision.Event of the form, where it is about `self.risk` itself.
    """

    version = forms.IntegerField(min_value=0, max_value=LARGEST_VERSION, widget=forms.HiddenInput)
    step = None
    conflict = None
    taken_over = ()

    @property
    def refusal(self):
        """Why the status of the risk does not allow this step, in words."""
        return self.step and self.risk.refusal(self.step)

    def clean(self):
        cleaned = super().clean()
        if "version" in self.errors:
            del self.errors["version"]
            raise ValidationError(LOST)
        if self.refusal and cleaned.get("version") == self.risk.version:
            raise ValidationError(self.refusal)
        return cleaned

    def rebase(self, conflict):
        """After an EditConflict: take the latest version, so that saving again is a decision."""
        self.conflict = conflict
        self.data = self.data.copy()
        self.data["version"] = conflict.record.version


class RiskStepForm(VersionedForm):
    """A step of a risk, at the version of the opened page. initial: of its fields."""

    def __init__(self, data=None, *, risk, **initial):
        super().__init__(data, initial={"version": risk.version, **initial})
        self.risk = risk
