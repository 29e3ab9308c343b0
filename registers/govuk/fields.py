"""What a field asks of its control: kind, classes, ids, descriptions and words."""

from pathlib import PurePath

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.functional import cached_property
from django.utils.html import format_html

# The first that fits: CheckboxSelectMultiple is a RadioSelect, PasswordInput and the like are
# Inputs.
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
VERBS = {
    "checkbox": "Tick:",
    "checkboxes": "Select",
    "radios": "Select",
    "select": "Select",
    "file": "Select",
}
FILE_WORDS = {
    "invalid": "The file did not upload. Select it again",
    "missing": "The file did not upload. Select it again",
    "empty": "The file is empty. Select another file",
    "max_length": "Give the file a shorter name: %(max)d characters or fewer",
}


class GovukBoundField(BoundField):
    revealed = {}  # value of a choice -> what it reveals: set by the layout

    def __init__(self, form, field, name):
        super().__init__(form, field, name)
        if type(field.widget) is forms.NumberInput:
            field.widget.input_type = "text"  # type=number throws away whatever it cannot read
        if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
            field.error_messages["required"] = _ask_for(self.label, self.kind)
        if isinstance(field, forms.FileField):
            field.error_messages |= {
                code: words
                for code, words in FILE_WORDS.items()
                if field.error_messages[code] is forms.FileField.default_error_messages[code]
            }

    @cached_property
    def kind(self):
        return next(kind for widget, kind, _ in KINDS if isinstance(self.field.widget, widget))

    @property
    def label_size(self):
        return getattr(self.field, "label_size", getattr(self.form, "label_size", "s"))

    @property
    def is_optional(self):
        """Whether the label says that the field may be left empty.

        Not of a single box, radios of which one is the answer “none”, or a field in the form's
        `condition_in_hint`. A form that only searches or filters says `marks_optional = False`.
        """
        is_excused = self.name in getattr(self.form, "condition_in_hint", ())
        if self.field.required or is_excused or not getattr(self.form, "marks_optional", True):
            return False
        if self.kind == "radios":
            return "" not in {str(value) for value, _ in self.field.choices}
        return self.kind != "checkbox"

    @property
    def character_limit(self):
        is_counted = self.kind == "textarea" or getattr(self.field, "is_counted", False)
        return getattr(self.field, "max_length", None) if is_counted else None

    @property
    def word_limit(self):
        """Counted in place of characters where there is one."""
        return getattr(self.field, "max_words", None) if self.character_limit else None

    @property
    def target_id(self):
        """The id of the control that a link in the error summary leads to."""
        if self.kind in ("checkboxes", "radios"):
            return self.subwidgets[0].id_for_label if self.subwidgets else self.auto_id
        return f"{self.auto_id}_0" if self.kind == "parts" else self.id_for_label

    @property
    def file_note(self):
        """What to know before selecting a file: one is there already, or the one selected was not
        kept.
        """
        if self.kind != "file":
            return ""
        if self.form.is_bound and self.data and not self.errors:
            return "Select your file again. We do not keep it while other answers need correcting."
        return (
            f"{PurePath(str(self.initial)).name} is the current file. Select another file to "
            "replace it."
            if self.initial
            else ""
        )

    @property
    def aria_describedby(self):
        ids = super().aria_describedby
        if ids is not None and self.auto_id:
            more = [f"{self.auto_id}-info"] if self.character_limit else []
            more += [f"{self.auto_id}-note"] if self.file_note else []
            ids = " ".join([ids, *more]).strip()
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
        # The form answers in words: the browser neither cuts what is pasted nor speaks of errors
        # before there are any.
        attrs.update({"required": False, "maxlength": False, "placeholder": False})
        if type(widget) is forms.NumberInput:
            attrs.update({"inputmode": "numeric", "min": False, "max": False, "step": False})
        if kind in TICKED:
            attrs.pop("aria-invalid", None)
        return attrs

    @property
    def choices_offered(self):
        """What may be chosen here, as text, where a choice may reveal something."""
        if self.kind == "checkbox":
            return {"True"}
        return (
            {str(widget.data["value"]) for widget in self.subwidgets}
            if self.kind in TICKED
            else set()
        )

    @property
    def options(self):
        """One dict for each radio or checkbox: id, label, hint, input, and what it reveals."""
        return [self._option(place, widget.data) for place, widget in enumerate(self.subwidgets)]

    def _option(self, place, data):
        attrs = {**data["attrs"]}
        id_ = attrs.get("id", "")
        option = {
            "id": id_,
            "label": data.get("label", self.label),
            "hint": data.get("hint"),
            "hint_id": f"{id_}_hint",
        }
        value = str(data["value"])
        if self.kind == "checkbox":
            option |= {"hint": self.help_text, "hint_id": f"{self.auto_id}_helptext"}
            value = "True"
        if place:
            attrs.pop("autofocus", None)
        if revealed := self.revealed.get(value):
            is_chosen = "checked" in attrs
            option |= {"revealed": revealed.html, "is_open": is_chosen or revealed.has_errors}
            # GOV.UK's script closes what it controls unless that is chosen, but a link leads to an
            # error even there.
            if is_chosen or not revealed.has_errors:
                attrs["data-aria-controls"] = f"conditional-{id_}"
        for name in ("type", "name", "value"):
            if data[name] is not None:
                attrs[name] = str(data[name])
        return option | {"input": format_html("<input{}>", flatatt(attrs))}


class Renderer(TemplatesSetting):
    """Django's FORM_RENDERER: {{ form }} and {{ field.as_field_group }} look the same as {% crispy
    form %}.
    """

    bound_field_class = GovukBoundField
    form_template_name = "govuk/uni_form.html"
    field_template_name = "govuk/field.html"


def _ask_for(label, kind):
    """What to say of an empty field for which the form has no words of its own."""
    label = str(label)
    if label.endswith("?"):
        return f"Answer the question: {label}"
    return f"{VERBS.get(kind, 'Enter')} {label.lower()}"
