"""A form about a record that is edited in place: two people cannot undo each other's change."""

import hashlib

from django import forms
from django.db import models

CONFLICT = (
    "Somebody else changed this after you opened the page. The page shows what you typed. Check "
    "it, then save again to replace their change"
)
DIGITS = 16


def state_of(instance, names):
    """A digest of what the record says in these fields."""
    values = [
        sorted(row.pk for row in value.all()) if isinstance(value, models.Manager) else value
        for value in (getattr(instance, name) for name in names)
    ]
    return hashlib.sha256(repr(values).encode()).hexdigest()[:DIGITS]


class RecordStateForm(forms.Form):
    """Mixed in before a ModelForm. Refused, to be answered 409, where the record changed since.

    The record is locked or read in the same transaction. STATE: the names of what is compared.
    """

    STATE: tuple[str, ...] = ()

    def __init__(self, data=None, *, instance, **options):
        super().__init__(data, instance=instance, **options)
        self.current_state = state_of(instance, self.STATE) if instance.pk else ""
        self.fields["state"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=self.current_state
        )

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name != "state"]

    def clean(self):
        cleaned = super().clean()
        state = cleaned.pop("state", "")
        if self.instance.pk and not self.errors and state != self.current_state:
            self.add_error(None, CONFLICT)
            self.data = self.data.copy()
            self.data["state"] = self.current_state
            self.is_refused = True
        return cleaned
