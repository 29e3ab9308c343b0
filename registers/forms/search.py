from django import forms

from registers.forms.fields import PlainTextField


class LibrarySearchForm(forms.Form):
    q = PlainTextField(
        label="Search the library",
        subject="The search",
        max_length=200,
        required=False,
        one_line=True,
    )
