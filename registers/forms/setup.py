"""The form of the first run."""

import re

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError

from registers.administration.first_run import is_setup_code
from registers.forms.fields import PlainTextField, RecordChoiceField, selection_errors
from registers.forms.invitations import AccountForm
from registers.govuk import Helper
from registers.models import ScoringScheme
from registers.models.people import MONTHS, Sector, UserManager

PREFIX = re.compile(r"[A-Z0-9]{1,8}")


class SetupForm(AccountForm):
    code = PlainTextField(
        label="Setup code",
        subject="The code",
        missing="Enter the setup code",
        max_length=40,
        one_line=True,
        help_text="Run manage.py setup on the server: it prints the code, which works for an hour.",
    )
    email = forms.EmailField(
        label="Your e-mail address",
        help_text="You sign in with it.",
        error_messages={
            "required": "Enter your e-mail address",
            "invalid": "Enter an e-mail address in the correct format, like name@example.com",
        },
    )
    organisation_name = PlainTextField(
        label="Name of the organisation",
        subject="The name of the organisation",
        missing="Enter the name of the organisation",
        max_length=200,
        one_line=True,
    )
    sector = forms.ChoiceField(
        label="Sector", choices=Sector.choices, error_messages=selection_errors("Select a sector")
    )
    year_starts_in = forms.TypedChoiceField(
        label="First month of the financial year",
        choices=MONTHS,
        coerce=int,
        initial=4,
        error_messages=selection_errors("Select a month"),
    )
    register_name = PlainTextField(
        label="Name of the first register",
        subject="The name of the register",
        missing="Enter the name of the first register",
        max_length=200,
        one_line=True,
        initial="Corporate risk register",
    )
    prefix = PlainTextField(
        label="Prefix of references",
        subject="The prefix",
        missing="Enter the prefix of references",
        max_length=8,
        one_line=True,
        initial="CORP",
        help_text="The letters of a reference: CORP in CORP-007. You cannot change it later.",
    )
    scheme = RecordChoiceField(
        ScoringScheme.objects.filter(organisation=None).order_by("pk"),
        label="Scoring scheme",
        empty_label=None,
        help_text="You can copy it later and change labels, guidance and matrix.",
        error_messages=selection_errors("Select a scoring scheme"),
    )
    is_manager = forms.BooleanField(
        label="I am the risk manager too: I log risks and run the register",
        required=False,
        initial=True,
    )
    helper = Helper(
        "code",
        Fieldset("You", "name", "email", "password"),
        Fieldset("Your organisation", "organisation_name", "sector", "year_starts_in"),
        Fieldset("Its first register", "register_name", "prefix", "scheme", "is_manager"),
    )

    def clean_code(self):
        if not is_setup_code(self.cleaned_data["code"]):
            raise ValidationError("This code does not work. Run manage.py setup for a new one")
        return self.cleaned_data["code"]

    def clean_email(self):
        return UserManager.normalize_email(self.cleaned_data["email"])

    def clean_prefix(self):
        prefix = self.cleaned_data["prefix"].upper()
        if not PREFIX.fullmatch(prefix):
            raise ValidationError("The prefix must have only letters and digits")
        return prefix

    @property
    def records(self):
        """The arguments of administration.first_run.set_up."""
        values = self.cleaned_data
        return {
            "person": {name: values[name] for name in ("email", "name", "password")},
            "organisation": {
                "name": values["organisation_name"],
                "sector": values["sector"],
                "year_starts_in": values["year_starts_in"],
            },
            "register": {
                "name": values["register_name"],
                "prefix": values["prefix"],
                "scheme": values["scheme"],
            },
            "is_manager": values["is_manager"],
        }
