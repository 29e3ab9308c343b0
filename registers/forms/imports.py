"""Forms for importing a workbook: the file, its columns, and the decision to take it in.

Its words: import_values.py.
"""

import hashlib
from dataclasses import replace
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.forms.concurrency import TokenField
from registers.forms.fields import PastDateField, selection_errors
from registers.govuk import GovukRadios, Helper
from registers.import_fields import BY_NAME, IGNORE, NOTE, TARGETS
from registers.import_files import begin_import
from registers.imports.judgement_day import day_of_sheet, has_undated_ratings
from registers.imports.mapping import Plan, allows_several, continuation_rows, data_rows
from registers.imports.serialise import unpack_sheets
from registers.imports.upload import heading_row_number, plan_for_sheet
from registers.models.imports import rows_in_words
from registers.phrases.files import rows_and_others
from registers.spreadsheet import BYTES, CannotRead, column_letter

JOINED = (NOTE, IGNORE)
NAMES_A_RISK = ("title", "statement", "event")
# Rows that a question lists.
ROWS_SHOWN = 3
UNDECIDED = "Select what rows are that do not name a risk of their own"
DAY_FORMATS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y"]


class ImportFileForm(forms.Form):
    """The file. Valid only if it can be read.

    batch: then the import that it began, or the one it is part of.
    """

    file = forms.FileField(
        label="Your workbook",
        help_text="An Excel workbook (.xlsx), a CSV file, or a file that this service wrote "
        "(.json). At most 20 MB and 20,000 rows.",
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.json"}),
        error_messages={"required": "Select a workbook"},
    )
    token = TokenField()
    helper = Helper("file")
    batch = None

    def __init__(self, data=None, files=None, *, register, by):
        super().__init__(data, files)
        self.register, self.by = register, by

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > BYTES:
            raise ValidationError("Select a file of at most 20 MB: this one is larger")
        return file

    def clean(self):
        cleaned = super().clean()
        if file := cleaned.get("file"):
            upload = {"file_name": file.name, "content": file.read(), "token": cleaned["token"]}
            try:
                self.batch = begin_import(self.register, by=self.by, **upload)
            except CannotRead as wrong:
                self.add_error("file", str(wrong))
        return cleaned


class ImportColumnsForm(forms.Form):
    """Which sheet, where its headings are, and what each column is.

    plan: as it was sent.
    """

    sheet = forms.ChoiceField(
        label="Which sheet is the register?", error_messages={"invalid_choice": "Select a sheet"}
    )
    heading_row = forms.IntegerField(
        label="Which row holds the headings?",
        min_value=1,
        max_value=10**6,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-4"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Enter the number of the row that holds the headings",
        ),
    )
    another_scale = forms.BooleanField(
        label="Its numbers are on another scale than ours",
        help_text="Tick if a 3 there does not mean what our level 3 means. Each number is then "
        "asked about.",
        required=False,
    )

    judged_on = PastDateField(
        subject="the day of the ratings",
        label="On which day were its ratings judged?",
        help_text="For ratings that have no day in the file. They count from that day. For "
        "example, 30 6 2026.",
        required=False,
    )
    goes_on = forms.ChoiceField(
        label="What are rows that do not name a risk of their own?",
        choices=[
            ("yes", "More of the risk right above: what they say is added to it"),
            (
                "no",
                "Rows for themselves: those that name no risk, or one that stands twice, are "
                "left out",
            ),
        ],
        required=False,
        widget=GovukRadios,
        error_messages={"invalid_choice": UNDECIDED},
    )

    def __init__(self, data=None, *, batch):
        super().__init__(data)
        self.batch = batch
        self.before = Plan.from_json(batch.plan)
        self.sheets = {sheet.name: sheet for sheet in unpack_sheets(batch.sheets)}
        self.shown = self.sheets[self.before.sheet]
        self.fields["sheet"].choices = [(name, name) for name in self.sheets]
        self.initial = {
            "sheet": self.before.sheet,
            "heading_row": heading_row_number(self.shown, self.before),
            "another_scale": self.before.another_scale,
            "goes_on": {True: "yes", False: "no"}.get(self.before.goes_on),
        }
        self._ask_for_day()
        if len(self.sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()
        self.lines = data_rows(self.shown, replace(self.before, goes_on=False))
        self._ask_about(continuation_rows(self.shown, self.before))
        self.columns = [self._column(place, name) for place, name in enumerate(self.before.names)]

    def _ask_for_day(self):
        """Offer the day that the sheet states above its table, else today."""
        today, before = timezone.localdate(), self.before
        above = [row for row in self.shown.rows if row.number < before.first_line]
        if not has_undated_ratings(before.columns):
            del self.fields["judged_on"]
            return
        day = before.judged_on and date.fromisoformat(before.judged_on)
        stated = day_of_sheet(above, today, before.is_day_first)
        self.initial["judged_on"] = day or stated or today

    def clean_judged_on(self):
        day = self.cleaned_data["judged_on"]
        return day if day != timezone.localdate() else None

    def _ask_about(self, rows):
        """rows: the numbers of those that would continue the risk above."""
        self.going_on = rows
        if rows:
            more = max(0, len(rows) - ROWS_SHOWN)
            rows_text = rows_and_others(rows_in_words(rows[:ROWS_SHOWN]), more)
            self.fields[
                "goes_on"
            ].help_text = f"They leave out its reference and title, or repeat them: {rows_text}."

    def _column(self, place, heading):
        """Add the fields of one column; return what the page shows of it."""
        target, _, on = self.before.columns[place].partition("@")
        at = column_letter(place)
        name_shown = heading if heading == f"Column {at}" else f"{heading} ({at})"
        name = f"column_{place}"
        self.fields[name] = forms.ChoiceField(
            label=f"What is {name_shown}?",
            choices=offered(with_derived=target == IGNORE),
            initial=target,
            error_messages=selection_errors(f"Select what {name_shown} is"),
        )
        column = {
            "heading": heading,
            "letter": at,
            "called": name_shown,
            "name": name,
            "texts": self._texts(place),
        }
        column["is_recognised"] = target not in JOINED
        if "." in target:
            column["day"] = f"on_{place}"
            self.fields[column["day"]] = forms.DateField(
                label=f"Day judged, of {name_shown}",
                required=False,
                initial=on or None,
                input_formats=DAY_FORMATS,
                widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10"}),
                error_messages={
                    "invalid": f"Enter the day {name_shown} was judged like 30/6/2026, or leave "
                    "it empty"
                },
            )
            if on:
                self.fields[column["day"]].initial = "/".join(on.split("-")[::-1])
        return column

    def _texts(self, place):
        """Up to three different texts of the column."""
        texts = {}
        for line in self.lines[:200]:
            if place < len(line.cells) and (text := line.cells[place].strip()):
                texts[text[:80] + ("…" if len(text) > 80 else "")] = None
            if len(texts) == 3:
                break
        return list(texts)

    @property
    def is_headless(self):
        """Whether no row of headings was found: columns are then named by their letters."""
        return all(column["heading"] == column["called"] for column in self.columns)

    @property
    def recognised(self):
        """How many columns are read as more than notes."""
        return sum(column["is_recognised"] for column in self.columns)

    @property
    def shown_columns(self):
        """Each column with its fields."""
        return [
            {**c, "field": self[c["name"]], "day": self[c["day"]] if "day" in c else None}
            for c in self.columns
        ]

    @property
    def is_elsewhere(self):
        """Whether another sheet or row of headings was requested.

        What the columns are is then detected anew.
        """
        requested = (self.cleaned_data.get("sheet"), self.cleaned_data.get("heading_row"))
        return requested != (self.initial["sheet"], self.initial["heading_row"])

    def clean(self):
        cleaned = super().clean()
        if {"sheet", "heading_row"} & set(self.errors):
            return cleaned
        if self.is_elsewhere:
            for name in [name for name in self.errors if name not in ("sheet", "heading_row")]:
                del self.errors[name]
            self._look_elsewhere(cleaned)
        elif not self.errors:
            self._check(cleaned)
        return cleaned

    def _look_elsewhere(self, cleaned):
        row = cleaned["heading_row"] if cleaned["sheet"] == self.before.sheet else None
        try:
            self.plan = plan_for_sheet(self.batch, cleaned["sheet"], row)
        except CannotRead:
            self.add_error(
                "heading_row" if row else "sheet", "Select another: there is no row of risks below"
            )

    def _check(self, cleaned):
        columns = [self._chosen(column, cleaned) for column in self.columns]
        for place, column in enumerate(columns):
            if column in columns[:place] and not allows_several(column):
                first = self.columns[columns.index(column)]["called"]
                label = BY_NAME[column.partition("@")[0]].label
                self.add_error(
                    f"column_{place}", f"Select one column as “{label}”: {first} is that already"
                )
        if not set(columns) & set(NAMES_A_RISK):
            raise ValidationError(
                "Select which column says what the risk is: its title or its description"
            )
        changes = {"columns": columns, "another_scale": cleaned["another_scale"]}
        day = cleaned.get("judged_on")
        changes["judged_on"] = day.isoformat() if day else None
        self.plan = Plan.from_json(vars(self.before) | changes)
        if cleaned["goes_on"]:
            self.plan.goes_on = cleaned["goes_on"] == "yes"
        elif rows := continuation_rows(self.shown, self.plan):
            self._ask_about(rows)
            self.add_error("goes_on", UNDECIDED)

    def _chosen(self, column, cleaned):
        target = cleaned[column["name"]]
        on = cleaned.get(column.get("day"))
        return f"{target}@{on.isoformat()}" if on and "." in target else target


def offered(*, with_derived):
    """The targets in groups, for a select. with_derived: "the register works it out" among them."""
    groups = {}
    for target in TARGETS:
        if target.name == IGNORE and not with_derived:
            continue
        groups.setdefault(target.group, []).append((target.name, target.label))
    return list(groups.items())


def name_of(key, word):
    """The name of the field for one word: the same as long as the word is."""
    return f"{key.replace('.', '-')}_{hashlib.sha256(word.encode()).hexdigest()[:12]}"


class ImportStepForm(forms.Form):
    """The decision to take in what was shown.

    seen: identifies what the page shows, as the file may have been read anew meanwhile.
    """

    seen = forms.CharField(max_length=60, widget=forms.HiddenInput)
    helper = Helper("seen")
