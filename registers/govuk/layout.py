"""How the fields of a form are grouped, folded and revealed: layout objects of crispy-forms."""

from dataclasses import dataclass

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.template.loader import render_to_string


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
            self.get_template_name(template_pack),
            {"summary": self.summary, "body": body, "is_open": is_open},
        )


@dataclass
class Revealed:
    html: str
    has_errors: bool


class Reveals(LayoutObject):
    """Radios or checkboxes of which some show further fields below them while they are chosen.

    options: {value of a choice: [names of the fields below it]}; of a single checkbox {True:
    [...]}.
    """

    def __init__(self, name, options):
        self.name = name
        self.options = {str(value): Layout(*fields) for value, fields in options.items()}
        self.fields = [name, *self.options.values()]

    def names_below(self, value):
        return [pointer.name for pointer in self.options[value].get_field_names()]

    def unasked(self, form):
        """The names of the fields whose choice was not made."""
        values = form[self.name].value()
        values = {
            str(value) for value in (values if isinstance(values, list | tuple) else [values])
        }
        return [
            name
            for value in self.options
            if value not in values
            for name in self.names_below(value)
        ]

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        question = form[self.name]
        if missing := set(self.options) - question.choices_offered:
            raise ValueError(
                f"{self.name} has no choice {', '.join(sorted(missing))} to reveal anything below"
            )
        question.revealed = {
            value: Revealed(
                fields.render(form, context, template_pack=template_pack),
                any(form[name].errors for name in self.names_below(value)),
            )
            for value, fields in self.options.items()
        }
        return render_field(self.name, form, context, template_pack=template_pack, **kwargs)


class RevealingForm(forms.Form):
    """A form whose helper has Reveals. What stands below a choice that was not made is neither
    asked for nor kept.
    """

    def clean(self):
        cleaned = super().clean()
        for reveals in _reveals_in(self.helper.layout):
            for name in reveals.unasked(self):
                self.errors.pop(name, None)
                cleaned[name] = self.fields[name].to_python(None)
        return cleaned


def _reveals_in(layout):
    for part in layout.fields:
        if isinstance(part, Reveals):
            yield part
        elif isinstance(part, LayoutObject):
            yield from _reveals_in(part)
