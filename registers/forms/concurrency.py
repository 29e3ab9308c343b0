"""What keeps two people, or one person twice, from undoing each other's work: the version and the
token of a form.
"""

import uuid

from django import forms
from django.core.exceptions import ValidationError

LARGEST_VERSION = 2**31 - 1
LOST = (
    "This form has lost track of what it was about: copy what you typed, then open the page again"
)


class TokenField(forms.UUIDField):
    """What makes the same form, sent twice, one row. Nothing a person types: what cannot be read
    counts as new.
    """

    def clean(self, value):
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class VersionedForm(forms.Form):
    """A form about one version of a risk. Saved over a newer one it keeps what was typed and shows
    what changed.
    """

    version = forms.IntegerField(min_value=0, max_value=LARGEST_VERSION, widget=forms.HiddenInput)
    step = None  # RiskRevision.What, where the form is about `self.risk` itself
    conflict = None
    taken_over = ()

    @property
    def refusal(self):
        """Why this step does not follow from where the risk stands, in words; of a closed risk,
        say.
        """
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
        """After a EditConflict: stand on the latest version, so that saving again is a decision and not
        an accident.
        """
        self.conflict = conflict
        self.data = self.data.copy()
        self.data["version"] = conflict.record.version
