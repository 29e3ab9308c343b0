"""The part of a form that says where the table is on its sheet. What is typed there is done."""

from django import forms
from django.core.exceptions import ValidationError

from registers.imports.detect_footer import detect_footer
from registers.imports.detect_table import TableLayout, layout_at
from registers.imports.mapping import Plan
from registers.imports.upload import heading_row_number
from registers.spreadsheet import Sheet

HEADING_ROWS = 10  # at most


def row_field(label, error, **options):
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), error)
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=10**6,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-4"}),
        error_messages=messages,
        **options,
    )


class TableLayoutForm(forms.Form):
    """Rows of headings and of risks, by their numbers in the file.

    Where another row of headings is typed, the first row of risks follows below it unless that is
    typed too.
    """

    heading_row = row_field(
        "Headings: first row", "Enter the number of the row that holds the headings"
    )
    heading_row_last = row_field(
        "Headings: last row", "Enter the number of the last row of headings", required=False
    )
    first_row = row_field("Risks: first row", "Enter the number of the first row of risks")
    last_row = row_field("Risks: last row", "Enter the number of the last row of risks")
    LAYOUT = ("heading_row", "heading_row_last", "first_row", "last_row")

    @property
    def layout_fields(self):
        return [self[name] for name in self.LAYOUT]

    def set_layout(self, sheet: Sheet, plan: Plan, is_headless: bool):
        """Show the layout of the plan."""
        number = None if is_headless else heading_row_number(sheet, plan)
        first, last = plan.headings or (number, number)
        self.fields["heading_row"].required = not is_headless
        end = plan.footer_from or float("inf")
        rows = [row.number for row in sheet.rows if row.number < end]
        self.initial |= {
            "heading_row": first,
            "heading_row_last": last,
            "first_row": plan.first_line,
            "last_row": max(rows, default=plan.first_line),
        }

    def is_typed(self, *names) -> bool:
        """Whether one of the fields holds something else than was shown."""
        return any(self.cleaned_data.get(name) != self.initial[name] for name in names)

    def clean_heading_row_last(self):
        first, last = self.cleaned_data.get("heading_row"), self.cleaned_data["heading_row_last"]
        if (
            first is None
            or last is None
            or (last < first and not self.is_typed("heading_row_last"))
        ):
            return first
        if not first <= last < first + HEADING_ROWS:
            raise ValidationError("Enter the last row of headings: the first one or below it")
        return last

    def clean_first_row(self):
        row, heading = self.cleaned_data["first_row"], self.cleaned_data.get("heading_row_last")
        if heading and row <= heading and self.is_typed("first_row"):
            raise ValidationError("Enter a row below the headings as the first row of risks")
        return row

    def clean_last_row(self):
        row, first = self.cleaned_data["last_row"], self.cleaned_data.get("first_row")
        if first and row < first and self.is_typed("last_row"):
            raise ValidationError("Enter the first row of risks, or one below it, as the last")
        return row

    @property
    def is_other_heading(self):
        return self.is_typed("heading_row", "heading_row_last")

    def table_layout(self, sheet: Sheet) -> TableLayout:
        """The layout as it was typed."""
        first, last = self.cleaned_data["heading_row"], self.cleaned_data["heading_row_last"]
        heads = tuple(range(first, last + 1)) if first else ()
        first_row = self.cleaned_data["first_row"]
        if self.is_other_heading and not self.is_typed("first_row"):
            first_row = None
        layout = layout_at(sheet, heads, first_row, self._footer_from(sheet))
        if layout.footer_from and layout.footer_from <= layout.first_line:
            footer = detect_footer(sheet, layout.first_line, layout.names, heads)
            layout = layout_at(sheet, heads, first_row, footer)
        return layout

    def _footer_from(self, sheet):
        last = self.cleaned_data["last_row"]
        return last + 1 if any(row.number > last for row in sheet.rows) else None
