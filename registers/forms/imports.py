"""Forms for importing a workbook: the file, its columns, and the decision to import it.

Its words: import_values.py.
"""

import hashlib
from dataclasses import replace
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from registers.dates import with_example_days
from registers.forms.concurrency import TokenField
from registers.forms.fields import PastDateField, PlainTextField, selection_errors
from registers.forms.import_decisions import as_at_field
from registers.forms.table_layout import TableLayoutForm
from registers.govuk import GovukRadios, Helper
from registers.import_fields import BY_NAME, IGNORE, NOTE, TARGETS
from registers.import_files import begin_import
from registers.imports import read_pasted
from registers.imports.account_rows import account_rows
from registers.imports.judgement_day import day_of_sheet, has_undated_ratings
from registers.imports.mapping import (
    Plan,
    add_section_column,
    allows_several,
    continuation_rows,
    data_rows,
    own_names,
    undivided_statements,
)
from registers.imports.row_roles import NAMING
from registers.imports.scales import highest_of_shorter_scale
from registers.imports.serialise import unpack_sheets
from registers.imports.sheet_rows import list_rows
from registers.imports.staging import set_as_at
from registers.imports.upload import guess_columns
from registers.models.imports import rows_in_words
from registers.phrases.files import rows_and_others
from registers.spreadsheet import BYTES, CannotRead, column_letter

NEITHER = "Select a workbook or a document, or paste a table"
BOTH = "Select a file or paste a table, not both: clear the box, or remove the file"
PASTED = 1_000_000  # characters
JOINED = (NOTE, IGNORE)
# Rows that a question lists.
ROWS_SHOWN = 3
WHERE_TO = "Select where to put a text that holds both the risk and its effects"
UNDECIDED = "Select what to do with rows that do not name a risk"
DAY_FORMATS = ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y"]


class PastedTableField(PlainTextField):
    """A table as text; without a count of its characters, which nobody types."""

    def __init__(self, **options):
        super().__init__(subject="The table", rows=5, strip=False, max_length=None, **options)

    def _is_short_enough(self, value):
        if len(value) > PASTED:
            raise ValidationError(
                f"The table must be {PASTED:,} characters or fewer. It has {len(value):,}. Save it "
                "as a file and upload that"
            )


class ImportFileForm(forms.Form):
    """The file, or a table that was pasted. Valid only if it can be read.

    batch: then the import that it began, or the one it is part of.
    """

    file = forms.FileField(
        label="Your workbook or document",
        help_text="An Excel workbook (.xlsx), a LibreOffice workbook (.ods), a Word document with "
        "tables (.docx), a CSV file, or a file exported from this service (.json). The limit is "
        "20 MB and 20,000 rows.",
        max_length=200,
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.docx,.csv,.json"}),
    )
    pasted = PastedTableField(
        label="Or paste a table",
        help_text="Copy it with its headings from Word, a workbook, a web page or a PDF.",
        required=False,
    )
    as_at = as_at_field()
    token = TokenField()
    condition_in_hint = ("file", "pasted")
    helper = Helper("file", "pasted", "as_at")
    batch = None

    def __init__(self, data=None, files=None, *, register, by):
        super().__init__(data, files)
        self.register, self.by = register, by

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > BYTES:
            raise ValidationError("Select a file of 20 MB or less: this one is larger")
        return file

    def clean(self):
        cleaned = super().clean()
        file, pasted = cleaned.get("file"), cleaned.get("pasted", "").strip()
        if self.errors:
            return cleaned
        if bool(file) == bool(pasted):
            self.add_error("file", BOTH if file else NEITHER)
        elif file:
            self._begin("file", file.name, file.read())
        else:
            self._begin("pasted", read_pasted.NAME, cleaned["pasted"].encode())
        return cleaned

    def _begin(self, name, file_name, content):
        upload = {"file_name": file_name, "content": content, "token": self.cleaned_data["token"]}
        try:
            self.batch = begin_import(self.register, by=self.by, **upload)
            if self.cleaned_data.get("as_at"):
                set_as_at(self.batch, self.cleaned_data["as_at"])
        except CannotRead as wrong:
            self.add_error(name, str(wrong))


class ImportColumnsForm(TableLayoutForm):
    """Which sheet, where its table is, and what each column is.

    plan: as it was sent.
    """

    sheet = forms.ChoiceField(
        label="Which sheet is the register?", error_messages={"invalid_choice": "Select a sheet"}
    )
    another_scale = forms.BooleanField(
        label="The file rates risks on a different scale",
        help_text="Select this if a 3 in the file does not mean level 3 on this register. We then "
        "ask you what each number means.",
        required=False,
    )

    judged_on = PastDateField(
        subject="the day of the ratings",
        label="When were the risks assessed?",
        help_text=with_example_days(
            "Ratings without a date in the file count from this day. For example, {past}."
        ),
        required=False,
    )
    statement_goes_to = forms.ChoiceField(
        label="Where do you want to put a text that holds both the risk and its effects?",
        choices=[
            ("event", "In the event (what could happen)"),
            ("consequence", "In the consequence (what it would lead to)"),
            ("notes", "In the notes"),
        ],
        required=False,
        widget=GovukRadios,
        error_messages={"invalid_choice": WHERE_TO},
    )
    goes_on = forms.ChoiceField(
        label="What should we do with rows that do not name a risk?",
        choices=[
            ("yes", "Add them to the risk right above"),
            ("no", "Read each row alone, and leave out rows that name no risk or repeat one"),
        ],
        required=False,
        widget=GovukRadios,
        error_messages={"invalid_choice": UNDECIDED},
    )

    condition_in_hint = ("statement_goes_to", "goes_on")

    def __init__(self, data=None, *, batch):
        super().__init__(data)
        self.batch = batch
        self.before = Plan.from_json(batch.plan)
        self.sheets = {sheet.name: sheet for sheet in unpack_sheets(batch.sheets)}
        self.shown = self.sheets[self.before.sheet]
        self.fields["sheet"].choices = [(name, name) for name in self.sheets]
        self.initial = {
            "sheet": self.before.sheet,
            "another_scale": self.before.another_scale,
            "statement_goes_to": self.before.statement_goes_to,
            "goes_on": {True: "yes", False: "no"}.get(self.before.goes_on),
        }
        self._ask_for_day()
        self.set_layout(self.shown, self.before, self.is_headless)
        if len(self.sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()
        self.lines = data_rows(self.shown, replace(self.before, goes_on=False))
        self._ask_about(continuation_rows(self.shown, self.before))
        self._hint_at_scale()
        self._ask_where_to(undivided_statements(self.shown, self.before))
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
        self.initial["judged_on"] = day or self.batch.as_at or stated or today

    def clean_judged_on(self):
        day = self.cleaned_data["judged_on"]
        return day if day != timezone.localdate() else None

    def _ask_about(self, rows):
        """rows: the numbers of those that would continue the risk above."""
        self.going_on = rows
        if rows:
            self.fields[
                "goes_on"
            ].help_text = (
                f"They have no reference and title, or repeat those above: {_first(rows)}."
            )

    def _hint_at_scale(self):
        scheme = self.batch.register.scheme.rules
        if most := highest_of_shorter_scale(self.before.columns, self.lines, scheme):
            self.fields["another_scale"].help_text += (
                f" No likelihood or impact in the file is above {most}. Select this if its scale "
                "ends there."
            )

    def _ask_where_to(self, rows):
        """rows: the numbers of those whose risk and effects could not be told apart."""
        self.undivided = rows
        if rows:
            self.fields["statement_goes_to"].help_text = (
                "We split a text where words such as “leading to” show where the effects begin. "
                f"We found no such words in {_first(rows)}."
            )

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
                label=f"Date assessed, of {name_shown}",
                required=False,
                initial=on or None,
                input_formats=DAY_FORMATS,
                widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10"}),
                error_messages={
                    "invalid": f"Enter the date assessed of {name_shown} like 30/6/2026, or leave "
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
        names = enumerate(own_names(self.before))
        return all(name == f"Column {column_letter(place)}" for place, name in names)

    @property
    def recognised(self):
        """How many columns are read as more than notes."""
        return sum(column["is_recognised"] for column in self.columns)

    @property
    def other_rows(self):
        """(what they are, which) of the rows that are not read as risks."""
        return list_rows(account_rows(self.shown, self.before))

    @property
    def decisions(self):
        """How many decisions are left: columns that are only notes, and what further rows are."""
        return len(self.columns) - self.recognised + bool(self.going_on) + bool(self.undivided)

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

        What the columns are is then detected again.
        """
        return self.is_typed("sheet") or self.is_other_heading

    def clean(self):
        cleaned = super().clean()
        if {"sheet", *self.LAYOUT} & set(self.errors):
            return cleaned
        if self.is_elsewhere:
            for name in list(self.errors):
                del self.errors[name]
            self._look_elsewhere(cleaned)
        elif not self.errors:
            self._check(cleaned)
        return cleaned

    def _look_elsewhere(self, cleaned):
        is_same = cleaned["sheet"] == self.before.sheet
        sheet = self.sheets[cleaned["sheet"]]
        layout = self.table_layout(sheet) if is_same else None
        try:
            sheets = list(self.sheets.values())
            self.plan = guess_columns(sheet, self.batch.register, sheets, layout)
        except CannotRead:
            self.add_error(
                "heading_row" if is_same else "sheet",
                "Select a different row or sheet: there are no risks below this one",
            )
            return
        if is_same:
            self.plan.roles = self.before.roles

    def _check(self, cleaned):
        columns = [self._chosen(column, cleaned) for column in self.columns]
        for place, column in enumerate(columns):
            if column in columns[:place] and not allows_several(column):
                first = self.columns[columns.index(column)]["called"]
                label = BY_NAME[column.partition("@")[0]].term
                self.add_error(
                    f"column_{place}",
                    f"Select something else: {first} is already “{label}”",
                )
        if not set(columns) & set(NAMING):
            raise ValidationError(
                "Select which column holds the title or the description of the risk"
            )
        changes = {"columns": columns, "another_scale": cleaned["another_scale"]}
        day = cleaned.get("judged_on")
        changes["judged_on"] = day.isoformat() if day else None
        if self.is_typed(*self.LAYOUT):
            layout = self.table_layout(self.shown)
            changes |= {"first_line": layout.first_line, "footer_from": layout.footer_from}
        self.plan = Plan.from_json(vars(self.before) | changes)
        add_section_column(self.plan, self.shown)
        if not data_rows(self.shown, self.plan):
            self.add_error("first_row", "Enter different rows: none of these holds a risk")
            return
        if cleaned["goes_on"]:
            self.plan.goes_on = cleaned["goes_on"] == "yes"
        elif rows := continuation_rows(self.shown, self.plan):
            self._ask_about(rows)
            self.add_error("goes_on", UNDECIDED)
        self.plan.statement_goes_to = cleaned["statement_goes_to"] or None
        if not self.plan.statement_goes_to and (
            rows := undivided_statements(self.shown, self.plan)
        ):
            self._ask_where_to(rows)
            self.add_error("statement_goes_to", WHERE_TO)

    def _chosen(self, column, cleaned):
        target = cleaned[column["name"]]
        on = cleaned.get(column.get("day"))
        return f"{target}@{on.isoformat()}" if on and "." in target else target


def _first(rows):
    """The first few of these rows in words, and how many more there are."""
    more = max(0, len(rows) - ROWS_SHOWN)
    return rows_and_others(rows_in_words(rows[:ROWS_SHOWN]), more)


def offered(*, with_derived):
    """The targets in groups, for a select. with_derived: "the register works it out" among them."""
    groups = {}
    for target in TARGETS:
        if target.name == IGNORE and not with_derived:
            continue
        groups.setdefault(target.group, []).append((target.name, target.term))
    return list(groups.items())


def name_of(key, word):
    """The name of the field for one word: the same as long as the word is."""
    return f"{key.replace('.', '-')}_{hashlib.sha256(word.encode()).hexdigest()[:12]}"


class ImportStepForm(forms.Form):
    """The decision to import what was shown.

    seen: identifies what the page shows, as the file may have been read again meanwhile.
    """

    seen = forms.CharField(max_length=60, widget=forms.HiddenInput)
    helper = Helper("seen")
