"""Forms for a risk. Field names are the argument names of the verbs."""

from crispy_forms.layout import Fieldset

from registers.dates import with_example_days
from registers.forms.assessments import BAND, JudgementForm
from registers.forms.concurrency import VersionedForm
from registers.forms.fields import PastDateField, PlainTextField, RecordChoiceField
from registers.forms.precedents import PreviewForm
from registers.forms.risk_details import MORE, RiskDetailsForm
from registers.govuk import Helper, MoreDetail
from registers.models import Risk, RiskRevision

NEEDED_ONCE_RATED = "Needed once you select likelihood and impact."
OR_CLEAR = ", or clear the other ratings and assess the risk later"


class RiskForm(RiskDetailsForm):
    """The content of a risk."""

    # A draft needs neither.
    FOR_THE_REGISTER = ("event", "consequence")

    owner = RecordChoiceField(
        None,
        required=False,
        label="Which post owns it?",
        empty_label="Not decided yet",
        help_text="Choose a post, not a person. If it is not on the list, leave this empty. An "
        "administrator adds posts.",
        error_messages={"invalid_choice": "Select a post of this organisation"},
    )

    def __init__(self, data=None, *, register, **options):
        super().__init__(data, **options)
        self.register = register
        self.fields["owner"].queryset = register.organisation.posts.all()

    def ask_as_draft(self):
        for name in self.FOR_THE_REGISTER:
            self.fields[name].required = False

    def clean(self):
        cleaned = super().clean()
        primary = cleaned.get("primary_failure_type")
        if primary and primary in cleaned.get("other_failure_types", ()):
            self.add_error(
                "other_failure_types",
                f"{primary} is already the main type. Clear its box here",
            )
        return cleaned


class LogRiskForm(PreviewForm, JudgementForm, RiskForm):
    """A new risk, with or without ratings.

    By its second button a draft, which needs only a title.
    """

    JUDGEMENT = ("likelihood", "impact", "driver", "rationale")
    condition_in_hint = JUDGEMENT
    # The name of the button that saves it as a draft.
    DRAFT = "draft"
    raised_on = PastDateField(
        required=False,
        subject="the day it was first raised",
        label="When was it first raised?",
        help_text=with_example_days(
            "For a risk from an older register. Leave it empty for today. For example, {past}."
        ),
    )
    helper = Helper(
        Fieldset("The risk", "title", "event", "cause", "consequence"),
        Fieldset(
            "Likelihood and impact, if you can rate them yet",
            "likelihood",
            "impact",
            BAND,
            "driver",
            "rationale",
        ),
        Fieldset("Owner and failure type", "owner", "primary_failure_type"),
        *MORE,
        MoreDetail(
            "More detail: other types, an earlier day, notes",
            "other_failure_types",
            "raised_on",
            "notes",
        ),
    )
    # The preview button is outside the form.
    helper.form_id = "log-a-risk"
    # Errors are listed in this order.
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, register, **options):
        super().__init__(data, register=register, **options)
        self.offer_levels(register.scheme)
        self.is_draft = data is not None and self.DRAFT in data
        if self.is_draft:
            self.ask_as_draft()
        for name in self.JUDGEMENT:
            self.fields[name].required = False
        for name in ("likelihood", "impact"):
            self.fields[name].choices = [*self.fields[name].choices, ("", "Not assessed yet")]
        for name in ("driver", "rationale"):
            self.fields[name].help_text += f" {NEEDED_ONCE_RATED}"

    def clean(self):
        cleaned = super().clean()
        if any(cleaned.get(name) for name in self.JUDGEMENT):
            for name in self.JUDGEMENT:
                if not cleaned.get(name) and name not in self.errors:
                    words = self.fields[name].error_messages["required"]
                    self.add_error(
                        name, words + OR_CLEAR if name in ("likelihood", "impact") else words
                    )
        return cleaned | {"status": Risk.Status.DRAFT if self.is_draft else Risk.Status.OPEN}


class EditRiskForm(VersionedForm, RiskForm):
    step = RiskRevision.Event.EDITED
    reason = PlainTextField(
        label="What changed, and why?",
        subject="What changed",
        required=False,
        rows=2,
        help_text="One sentence for the history.",
        max_length=1000,
    )
    helper = Helper(
        Fieldset("The risk", "title", "event", "cause", "consequence"),
        Fieldset("Owner and failure type", "owner", "primary_failure_type"),
        *MORE,
        MoreDetail("More detail: other types, notes", "other_failure_types", "notes"),
        "reason",
    )
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, risk):
        content = risk.content()
        self.risk, self.before = risk, content
        failure_type = content["primary_failure_type"]
        initial = {
            **content,
            "primary_failure_type": failure_type and failure_type.slug,
            **{name: [row.slug for row in content[name]] for name in risk.MANY},
            "version": risk.version,
        }
        super().__init__(data, register=risk.register, initial=initial)
        if risk.status == risk.Status.DRAFT and self.step == RiskRevision.Event.EDITED:
            self.ask_as_draft()

    def rebase(self, conflict):
        """Fields that this person left unchanged take the other's value; what they typed stays."""
        super().rebase(conflict)
        base = conflict.record.revisions.filter(number=conflict.version).first()
        if base is None:
            return
        initial = type(self)(risk=conflict.record).initial
        self.taken_over = [
            name for name, value in base.content().items() if self._is_unchanged(name, value)
        ]
        for name in self.taken_over:
            self._take_over(name, initial[name])

    def _take_over(self, name, value):
        if isinstance(value, list):
            self.data.setlist(name, value)
            return
        for part in [
            part
            for part in self.data
            if part.startswith(f"{name}_") and part[len(name) + 1 :].isdecimal()
        ]:
            # A day is typed in three parts.
            del self.data[part]
        self.data[name] = "" if value is None else getattr(value, "pk", value)

    def _is_unchanged(self, name, value):
        typed = self.cleaned_data.get(name)
        return name in self.fields and (set(typed) if isinstance(value, set) else typed) == value


class OpenRiskForm(EditRiskForm):
    """A draft that is put on the register: every required field is asked for."""

    step = RiskRevision.Event.LOGGED
    reason = None
    helper = Helper(*[part for part in EditRiskForm.helper.layout if part != "reason"])
