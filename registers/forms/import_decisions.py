"""Forms for what a manager decides of a whole import: its day, its lookalikes, to undo it."""

from django import forms

from registers.dates import with_example_days
from registers.forms.fields import PastDateField, PlainTextField, selection_errors
from registers.govuk import Helper
from registers.imports.lookalikes import NEW
from registers.imports.mapping import Plan
from registers.phrases.files import likeness_sentence

LEAVE_OUT = ""
SHOWN = 200  # rows on one page; the others follow once these are decided


def as_at_field():
    return PastDateField(
        subject="the day of the register",
        label="The register as at",
        help_text=with_example_days(
            "Only for a past register, such as the one from last quarter. It then counts "
            "from that day. If you have several, import the oldest first. For example, {past}."
        ),
        required=False,
    )


class ImportAsAtForm(forms.Form):
    as_at = as_at_field()
    helper = Helper("as_at")


class UndoImportForm(forms.Form):
    """version: identifies what the page shows."""

    reason = PlainTextField(
        label="Why are you undoing the import?",
        subject="The reason",
        rows=3,
        help_text="The history of each risk shows your reason. For example, two columns were mixed "
        "up.",
        missing="Enter why you are undoing the import",
    )
    version = forms.CharField(max_length=60, widget=forms.HiddenInput)
    helper = Helper("reason", "version")


class LookalikesForm(forms.Form):
    """For each row that looks like a risk of the register: the same, a new one, or left out.

    decisions: row number -> see decide_lookalikes, of those that were changed. rows: what the page
    shows. total: of all pages.
    """

    def __init__(self, data=None, *, batch, risks):
        """risks: a queryset of those that the reader may see."""
        super().__init__(data)
        self.lookalikes = Plan.from_json(batch.plan).lookalikes
        rows = batch.rows.filter(reads__has_key="likeness").defer("cells")
        rows = sorted(rows, key=lambda row: (row.reads["likeness"]["is_same"] is not None, row.pk))
        self.total = len(rows)
        numbers = {row.reads["likeness"]["number"] for row in rows[:SHOWN]}
        self.risks = {
            risk.number: risk
            for risk in risks.filter(number__in=numbers).select_related("latest", "register")
        }
        self.rows = [self._row(row) for row in rows[:SHOWN]]

    def _row(self, row):
        """Add the field of a row; return what the page shows of it."""
        likeness, values, name = row.reads["likeness"], row.reads["values"], f"row_{row.number}"
        risk = self.risks.get(likeness["number"])
        reference = risk.reference if risk else "a risk that you may not see"
        choices = [
            (str(likeness["number"]), f"The same risk as {reference}"),
            (str(NEW), "A new risk"),
        ]
        is_preset = likeness["is_same"] and str(row.number) not in self.lookalikes
        if not is_preset:
            choices = [(LEAVE_OUT, "Not decided: leave it out"), *choices]
        initial = {None: LEAVE_OUT, True: str(likeness["number"]), False: str(NEW)}
        self.fields[name] = forms.ChoiceField(
            label=f"What is row {row.number}?",
            choices=choices,
            required=False,
            initial=initial[likeness["is_same"]],
            error_messages=selection_errors(f"Select what row {row.number} is"),
        )
        return {
            "row": row,
            "name": name,
            "title": values.get("title", ""),
            "event": values.get("event", ""),
            "risk": risk,
            "percent": likeness["percent"],
            "sentence": likeness_sentence(reference, likeness["percent"], False),
        }

    @property
    def shown_rows(self):
        return [row | {"field": self[row["name"]]} for row in self.rows]

    def clean(self):
        cleaned = super().clean()
        rows_by_risk = {}
        for row in self.rows:
            choice = cleaned.get(row["name"])
            if choice in (None, LEAVE_OUT, str(NEW)):
                continue
            first = rows_by_risk.setdefault(choice, row["row"].number)
            if first != row["row"].number:
                words = f"Select another risk: row {first} is already that risk"
                self.add_error(row["name"], words)
        return cleaned

    @property
    def decisions(self):
        return {
            row["row"].number: int(choice) if (choice := self.cleaned_data[row["name"]]) else None
            for row in self.rows
            if self.cleaned_data[row["name"]] != self.fields[row["name"]].initial
        }
