"""The forms for a need to know: who sees which exempt risks, until when, and why."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import years_later
from registers.forms.concurrency import TokenField
from registers.forms.fields import (
    PlainTextField,
    PlannedDateField,
    RecordChoiceField,
    selection_errors,
)
from registers.govuk import GovukRadios, Helper, RevealingForm, Reveals
from registers.models import NeedToKnow, User
from registers.permissions import (
    Permission,
    counts_everything,
    risks_across,
    roles_with,
    would_see_exempt,
)
from registers.risk_page.related import keys_of, with_keys


class PersonChoiceField(RecordChoiceField):
    """People with their roles: "Robin Ash, officer"."""

    def label_from_instance(self, person):
        roles = (row.get_role_display().lower() for row in person.roles_here)
        return ", ".join([str(person), *roles])


class NeedToKnowForm(RevealingForm):
    """Sent twice: to be checked, and, with `confirmed`, to be saved.

    organisation: where it is granted. by: whoever grants it, and sees the risks.
    """

    REGISTER, RISK = "register", "risk"

    user = PersonChoiceField(
        None,
        label="Who needs to know?",
        empty_label="Select a person",
        help_text="People who see every exempt risk by their role are not on this list. Nor are "
        "people who are an administrator only: they never see exempt risks.",
        error_messages=selection_errors("Select who needs to know"),
    )
    scope = forms.ChoiceField(
        label="What do they need to see?",
        choices=[(REGISTER, "Every exempt risk of a register"), (RISK, "One risk")],
        widget=GovukRadios,
        error_messages=selection_errors("Select what they need to see"),
    )
    register = RecordChoiceField(
        None,
        label="Register",
        empty_label="Select a register",
        error_messages=selection_errors("Select a register"),
    )
    reference = PlainTextField(
        label="Reference of the risk",
        subject="The reference",
        max_length=60,
        one_line=True,
        missing="Enter the reference of the risk",
    )
    until = PlannedDateField(
        subject="the last day",
        label="Last day",
        help_text="They see it from today until the end of this day, for a year at most.",
    )
    reason = PlainTextField(
        label="Why do they need to know?",
        subject="The reason",
        rows=3,
        help_text="We keep the reason with the access. For example: gives evidence to the inquiry.",
        missing="Enter why they need to know",
    )
    token = TokenField()
    helper = Helper(
        "user", Reveals("scope", {REGISTER: ["register"], RISK: ["reference"]}), "until", "reason"
    )

    def __init__(self, data=None, *, organisation, by):
        super().__init__(data)
        self._registers, self._by = list(organisation.registers.order_by("name")), by
        self.fields["user"].queryset = _people_to_grant(organisation)
        self.fields["register"].queryset = organisation.registers.order_by("name")
        example = self._registers[0].reference(7) if self._registers else "CORP-007"
        self.fields["reference"].help_text = f"For example, {example}."

    def clean_reference(self):
        """The exempt risk of that reference."""
        reference = self.cleaned_data["reference"]
        keys = keys_of([reference], self._registers).values()
        risks = risks_across(self._by, self._registers).filter(with_keys(keys))
        risk = risks.select_related("register__organisation", "latest__owner").first()
        if not risk:
            raise ValidationError(f"Check the reference {reference}: there is no such risk")
        if not risk.is_exempt:
            raise ValidationError(
                f"Enter the reference of an exempt risk. {risk.reference} is not exempt, and "
                "everybody who reads the register sees it"
            )
        return risk

    def clean_until(self):
        day, today = self.cleaned_data["until"], timezone.localdate()
        if day < today:
            raise ValidationError("The last day must be today or in the future")
        if day > (last := years_later(today, 1)):
            raise ValidationError(f"The last day must be {date_format(last, 'j F Y')} or earlier")
        return day

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self._is_granted() and self._is_seen():
            self.add_error("user", f"{cleaned['user']} sees this already. Select somebody else")
        return cleaned

    @property
    def grant(self):
        """The arguments of NeedToKnow.grant, but for who grants it."""
        cleaned = self.cleaned_data
        risk = cleaned["reference"] or None
        names = ("user", "until", "reason", "token")
        return {
            "register": risk.register if risk else cleaned["register"],
            "risk": risk,
            **{name: cleaned[name] for name in names},
        }

    def _is_granted(self):
        """Whether this very form made a grant before."""
        return NeedToKnow.objects.filter(token=self.cleaned_data["token"]).exists()

    def _is_seen(self):
        grant = self.grant
        if grant["risk"]:
            return would_see_exempt(grant["user"], grant["risk"])
        return counts_everything(grant["user"], grant["register"])


class WithdrawalForm(forms.Form):
    """A need to know that ends before its last day."""

    reason = PlainTextField(
        label="Why do you withdraw it?",
        subject="The reason",
        rows=3,
        help_text="We keep the reason with the access.",
        missing="Enter why you withdraw it",
    )
    token = TokenField()
    helper = Helper("reason")


def _people_to_grant(organisation):
    """The people of the organisation who do not see every exempt risk by their role, and may be
    granted some; each with their memberships there as `roles_here`.
    """
    memberships = organisation.memberships.active().order_by("role")
    of_person = memberships.filter(user=OuterRef("pk")).order_by()
    sees_all, may_be_granted = (
        Exists(of_person.filter(role__in=roles_with(permission)))
        for permission in (Permission.SEE_EXEMPT, Permission.SEE_GRANTED_EXEMPT)
    )
    people = User.objects.filter(~sees_all, may_be_granted, is_active=True)
    return people.prefetch_related(Prefetch("memberships", memberships, to_attr="roles_here"))
