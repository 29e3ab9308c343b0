"""The form for a progress note."""

from django.utils import timezone

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField
from registers.forms.controls import RiskRecordForm
from registers.forms.fields import PastDateField, PlainTextField
from registers.govuk import Helper
from registers.models.progress_note import LONGEST


class ProgressNoteForm(RiskRecordForm):
    note = PlainTextField(
        label="Where does the risk stand, and what has been done?",
        subject="The note",
        rows=5,
        max_length=LONGEST,
        help_text="For example: the provider has a new manager, and two homes are full again.",
        missing="Enter where the risk stands",
    )
    effective_on = PastDateField(
        subject="the day of the note",
        label="What is the date of this note?",
        help_text=with_example_days("For example, {past}."),
    )
    token = TokenField()
    helper = Helper("note", "effective_on")
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, risk):
        super().__init__(data, initial={"effective_on": timezone.localdate()})
        self.risk = risk
