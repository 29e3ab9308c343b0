"""The answers to a form, as the page says them that asks to check them."""

import datetime
from typing import NamedTuple

from django import forms
from django.utils.formats import date_format

from registers.forms.fields import PoundsField
from registers.pounds import in_pounds


class Answer(NamedTuple):
    """texts: of several choices each, of a text one with its line breaks."""

    label: str
    texts: list[str]


def answers_of(form):
    """An Answer for each question of a valid form that was answered, in its order."""
    rows = ((bound, texts_of(bound)) for bound in form.visible_fields())
    return [Answer(bound.label, texts) for bound, texts in rows if texts]


def texts_of(bound):
    """The answer in words; none where it is empty or was not asked for."""
    cleaned = bound.form.cleaned_data
    value = cleaned.get(bound.name, bound.value())
    if value is None or value is False or (not value and value != 0):
        return []
    if hasattr(bound.field, "choices"):
        return _chosen(bound)
    if isinstance(bound.field, forms.BooleanField):
        return ["Yes"]
    if isinstance(value, datetime.date):
        return [date_format(value, "j F Y")]
    return [in_pounds(value) if isinstance(bound.field, PoundsField) else str(value)]


def _chosen(bound):
    value = bound.value()
    values = {str(key) for key in (value if isinstance(value, list | tuple) else [value])}
    return [str(label) for key, label in bound.field.choices if key != "" and str(key) in values]
