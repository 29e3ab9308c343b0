"""Forms of an invitation: sending it, and accepting it with a new account."""

from django import forms
from django.contrib.auth.password_validation import validate_password

from registers.administration.role_table import ROLE_WORDS
from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField
from registers.forms.people import (
    LAST_DAY_HINT,
    EmailAddressField,
    LastDayField,
    check_last_day,
)
from registers.govuk import GovukCheckboxes, Helper, RevealingForm, Reveals
from registers.models import Role, User
from registers.models.people import DATED_ROLES
from registers.phrases.people import last_day_missing

LONGEST_NAME = 200
LONGEST_PASSWORD = 200  # characters


class InviteForm(RevealingForm):
    """Whom to invite, and in which roles. Below each role is its last day."""

    name = PlainTextField(
        label="Name",
        subject="The name",
        missing="Enter the name of the person",
        max_length=LONGEST_NAME,
        one_line=True,
    )
    email = EmailAddressField(
        help_text="Their work address. They sign in with it, and we send the invitation there.",
        max_length=254,
    )
    roles = forms.MultipleChoiceField(
        label="Which roles will they have?",
        help_text="Select all that apply.",
        choices=Role.choices,
        widget=GovukCheckboxes(hints=ROLE_WORDS),
        error_messages={
            "required": "Select at least one role",
            "invalid_choice": "Select roles from the list",
            "invalid_list": "Select roles from the list",
        },
    )
    token = TokenField()

    def __init__(self, data=None):
        super().__init__(data)
        for role in Role:
            name = f"until_{role.value}"
            self.fields[name] = LastDayField(
                label=f"Last day as {role.label.lower()}",
                help_text=LAST_DAY_HINT,
                required=role in DATED_ROLES,
                error_messages={"required": last_day_missing(role)},
            )
        below = {role.value: [f"until_{role.value}"] for role in Role}
        self.helper = Helper("name", "email", Reveals("roles", below))

    def clean(self):
        cleaned = super().clean()
        for role in map(Role, cleaned.get("roles", ())):
            check_last_day(self, f"until_{role.value}")
        return cleaned

    @property
    def invitation(self):
        """The keyword arguments of administration.invitations.invite."""
        values = self.cleaned_data
        roles = [(role, values[f"until_{role}"]) for role in values["roles"]]
        return {"roles": roles, **{name: values[name] for name in ("name", "email", "token")}}


class AccountForm(forms.Form):
    """A person's name and the password that they choose.

    The address is what a field `email` of a subclass takes, or else its attribute.
    """

    email = ""

    name = PlainTextField(
        label="Your name",
        subject="Your name",
        missing="Enter your name",
        max_length=LONGEST_NAME,
        one_line=True,
    )
    password = forms.CharField(
        label="Choose a password",
        help_text="At least 12 characters. Three words that have nothing to do with each other are "
        "easy to remember.",
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": "Choose a password",
            "max_length": f"The password must be {LONGEST_PASSWORD} characters or fewer",
        },
    )

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self):
        cleaned = super().clean()
        if password := cleaned.get("password"):
            email = cleaned.get("email", self.email)
            person = User(email=email, name=cleaned.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class NewAccountForm(AccountForm):
    """The account of somebody who was invited and has none."""

    def __init__(self, data=None, *, invitation):
        super().__init__(data, initial={"name": invitation.name})
        self.email = invitation.email
