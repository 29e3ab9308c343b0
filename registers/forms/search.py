from django import forms

from registers.forms.fields import Words


class LibrarySearchForm(forms.Form):
    q = Words(
        label="Search the library",
        called="The search",
        max_length=200,
        required=False,
        one_line=True,
    )
