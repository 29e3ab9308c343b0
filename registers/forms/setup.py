"""The forms that add an organisation: the first one of an installation, and a further one."""

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError

from registers.administration.first_run import is_setup_code
from registers.administration.registers import latest_schemes_for
from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField, RecordChoiceField, selection_errors
from registers.forms.invitations import LONGEST_NAME, AccountForm
from registers.forms.organisation_registers import PrefixField
from registers.forms.organisations import nation_field
from registers.forms.people import EmailAddressField
from registers.govuk import Helper
from registers.models.people import MONTHS, Nation, Sector, UserManager


class FirstRegisterForm(forms.Form):
    """An organisation and its first register."""

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
    nation = nation_field(initial=Nation.ENGLAND)
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
    prefix = PrefixField(initial="CORP")
    scheme = RecordChoiceField(
        None,
        label="Scoring scheme",
        empty_label=None,
        help_text="You can copy it later and change labels, guidance and matrix.",
        error_messages=selection_errors("Select a scoring scheme"),
    )

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.fields["scheme"].queryset = latest_schemes_for(None).order_by("pk")

    def clean_email(self):
        return UserManager.normalize_email(self.cleaned_data["email"])

    @property
    def records(self):
        """The arguments organisation and register of administration.first_run."""
        values = self.cleaned_data
        return {
            "organisation": {
                "name": values["organisation_name"],
                "sector": values["sector"],
                "nation": values["nation"],
                "year_starts_in": values["year_starts_in"],
            },
            "register": {
                "name": values["register_name"],
                "prefix": values["prefix"],
                "scheme": values["scheme"],
            },
        }


class SetupForm(FirstRegisterForm, AccountForm):
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
    is_manager = forms.BooleanField(
        label="I am the risk manager too: I log risks and run the register",
        required=False,
        initial=True,
    )
    helper = Helper(
        "code",
        Fieldset("You", "name", "email", "password"),
        Fieldset("Your organisation", "organisation_name", "sector", "nation", "year_starts_in"),
        Fieldset("Its first register", "register_name", "prefix", "scheme", "is_manager"),
    )

    def clean_code(self):
        if not is_setup_code(self.cleaned_data["code"]):
            raise ValidationError("This code does not work. Run manage.py setup for a new one")
        return self.cleaned_data["code"]

    @property
    def records(self):
        """The arguments of administration.first_run.set_up."""
        values = self.cleaned_data
        return {
            **super().records,
            "person": {name: values[name] for name in ("email", "name", "password")},
            "is_manager": values["is_manager"],
        }


class NewOrganisationForm(FirstRegisterForm):
    """A further organisation. Somebody else administers it."""

    administrator_name = PlainTextField(
        label="Name",
        subject="The name",
        missing="Enter the name of the administrator",
        max_length=LONGEST_NAME,
        one_line=True,
    )
    email = EmailAddressField(
        help_text="Their work address. We send them an invitation, which works for 14 days.",
        max_length=254,
    )
    token = TokenField()
    helper = Helper(
        Fieldset("The organisation", "organisation_name", "sector", "nation", "year_starts_in"),
        Fieldset("Its first register", "register_name", "prefix", "scheme"),
        Fieldset("Its first administrator", "administrator_name", "email"),
    )

    @property
    def records(self):
        """The arguments of administration.first_run.invite_organisation."""
        values = self.cleaned_data
        administrator = {"name": values["administrator_name"], "email": values["email"]}
        return {**super().records, "administrator": administrator, "token": values["token"]}
