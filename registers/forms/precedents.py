"""Forms for marking warning signs of a risk, and for a look at suggestions before saving."""

from itertools import groupby

from django import forms
from django.forms.utils import ErrorDict

from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField, RecordChoiceField, selection_errors
from registers.govuk import GovukRadios, Helper
from registers.models import Precedent, WarningSign


class PreviewForm(forms.Form):
    """A form that can also be sent just to see what its words suggest.

    What was typed then stays as it is, is not validated, and cannot be saved.
    """

    @property
    def is_looking(self):
        return self.is_bound and "look" in self.data

    def full_clean(self):
        if self.is_looking:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def is_valid(self):
        return not self.is_looking and super().is_valid()


class MarkForm(forms.Form):
    sign = RecordChoiceField(
        WarningSign.objects.select_related("case").order_by("case__number", "pk"),
        to_field_name="code",
        label="Which warning sign?",
        error_messages={
            "required": "Select a warning sign",
            "invalid_choice": "Select a warning sign from the list",
        },
    )
    mark = forms.ChoiceField(
        choices=Precedent.Mark.choices,
        widget=GovukRadios(small=True, inline=True),
        label="Is it relevant to this risk?",
        error_messages=selection_errors("Select relevant, not relevant or unsure"),
    )
    reason = PlainTextField(
        label="Why?",
        subject="The reason",
        rows=2,
        max_length=1000,
        help_text="One sentence: how this risk is like the warning sign, or unlike it.",
        missing="Enter the reason for your mark",
    )
    token = TokenField()
    helper = Helper("sign", "mark", "reason")

    def __init__(self, data=None, *, code=""):
        """code: of the sign it is shown with; without one the sign is to be chosen."""
        names = f"id_{code}_%s" if code else "id_%s"
        super().__init__(data, auto_id=names, initial={"sign": code})
        self.code = code
        field = self.fields["sign"]
        if code:
            field.widget = forms.HiddenInput()
        else:
            field.choices = [("", "Select a warning sign"), *_by_case(field.queryset)]


def _by_case(signs):
    """The signs as grouped choices, a group for each case."""
    for case, rows in groupby(signs, key=lambda sign: sign.case):
        yield case.short_name, [(sign.code, f"{sign.code}: {sign.title}") for sign in rows]


class MarkForms:
    """All forms of a page: one for each suggested or marked sign, one to choose any other.

    sent: the one that came back, or the last one while nothing was sent.
    """

    def __init__(self, data, *, suggestions, standing):
        marked = {row.mark.sign.code for row in standing}
        self.words = {suggestion.sign.code: suggestion.words for suggestion in suggestions}
        code = data.get("sign", "") if data is not None else ""
        self.sent = MarkForm(data, code=code if code in marked | set(self.words) else "")
        unmarked = [row for row in suggestions if row.sign.code not in marked]
        self.suggested = [(row, self._form_for(row.sign)) for row in unmarked]
        self.standing = [(row, self._form_for(row.mark.sign)) for row in standing]
        self.by_hand = MarkForm() if self.sent.code else self.sent

    def _form_for(self, sign):
        return self.sent if self.sent.code == sign.code else MarkForm(code=sign.code)

    @property
    def verb_arguments(self):
        """The keyword arguments of Risk.mark.

        The words that matched are looked up here, not taken from the page.
        """
        fields = self.sent.cleaned_data
        return fields | {"words": self.words.get(fields["sign"].code, ())}
