"""Forms for controls. Field names are the argument names of the verbs."""

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField, VersionedForm
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    RecordChoiceField,
    selection_errors,
)
from registers.govuk import GovukRadios, Helper, MoreDetail
from registers.models import Control, Line

NOT_JUDGED = ("", "Not assessed yet")
LINES = [("", "Select a line"), *Line.choices]


def choice(label, missing, choices, *, hints=None, **options):
    """Radios with one error message."""
    widget, errors = GovukRadios(hints=hints or {}), selection_errors(missing)
    return forms.ChoiceField(
        label=label, choices=choices, widget=widget, error_messages=errors, **options
    )


def test_day_field(**options):
    return PastDateField(
        subject="the day of the test",
        help_text=with_example_days("For example, {past}."),
        **options,
    )


def tester_field(**options):
    return forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        choices=LINES,
        label="Who tested it?",
        help_text="Line 1 is management, line 2 is oversight functions, line 3 is internal "
        "audit, line 4 is external.",
        error_messages=selection_errors("Select who tested it"),
        **options,
    )


class RiskRecordForm(forms.Form):
    """A record that belongs to `self.risk`: none is added to a closed risk."""

    def clean(self):
        cleaned = super().clean()
        if self.risk.status == self.risk.Status.CLOSED:
            raise ValidationError(
                f"{self.risk.reference} is closed. Reopen the risk before you change its controls"
            )
        return cleaned


class ControlForm(RiskRecordForm):
    """A new control."""

    title = PlainTextField(
        label="What is the control?",
        one_line=True,
        counted=True,
        subject="The control",
        max_length=200,
        help_text="Something in place now that reduces the risk. For example: the savings board "
        "reviews every saving each month. Record future work as an action.",
        missing="Enter what the control is",
    )
    kind = choice(
        "What type of control is it?", "Select what type of control it is", Control.Kind.choices
    )
    owner = RecordChoiceField(
        None,
        required=False,
        label="Which post is the control owner?",
        empty_label="No owner yet",
        error_messages={"invalid_choice": "Select a post of this organisation"},
    )
    run_by = choice(
        "Who runs it?",
        "Select who runs it",
        Control.RunBy.choices,
        hints={
            Control.RunBy.INTERIM: "Choose this if an interim runs it in a permanent post. The "
            "control may stop when they leave.",
            Control.RunBy.EXTERNAL: "A contractor, another body, commissioners.",
        },
    )
    design = choice(
        "Design: would it work if everybody followed it?",
        "Select whether the design is adequate",
        [*Control.Design.choices, NOT_JUDGED],
        required=False,
    )
    operating = choice(
        "Operating effectiveness: does it work in practice?",
        "Select how effective it is in practice",
        [*Control.Operating.choices, NOT_JUDGED],
        required=False,
        help_text="As you know from using or testing it, not as it is meant to work.",
    )
    last_tested_on = test_day_field(required=False, label="When was it last tested?")
    tested_by_line = tester_field(required=False)
    detail = PlainTextField(
        label="What else do people need to know?",
        subject="The detail",
        required=False,
        rows=4,
        help_text="For example, how often it runs, where it is documented, what it does not cover.",
    )
    token = TokenField()
    helper = Helper(
        Fieldset("The control", "title", "kind"),
        Fieldset("Who owns it and who runs it", "owner", "run_by"),
        Fieldset(
            "Design and operating effectiveness",
            "design",
            "operating",
            "last_tested_on",
            "tested_by_line",
        ),
        MoreDetail("More detail", "detail"),
    )
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, risk, **options):
        initial = {
            "run_by": Control.RunBy.STAFF,
            **options.pop("initial", {}),
        }
        super().__init__(data, initial=initial, **options)
        self.risk = risk
        self.fields["owner"].queryset = risk.register.organisation.posts.all()

    def clean(self):
        cleaned = super().clean()
        day, line = cleaned.get("last_tested_on"), cleaned.get("tested_by_line")
        if line and not day and "last_tested_on" not in self.errors:
            self.add_error("last_tested_on", "Enter the day of the test, or clear who tested it")
        if day and not line and "tested_by_line" not in self.errors:
            self.add_error("tested_by_line", "Select who tested it, or clear the day")
        return cleaned


class EditControlForm(VersionedForm, ControlForm):
    status = choice("Is it in place?", "Select whether it is in place", Control.Status.choices)
    reason = PlainTextField(
        label="What changed, and why?",
        subject="What changed",
        required=False,
        rows=2,
        help_text="One sentence for the history.",
        max_length=1000,
    )
    helper = Helper(*ControlForm.helper.layout.fields, "reason")
    field_order = ("status", *ControlForm.field_order)
    token = None

    def __init__(self, data=None, *, control):
        super().__init__(
            data, risk=control.risk, initial={**control.content(), "version": control.version}
        )
        self.control = control
        # Retiring it asks for a reason and has a page of its own.
        if control.is_in_place:
            del self.fields["status"]
        else:
            self.helper = Helper("status", *EditControlForm.helper.layout.fields)

    def rebase(self, conflict):
        """Fields that this person left unchanged take the other's value; what they typed stays."""
        super().rebase(conflict)
        base = conflict.record.revisions.filter(number=conflict.version).first()
        content = conflict.record.content()
        before = base.content() if base else {}
        self.taken_over = [
            n
            for n in before
            if n in self.fields and self.cleaned_data.get(n) == before[n] != content[n]
        ]
        for name in self.taken_over:
            for part in range(3):
                # The parts of a day.
                self.data.pop(f"{name}_{part}", None)
            self.data[name] = (
                "" if content[name] is None else str(getattr(content[name], "pk", content[name]))
            )


class ControlStepForm(VersionedForm, RiskRecordForm):
    """A step of a control, at the version of the opened page."""

    def __init__(self, data=None, *, control, **initial):
        super().__init__(data, initial={"version": control.version, **initial})
        self.control, self.risk = control, control.risk


class ControlTestForm(ControlStepForm):
    last_tested_on = test_day_field(label="When was it tested?")
    tested_by_line = tester_field()
    operating = choice("What was the result?", "Select the result", Control.Operating.choices)
    reason = PlainTextField(
        label="What was tested, and what was found?",
        subject="What was found",
        rows=3,
        help_text="For example: 20 payments picked at random, all approved by two people. The "
        "history keeps it.",
        missing="Enter what was tested and what was found",
        max_length=1000,
    )
    helper = Helper("last_tested_on", "tested_by_line", "operating", "reason")
    field_order = ("last_tested_on", "tested_by_line", "operating", "reason")

    def __init__(self, data=None, *, control):
        super().__init__(data, control=control, last_tested_on=timezone.localdate())

    def clean_last_tested_on(self):
        day, latest = self.cleaned_data["last_tested_on"], self.control.last_tested_on
        if latest and day < latest:
            raise ValidationError(
                f"A test of {date_format(latest, 'j F Y')} is already recorded. Enter that day or "
                "later"
            )
        return day


class RetireControlForm(ControlStepForm):
    reason = PlainTextField(
        label="Why are you retiring it?",
        subject="The reason",
        rows=3,
        help_text="Also say what replaces it, if anything. The history keeps your reason.",
        missing="Enter why you are retiring the control",
        max_length=1000,
    )
    helper = Helper("reason")
    field_order = ("reason",)
