"""Forms for reminders: which to get by mail, and the address of a calendar."""

from django import forms

from registers.forms.concurrency import TokenField
from registers.govuk import GovukCheckboxes
from registers.models import ReminderChoice, ReminderKind


class ReminderForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        required=False,
        choices=ReminderKind.choices,
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

    def __init__(self, data=None, *, person):
        super().__init__(data, initial={"kinds": ReminderChoice.of(person)})


class CalendarAddressForm(forms.Form):
    """Sent twice it makes one address."""

    token = TokenField()
