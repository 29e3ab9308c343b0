"""The form that changes owner, category, response or next review of risks selected on a list."""

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
from registers.forms.concurrency import LARGEST_VERSION, LOST
from registers.forms.fields import PlainTextField, PlannedDateField
from registers.forms.risk_details import TOLERATION
from registers.forms.risks import RiskForm
from registers.govuk import Helper, Reveals
from registers.models import Risk, RiskRevision
from registers.models.review import latest_next_review
from registers.phrases.register import no_longer_to_change, too_many_to_change
from registers.risk_fields import BY_NAME

VERSION = re.compile(r"version_[1-9][0-9]{0,8}")
# At once.
MOST_CHANGED = 100
CHANGED_FIELDS = ("owner", "category", "response", *TOLERATION, "next_review_on")
NONE_SELECTED = "Select one or more risks in the list. Closed risks cannot be changed."
AS_IT_IS = "Leave as it is"


@dataclass(frozen=True)
class ValueChange:
    """One field of one risk, in words."""

    label: str
    before: str
    after: str


class ChangeManyForm(RiskForm):
    """risks: those selected, as the reader may see them and not closed, in order. count: how many
    were selected.

    Of several, what is left empty stays as it is; of one, the form shows what it says today.
    """

    next_review_on = PlannedDateField(
        required=False,
        subject="the day of the next review",
        label="Next review",
        help_text=with_example_days("For example, {planned}. Leave it empty to keep the date."),
    )
    reason = PlainTextField(
        label="Why are you making this change?",
        subject="The reason",
        missing="Enter why you are making this change",
        rows=2,
        max_length=1000,
        help_text="The history of each risk keeps your reason. For example: agreed by the "
        "management team in May.",
    )
    helper = Helper(
        "owner",
        "category",
        Reveals("response", {Risk.Response.TOLERATE.value: TOLERATION}),
        "next_review_on",
        "reason",
    )
    marks_optional = False  # nothing is asked for: what is left empty stays as it is
    moved = ()

    def __init__(self, data=None, *, register, risks, count):
        self.count = count
        self.risks, self.is_single = risks, len(risks) == 1
        if self.is_single:
            self.risk, self.before = risks[0], _content_of(risks[0])
        initial = {name: self.before.get(name) or "" for name in CHANGED_FIELDS}
        super().__init__(data, register=register, initial=initial)
        for name in {*self.fields} - {*CHANGED_FIELDS, "reason"}:
            del self.fields[name]
        for name in ("owner", "category", "response"):
            self.fields[name].label, self.fields[name].help_text = BY_NAME[name].label, ""
        if not self.is_single:
            self.fields["owner"].empty_label = AS_IT_IS
            for name in ("category", "response"):
                field = self.fields[name]
                field.choices = [("", AS_IT_IS), *field.choices[1:]]
        for risk in risks:
            self.fields[f"version_{risk.number}"] = forms.IntegerField(
                min_value=0,
                max_value=LARGEST_VERSION,
                required=False,
                initial=risk.version,
                widget=forms.HiddenInput,
            )

    def clean_next_review_on(self):
        day, today = self.cleaned_data["next_review_on"], timezone.localdate()
        if day is None or day == self.before.get("next_review_on"):
            return day
        if day <= today:
            raise ValidationError("The day of the next review must be after today")
        if day > (latest := latest_next_review(today)):
            latest = date_format(latest, "j F Y")
            raise ValidationError(f"The day of the next review must be {latest} or earlier")
        return day

    @property
    def refusal_text(self):
        """Why there is nothing to change, in words."""
        if self.count > MOST_CHANGED:
            return too_many_to_change(MOST_CHANGED, self.count)
        return NONE_SELECTED

    def clean(self):
        cleaned = super().clean()
        if not self.risks:
            raise ValidationError(self.refusal_text)
        names = [f"version_{risk.number}" for risk in self.risks]
        if any(cleaned.get(name) is None for name in names):
            for name in names:
                self.errors.pop(name, None)
            raise ValidationError(LOST)
        if lost := [name for name in self.data if VERSION.fullmatch(name) and name not in names]:
            raise ValidationError(no_longer_to_change(len(lost)))
        if not self.errors and not self._content:
            raise ValidationError("Select what to change")
        if not self.errors and not self.changes:
            raise ValidationError("Select a different value: these risks already have this one")
        return cleaned

    @property
    def _content(self):
        """Name -> value of what the form sets."""
        values = self.cleaned_data
        content = {
            name: values[name]
            for name in ("owner", "category", "response", "next_review_on")
            if name in values and (values[name] or (self.is_single and name != "next_review_on"))
        }
        # What a risk is tolerated for is forgotten where the response is another one.
        if "response" in content:
            content |= {name: values.get(name) for name in TOLERATION}
        return content

    def changes_of(self, risk):
        """The ValueChanges of one risk: those of its fields that the form gives another value."""
        before = _content_of(risk)
        return [
            ValueChange(BY_NAME[name].label, _in_words(name, before[name]), _in_words(name, value))
            for name, value in self._content.items()
            if before[name] != value
        ]

    @property
    def rows(self):
        """(risk, its ValueChanges) of each."""
        return [(risk, self.changes_of(risk)) for risk in self.risks]

    @property
    def changes(self):
        """(risk, version, content) of each risk that changes: arguments of services.change_many.

        Those at another version are among them, for the verb to decide.
        """
        content, versions = self._content, self.cleaned_data
        rows = [(risk, versions[f"version_{risk.number}"], content) for risk in self.risks]
        return [row for row in rows if row[1] != row[0].version or self.changes_of(row[0])]

    def rebase(self, conflict):
        """Take the versions of the risks as they are, so that sending it again is a decision."""
        self.moved = conflict.records
        self.data = self.data.copy()
        for risk in self.moved:
            self.data[f"version_{risk.number}"] = risk.version


def _content_of(risk):
    return {name: getattr(risk, name) for name in CHANGED_FIELDS}


def _in_words(name, value):
    if not value:
        return "Not decided yet" if name in ("owner", "category", "response") else "None"
    if hasattr(value, "year"):
        return date_format(value, "j F Y")
    choices = RiskRevision._meta.get_field(name).choices
    return str(dict(choices).get(value, value)) if choices else str(value)
