"""The form for further sheets of a workbook, each of which becomes an import of its own."""

from django import forms

from registers.forms.fields import selection_errors
from registers.govuk import GovukCheckboxes, Helper
from registers.imports.file_sheets import begin_sheets, file_sheets
from registers.imports.serialise import unpack_sheets
from registers.phrases.files import rows_of_sheet
from registers.spreadsheet import CannotRead


class ImportSheetsForm(forms.Form):
    """Valid only if each sheet can be read; then its import is begun."""

    names = forms.MultipleChoiceField(
        label="Which other sheets hold risks?",
        help_text="We read each sheet as a table of its own. You check its columns and rows one "
        "sheet at a time.",
        widget=GovukCheckboxes,
        error_messages=selection_errors("Select the sheets that hold risks"),
    )
    helper = Helper("names")

    def __init__(self, data=None, *, batch, by):
        super().__init__(data)
        self.batch, self.by = batch, by
        free = [sheet.name for sheet in file_sheets(batch) if not sheet.batch]
        sheets = unpack_sheets(batch.sheets) if free and batch.sheets else []
        self.fields["names"].choices = [
            (sheet.name, rows_of_sheet(sheet.name, len(sheet.rows)))
            for sheet in sheets
            if sheet.name in free
        ]

    def clean(self):
        cleaned = super().clean()
        if names := cleaned.get("names"):
            try:
                begin_sheets(self.batch, names, by=self.by)
            except CannotRead as wrong:
                self.add_error("names", str(wrong))
        return cleaned
