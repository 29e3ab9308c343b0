"""Fields that say in words what is wrong and store text in one form."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import timezone
from django.utils.formats import date_format

# What word processors leave in pasted text: other line ends, and the bullet of a symbol font.
MENDED = str.maketrans({**dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"), "\uf0b7": "•"})


INVISIBLE = ("Cf", "Zl", "Zp", "Zs")  # a text of nothing else says nothing


def not_to_come(day):
    """The day, unless it lies ahead: nothing is recorded of days to come."""
    if day and day > timezone.localdate():
        raise ValidationError("The day must be today or in the past")
    return day


def since_raised(day, risk):
    """The day, unless it lies ahead or the risk was not known yet."""
    if not_to_come(day) < risk.raised_on:
        raised = date_format(risk.raised_on, "j F Y")
        raise ValidationError(f"The day must be {raised}, when the risk was raised, or later")
    return day


class Words(forms.CharField):
    """Text as people type it: NFC, plain line ends, nothing that a database or a page cannot hold."""

    def __init__(
        self,
        *,
        called,
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
        self.called = called
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
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").translate(MENDED))

    def _is_storable(self, value):
        for place, character in enumerate(value):
            if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
                code = f"U+{ord(character):04X}, character {place + 1:,}"
                raise ValidationError(f"{self.called} has a character that cannot be stored ({code}): take it out")

    def _is_short_enough(self, value):
        if self.max_words and (words := len(value.split())) > self.max_words:
            raise ValidationError(f"{self.called} must be {self.max_words} words or fewer: it has {words:,}")
        if len(value) > self.max_length:
            raise ValidationError(
                f"{self.called} must be {self.max_length:,} characters or fewer: it has {len(value):,}"
            )


class OneOf(forms.ModelChoiceField):
    """A choice among records; whatever is wrong with what came, the words are those of `invalid_choice`."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.validate_no_null_characters = ProhibitNullCharactersValidator(self.error_messages["invalid_choice"])


class ManyOf(OneOf, forms.ModelMultipleChoiceField):
    pass
