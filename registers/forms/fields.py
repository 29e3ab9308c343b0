"""Form fields with error messages in words, which normalise text."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import years_later
from registers.govuk import GovukDateField
from registers.models.meeting import MOST_CLEAR_DAYS
from registers.pasted_text import normalise_text
from registers.pounds import FORM_OF_AMOUNT, in_pounds, parse_pounds

# A text of nothing else is empty.
INVISIBLE = ("Cf", "Zl", "Zp", "Zs")

# About what anybody at work can know of their own knowledge.
YEARS_BACK = 50
# What a plan can sensibly name a day for.
YEARS_AHEAD = 20


class LimitedDateField(GovukDateField):
    """A day within living memory and sensible plans: anything else is a typing error.

    Use one of the two subclasses. A form that knows more (the day a risk was raised, how long an
    opinion may be good) checks that as well.
    """

    def validate(self, value):
        super().validate(value)
        if value:
            self.check(value, timezone.localdate())

    def check(self, day, today):
        if day < (first := years_later(today, -YEARS_BACK)):
            raise ValidationError(
                f"The day must be {date_format(first, 'j F Y')} or later: check the year"
            )


class PastDateField(LimitedDateField):
    """A day on which something was: nothing is recorded for future days."""

    def check(self, day, today):
        super().check(day, today)
        if day > today:
            raise ValidationError("The day must be today or in the past")


class PlannedDateField(LimitedDateField):
    """A day by which something is to be. It may have passed by the time it is entered."""

    def check(self, day, today):
        super().check(day, today)
        if day > (last := years_later(today, YEARS_AHEAD)):
            raise ValidationError(
                f"The day must be {date_format(last, 'j F Y')} or earlier: check the year"
            )


def check_not_before_raised(day, risk):
    """The day, unless it is before the risk was raised: then a ValidationError."""
    if day < risk.raised_on:
        raised = date_format(risk.raised_on, "j F Y")
        raise ValidationError(f"The day must be {raised}, when the risk was raised, or later")
    return day


class PlainTextField(forms.CharField):
    """Text as people type it: NFC, plain line ends, storable characters only."""

    def __init__(
        self,
        *,
        subject,
        missing="",
        max_length=4000,
        max_words=None,
        rows=None,
        one_line=False,
        counted=False,
        **options,
    ):
        if rows:
            options["widget"] = forms.Textarea(attrs={"rows": rows})
        super().__init__(error_messages={"required": missing}, **options)
        self.subject = subject
        self.is_one_line = one_line
        # Whether a single line has a character count; several lines always have one.
        self.is_counted = counted
        self.max_words = max_words
        # Set afterwards: the browser must not cut what is pasted.
        self.max_length = max_length
        self.validators = [self._is_storable, self._is_short_enough]

    def to_python(self, value):
        value = super().to_python(value)
        if all(unicodedata.category(character) in INVISIBLE for character in value):
            return ""
        if self.is_one_line:
            value = " ".join(value.split())
        return normalise_text(value)

    def _is_storable(self, value):
        for place, character in enumerate(value):
            if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
                code = f"U+{ord(character):04X}, character {place + 1:,}"
                raise ValidationError(
                    f"{self.subject} has a character that cannot be stored ({code}). Remove it"
                )

    def _is_short_enough(self, value):
        if self.max_words and (words := len(value.split())) > self.max_words:
            raise ValidationError(
                f"{self.subject} must be {self.max_words} words or fewer: it has {words:,}"
            )
        if len(value) > self.max_length:
            raise ValidationError(
                f"{self.subject} must be {self.max_length:,} characters or fewer: it has "
                f"{len(value):,}"
            )


class PoundsField(forms.Field):
    """Whole pounds. subject: the noun in its error, as in "the estimated cost"."""

    widget = forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "numeric"})

    def __init__(self, *, subject, **options):
        super().__init__(**options)
        self.subject = subject

    def to_python(self, value):
        text = str(value or "").strip()
        if not text:
            return None
        pounds = parse_pounds(text)
        if pounds is None:
            raise ValidationError(f"Enter {self.subject} in {FORM_OF_AMOUNT}")
        return pounds

    def prepare_value(self, value):
        return in_pounds(value) if isinstance(value, int) else value


class ClearDaysField(forms.IntegerField):
    """Working days of notice of a meeting."""

    def __init__(self, **options):
        words = f"Clear days of notice must be a whole number from 0 to {MOST_CLEAR_DAYS}"
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), words)
        super().__init__(
            min_value=0,
            max_value=MOST_CLEAR_DAYS,
            widget=forms.TextInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
            error_messages={"required": "Enter the clear days of notice", **errors},
            **options,
        )


def selection_errors(message):
    """One message for no choice and for one that is not offered."""
    return {"required": message, "invalid_choice": message}


LONGEST_KEY = 18  # digits that any database takes


class RecordChoiceField(forms.ModelChoiceField):
    """A choice among records with one error message, `invalid_choice`."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.validate_no_null_characters = ProhibitNullCharactersValidator(
            self.error_messages["invalid_choice"]
        )


class RecordMultipleChoiceField(RecordChoiceField, forms.ModelMultipleChoiceField):
    """Several of them. No database is asked for a key that is too large for it."""

    def _check_values(self, value):
        if self.to_field_name is None and any(len(str(key)) > LONGEST_KEY for key in value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super()._check_values(value)
