"""Several of one small form on a page."""

from crispy_forms.helper import FormHelper
from django.forms.formsets import DELETION_FIELD_NAME, TOTAL_FORM_COUNT, BaseFormSet
from django.forms.utils import ErrorDict


class GovukFormSet(BaseFormSet):
    """Shown by govuk/formset.html. Its button for one more row sends the page: nothing is
    checked or lost then.
    """

    each = "item"  # what one of them is called, in lower case
    default_error_messages = {
        "missing_management_form": "We cannot save this form. Copy what you typed, then open the "
        "page again",
        "too_many_forms": "Enter %(num)d at most: remove some",
        "too_few_forms": "Enter %(num)d at least",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_name = f"{self.prefix}-add"
        self.is_adding = self.add_name in self.data and self.management_form.is_valid()
        if self.is_adding and self.can_add:
            self.data = self.data.copy()
            self.data[self.management_form.add_prefix(TOTAL_FORM_COUNT)] = (
                self.total_form_count() + 1
            )
            del self.management_form  # it had read the old number

    @property
    def can_add(self):
        return self.total_form_count() < self.max_num

    @property
    def helper(self):
        return getattr(self.form, "helper", None) or FormHelper()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].label = f"Remove this {self.each}"
        if self.is_adding and index == self.total_form_count() - 1:
            form.visible_fields()[0].field.widget.attrs["autofocus"] = True

    def is_valid(self):
        return super().is_valid() and not self.is_adding

    def full_clean(self):
        """Nobody is told what is wrong with a row they take away, or with anything before they have
        finished.
        """
        super().full_clean()
        for form in self.forms if self.is_bound else ():
            if self.is_adding or (self.can_delete and self._should_delete_form(form)):
                form._errors = ErrorDict(renderer=form.renderer)
        if self.is_adding:
            self._errors = [form.errors for form in self.forms]
            self._non_form_errors = self.error_class(error_class="nonform", renderer=self.renderer)
