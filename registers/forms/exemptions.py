"""Forms for exempting a risk from publication, and for lifting that."""

from django import forms

from registers.forms.concurrency import VersionedForm
from registers.forms.fields import PlainTextField
from registers.govuk import GovukRadios, Helper, RevealingForm, Reveals
from registers.models import RiskRevision

# Local Government Act 1972, Schedule 12A, Part 1 (England), in our own words.
PARAGRAPHS = {
    1: "it is about one person",
    2: "it would tell who a person is",
    3: "it is about somebody's money or business, the council's own too",
    4: "it is about talks with staff or unions over employment",
    5: "it is legal advice or correspondence that could be kept from a court",
    6: "it would tell of a notice, order or direction before it is given",
    7: "it is about how a crime is prevented, looked into or prosecuted",
}
GROUNDS = {
    str(number): f"Schedule 12A paragraph {number}: {words}" for number, words in PARAGRAPHS.items()
}
OTHER = "other"


class ExemptForm(VersionedForm, RevealingForm):
    step = RiskRevision.Event.EXEMPTED
    ground = forms.ChoiceField(
        choices=[
            *((str(n), f"Paragraph {n}: {words}") for n, words in PARAGRAPHS.items()),
            (OTHER, "Another ground"),
        ],
        widget=GovukRadios(
            hints={OTHER: "For a body that Schedule 12A does not cover: an NHS trust, a school."}
        ),
        label="On what ground?",
        help_text="Part 1 of Schedule 12A to the Local Government Act 1972, in our own words.",
        error_messages={
            "required": "Select on what ground it is exempt",
            "invalid_choice": "Select on what ground it is exempt",
        },
    )
    other_ground = PlainTextField(
        label="Which ground?",
        one_line=True,
        subject="The ground",
        max_length=200,
        help_text="The law or rule, and what it protects.",
        missing="Enter the ground on which it is exempt",
    )
    exempt_interest = PlainTextField(
        label="Why does the public interest in keeping it back outweigh that in publishing it?",
        subject="The public interest",
        rows=4,
        help_text="One or two sentences that you could defend. It is not enough that publishing "
        "would embarrass us.",
        missing="Enter why the public interest is in keeping it back",
    )
    exempt_decided_by = PlainTextField(
        label="Who decided it?",
        one_line=True,
        subject="Who decided it",
        max_length=100,
        help_text="A post, for example Monitoring Officer.",
        missing="Enter who decided that it is exempt",
    )
    helper = Helper(
        Reveals("ground", {OTHER: ["other_ground"]}), "exempt_interest", "exempt_decided_by"
    )
    field_order = ("ground", "other_ground", "exempt_interest", "exempt_decided_by")

    def __init__(self, data=None, *, risk):
        initial = {
            "exempt_interest": risk.exempt_interest,
            "exempt_decided_by": risk.exempt_decided_by,
        }
        paragraphs = [number for number, words in GROUNDS.items() if words == risk.exempt_ground]
        if risk.exempt_ground:
            initial |= (
                {"ground": paragraphs[0]}
                if paragraphs
                else {"ground": OTHER, "other_ground": risk.exempt_ground}
            )
        super().__init__(data, initial={**initial, "version": risk.version})
        self.risk = risk

    def clean(self):
        cleaned = super().clean()
        ground, other = cleaned.pop("ground", ""), cleaned.pop("other_ground", "")
        cleaned["exempt_ground"] = other if ground == OTHER else GROUNDS.get(ground, "")
        return cleaned


class LiftExemptionForm(VersionedForm):
    step = RiskRevision.Event.EXEMPTION_LIFTED
    reason = PlainTextField(
        label="Why can it be published now?",
        subject="The reason",
        rows=3,
        help_text="Everybody who reads the register will see the risk, and its history too.",
        missing="Enter why it can be published now",
    )
    helper = Helper("reason")

    def __init__(self, data=None, *, risk):
        super().__init__(data, initial={"version": risk.version})
        self.risk = risk
