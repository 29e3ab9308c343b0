"""The extract for an information request: which day, and which fields."""

from django import forms
from django.utils import timezone

from registers.forms.fields import PastDateField, PlainTextField
from registers.govuk import GovukCheckboxes
from registers.papers.information_request import GROUPS, USUAL, InformationExtract

LONGEST_REFERENCE = 60  # characters
NAMES_PEOPLE = "People often write names into it: read it before you send it."


def names_a_field(data) -> bool:
    """Whether an address says anything about the extract; a day has three inputs of its own."""
    return any(key.startswith(tuple(InformationRequestForm.base_fields)) for key in data)


class InformationRequestForm(forms.Form):
    """Sent by GET: it saves nothing, and its address can be kept with the request."""

    day = PastDateField(
        label="As at which day?",
        subject="The day",
        help_text="The day of the request, or the one that it asks about.",
    )
    field_groups = forms.MultipleChoiceField(
        label="Which fields?",
        required=False,
        widget=GovukCheckboxes(
            hints={key: NAMES_PEOPLE for key, group in GROUPS.items() if group.names_people}
        ),
        choices=[(key, group.label) for key, group in GROUPS.items()],
        help_text="The reference, title, status and the day it was raised are always in it.",
        error_messages={"invalid_choice": "Select fields of the list"},
    )
    request_reference = PlainTextField(
        label="Reference of the request",
        subject="The reference",
        required=False,
        one_line=True,
        max_length=LONGEST_REFERENCE,
        help_text="For example, FOI 2026/113. Not the name of who asked.",
    )

    def __init__(self, data=None):
        sent = data if data and names_a_field(data) else None
        super().__init__(sent, initial={"day": timezone.localdate(), "field_groups": USUAL})

    def extract_of(self, register) -> InformationExtract:
        values = self.cleaned_data
        return InformationExtract(
            register,
            values["day"],
            tuple(key for key in GROUPS if key in values["field_groups"]),
            values["request_reference"],
            timezone.now(),
        )
