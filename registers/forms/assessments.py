"""Forms for assessments, with logging a risk or later."""

from crispy_forms.layout import HTML
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from registers.dates import with_example_days
from registers.forms.concurrency import RiskStepForm, TokenField
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    RecordChoiceField,
    check_not_before_raised,
    selection_errors,
)
from registers.govuk import GovukRadios, Helper, MoreDetail
from registers.models import (
    AdverseImpact,
    Assessment,
    RiskRevision,
    Tolerances,
    has_supporting_evidence,
)
from registers.phrases.bands import above_in_words

# Which band the two ratings give, before they are saved.
BAND = HTML('{% include "registers/band_of_ratings.html" with form=form only %}')


class JudgementForm(forms.Form):
    """Ratings by the levels of the register's scheme. Needs `self.register`."""

    likelihood = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        widget=GovukRadios,
        label="How likely is it?",
        error_messages=selection_errors("Select how likely it is"),
    )
    impact = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        widget=GovukRadios,
        label="How bad would it be?",
        error_messages=selection_errors("Select how bad it would be"),
    )
    driver = RecordChoiceField(
        AdverseImpact.objects.all(),
        to_field_name="slug",
        empty_label="Select an impact",
        label="Which adverse impact drives your rating?",
        help_text="The main harm behind your impact rating.",
        error_messages=selection_errors("Select the adverse impact that drives your rating"),
    )
    rationale = PlainTextField(
        label="Why did you choose these ratings?",
        subject="The reason for your ratings",
        rows=4,
        help_text="Say what you know and how you know it, so that the next person can follow "
        "your reasoning.",
        missing="Enter why you chose these ratings",
    )
    token = TokenField()
    # The scheme whose levels the page offers.
    scheme_key = forms.Field(required=False, widget=forms.HiddenInput)

    @property
    def above_tolerance(self):
        """Which bands are above what is tolerated today, in words."""
        return above_in_words(Tolerances.of(self.register).on(timezone.localdate()))

    def offer_levels(self, scheme):
        self.scheme = scheme
        self.fields["scheme_key"].initial = scheme.pk
        for name in ("likelihood", "impact"):
            levels = getattr(scheme.rules, name)
            self.fields[name].choices = [(level.value, str(level)) for level in levels]
            self.fields[name].widget.hints = {str(level.value): level.guidance for level in levels}

    def clean(self):
        """Refuse levels of a scheme that was in force when the page was opened; shown anew once."""
        cleaned = super().clean()
        if cleaned.pop("scheme_key", None) not in (None, "", str(self.scheme.pk)):
            self.data = self.data.copy()
            self.data["scheme_key"] = self.scheme.pk
            raise ValidationError(
                f"{self.register} took {self.scheme} after you opened this page: check both ratings"
            )
        return cleaned


def range_end_field(label):
    """An end of a range: a level, or none where the rating itself is the end."""
    return forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=False,
        label=label,
        error_messages={"invalid_choice": "Select a level from the list"},
    )


class RangeForm(RiskStepForm, JudgementForm):
    """An assessment of a risk on the register, with the range the person would still defend."""

    step = RiskRevision.Event.ASSESSED

    ENDS = ("likelihood_low", "likelihood_high", "impact_low", "impact_high")
    RANGE = MoreDetail("More detail: how sure you are", *ENDS)

    likelihood_low = range_end_field("Lowest likelihood you would defend")
    likelihood_high = range_end_field("Highest likelihood you would defend")
    impact_low = range_end_field("Lowest impact you would defend")
    impact_high = range_end_field("Highest impact you would defend")
    effective_on = PastDateField(
        label="When did you assess it?",
        help_text=with_example_days("For example, {past}."),
        error_messages={
            "required": "Enter the day on which you assessed it",
            "invalid": with_example_days("The day must be a real date, for example {past}"),
        },
    )

    def __init__(self, data=None, *, risk, **initial):
        super().__init__(data, risk=risk, effective_on=timezone.localdate(), **initial)
        self.register = risk.register
        self.offer_levels(risk.register.scheme)
        for name in self.ENDS:
            levels = self.fields[name.partition("_")[0]].choices
            self.fields[name].choices = [("", "The same as your rating"), *levels]

    def clean_effective_on(self):
        return check_not_before_raised(self.cleaned_data["effective_on"], self.risk)

    def clean(self):
        cleaned = super().clean()
        for name in self.ENDS:
            rated, _, end = name.partition("_")
            rating, limit = cleaned.get(rated), cleaned.get(name)
            if rating and limit and (limit > rating if end == "low" else limit < rating):
                word, than = ("lowest", "higher") if end == "low" else ("highest", "lower")
                level = dict(self.fields[rated].choices)[rating]
                self.add_error(
                    name, f"The {word} {rated} cannot be {than} than your rating, {level}"
                )
        return cleaned


class AssessmentForm(RangeForm):
    """An assessment of our own."""

    kind = forms.ChoiceField(
        choices=[
            (
                Assessment.Kind.CURRENT,
                "Residual: as it stands now, with the controls there are",
            ),
            (Assessment.Kind.INHERENT, "Inherent: as if there were no controls"),
            (Assessment.Kind.TARGET, "Target: where we want it to be"),
        ],
        widget=GovukRadios,
        label="Which rating are you giving?",
        error_messages=selection_errors("Select which rating you are giving"),
    )
    evidence = PlainTextField(
        label="What has changed since the last assessment, and how do you know?",
        subject="What has changed",
        required=False,
        rows=3,
        help_text="For example, a test of a control, or a figure and its source. Needed only "
        "where a lower rating has no test, assurance or finished action behind it.",
    )
    condition_in_hint = ("evidence",)
    helper = Helper(
        *(
            "kind",
            "likelihood",
            "impact",
            BAND,
            RangeForm.RANGE,
            "driver",
            "rationale",
            "evidence",
            "effective_on",
        )
    )
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, risk):
        super().__init__(data, risk=risk, kind=Assessment.Kind.CURRENT)

    def clean(self):
        cleaned = super().clean()
        if (
            not cleaned.get("evidence")
            and "evidence" not in self.errors
            and (last := self._unsupported_decrease(cleaned))
        ):
            day = date_format(last.effective_on, "j F Y")
            self.add_error(
                "evidence",
                f"No test, assurance or finished action supports a lower rating since {day}. "
                "Enter what has changed",
            )
        return cleaned

    def _unsupported_decrease(self, cleaned):
        """The assessment before this one, if the band decreases without anything to support that.

        The last current one on the day, where nothing was tested, assured or finished in between.
        """
        needed = ("kind", "likelihood", "impact", "effective_on")
        if (
            any(not cleaned.get(name) for name in needed)
            or cleaned["kind"] != Assessment.Kind.CURRENT
        ):
            return None
        day, scheme = cleaned["effective_on"], self.risk.register.scheme
        last = self.risk.assessments.current().as_at(day).filter(scheme=scheme).last()
        band = scheme.rules.place(cleaned["likelihood"], cleaned["impact"]).band
        if (
            last is None
            or band.rank >= last.band_now.rank
            or has_supporting_evidence(self.risk, last.effective_on, day)
        ):
            return None
        return last


class IndependentForm(RangeForm):
    """An assessment from outside: kept beside ours, never in its place.

    perspective: whose view it is, which follows from who rates.
    """

    evidence = PlainTextField(
        label="What is your evidence?",
        subject="Your evidence",
        required=False,
        rows=3,
        help_text="For example, who you asked, what you read and what you saw.",
    )
    helper = Helper(
        *("likelihood", "impact", BAND, RangeForm.RANGE, "driver", "rationale", "evidence"),
        "effective_on",
    )
    field_order = [pointer.name for pointer in helper.layout.get_field_names()]

    def __init__(self, data=None, *, risk, perspective):
        super().__init__(data, risk=risk)
        self.perspective = perspective

    def clean(self):
        kind = Assessment.Kind.CURRENT
        return {**super().clean(), "kind": kind, "perspective": self.perspective}
