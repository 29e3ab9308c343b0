"""The forms for papers: begin, edit a paragraph, draft again, clear, finalise and publish."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from registers.forms.concurrency import LARGEST_VERSION, LOST, TokenField
from registers.forms.fields import (
    PastDateField,
    PlainTextField,
    RecordChoiceField,
    RecordMultipleChoiceField,
    selection_errors,
)
from registers.govuk import (
    GovukCheckboxes,
    GovukRadios,
    Helper,
    MoreDetail,
    RevealingForm,
    Reveals,
)
from registers.models import CaseStudy, ClearanceKind, PaperKind, PaperTemplate
from registers.models.paper import LONGEST_TEXT, LONGEST_TITLE
from registers.models.paper_publication import LONGEST_REASON
from registers.papers.checks import named_exempt_risks
from registers.papers.edits import EXEMPT
from registers.papers.position import paper_days

OTHER = "other"
FILES, ADDRESS = "files", "address"
READ_AGAIN = "Confirm that you have read the edited paragraphs"


def template_field():
    """The choice of a Word template. A form sets its records."""
    return RecordChoiceField(
        PaperTemplate.objects.none(),
        label="Which Word template?",
        empty_label="The usual shape",
        required=False,
        help_text="It shapes the Word file alone. The page and the PDF have the usual shape.",
        error_messages=selection_errors("Select a template in use"),
    )


def _templates(organisation):
    return organisation.paper_templates.in_use().defer("content")


def refuse_exempt(text, exempt_risks, advice="Leave it out"):
    """The text, which the public reads. Raises ValidationError where it names an exempt risk."""
    if names := named_exempt_risks([text], exempt_risks):
        raise ValidationError(
            f"The public reads this part, and {', '.join(names)} is exempt. {advice}"
        )
    return text


class NewPaperForm(forms.Form):
    """register: that the paper reports. further_registers: those that it can cover besides.

    exempt_risks: that its title may not name.
    """

    meeting = RecordChoiceField(
        None,
        label="For which meeting?",
        empty_label="Select a meeting",
        error_messages=selection_errors("Select a meeting"),
    )
    kind = forms.ChoiceField(
        label="What kind of paper?",
        choices=PaperKind,
        widget=GovukRadios(
            hints={
                PaperKind.RISK: "The register in plain sentences: what moved, what is above "
                "tolerance, what is stuck or late.",
                PaperKind.LEARNING: "How other public bodies failed, and what it means here.",
                PaperKind.SUMMARY: "Two to three pages for the management team or cabinet: what "
                "moved, what is above tolerance or late, and the decisions asked for.",
                PaperKind.GOVERNANCE: "What was above tolerance at the end of the last financial "
                "year, what was done about it in that year, and what remains.",
            }
        ),
        error_messages=selection_errors("Select what kind of paper it is"),
    )
    cases = forms.MultipleChoiceField(
        label="Which cases does it tell of?",
        required=False,
        widget=GovukCheckboxes,
        error_messages={"invalid_choice": "Select cases of the library"},
    )
    further_registers = RecordMultipleChoiceField(
        None,
        label="Which further registers does it cover?",
        required=False,
        widget=GovukCheckboxes,
        help_text="A risk paper has a chapter for each, in the position of the same day.",
        error_messages={"invalid_choice": "Select registers of your organisation"},
    )
    title = PlainTextField(
        label="Subject of the report",
        subject="The subject",
        missing="Enter the subject of the report",
        max_length=LONGEST_TITLE,
        one_line=True,
        help_text="The public reads it. For example, Risk register, third quarter.",
    )
    officer = RecordChoiceField(
        None,
        label="Whose report is it?",
        empty_label="Select a post",
        error_messages=selection_errors("Select whose report it is"),
    )
    contact = PlainTextField(
        label="Officer contact",
        subject="The contact",
        required=False,
        max_length=LONGEST_TITLE,
        one_line=True,
        help_text="Who answers questions about the paper. The public reads it.",
    )
    template = template_field()
    token = TokenField()
    helper = Helper(
        *("meeting", "kind"),
        MoreDetail("Cases of a learning paper", "cases"),
        MoreDetail("Several registers in one risk paper", "further_registers"),
        *("title", "officer", "contact", "template"),
    )

    def __init__(self, data=None, *, register, further_registers, exempt_risks):
        super().__init__(data)
        self.register, self.exempt_risks = register, exempt_risks
        self.fields["further_registers"].queryset = further_registers
        meetings = register.meetings.not_cancelled().filter(on__gte=timezone.localdate())
        self.fields["meeting"].queryset = meetings.select_related("body__organisation")
        self.fields["template"].queryset = _templates(register.organisation)
        self.fields["officer"].queryset = register.organisation.posts.order_by("title")
        cases = CaseStudy.objects.order_by("number").values_list("slug", "name")
        self.fields["cases"].choices = list(cases)

    def clean_title(self):
        return refuse_exempt(self.cleaned_data["title"], self.exempt_risks)

    def clean_contact(self):
        return refuse_exempt(self.cleaned_data["contact"], self.exempt_risks)

    def clean(self):
        cleaned = super().clean()
        is_learning = cleaned.get("kind") == PaperKind.LEARNING
        if is_learning and not cleaned.get("cases") and "cases" not in self.errors:
            self.add_error("cases", "Select at least one case")
        return cleaned

    @property
    def arguments(self):
        """Of Paper.begin, but for the register and the person."""
        values = dict(self.cleaned_data)
        kind = values["kind"]
        day, since = paper_days(values["meeting"], self.register, kind=kind)
        cases, further = values.pop("cases"), values.pop("further_registers")
        choices = {
            "case_slugs": cases if kind == PaperKind.LEARNING else [],
            "further_registers": [row.pk for row in further] if kind == PaperKind.RISK else [],
        }
        return {**values, **choices, "day": day, "since": since}


class PaperStepForm(forms.Form):
    """A step of a paper, of the text that its page shows. version: of that text."""

    text_version = forms.IntegerField(
        min_value=1, max_value=LARGEST_VERSION, widget=forms.HiddenInput
    )
    token = TokenField()

    def __init__(self, data=None, *, version, **initial):
        super().__init__(data, initial={"text_version": version, **initial})
        self.text_version = version

    def clean(self):
        cleaned = super().clean()
        if "text_version" in self.errors:
            del self.errors["text_version"]
            raise ValidationError(LOST)
        return cleaned

    @property
    def arguments(self):
        values = dict(self.cleaned_data)
        version = values.pop("text_version")
        return {**values, "version": version}


class PaperTextForm(PaperStepForm):
    """Other words for a paragraph. part: of the paper; exempt_risks: that Part A may not name."""

    wording = PlainTextField(
        label="Your words",
        subject="The paragraph",
        required=False,
        rows=8,
        max_length=LONGEST_TEXT,
        help_text="Leave it empty to go back to the drafted words.",
    )
    helper = Helper("wording")

    def __init__(self, data=None, *, part, exempt_risks, **options):
        super().__init__(data, **options)
        self.part, self.exempt_risks = part, exempt_risks

    def clean_wording(self):
        wording = self.cleaned_data["wording"]
        if self.part == EXEMPT:
            return wording
        return refuse_exempt(wording, self.exempt_risks, "Leave it out, or write it in Part B")


class PaperRefreshForm(PaperStepForm):
    """exempt_since: the risks that became exempt since the draft."""

    template = template_field()
    is_read = forms.BooleanField(
        label="I have read every edited paragraph. None tells of a risk that is exempt now.",
        required=False,
    )
    helper = Helper("template", "is_read")

    def __init__(self, data=None, *, exempt_since, organisation, **options):
        super().__init__(data, **options)
        self.fields["template"].queryset = _templates(organisation)
        if exempt_since:
            self.fields["is_read"].required = True
            self.fields["is_read"].error_messages["required"] = READ_AGAIN
        else:
            del self.fields["is_read"]
            self.helper = Helper("template")

    @property
    def arguments(self):
        return {name: value for name, value in super().arguments.items() if name != "is_read"}


class ClearForm(PaperStepForm):
    """kinds: the clearances that the person may give or record."""

    kind = forms.ChoiceField(
        label="Which clearance?",
        widget=GovukRadios,
        error_messages=selection_errors("Select which clearance it is"),
    )
    cleared_by = PlainTextField(
        label="Who cleared the paper?",
        subject="The name",
        missing="Enter who cleared the paper",
        max_length=LONGEST_TITLE,
        one_line=True,
        help_text="The post, for example Director of Finance.",
    )
    note = PlainTextField(
        label="Comments",
        subject="The comments",
        required=False,
        rows=3,
        max_length=LONGEST_REASON,
        help_text="Those who read the draft can read them.",
    )
    helper = Helper("kind", "cleared_by", "note")

    def __init__(self, data=None, *, kinds, **options):
        super().__init__(data, **options)
        self.fields["kind"].choices = [(kind, kind.label) for kind in kinds]


class ConsultForm(PaperStepForm):
    """What the lead member said."""

    member = PlainTextField(
        label="Who is the lead member?",
        subject="The post",
        missing="Enter the post of the lead member",
        max_length=LONGEST_TITLE,
        one_line=True,
        help_text="The post, for example Cabinet Member for Finance.",
    )
    effective_on = PastDateField(
        label="When were they consulted?", subject="the day on which they were consulted"
    )
    response = PlainTextField(
        label="What did they say?",
        subject="The response",
        required=False,
        rows=3,
        max_length=LONGEST_REASON,
        help_text="Those who read the draft can read it. Say nothing that is exempt.",
    )
    helper = Helper("member", "effective_on", "response")


class FinaliseForm(PaperStepForm):
    """statute: by which a part is exempt, where the paper has a Part B; else None."""

    condition_in_hint = ("ground", "other_ground", "interest", "opinion_by")
    ground = forms.MultipleChoiceField(
        label="On which ground is Part B not for publication?",
        required=False,
        widget=GovukCheckboxes,
        help_text="In the words of the statute. Select one, or enter it below.",
        error_messages={"invalid_choice": "Select a ground of the statute"},
    )
    other_ground = PlainTextField(
        label="Another ground",
        subject="The ground",
        required=False,
        rows=3,
        max_length=LONGEST_REASON,
        help_text="Copy the words of the statute or rule that your organisation meets by.",
    )
    interest = PlainTextField(
        label="Why does keeping it back serve the public more?",
        subject="The reason",
        required=False,
        rows=4,
        max_length=LONGEST_REASON,
        help_text="The public reads it: say nothing that is exempt. Not asked of confidential "
        "information.",
    )
    opinion_by = PlainTextField(
        label="Whose opinion is it?",
        subject="The proper officer",
        required=False,
        max_length=LONGEST_TITLE,
        one_line=True,
        help_text="The post of the proper officer, for example Monitoring Officer.",
    )
    helper = Helper("ground", "other_ground", "interest", "opinion_by")

    def __init__(self, data=None, *, statute, **options):
        super().__init__(data, **options)
        self.statute = statute
        if statute is None:
            for name in ("ground", "other_ground", "interest", "opinion_by"):
                del self.fields[name]
            self.helper = Helper()
            return
        if statute.schedule:
            words = f"Copy the words of {statute.schedule}, if it has one that is not listed."
            self.fields["other_ground"].help_text = words
        self.fields["ground"].choices = [*(statute.grounds | statute.confidential).items()]
        if not self.fields["ground"].choices:
            del self.fields["ground"]
            self.helper = Helper("other_ground", "interest", "opinion_by")

    @property
    def is_confidential(self):
        """Whether every ground is that the information is confidential."""
        grounds = self.cleaned_data.get("ground")
        is_other = self.cleaned_data.get("other_ground")
        return bool(grounds) and not is_other and {*grounds} <= {*self.statute.confidential}

    def clean(self):
        cleaned = super().clean()
        if self.statute is None:
            return cleaned
        if not cleaned.get("ground") and not cleaned.get("other_ground"):
            field = "ground" if "ground" in self.fields else "other_ground"
            self._require(field, "Select or enter the ground")
        if not cleaned.get("interest") and not self.is_confidential:
            self._require("interest", "Enter why keeping it back serves the public more")
        if not cleaned.get("opinion_by"):
            self._require("opinion_by", "Enter whose opinion it is")
        return cleaned

    def _require(self, name, message):
        if name not in self.errors:
            self.add_error(name, message)

    @property
    def final_values(self):
        """The fields of a FinalPaper that say why a Part B is exempt; none without one."""
        if self.statute is None:
            return {}
        values = self.cleaned_data
        words = self.statute.grounds | self.statute.confidential
        grounds = [words[key] for key in values.get("ground", ())]
        if values["other_ground"]:
            grounds.append(values["other_ground"])
        return {
            "grounds": grounds,
            "is_confidential": self.is_confidential,
            "interest": "" if self.is_confidential else values["interest"],
            "opinion_by": values["opinion_by"],
        }


class PublishForm(RevealingForm):
    method = forms.ChoiceField(
        label="How do you publish it?",
        choices=[
            (FILES, "Publish it here"),
            (ADDRESS, "Record the address where it is published"),
        ],
        widget=GovukRadios(
            hints={FILES: "Everybody in the organisation can read it. Its files never change."}
        ),
        error_messages=selection_errors("Select how you publish it"),
    )
    address = forms.URLField(
        label="Address of the paper",
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        error_messages={
            "invalid": "Enter the address of the paper, for example https://example.org/paper",
            "max_length": "The address is too long",
        },
    )
    token = TokenField()
    helper = Helper(Reveals("method", {ADDRESS: ["address"]}))

    @property
    def publication(self):
        """The arguments of FinalPaper.publish, but for files."""
        return {name: self.cleaned_data[name] for name in ("address", "token")}

    def __init__(self, data=None):
        super().__init__(data)
        words = self.fields["address"].error_messages["invalid"]
        self.fields["address"].validators.append(URLValidator(["http", "https"], message=words))

    def clean(self):
        cleaned = super().clean()
        is_address = cleaned.get("method") == ADDRESS
        if is_address and not cleaned.get("address") and "address" not in self.errors:
            self.add_error("address", self.fields["address"].error_messages["invalid"])
        return cleaned


class ClearanceRuleForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label="Which clearances does a paper need?",
        choices=ClearanceKind,
        required=False,
        widget=GovukCheckboxes,
        help_text="Before it can be finalised. The lead member is consulted outside this list, and "
        "cannot withhold a paper.",
        error_messages={"invalid_choice": "Select clearances of the list"},
    )
    token = TokenField()
    helper = Helper("kinds")
