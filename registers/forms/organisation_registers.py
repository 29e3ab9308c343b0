"""Forms for an organisation's registers: a new one, and what may change of one in use."""

import re

from django import forms
from django.core.exceptions import ValidationError

from registers.administration.registers import LONGEST_SLUG, latest_schemes_for, propose_slug
from registers.forms.fields import PlainTextField, RecordChoiceField, selection_errors
from registers.forms.posts import EntryForm
from registers.govuk import Helper
from registers.models import Register

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PREFIX = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
LONGEST_PREFIX = 8


class PrefixField(PlainTextField):
    """In capital letters, however it is typed."""

    def __init__(self, **options):
        super().__init__(
            label="Prefix of references",
            subject="The prefix",
            missing="Enter the prefix of references",
            help_text="The letters before the number of a risk: CORP in CORP-007. You cannot "
            "change it later.",
            max_length=LONGEST_PREFIX,
            one_line=True,
            **options,
        )

    def clean(self, value):
        prefix = super().clean(value).upper()
        if not PREFIX.fullmatch(prefix):
            raise ValidationError("The prefix must have only letters, digits and hyphens")
        return prefix


class RegisterForm(EntryForm):
    STATE = ("name", "level", "directorate_id", "parent_id")
    NAME = "name"
    name = PlainTextField(
        label="Name",
        subject="The name",
        missing="Enter the name of the register",
        help_text="For example, Corporate risk register.",
        max_length=200,
        one_line=True,
    )
    level = forms.ChoiceField(
        label="Level",
        choices=Register.Level.choices,
        error_messages=selection_errors("Select a level"),
    )
    directorate = RecordChoiceField(
        None,
        label="Directorate",
        required=False,
        empty_label="No directorate",
        help_text="For the register of a directorate or of one of its services.",
        error_messages={"invalid_choice": "Select one of the directorates"},
    )
    parent = RecordChoiceField(
        None,
        label="Register above it",
        required=False,
        empty_label="None",
        help_text="Risks are escalated to the register above, and it counts the risks below.",
        error_messages={"invalid_choice": "Select one of the registers in use"},
    )
    helper = Helper("name", "level", "directorate", "parent")

    class Meta:
        model = Register
        fields = ("name", "level", "directorate", "parent")

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        organisation = instance.organisation
        self.fields["directorate"].queryset = organisation.directorates.all()
        candidates = organisation.registers.exclude(pk=instance.pk)
        self.fields["parent"].queryset = candidates.in_use().order_by("name")

    def clean_name(self):
        rows = self.instance.organisation.registers.all()
        message = "There is already a register with this name"
        return self.check_unique(rows, self.cleaned_data["name"], message)


class NewRegisterForm(RegisterForm):
    prefix = PrefixField()
    slug = PlainTextField(
        label="Address",
        subject="The address",
        required=False,
        help_text="The last part of the register\u2019s web address, in small letters, digits and "
        "hyphens. Leave it empty and we make it from the name. You cannot change it later.",
        max_length=LONGEST_SLUG,
        one_line=True,
    )
    scheme = RecordChoiceField(
        None,
        label="Scoring scheme",
        empty_label="Select a scoring scheme",
        help_text="How risks are rated. A register with risks can only adopt a newer version of "
        "its scheme.",
        error_messages=selection_errors("Select a scoring scheme"),
    )
    helper = Helper("name", "prefix", "slug", "level", "directorate", "parent", "scheme")

    class Meta:
        model = Register
        fields = ("name", "prefix", "slug", "level", "directorate", "parent", "scheme")

    def __init__(self, data=None, *, instance):
        super().__init__(data, instance=instance)
        self.fields["scheme"].queryset = latest_schemes_for(instance.organisation)

    def clean_prefix(self):
        prefix = self.cleaned_data["prefix"]
        if self.instance.organisation.registers.filter(prefix=prefix).exists():
            raise ValidationError("Another register of this organisation has this prefix")
        return prefix

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if slug and not SLUG.fullmatch(slug):
            raise ValidationError(
                "The address must have only small letters, digits and hyphens, like corporate-risks"
            )
        if slug and Register.objects.filter(slug=slug).exists():
            raise ValidationError("This address is taken. Enter a different one")
        return slug

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("name") and cleaned.get("slug") == "":
            cleaned["slug"] = propose_slug(cleaned["name"], self.instance.organisation)
            if not cleaned["slug"]:
                self.add_error("slug", "Enter an address in small letters, digits and hyphens")
        return cleaned
