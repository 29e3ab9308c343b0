"""A council's own Word template: the upload, and its end."""

from django import forms
from django.core.exceptions import ValidationError

from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField
from registers.govuk import Helper
from registers.papers.template import BYTES, check_template
from registers.phrases.paper_files import problems_found


class PaperTemplateForm(forms.Form):
    """Valid only if the file can be filled. findings: what is wrong with it."""

    name = PlainTextField(
        label="Name of the template",
        subject="The name",
        max_length=100,
        one_line=True,
        help_text="For example, Report to committee. With the name of a template that you have, "
        "this file is its next version.",
        missing="Enter the name of the template",
    )
    file = forms.FileField(
        label="Word document",
        help_text=f"A .docx file with placeholders. The limit is {BYTES // 1_000_000} MB.",
        max_length=200,
        allow_empty_file=True,
        error_messages={"required": "Select a Word document"},
    )
    token = TokenField()
    helper = Helper("name", "file")
    findings = ()

    def __init__(self, data=None, files=None, *, name=""):
        super().__init__(data, files, initial={"name": name})
        self.fields["file"].widget.attrs["accept"] = ".docx"

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > BYTES:
            raise ValidationError("Select a file of 10 MB or less: this one is larger")
        findings = check_template(file.read())
        self.findings = [finding for finding in findings if not finding.is_note]
        self.notes = [[row.kind, row.subject] for row in findings if row.is_note]
        if self.findings:
            raise ValidationError(problems_found(len(self.findings)))
        return file

    @property
    def template(self):
        """The arguments of PaperTemplate.upload, but for who uploads it."""
        file = self.cleaned_data["file"]
        file.seek(0)
        return {
            "name": self.cleaned_data["name"],
            "token": self.cleaned_data["token"],
            "file_name": file.name,
            "content": file.read(),
            "notes": self.notes,
        }


class RetirementForm(forms.Form):
    token = TokenField()
    helper = Helper()
