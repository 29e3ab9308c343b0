"""Forms about one person: a role, its last day, their e-mail address; and a search of people."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.administration.role_table import ROLE_WORDS
from registers.dates import with_example_days
from registers.forms.concurrency import LOST
from registers.forms.fields import PlainTextField, PlannedDateField, selection_errors
from registers.govuk import GovukRadios, Helper, RevealingForm, Reveals
from registers.models import Role
from registers.models.people import DATED_ROLES
from registers.permissions.roles import reads_exempt
from registers.phrases.people import last_day_missing, role_changed_sentence

NO_END, ON_A_DAY, AT_ONCE = "none", "day", "now"
LAST_DAY = "Access stops at the end of this day. For example, {planned}."
LAST_DAY_HINT = with_example_days(LAST_DAY)
DATED_ROLE_HINT = with_example_days(f"{LAST_DAY} A peer reviewer or auditor must have one.")

LAST_ADMINISTRATOR = (
    "This is the last administrator. First give the role of administrator to somebody else, "
    "without a last day or with a later one"
)


TO_ONESELF = "This role reads exempt risks: ask another administrator to give it to you"


class EmailAddressField(forms.EmailField):
    """subject: whose it is, as in "Enter the e-mail address of the person"."""

    def __init__(self, **options):
        super().__init__(
            label="E-mail address",
            error_messages={
                "required": "Enter an e-mail address",
                "invalid": "Enter an e-mail address in the form name@example.gov.uk",
                "max_length": "The e-mail address must be 254 characters or fewer",
            },
            **options,
        )
        self.widget.attrs["autocomplete"] = "off"


class LastDayField(PlannedDateField):
    """The last day of a role. Its form says by check_last_day that it has not passed."""

    def __init__(self, *, required=False, **options):
        super().__init__(subject="the last day", required=required, **options)


def check_giver(form, role):
    """Add an error where somebody gives themselves a role that reads exempt risks."""
    if role and form.is_own and reads_exempt(role):
        form.add_error("role", TO_ONESELF)


def check_last_day(form, name, missing=""):
    """Add an error where a last day has passed. missing: the error for none, "" where none may be.

    Called by the form's clean.
    """
    day = form.cleaned_data.get(name)
    if missing and not day and name not in form.errors:
        form.add_error(name, missing)
    elif day and day < timezone.localdate():
        form.add_error(name, "The last day must be today or in the future")


class PeopleSearchForm(forms.Form):
    marks_optional = False
    q = PlainTextField(
        label="Find a person by name or e-mail address",
        subject="The search",
        max_length=200,
        required=False,
        one_line=True,
    )


class RoleForm(forms.Form):
    """A role that the person has not got yet."""

    role = forms.ChoiceField(
        label="Role",
        widget=GovukRadios(hints=ROLE_WORDS),
        error_messages=selection_errors("Select a role"),
    )
    until = LastDayField(
        label="Last day",
        help_text=DATED_ROLE_HINT,
    )
    condition_in_hint = ("until",)

    def __init__(self, data=None, *, roles, is_own=False):
        """roles: those that the person has today. is_own: they give it to themselves."""
        super().__init__(data)
        self.is_own = is_own
        self.fields["role"].choices = [row for row in Role.choices if row[0] not in roles]

    def clean(self):
        cleaned = super().clean()
        role = cleaned.get("role")
        check_giver(self, role)
        check_last_day(self, "until", last_day_missing(Role(role)) if role in DATED_ROLES else "")
        return cleaned


class LastDayForm(RevealingForm):
    """When a role ends. former: the last day that it had when the page was opened."""

    ending = forms.ChoiceField(
        label="When does this role end?",
        widget=GovukRadios,
        error_messages=selection_errors("Select when this role ends"),
    )
    until = LastDayField(label="Last day", help_text=LAST_DAY_HINT, required=True)
    former = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    helper = Helper(Reveals("ending", {ON_A_DAY: ["until"]}))

    CHOICES = {
        NO_END: "It has no end",
        ON_A_DAY: "On a day",
        AT_ONCE: "At once: yesterday was its last day",
    }

    def __init__(self, data=None, *, membership, is_own=False):
        self.membership, self.is_own = membership, is_own
        ending = ON_A_DAY if membership.until else NO_END
        former = membership.until.isoformat() if membership.until else ""
        super().__init__(
            data, initial={"ending": ending, "until": membership.until, "former": former}
        )
        self.fields["ending"].choices = [
            (value, label)
            for value, label in self.CHOICES.items()
            if value != NO_END or membership.role not in DATED_ROLES
        ]

    def clean(self):
        cleaned = super().clean()
        check_last_day(self, "until")
        if not self.errors and self._is_extended_by_holder:
            self.add_error("ending", TO_ONESELF)
        if "former" in self.errors:
            del self.errors["former"]
            raise ValidationError(LOST)
        return cleaned

    @property
    def _is_extended_by_holder(self):
        """Whether somebody lets a role of their own that reads exempt risks last longer."""
        until, last_day = self.membership.until, self.last_day
        is_longer = until is not None and (last_day is None or last_day > until)
        return self.is_own and is_longer and reads_exempt(self.membership.role)

    def clean_former(self):
        """The day, or None where the role had no end."""
        former = self.cleaned_data["former"]
        try:
            return datetime.date.fromisoformat(former) if former else None
        except ValueError as error:
            raise ValidationError(LOST) from error

    def rebase(self, membership):
        """After a RoleConflict: say what the role is now, so that saving again is a decision."""
        until = membership.until
        self.data = self.data.copy()
        self.data["former"] = until.isoformat() if until else ""
        self.add_error(None, role_changed_sentence(until))

    @property
    def last_day(self):
        """The day that was chosen, or None for no end."""
        ending = self.cleaned_data["ending"]
        if ending == AT_ONCE:
            return timezone.localdate() - datetime.timedelta(days=1)
        return self.cleaned_data["until"] if ending == ON_A_DAY else None


class AddressForm(forms.Form):
    """A new e-mail address for an account."""

    email = EmailAddressField(
        help_text="We send a link there. The address changes when the person follows it.",
        max_length=254,
    )

    def __init__(self, data=None, *, person):
        super().__init__(data)
        self.person = person

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if email == self.person.email:
            raise ValidationError("This is the address that they have now: enter another")
        return email
