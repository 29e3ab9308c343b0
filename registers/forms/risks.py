"""What officers type about a risk. Field names are the keyword names of the verbs that take them."""

import uuid

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms.fields import ManyOf, OneOf, Words
from registers.govuk import GovukCheckboxes, GovukDateField, GovukRadios, Helper
from registers.models import AdverseImpact, Assessment, FailureType

LARGEST_VERSION = 2**31 - 1
LOST = "This form has lost track of what it was about: copy what you typed, then open the page again"


class TokenField(forms.UUIDField):
    """What makes the same form, sent twice, one row. Nothing a person types: what cannot be read counts as new."""

    def clean(self, value):
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class RiskForm(forms.Form):
    """What a risk says."""

    title = Words(
        label="Title",
        one_line=True,
        called="The title",
        max_length=200,
        help_text="A few words that a committee member will recognise it by.",
        missing="Enter a title for the risk",
    )
    cause = Words(
        label="Why could it happen?",
        called="The cause",
        required=False,
        rows=4,
        help_text="The cause: what is true today that makes it possible.",
    )
    event = Words(
        label="What could happen?",
        called="What could happen",
        rows=4,
        help_text="The event itself, in one or two sentences.",
        missing="Enter what could happen",
    )
    consequence = Words(
        label="So what?",
        called="The consequence",
        rows=4,
        help_text="The consequence for the people who use the service, then for the organisation.",
        missing="Enter what would follow if it happened",
    )
    primary_failure_type = OneOf(
        FailureType.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="Not decided yet",
        label="Which type of failure is it most like?",
        help_text="Types overlap: choose the one that fits best. It can be decided later.",
        error_messages={"invalid_choice": "Select a type of failure from the list"},
    )
    other_failure_types = ManyOf(
        FailureType.objects.all(),
        to_field_name="slug",
        required=False,
        widget=GovukCheckboxes,
        label="Which other types does it touch?",
        help_text="Select all that apply.",
        error_messages={
            "invalid_choice": "Select types of failure from the list",
            "invalid_list": "Select types of failure from the list",
        },
    )
    owner = OneOf(
        None,
        label="Which post owns it?",
        empty_label="Select a post",
        help_text="Posts outlive the people in them. An administrator adds one that is missing.",
        error_messages={
            "required": "Select the post that owns the risk",
            "invalid_choice": "Select a post of this organisation",
        },
    )

    def __init__(self, data=None, *, register, **options):
        super().__init__(data, **options)
        self.register = register
        self.fields["owner"].queryset = register.organisation.posts.all()

    def clean(self):
        cleaned = super().clean()
        primary = cleaned.get("primary_failure_type")
        if primary and primary in cleaned.get("other_failure_types", ()):
            self.add_error("other_failure_types", f"{primary} is the main type already: take its tick away here")
        return cleaned


class JudgementForm(forms.Form):
    """Ratings by the levels of the register's scheme. Needs `self.register`."""

    likelihood = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        widget=GovukRadios,
        label="How likely is it?",
        error_messages={"required": "Select how likely it is", "invalid_choice": "Select how likely it is"},
    )
    impact = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        widget=GovukRadios,
        label="How bad would it be?",
        error_messages={"required": "Select how bad it would be", "invalid_choice": "Select how bad it would be"},
    )
    driver = OneOf(
        AdverseImpact.objects.all(),
        to_field_name="slug",
        empty_label="Select an impact",
        label="What makes it that bad?",
        help_text="The adverse impact that drives your rating.",
        error_messages={
            "required": "Select what makes it that bad",
            "invalid_choice": "Select what makes it that bad",
        },
    )
    rationale = Words(
        label="Why do you judge it so?",
        called="The reason for your judgement",
        rows=4,
        help_text="What you know, and how you know it. The next person will want to follow your thinking.",
        missing="Enter why you judge it so",
    )
    token = TokenField(required=False, widget=forms.HiddenInput)

    def offer_levels(self, scheme):
        for name in ("likelihood", "impact"):
            levels = getattr(scheme.rules, name)
            self.fields[name].choices = [(level.value, str(level)) for level in levels]
            self.fields[name].widget.hints = {str(level.value): level.guidance for level in levels}


class LogRiskForm(JudgementForm, RiskForm):
    """A new risk, with its first ratings or none yet."""

    JUDGEMENT = ("likelihood", "impact", "driver", "rationale")
    helper = Helper(
        Fieldset("The risk", "title", "event", "cause", "consequence"),
        Fieldset("How likely, how bad, if you can say yet", *JUDGEMENT),
        Fieldset("Who owns it, and what kind of failure it is", "owner", "primary_failure_type", "other_failure_types"),
    )
    field_order = [name for group in helper.layout.fields for name in group.fields]  # errors are listed as asked

    def __init__(self, data=None, *, register, **options):
        super().__init__(data, register=register, **options)
        self.offer_levels(register.scheme)
        self.initial.setdefault("token", uuid.uuid4())
        for name in self.JUDGEMENT:
            self.fields[name].required = False
        for name in ("likelihood", "impact"):
            self.fields[name].choices = [*self.fields[name].choices, ("", "Not judged yet")]

    def clean(self):
        cleaned = super().clean()
        if any(cleaned.get(name) for name in self.JUDGEMENT):
            for name in self.JUDGEMENT:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned


class Versioned(forms.Form):
    """A form about one version of a risk. Saved over a newer one it keeps what was typed and shows what changed."""

    version = forms.IntegerField(min_value=0, max_value=LARGEST_VERSION, widget=forms.HiddenInput)
    conflict = None
    taken_over = ()

    def clean(self):
        cleaned = super().clean()
        if "version" in self.errors:
            del self.errors["version"]
            raise ValidationError(LOST)
        return cleaned

    def rebase(self, conflict):
        """After a Conflict: stand on the latest version, so that saving again is a decision and not an accident."""
        self.conflict = conflict
        self.data = self.data.copy()
        self.data["version"] = conflict.risk.version


class EditRiskForm(Versioned, RiskForm):
    helper = Helper(
        Fieldset("The risk", "title", "event", "cause", "consequence"),
        Fieldset("Who owns it, and what kind of failure it is", "owner", "primary_failure_type", "other_failure_types"),
        "reason",
    )
    field_order = ("title", "event", "cause", "consequence")
    reason = Words(
        label="What changed, and why?",
        called="What changed",
        required=False,
        rows=2,
        help_text="One sentence for the history. You can leave it empty.",
        max_length=1000,
    )

    def __init__(self, data=None, *, risk):
        content = risk.content()
        self.risk = risk
        failure_type = content["primary_failure_type"]
        initial = {
            **content,
            "primary_failure_type": failure_type and failure_type.slug,
            "other_failure_types": [t.slug for t in content["other_failure_types"]],
            "version": risk.version,
        }
        super().__init__(data, register=risk.register, initial=initial)

    def rebase(self, conflict):
        """What this person left as they found it follows the other's change; what they typed stays."""
        super().rebase(conflict)
        opened = conflict.risk.revisions.filter(number=conflict.version).first()
        if opened is None:
            return
        now = EditRiskForm(risk=conflict.risk).initial
        self.taken_over = [name for name, value in opened.content().items() if self._is_as(name, value)]
        for name in self.taken_over:
            if isinstance(now[name], list):
                self.data.setlist(name, now[name])
            else:
                self.data[name] = "" if now[name] is None else getattr(now[name], "pk", now[name])

    def _is_as(self, name, value):
        typed = self.cleaned_data.get(name)
        return name in self.fields and (set(typed) if isinstance(value, set) else typed) == value


class AssessmentForm(Versioned, JudgementForm):
    kind = forms.ChoiceField(
        choices=[
            (Assessment.Kind.CURRENT, "As it stands, with today's controls (current; some say residual)"),
            (Assessment.Kind.INHERENT, "As it would be with no controls (inherent)"),
            (Assessment.Kind.TARGET, "As we want it to be (target)"),
        ],
        widget=GovukRadios,
        label="What are you judging?",
        error_messages={"required": "Select what you are judging", "invalid_choice": "Select what you are judging"},
    )
    effective_on = GovukDateField(
        label="On which day did you judge it?",
        help_text="For example, 27 3 2026.",
        error_messages={
            "required": "Enter the day on which you judged it",
            "invalid": "The day must be a real date, for example 27 3 2026",
        },
    )
    field_order = ("kind", "likelihood", "impact", "driver", "rationale", "effective_on", "version", "token")

    def __init__(self, data=None, *, risk):
        initial = {
            "kind": Assessment.Kind.CURRENT,
            "effective_on": timezone.localdate(),
            "version": risk.version,
            "token": uuid.uuid4(),
        }
        super().__init__(data, initial=initial)
        self.risk = risk
        self.offer_levels(risk.register.scheme)

    def clean_effective_on(self):
        day = self.cleaned_data["effective_on"]
        if day > timezone.localdate():
            raise ValidationError("The day must be today or in the past")
        if day < self.risk.raised_on:
            raise ValidationError(
                f"The day must be {date_format(self.risk.raised_on, 'j F Y')}, when the risk was raised, or later"
            )
        return day
