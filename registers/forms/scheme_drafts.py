"""The forms for a draft of a scoring scheme: copy one, edit it, publish or delete it."""

import dataclasses
from itertools import combinations

from django import forms

from registers.forms.concurrency import TokenField, VersionedForm
from registers.forms.fields import PlainTextField, selection_errors
from registers.govuk import GovukRadios, Helper
from registers.models import NameTaken
from registers.models.scheme_draft import check_name
from registers.scoring import LONGEST, cell_problems

LONGEST_NAME = 60
LONGEST_LABEL = 40  # of a level or a band
LONGEST_GUIDANCE = 300
SIZES = [(4, "4 levels"), (5, "5 levels")]
BANDS = [(number, f"{number} bands") for number in (3, 4, 5)]
NAME_TAKEN = "Your organisation has a scheme or a draft of this name. Enter another name"


def name_field():
    return PlainTextField(
        label="Name of the scheme",
        subject="The name",
        missing="Enter a name for the scheme",
        max_length=LONGEST_NAME,
        one_line=True,
    )


def size_field(label, missing, sizes=SIZES, **options):
    return forms.TypedChoiceField(
        label=label,
        choices=sizes,
        coerce=int,
        widget=GovukRadios(inline=True),
        error_messages=selection_errors(missing),
        **options,
    )


class SchemeCopyForm(forms.Form):
    """The name and size of a copy. Field names are those of SchemeDraft.copy."""

    name = name_field()
    likelihood = size_field("Levels of likelihood", "Select how many levels of likelihood")
    impact = size_field("Levels of impact", "Select how many levels of impact")
    bands = size_field(
        "Bands",
        "Select how many bands",
        BANDS,
        help_text="You name further bands on the next page, and say which ratings are in them.",
    )
    token = TokenField()
    helper = Helper("name", "likelihood", "impact", "bands")

    def __init__(self, data=None, *, source):
        is_own = source.organisation_id is not None
        initial = {
            "name": source.name if is_own else "",
            "likelihood": len(source.likelihood),
            "impact": len(source.impact),
            "bands": len(source.bands),
        }
        super().__init__(data, initial=initial)


class SchemeDraftForm(VersionedForm):
    """All parts of a draft on one page, and what is wrong with each beside it.

    A cell's field is cell_<likelihood>_<impact>; a band's value is its rank.
    """

    def __init__(self, data=None, *, draft):
        self.draft = draft
        super().__init__(data, initial={"version": draft.version, "name": draft.name})
        self.fields["name"] = name_field()
        for part in ("likelihood", "impact"):
            for level in getattr(draft, part):
                self._add_level(part, level)
        for rank, band in enumerate(draft.bands):
            self._add_band(rank, band)
        self.band_choices = [(rank, band["label"]) for rank, band in enumerate(draft.bands)]
        self._add_choice("tolerance", "Tolerance: the highest band that the scheme allows")
        self._add_choice("escalation", "Escalation: the band from which a risk is taken higher")
        for likelihood, impact, rank in self._cells():
            self._add_choice(
                f"cell_{likelihood}_{impact}", f"Likelihood {likelihood}, impact {impact}", rank
            )

    def _add_level(self, part, level):
        value = level["value"]
        place = f"{part} {value}"
        self.fields[f"{part}_{value}_label"] = PlainTextField(
            label=f"Label of {place}",
            subject=f"The label of {place}",
            missing=f"Enter a label for {place}",
            max_length=LONGEST_LABEL,
            one_line=True,
            initial=level["label"],
        )
        self.fields[f"{part}_{value}_guidance"] = PlainTextField(
            label=f"Guidance on {place}",
            subject=f"The guidance on {place}",
            required=False,
            max_length=LONGEST_GUIDANCE,
            rows=2,
            initial=level.get("guidance", ""),
        )

    def _add_band(self, rank, band):
        place = f"band {rank + 1}"
        self.fields[f"band_{rank}_label"] = PlainTextField(
            label=f"Label of {place}",
            subject=f"The label of {place}",
            missing=f"Enter a label for {place}",
            max_length=LONGEST_LABEL,
            one_line=True,
            initial=band["label"],
        )
        days = f"Enter the days until the review of {place}, from 1 to {LONGEST:,}"
        self.fields[f"band_{rank}_days"] = forms.IntegerField(
            label=f"Days until the review of {place}",
            min_value=1,
            max_value=LONGEST,
            initial=band["review_days"],
            widget=forms.NumberInput(attrs={"class": "govuk-input--width-4"}),
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), days),
        )

    def _add_choice(self, name, label, rank=None):
        self.fields[name] = forms.TypedChoiceField(
            label=label,
            choices=self.band_choices,
            coerce=int,
            initial=getattr(self.draft, name) if rank is None else rank,
            error_messages=selection_errors(f"Select a band for {label[:1].lower()}{label[1:]}"),
        )

    def _cells(self):
        """Yield (likelihood, impact, rank), highest likelihood and lowest impact first."""
        for likelihood, row in reversed([*enumerate(self.draft.cells, 1)]):
            for impact, rank in enumerate(row, 1):
                yield likelihood, impact, rank

    def clean_name(self):
        try:
            check_name(
                self.cleaned_data["name"], self.draft.organisation, self.draft.source, self.draft
            )
        except NameTaken as error:
            raise forms.ValidationError(NAME_TAKEN) from error
        return self.cleaned_data["name"]

    def clean(self):
        cleaned = super().clean()
        for part, label in (("likelihood", "likelihood"), ("impact", "impact"), ("band", "band")):
            self._check_labels(part, label)
        if cells := self._typed_cells():
            scheme = dataclasses.replace(self.draft.rules, cells=cells)
            for problem in cell_problems(scheme):
                self.add_error(f"cell_{problem.likelihood}_{problem.impact}", problem.text)
        return cleaned

    def _check_labels(self, part, label):
        names = [name for name in self.fields if name.startswith(f"{part}_")]
        names = [name for name in names if name.endswith("_label") and name in self.cleaned_data]
        for name, other in combinations(names, 2):
            first, second = (self.cleaned_data.get(key, "") for key in (name, other))
            if first and first.casefold() == second.casefold():
                self.add_error(other, f"Enter a label that no other {label} has")

    def _typed_cells(self):
        """The slug of the band of each cell, or None where a cell has none."""
        slugs = [band.slug for band in self.draft.rules.bands]
        names = [
            [f"cell_{likelihood}_{impact}" for impact, _ in enumerate(row, 1)]
            for likelihood, row in enumerate(self.draft.cells, 1)
        ]
        if any(name not in self.cleaned_data for row in names for name in row):
            return None
        return [[slugs[self.cleaned_data[name]] for name in row] for row in names]

    @property
    def content(self):
        """The parts of the draft as they were typed: arguments of SchemeDraft.revise."""
        cleaned = self.cleaned_data
        levels = {
            part: [
                {
                    "value": level["value"],
                    "label": cleaned[f"{part}_{level['value']}_label"],
                    "guidance": cleaned[f"{part}_{level['value']}_guidance"],
                }
                for level in getattr(self.draft, part)
            ]
            for part in ("likelihood", "impact")
        }
        bands = [
            {
                "slug": band["slug"],
                "label": cleaned[f"band_{rank}_label"],
                "review_days": cleaned[f"band_{rank}_days"],
            }
            for rank, band in enumerate(self.draft.bands)
        ]
        cells = [
            [cleaned[f"cell_{likelihood}_{impact}"] for impact, _ in enumerate(row, 1)]
            for likelihood, row in enumerate(self.draft.cells, 1)
        ]
        choices = {name: cleaned[name] for name in ("name", "tolerance", "escalation")}
        return {**choices, **levels, "bands": bands, "cells": cells}

    @property
    def level_tables(self):
        """(heading, part, rows) of likelihood and impact; a row: value, label and guidance."""
        return [
            (heading, part, [self._level_row(part, level["value"]) for level in levels])
            for heading, part, levels in (
                ("Likelihood: how likely is it?", "likelihood", self.draft.likelihood[::-1]),
                ("Impact: how bad would it be?", "impact", self.draft.impact[::-1]),
            )
        ]

    def _level_row(self, part, value):
        return value, self[f"{part}_{value}_label"], self[f"{part}_{value}_guidance"]

    @property
    def band_rows(self):
        """(the Band of the draft, field of its label, field of its days), highest first."""
        return [
            (band, self[f"band_{band.rank}_label"], self[f"band_{band.rank}_days"])
            for band in reversed(self.draft.rules.bands)
        ]

    @property
    def matrix(self):
        """(likelihood level, its cells) of each row, highest first. A cell: impact level, score,
        field.
        """
        rules = self.draft.rules
        return [
            (
                level,
                [
                    (
                        column,
                        level.value * column.value,
                        self[f"cell_{level.value}_{column.value}"],
                    )
                    for column in rules.impact
                ],
            )
            for level in reversed(rules.likelihood)
        ]

    @property
    def cell_errors(self):
        """The fields of cells that have errors, as the matrix shows them."""
        return [field for _, row in self.matrix for *_, field in row if field.errors]

    def rebase(self, conflict):
        """After an EditConflict: compare with what somebody else saved."""
        super().rebase(conflict)
        latest = SchemeDraftForm(draft=conflict.record)
        self.differing = [
            self[name].label
            for name, field in latest.fields.items()
            if name != "version"
            and field.has_changed(latest.get_initial_for_field(field, name), self.data.get(name))
        ]


class SchemeVersionForm(VersionedForm):
    """Publishes or deletes a draft as it was read."""

    def __init__(self, data=None, *, draft):
        super().__init__(data, initial={"version": draft.version})
