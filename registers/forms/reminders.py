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
                ReminderKind.REVIEW: "Reviews: two weeks before the day, and until you review the "
                "risk. With them: ratings, owners and failure types that are missing, your drafts "
                "and your imports.",
                ReminderKind.ACTION: "A week before it is due, and until it is done or dropped.",
                ReminderKind.TOLERANCE: "Two weeks before that day, and until a response is "
                "chosen again.",
                ReminderKind.ASSURANCE: "Two weeks before an opinion runs out or the last test of "
                "a control is a year old, and until there is a newer one.",
                ReminderKind.DECISION: "To risk managers only: until the escalation is decided, "
                "and two weeks before a statement of appetite ends.",
            }
        ),
        label="What should we write to you about?",
        help_text="Leave all empty to get no e-mail.",
        error_messages={
            "invalid_choice": "Select what to be told of from the list",
            "invalid_list": "Select from the list",
        },
    )

    def __init__(self, data=None, *, person):
        super().__init__(data, initial={"kinds": ReminderChoice.of(person)})


class CalendarAddressForm(forms.Form):
    """Sent twice it makes one address."""

    token = TokenField()
