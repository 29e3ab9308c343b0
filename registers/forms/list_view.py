"""What a list shows and how, as its address says it: the columns, and a saved view of both."""

from urllib.parse import urlencode

from django import forms

from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField
from registers.govuk import GovukCheckboxes
from registers.models.saved_view import LONGEST_NAME
from registers.risk_list import COLUMNS, DEFAULT_COLUMNS

COLUMN = "column"


class ColumnsForm(forms.Form):
    """Which columns a list shows, by its address; without any the usual ones."""

    marks_optional = False
    column = forms.MultipleChoiceField(
        label="Columns",
        required=False,
        choices=[*COLUMNS.items()],
        widget=GovukCheckboxes(small=True),
    )

    def __init__(self, query_params):
        initial = {COLUMN: [*DEFAULT_COLUMNS]}
        super().__init__(query_params if COLUMN in query_params else None, initial=initial)

    @property
    def chosen(self):
        """The names of the columns, in the order of the table."""
        names = self.cleaned_data[COLUMN] if self.is_bound else DEFAULT_COLUMNS
        return [name for name in COLUMNS if name in names]


class ListQuery:
    """Filters, order and columns as they stand in an address, as far as the register has them.

    query_params: a QueryDict. list_filter: the PositionFilter made of it. parts: name -> values.
    missing: the labels of what no longer exists: a post that is gone, a word that no filter has.
    """

    def __init__(self, query_params, list_filter):
        self.parts, self.missing = {}, []
        errors = list_filter.form.errors
        for name, values in query_params.lists():
            if name == COLUMN:
                self._take(name, [value for value in values if value in COLUMNS], len(values))
            elif name not in list_filter.filters:
                self.missing.append(name.replace("_", " ").capitalize())
            elif name in errors:
                self.missing.append(list_filter.filters[name].label)
            elif values[-1]:
                self.parts[name] = [values[-1]]

    def _take(self, name, values, count):
        if values:
            self.parts[name] = values
        if len(values) < count:
            self.missing.append("A column")

    @property
    def query(self):
        """In one order, so that two of the same are equal."""
        return urlencode(sorted(self.parts.items()), doseq=True)


class SavedViewForm(forms.Form):
    """A name for the filters, the order and the columns of a list."""

    name = PlainTextField(
        label="Name of the view",
        subject="The name",
        missing="Enter a name for the view",
        max_length=LONGEST_NAME,
        one_line=True,
        help_text="For example: Severe risks of Adult social care.",
    )
    is_shared = forms.BooleanField(
        required=False,
        label="Share it with everybody who can see this register",
        help_text="They can see its name and filters, and only the risks that they may read.",
    )
    token = TokenField()

    def __init__(self, data=None, *, may_share):
        super().__init__(data)
        if not may_share:
            del self.fields["is_shared"]
