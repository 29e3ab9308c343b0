"""Choices with hints, and dates in three parts."""

import calendar
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from registers.dates import with_example_days
from registers.phrases.files import missing_date_parts

MONTHS = [name.lower() for name in calendar.month_name[1:]]


class Hinted:
    """A hint below each choice, given as {value: text}."""

    def __init__(self, attrs=None, choices=(), *, hints=None, small=False, inline=False):
        super().__init__(attrs, choices)
        self.hints = hints or {}
        self.is_small = small
        self.is_inline = inline

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        option["hint"] = {str(key): hint for key, hint in self.hints.items()}.get(str(value), "")
        if option["hint"] and "id" in option["attrs"]:
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
        return option


class GovukRadios(Hinted, forms.RadioSelect):
    pass


class GovukCheckboxes(Hinted, forms.CheckboxSelectMultiple):
    pass


class DateInputWidget(forms.MultiWidget):
    """Day, month and year. Reads name_0, name_1, name_2, or one ISO date posted as name."""

    template_name = "govuk/widgets/date.html"

    def __init__(self, attrs=None):
        super().__init__([forms.TextInput, forms.TextInput, forms.TextInput], attrs)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["has_error"] = "aria-invalid" in context["widget"]["attrs"]
        for part, label, width in zip(
            context["widget"]["subwidgets"], ("Day", "Month", "Year"), (2, 2, 4), strict=True
        ):
            part.update(label=label, width=width)
        return context

    def value_from_datadict(self, data, files, name):
        parts = super().value_from_datadict(data, files, name)
        return parts if any(parts) else data.get(name)

    def value_omitted_from_data(self, data, files, name):
        return name not in data and super().value_omitted_from_data(data, files, name)

    def decompress(self, value):
        if isinstance(value, date):
            return [value.day, value.month, value.year]
        parts = str(value or "").split("-")
        return parts[::-1] if len(parts) == 3 else [value or "", "", ""]


class GovukDateField(forms.DateField):
    """subject: the noun in its errors, as in "Enter the day the judgement was made"."""

    widget = DateInputWidget

    def __init__(self, *, subject="the date", error_messages=None, **kwargs):
        self.subject = subject[:1].upper() + subject[1:]
        words = {
            "required": f"Enter {subject}",
            "invalid": with_example_days(
                f"{self.subject} must be a real date, for example {{past}}"
            ),
        }
        super().__init__(error_messages=words | (error_messages or {}), **kwargs)

    def to_python(self, value):
        if not isinstance(value, list):
            return super().to_python(value)
        parts = [str(part or "").strip() for part in value]
        missing = [
            name for name, part in zip(("day", "month", "year"), parts, strict=True) if not part
        ]
        if len(missing) == 3:
            return None
        if missing:
            raise ValidationError(missing_date_parts(self.subject, missing), code="incomplete")
        try:
            return date(_number(parts[2], 4), _month(parts[1]), _number(parts[0]))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


def _number(text, digits=None):
    if (
        not text.isascii()
        or not text.isdecimal()
        or len(text) > 4
        or (digits and len(text) != digits)
    ):
        raise ValueError(text)
    return int(text)


def _month(text):
    matches = [
        number
        for number, name in enumerate(MONTHS, 1)
        if len(text) > 2 and name.startswith(text.lower())
    ]
    return matches[0] if matches else _number(text)
