"""Forms for reminders: which to get by mail, and the address of a calendar."""

from django import forms

from registers.forms.concurrency import TokenField
from registers.govuk import GovukCheckboxes
from registers.models import ReminderChoice, ReminderKind


class ReminderForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        required=False,
        widget=GovukCheckboxes(
            hints={
                ReminderKind.REVIEW: "From two weeks before a review until you record it. These "
                "mails also list missing ratings, owners and failure types, your drafts and your "
                "imports.",
                ReminderKind.ACTION: "From a week before it is due until it is done or cancelled.",
                ReminderKind.TOLERANCE: "From two weeks before it ends until you choose a "
                "response again.",
                ReminderKind.ASSURANCE: "From two weeks before an opinion runs out, or before the "
                "last test of a control is a year old, until there is a newer one.",
                ReminderKind.DECISION: "For risk managers only: until you decide the escalation, "
                "and from two weeks before a statement of appetite ends.",
                ReminderKind.MEETING: "Once, from a week before a meeting of a body that you sit "
                "on. It leads to the page that you can read before the meeting.",
            }
        ),
        label="What should we write to you about?",
        help_text="To get no e-mail, select nothing.",
        error_messages={
            "invalid_choice": "Select from the list what we should write to you about",
            "invalid_list": "Select from the list",
        },
    )

    condition_in_hint = ("kinds",)

    def __init__(self, data=None, *, person, offered):
        """offered: the kinds that this person may get. Their choice of others stays as it is."""
        chosen = ReminderChoice.of(person)
        super().__init__(data, initial={"kinds": chosen})
        self.fields["kinds"].choices = [(kind.value, kind.label) for kind in offered]
        self.other_kinds = [kind for kind in chosen if kind not in offered]

    @property
    def choice(self):
        """All kinds that the person gets from now on: none where they select nothing."""
        kinds = self.cleaned_data["kinds"]
        return [*kinds, *self.other_kinds] if kinds else []


class CalendarAddressForm(forms.Form):
    """Sent twice it makes one address."""

    token = TokenField()
