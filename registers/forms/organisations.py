"""The form for what an organisation is."""

from django import forms
from django.db import transaction

from registers.forms.fields import PlainTextField, selection_errors
from registers.govuk import Helper
from registers.models import Organisation
from registers.models.people import MONTHS, Nation, Sector


def nation_field(**options):
    return forms.ChoiceField(
        label="Nation",
        help_text="For bank holidays, and for how long before a meeting its papers are published.",
        choices=Nation.choices,
        error_messages=selection_errors("Select a nation"),
        **options,
    )


class OrganisationForm(forms.ModelForm):
    name = PlainTextField(
        label="Name",
        subject="The name",
        missing="Enter the name of the organisation",
        max_length=200,
        one_line=True,
    )
    sector = forms.ChoiceField(
        label="Sector",
        choices=Sector.choices,
        error_messages=selection_errors("Select a sector"),
    )
    year_starts_in = forms.TypedChoiceField(
        label="First month of the financial year",
        choices=MONTHS,
        coerce=int,
        error_messages=selection_errors("Select a month"),
    )
    nation = nation_field()
    helper = Helper("name", "sector", "nation", "year_starts_in")

    class Meta:
        model = Organisation
        fields = ("name", "sector", "nation", "year_starts_in")

    @transaction.atomic
    def save(self, *, by):
        """Save what changed, with an audit entry; nothing where nothing did."""
        if self.has_changed():
            super().save()
            self.instance.enter("changed", by=by, text={"changes": ", ".join(self.changed_data)})
        return self.instance
