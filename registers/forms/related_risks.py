"""The form for the risks that a risk is related to."""

from django.core.exceptions import ValidationError

from registers.forms.concurrency import RiskStepForm
from registers.forms.fields import PlainTextField
from registers.govuk import Helper
from registers.models import RiskRevision
from registers.phrases.numbers import join_names
from registers.risk_fields import BY_NAME
from registers.risk_page.related import references_in, visible_references

MOST = 20
LONGEST = BY_NAME["related_risks"].longest


class RelatedRisksForm(RiskStepForm):
    """registers: of the organisation. risks: those of them that this person may see.

    What the risk names and this person may not see is neither shown nor lost.
    """

    step = RiskRevision.Event.EDITED
    related = PlainTextField(
        label="Which risks is it related to?",
        one_line=True,
        subject="The references",
        required=False,
        max_length=LONGEST,
    )
    helper = Helper("related")

    def __init__(self, data=None, *, risk, registers, risks):
        self._registers, self._risks = registers, risks
        references = references_in(risk.related_risks)
        visible = visible_references(risks, registers, references)
        self._hidden = [row for row in references if row not in visible]
        shown = ", ".join(row for row in references if row in visible)
        super().__init__(data, risk=risk, related=shown)
        self.fields["related"].help_text = (
            f"Their references, separated by commas: for example, {risk.register.reference(7)}, "
            f"{risk.register.reference(12)}. They may be on any register of "
            f"{risk.register.organisation}."
        )

    def clean_related(self):
        typed = references_in(self.cleaned_data["related"])
        if len(typed) > MOST:
            raise ValidationError(f"Enter {MOST} references or fewer")
        visible = visible_references(self._risks, self._registers, typed)
        if unknown := [row for row in typed if row not in visible]:
            raise ValidationError(
                f"Check the reference {join_names(unknown)}: there is no such risk that you can see"
            )
        related = list(dict.fromkeys(visible[row] for row in typed))
        if self.risk.reference in related:
            raise ValidationError(f"Enter other risks than {self.risk.reference} itself")
        return related

    def clean(self):
        cleaned = super().clean()
        related = ", ".join([*cleaned.pop("related", []), *self._hidden])
        if len(related) > LONGEST:
            raise ValidationError("There are too many related risks. Remove some")
        return {**cleaned, "related_risks": related}
