"""The filters of an audit page, as its address has them."""

from django import forms

from registers.forms.fields import RecordChoiceField
from registers.phrases.audit import GROUPS, RECORDS

NUMBER = r"\A[1-9][0-9]{0,17}\Z"


class DayInput(forms.DateInput):
    input_type = "date"


def day_field(label):
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=DayInput(format="%Y-%m-%d", attrs={"class": "govuk-input--width-10"}),
    )


class AuditFilterForm(forms.Form):
    """person: by whom. record: the kind of record. group: of verbs. before: number of an entry."""

    marks_optional = False
    person = RecordChoiceField(None, label="Person", required=False, empty_label="Anybody")
    group = forms.ChoiceField(
        label="What was done",
        required=False,
        choices=[("", "Anything"), *((name, group.label) for name, group in GROUPS.items())],
    )
    record = forms.ChoiceField(
        label="Kind of record", required=False, choices=[("", "Any"), *RECORDS.items()]
    )
    since = day_field("From")
    until = day_field("To")
    before = forms.RegexField(NUMBER, required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, query_params, *, people):
        super().__init__(query_params)
        self.fields["person"].queryset = people
