"""Fields that say in words what is wrong and store text in one form."""

import json
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.forms.fields import InvalidJSONInput
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import years_later
from registers.govuk import GovukDateField
from registers.pasted_text import REPLACEMENTS

INVISIBLE = ("Cf", "Zl", "Zp", "Zs")  # a text of nothing else says nothing


YEARS_BACK = 50  # about what anybody at work can still say of their own knowledge
YEARS_AHEAD = 20  # what a plan can sensibly name a day for


class LimitedDay(GovukDateField):
    """A day within living memory and sensible plans: anything else is a slip of the year. Use one
    of the two kinds; what a form knows more of (the day a risk was raised, how long an opinion may
    be good) it asks on top.
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


class PastDay(LimitedDay):
    """A day on which something was: nothing is recorded of days to come."""

    def check(self, day, today):
        super().check(day, today)
        if day > today:
            raise ValidationError("The day must be today or in the past")


class PlannedDay(LimitedDay):
    """A day by which something is to be. It may have passed by the time it is entered."""

    def check(self, day, today):
        super().check(day, today)
        if day > (last := years_later(today, YEARS_AHEAD)):
            raise ValidationError(
                f"The day must be {date_format(last, 'j F Y')} or earlier: check the year"
            )


def check_not_before_raised(day, risk):
    """The day, unless the risk was not known yet."""
    if day < risk.raised_on:
        raised = date_format(risk.raised_on, "j F Y")
        raise ValidationError(f"The day must be {raised}, when the risk was raised, or later")
    return day


class PlainTextField(forms.CharField):
    """Text as people type it: NFC, plain line ends, nothing that a database or a page cannot hold."""

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
        self.is_counted = counted  # one line whose length is said before it is too long; of more lines it always is
        self.max_words = max_words
        self.max_length = max_length  # set afterwards: the browser must not cut what is pasted
        self.validators = [self._is_storable, self._is_short_enough]

    def to_python(self, value):
        value = super().to_python(value)
        if all(unicodedata.category(character) in INVISIBLE for character in value):
            return ""
        if self.is_one_line:
            value = " ".join(value.split())
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").translate(REPLACEMENTS))

    def _is_storable(self, value):
        for place, character in enumerate(value):
            if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
                code = f"U+{ord(character):04X}, character {place + 1:,}"
                raise ValidationError(
                    f"{self.subject} has a character that cannot be stored ({code}): take it out"
                )

    def _is_short_enough(self, value):
        if self.max_words and (words := len(value.split())) > self.max_words:
            raise ValidationError(
                f"{self.subject} must be {self.max_words} words or fewer: it has {words:,}"
            )
        if len(value) > self.max_length:
            raise ValidationError(
                f"{self.subject} must be {self.max_length:,} characters or fewer: it has {len(value):,}"
            )


class StorableJSONField(forms.JSONField):
    """JSON that both databases keep: no number of thousands of digits, no NaN, no character that is
    none, no depth that nothing can read.
    """

    def to_python(self, value):
        try:
            value_read = super().to_python(value)
            text = json.dumps(value_read, ensure_ascii=False, allow_nan=False)
            text.encode()
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if "\\u0000" in text:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return value_read

    def bound_data(self, data, initial):
        """As it was typed, where it cannot be kept."""
        try:
            self.to_python(data)
        except ValidationError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)


class RecordChoiceField(forms.ModelChoiceField):
    """A choice among records; whatever is wrong with what came, the words are those of
    `invalid_choice`.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.validate_no_null_characters = ProhibitNullCharactersValidator(
            self.error_messages["invalid_choice"]
        )


class RecordMultipleChoiceField(RecordChoiceField, forms.ModelMultipleChoiceField):
    pass
