"""Forms for gathered questions, typed or offered by a page."""

import re

from django import forms
from django.core.exceptions import ValidationError

from registers.forms.concurrency import TokenField
from registers.forms.fields import PlainTextField
from registers.forms.question_subjects import find_subject
from registers.govuk import Helper
from registers.models.question import LIBRARY, LONGEST
from registers.questions.sources import Source

NUMBER = re.compile(r"[0-9]{1,9}")
PATH = re.compile(rf"{LIBRARY}[-\w/]*(#[-\w]+)?", re.ASCII)


class HiddenTextField(PlainTextField):
    """Text that a page carries and nobody types: what cannot be stored is dropped."""

    def clean(self, value):
        try:
            return super().clean(value)
        except ValidationError:
            return ""


def find_risk(register, risks, reference):
    """The one of these risks of a register that has the reference, or its number alone.

    Raises ValidationError.
    """
    prefix, _, number = reference.rpartition("-")
    is_ours = not prefix or prefix.strip().casefold() == register.prefix.casefold()
    is_number = is_ours and NUMBER.fullmatch(number.strip())
    if risk := risks.filter(number=int(number)).first() if is_number else None:
        return risk
    like = register.reference(7)
    raise ValidationError(
        f"Enter the reference of a risk on this register, like {like}, or leave it empty"
    )


def find_risk_across(risks, registers, reference):
    """The one of these risks of several registers that has the whole reference, as CORP-007.

    Raises ValidationError.
    """
    prefix, _, number = (part.strip() for part in reference.rpartition("-"))
    if prefix and NUMBER.fullmatch(number):
        rows = risks.filter(register__in=registers, register__prefix__iexact=prefix)
        if risk := rows.filter(number=int(number)).select_related("register").first():
            return risk
    raise ValidationError("Enter the reference of a risk that you can see, for example CORP-007")


class EditQuestionForm(forms.Form):
    """risks: those of the register that this person may see; any other does not exist for them.

    hidden: the question is about a risk that they may not see any more; it stays as it is and is
    not shown.
    """

    text = PlainTextField(
        label="What do you want to ask?",
        subject="The question",
        rows=3,
        max_length=LONGEST,
        missing="Enter what you want to ask",
    )
    risk = PlainTextField(
        label="Which risk is it about?",
        one_line=True,
        subject="The reference",
        required=False,
        max_length=40,
    )
    helper = Helper("text", "risk")

    def __init__(self, data=None, *, register, risks, question=None, hidden=False, initial=None):
        if question:
            reference = (
                "" if hidden or not question.risk else register.reference(question.risk.number)
            )
            initial = {"text": question.text, "risk": reference}
        super().__init__(data, initial=initial)
        self.register, self.risks = register, risks
        self.fields["risk"].help_text = f"Its reference, for example {register.reference(7)}."
        if hidden:
            del self.fields["risk"]
            self.helper = Helper("text")

    def clean_risk(self):
        """The risk, or None.

        A risk that this reader may not see is answered like one that does not exist.
        """
        reference = self.cleaned_data["risk"]
        return find_risk(self.register, self.risks, reference) if reference else None


class QuestionForm(EditQuestionForm):
    """reader: who gathers the question. source, source_path: where one that a page offered comes
    from. subject: what it is about beside a risk (forms/question_subjects.py).
    """

    source = HiddenTextField(
        subject="The source", required=False, max_length=LONGEST, widget=forms.HiddenInput
    )
    source_path = HiddenTextField(
        subject="The page", required=False, max_length=200, widget=forms.HiddenInput
    )
    subject = forms.CharField(required=False, widget=forms.HiddenInput)
    token = TokenField()

    def __init__(self, data=None, *, reader, **options):
        super().__init__(data, **options)
        self.reader = reader

    def clean_source_path(self):
        path = self.cleaned_data["source_path"]
        return path if PATH.fullmatch(path) else ""

    def clean(self):
        """With the fields of QuestionSubject in place of the name of one."""
        cleaned = super().clean()
        return cleaned | find_subject(self.reader, self.register, cleaned.pop("subject", ""))


class QuestionSourceForm(forms.Form):
    """Of which source the address asks for questions; "" for a few of each.

    about, case, sign: the number of the risk, slug of the case or code of the warning sign from
    whose page somebody comes to keep a question. subject: the indicator or part of a paper. None of
    them has to exist.
    """

    of = forms.ChoiceField(choices=Source.choices, required=False)
    subject = forms.CharField(required=False)
    about = forms.RegexField(rf"^{NUMBER.pattern}\Z", required=False)
    case = forms.SlugField(required=False)
    sign = forms.SlugField(required=False)
