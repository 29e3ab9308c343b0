"""A file of posts or of bodies: the upload, and the decision to import what was previewed."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature

from registers.administration.file_plan import pack, unpack
from registers.administration.file_table import MOST_ROWS
from registers.forms.concurrency import LOST
from registers.govuk import Helper
from registers.spreadsheet import CannotRead

MEGABYTES = 2
LONGEST = 2_000_000  # characters of the rows that the form of a preview carries


def salt_of(salt, organisation):
    return f"{salt}:{organisation.pk}"


class OrganisationFileForm(forms.Form):
    """Valid only if the file can be read. source: the module that plans what it changes."""

    file = forms.FileField(
        label="Your file",
        max_length=200,
        allow_empty_file=True,
        error_messages={"required": "Select a file"},
    )
    helper = Helper("file")
    table = rows = None

    def __init__(self, data=None, files=None, *, organisation, source):
        super().__init__(data, files)
        self.organisation, self.source = organisation, source
        field = self.fields["file"]
        field.help_text = f"{source.FORMATS} The limit is {MEGABYTES} MB and {MOST_ROWS:,} rows."
        field.widget.attrs["accept"] = source.ACCEPT

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MEGABYTES * 1_000_000:
            raise ValidationError(f"Select a file of {MEGABYTES} MB or less: this one is larger")
        try:
            self.table = self.source.read(file.name, file.read())
        except CannotRead as problem:
            raise ValidationError(str(problem)) from None
        self.rows = pack(self.table, salt_of(self.source.SALT, self.organisation))
        if len(self.rows) > LONGEST:
            raise ValidationError("The file has too much text: import a part of it at a time")
        return file


class OrganisationImportForm(forms.Form):
    """rows: of the file, as its preview carries them. state: of the plan that it showed."""

    rows = forms.CharField(widget=forms.HiddenInput, error_messages={"required": LOST})
    state = forms.CharField(widget=forms.HiddenInput, error_messages={"required": LOST})

    def __init__(self, data=None, *, organisation, source, **options):
        super().__init__(data, **options)
        self.organisation, self.source = organisation, source

    def clean(self):
        cleaned = super().clean()
        try:
            salt = salt_of(self.source.SALT, self.organisation)
            self.table = unpack(cleaned.get("rows", ""), salt)
        except BadSignature:
            self.errors.clear()
            raise ValidationError(LOST) from None
        if "state" in self.errors:
            self.errors.clear()
            raise ValidationError(LOST)
        return cleaned
