"""The fields of a risk on its forms, made from the catalogue (registers.risk_fields).

Those that few give when they log it are folded: what it is about, what is done about it, who told
us, and what the committee is told.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    PlannedDateField,
    PoundsField,
    RecordChoiceField,
    RecordMultipleChoiceField,
)
from registers.govuk import GovukCheckboxes, GovukRadios, MoreDetail, RevealingForm, Reveals
from registers.models import Risk, RiskRevision
from registers.models.review import latest_next_review
from registers.risk_fields import FIELDS, FOLDED, Sort

COUNTED = 100  # characters: a line that may have more has a count
# Asked for only of what is tolerated.
TOLERATION = ("response_reason", "tolerated_until")


def _text(field, **options):
    is_line = field.sort is Sort.LINE
    return PlainTextField(
        subject=field.question.subject,
        missing=field.question.missing,
        one_line=is_line,
        counted=is_line and field.longest > COUNTED,
        rows=None if is_line else 4,
        max_length=field.longest,
        max_words=field.most_words,
        **options,
    )


def _day(field, **options):
    kind = PastDateField if field.is_past else PlannedDateField
    return kind(subject=field.question.subject, **options)


def _pounds(field, **options):
    return PoundsField(subject=field.question.subject, **options)


def _choice(field, **options):
    choices = RiskRevision._meta.get_field(field.name).choices
    if field.question.has_radios:
        options["widget"] = GovukRadios
    return forms.ChoiceField(
        choices=[("", field.question.empty), *choices],
        error_messages={"invalid_choice": field.question.invalid},
        **options,
    )


def _types(field, **options):
    rows = RiskRevision._meta.get_field(field.name).related_model.objects.all()
    options |= {
        "to_field_name": "slug",
        "error_messages": dict.fromkeys(("invalid_choice", "invalid_list"), field.question.invalid),
    }
    if field.is_many:
        return RecordMultipleChoiceField(rows, widget=GovukCheckboxes, **options)
    return RecordChoiceField(rows, empty_label=field.question.empty, **options)


FORM_FIELDS = {
    Sort.LINE: _text,
    Sort.TEXT: _text,
    Sort.DAY: _day,
    Sort.POUNDS: _pounds,
    Sort.CHOICE: _choice,
    Sort.TYPES: _types,
}


def _form_field(field):
    question = field.question
    return FORM_FIELDS[field.sort](
        field, label=question.label, help_text=question.hint, required=bool(question.missing)
    )


def _parts(section):
    for field in FIELDS:
        if field.section is not section or not field.question or field.name in TOLERATION:
            continue
        yield (
            Reveals("response", {Risk.Response.TOLERATE.value: TOLERATION})
            if field.name == "response"
            else field.name
        )


MORE = tuple(MoreDetail(section.title, *_parts(section)) for section in FOLDED)
CatalogueForm = type(RevealingForm)(
    "CatalogueForm",
    (RevealingForm,),
    {field.name: _form_field(field) for field in FIELDS if field.question},
)


class RiskDetailsForm(CatalogueForm):
    """The fields of the catalogue, and what two of them say together.

    before: the present content; values that are only kept are not validated.
    """

    before: dict = {}
    # The existing one, if any.
    risk = None

    def clean_tolerated_until(self):
        day, today = self.cleaned_data["tolerated_until"], timezone.localdate()
        if day == self.before.get("tolerated_until"):
            return day
        if day <= today:
            raise ValidationError("The day until which it is tolerated must be after today")
        if day > latest_next_review(today):
            latest = date_format(latest_next_review(today), "j F Y")
            raise ValidationError(
                f"The day until which it is tolerated must be {latest} or earlier"
            )
        return day

    def clean(self):
        cleaned = super().clean()
        target = cleaned.get("target_on")
        raised = (
            self.risk.raised_on if self.risk else cleaned.get("raised_on") or timezone.localdate()
        )
        if (
            target
            and target < raised
            and target != self.before.get("target_on")
            and "raised_on" not in self.errors
        ):
            since = date_format(raised, "j F Y")
            self.add_error(
                "target_on",
                f"The day of the target must be {since}, when the risk was raised, or later",
            )
        return cleaned
