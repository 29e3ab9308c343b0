"""How every form looks: crispy-forms' template pack "govuk" (templates/govuk/) and what it asks of a field.

A page that has `form` in its context writes

    {% extends "base.html" %}
    {% block content %}
      <h1 class="govuk-heading-xl">Log a risk</h1>
      {% include "components/form.html" with submit="Log this risk" cancel=register.get_absolute_url %}
    {% endblock %}

base.html begins the title with "Error: " and puts the error summary above the heading; components/form.html prints the
form, its token and its buttons. A form says nothing about looks, unless it wants a group or a folded part:

    class RiskForm(forms.Form):
        likelihood = forms.ChoiceField(label="How likely is it?", widget=GovukRadios(hints={"1": "Once in ten years"}))
        found_on = GovukDateField(label="When was it found?", what="the day it was found")
        helper = Helper(Fieldset("What could happen", "title", "cause"), MoreDetail("More detail", "evidence"))

Fields that the helper does not mention follow at the end, hidden ones too. `label_size` ("s", "m", "l" or "") on a
field or on the form sets the size of labels; a widget's own "class" is kept. Hints are the fields' `help_text`.
"""

import calendar
from datetime import date

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import format_html

# The first that fits: CheckboxSelectMultiple is a RadioSelect, PasswordInput and the like are Inputs.
KINDS = [
    (forms.CheckboxSelectMultiple, "checkboxes", "govuk-checkboxes__input"),
    (forms.RadioSelect, "radios", "govuk-radios__input"),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (forms.Select, "select", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.PasswordInput, "password", "govuk-input"),
    (forms.MultiWidget, "parts", ""),
    (forms.Widget, "input", "govuk-input"),
]
TICKED = ("checkboxes", "radios", "checkbox")
MONTHS = [name.lower() for name in calendar.month_name[1:]]
VERBS = {"checkbox": "Tick:", "checkboxes": "Select", "radios": "Select", "select": "Select", "file": "Select"}


class GovukBoundField(BoundField):
    def __init__(self, form, field, name):
        super().__init__(form, field, name)
        if type(field.widget) is forms.NumberInput:
            field.widget.input_type = "text"  # type=number throws away whatever it cannot read
        if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
            field.error_messages["required"] = _ask_for(self.label, self.kind)

    @cached_property
    def kind(self):
        return next(kind for widget, kind, _ in KINDS if isinstance(self.field.widget, widget))

    @property
    def label_size(self):
        return getattr(self.field, "label_size", getattr(self.form, "label_size", "s"))

    @property
    def character_limit(self):
        return getattr(self.field, "max_length", None) if self.kind == "textarea" else None

    @property
    def target_id(self):
        """The id of the control that a link in the error summary leads to."""
        if self.kind in ("checkboxes", "radios"):
            return self.subwidgets[0].id_for_label if self.subwidgets else self.auto_id
        return f"{self.auto_id}_0" if self.kind == "parts" else self.id_for_label

    @property
    def aria_describedby(self):
        ids = super().aria_describedby
        if ids is not None and self.character_limit and self.auto_id:
            ids = f"{ids} {self.auto_id}-info".strip()
        return ids

    def build_widget_attrs(self, attrs, widget=None):
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        kind, css = next((kind, css) for cls, kind, css in KINDS if isinstance(widget, cls))
        if widget.is_hidden or not css:
            return attrs
        if self.errors and kind not in TICKED:
            css = f"{css} {css}--error"
        if kind == "password":
            css += " govuk-password-input__input govuk-js-password-input-input"
        if self.character_limit:
            css += " govuk-js-character-count"
        attrs["class"] = f"{widget.attrs.get('class', '')} {css}".strip()
        # The form answers in words: the browser neither cuts what is pasted nor speaks of errors before there are any.
        attrs.update({"required": False, "maxlength": False, "placeholder": False})
        if type(widget) is forms.NumberInput:
            attrs.update({"inputmode": "numeric", "min": False, "max": False, "step": False})
        if kind in TICKED:
            attrs.pop("aria-invalid", None)
        return attrs

    @cached_property
    def options(self):
        """One dict for each radio or checkbox: id, label, hint, input."""
        return [
            {
                "id": option.data["attrs"].get("id", ""),
                "label": option.data["label"],
                "hint": option.data.get("hint", ""),
                "input": format_html(
                    '<input type="{}" name="{}" value="{}"{}>',
                    option.data["type"],
                    option.data["name"],
                    option.data["value"],
                    flatatt(option.data["attrs"]),
                ),
            }
            for option in self.subwidgets
        ]


class Renderer(TemplatesSetting):
    """Django's FORM_RENDERER: {{ form }} and {{ field.as_field_group }} look the same as {% crispy form %}."""

    bound_field_class = GovukBoundField
    form_template_name = "govuk/uni_form.html"
    field_template_name = "govuk/field.html"


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
    """what: the noun in its errors, as in "Enter the day the judgement was made"."""

    widget = DateInputWidget

    def __init__(self, *, what="the date", error_messages=None, **kwargs):
        self.what = what[:1].upper() + what[1:]
        words = {
            "required": f"Enter {what}",
            "invalid": f"{self.what} must be a real date, for example 27 3 2026",
        }
        super().__init__(error_messages=words | (error_messages or {}), **kwargs)

    def to_python(self, value):
        if not isinstance(value, list):
            return super().to_python(value)
        parts = [str(part or "").strip() for part in value]
        missing = [name for name, part in zip(("day", "month", "year"), parts, strict=True) if not part]
        if len(missing) == 3:
            return None
        if missing:
            raise ValidationError(f"{self.what} must include a {' and a '.join(missing)}", code="incomplete")
        try:
            return date(_whole(parts[2], 4), _month(parts[1]), _whole(parts[0]))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


def _ask_for(label, kind):
    """What to say of an empty field for which the form has no words of its own."""
    label = str(label)
    if label.endswith("?"):
        return f"Answer the question: {label}"
    return f"{VERBS.get(kind, 'Enter')} {label.lower()}"


def _whole(text, digits=None):
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or (digits and len(text) != digits):
        raise ValueError(text)
    return int(text)


def _month(text):
    named = [number for number, name in enumerate(MONTHS, 1) if len(text) > 2 and name.startswith(text.lower())]
    return named[0] if named else _whole(text)


class Helper(FormHelper):
    """A layout that forgets no field."""

    render_unmentioned_fields = True

    def __init__(self, *layout):
        super().__init__()
        self.layout = Layout(*layout)


class MoreDetail(LayoutObject):
    """What few need, folded away; open when something in it is wrong or filled in."""

    template = "%s/layout/details.html"

    def __init__(self, summary, *fields):
        self.summary = summary
        self.fields = list(fields)

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        bound = [form[pointer.name] for pointer in self.get_field_names()]
        is_open = any(field.errors or field.value() not in (None, "", False, []) for field in bound)
        body = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(
            self.get_template_name(template_pack), {"summary": self.summary, "body": body, "is_open": is_open}
        )
