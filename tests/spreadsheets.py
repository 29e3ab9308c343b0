"""Workbooks, CSV files and reference data for import tests, and a check that no cell is lost."""

import csv
import datetime
import io
import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings
from openpyxl import Workbook

from registers.imports import parse_date, parse_rating
from registers.imports.mapping import ReferenceData, data_rows, guess_plan
from registers.imports.row_parser import RowParser
from registers.models import Category, Risk
from registers.scoring import Scheme
from registers.spreadsheet import Sheet, SheetRow

TODAY = datetime.date(2026, 6, 10)
PARTS = ("likelihood", "impact", "bands", "cells", "tolerance", "escalation")
MARKERS = set(
    "cause causes event consequence consequences effect impact risk caused by due to resulting in "
    "leading to because of results result leads lead arising from as a which and".split()
)


@cache
def preset(slug="five-by-five"):
    """A preset scheme, cached: reading the file for a hundred examples takes four seconds."""
    rows = yaml.safe_load(Path(settings.BASE_DIR, "fixtures", "schemes.yaml").read_text())
    fields = next(row["fields"] for row in rows if row["fields"]["slug"] == slug)
    return Scheme.from_data(
        likelihood=fields["likelihood"], **{part: fields[part] for part in PARTS[1:]}
    )


def make_reference_data(
    scheme="five-by-five", posts=("Head of Legal", "Director of Finance"), **other
):
    choices = {
        "category": dict(Category.choices),
        "status": dict(Risk.Status.choices),
        "response": dict(Risk.Response.choices),
        "proximity": dict(Risk.Proximity.choices),
        "told_by": dict(Risk.Teller.choices),
    }
    library = {
        "failure_types": {"financial": "Financial", "policy-and-politics": "Policy and politics"},
        "adverse_impacts": {"disruption": "Disruption", "additional-cost": "Extra cost"},
    }
    return ReferenceData(
        **{
            "scheme": preset(scheme),
            "prefix": "CORP",
            "posts": posts,
            "choices": choices,
            "library": library,
            "today": TODAY,
        }
        | other
    )


def workbook(rows, *, merged=(), title="Register", more=None):
    """The bytes of a workbook. more: other sheets, title -> rows."""
    book = Workbook()
    book.active.title = title
    for name, lines in {title: rows, **(more or {})}.items():
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for row in lines:
            sheet.append([None if cell == "" else cell for cell in row])
    for corners in merged:
        book[title].merge_cells(corners)
    return workbook_bytes(book)


def workbook_bytes(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(rows, delimiter=",", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def sheet_of(*rows, first=1, merged=()):
    width = max(map(len, rows))
    lines = [
        SheetRow(n, (*map(str, row), *[""] * (width - len(row))))
        for n, row in enumerate(rows, first)
        if any(row)
    ]
    return Sheet("Register", tuple(lines), tuple(merged))


def read_row(headings, *cells, plan=None, reference_data=None, **changes):
    """The parsed row under these headings; changes: to the plan guessed from the row."""
    sheet = sheet_of(headings, cells)
    reference_data = reference_data or make_reference_data()
    plan = plan or guess_plan(sheet, reference_data)
    plan.first_line, plan.footer_from = 2, None
    for name, value in changes.items():
        setattr(plan, name, value)
    return RowParser(plan, reference_data).parse(sheet.rows[1])


def read_all(sheet, reference_data, plan=None):
    plan = plan or guess_plan(sheet, reference_data)
    reader = RowParser(plan, reference_data)
    return plan, [reader.parse(line) for line in data_rows(sheet, plan)]


def words_of(text):
    text = unicodedata.normalize("NFC", text)
    return set(re.findall(r"\w+", text.casefold()))


def lost_cells(read, plan):
    """The cells of a row that no destination holds, as (heading, text, targets)."""
    cells = []
    for index, cell in [
        place
        for row in read.sheet_row.source_rows or [read.sheet_row]
        for place in enumerate(row.cells)
    ]:
        if cell.strip():
            name = plan.names[index] if index < len(plan.names) else str(index)
            targets = read.destinations.get(index, [])
            if not targets or not any(
                _has_destination(target, cell.strip(), read) for target in targets
            ):
                cells.append((name, cell, targets))
    return cells


def _has_destination(target, text, read):
    kind, _, part = target.split("@")[0].partition(".")
    if target == "ignore":  # a column of our own files, which the register works out
        return True
    if target == "progress":
        days = " ".join(words for note in read.progress for words in _spellings(note.on))
        return words_of(text) <= words_of(" ".join(n.text for n in read.progress)) | words_of(days)
    if target in ("controls", "actions"):
        texts = [part for control in read.controls for part in control]
        texts += [
            word
            for a in read.actions
            for word in (a.title, a.detail, a.owner, *_spellings(a.due_on))
        ]
        return {w for w in words_of(text) if not w.isdigit()} <= words_of(
            " ".join(texts)
        ) | words_of(_brackets(text))
    if target in ("action_owner", "action_due_on"):
        return any(action.owner or action.due_on for action in read.actions)
    if part:
        ratings = [rating for rating in read.ratings if rating.kind == kind]
        if part == "rationale":
            return any(words_of(text) <= words_of(rating.rationale) for rating in ratings)
        figures = {
            str(n)
            for rating in ratings
            for n in (rating.likelihood, rating.impact, rating.likelihood * rating.impact)
        }
        return bool(ratings) and (
            set(re.findall(r"\d+", text)) <= figures or part in ("on", "driver")
        )
    value = read.values.get(target)
    if isinstance(value, datetime.date):
        span = parse_date.parse_span(text, True, TODAY.year)
        return value in (span.first, span.last)
    if target in (
        "title",
        "cause",
        "event",
        "consequence",
        "notes",
        "objective",
        "definition_of_good",
    ):
        texts = " ".join(
            str(read.values.get(n, "")) for n in ("title", "cause", "event", "consequence", target)
        )
        return words_of(text) - MARKERS <= words_of(texts)
    return bool(value) and (
        not isinstance(value, str) or bool(words_of(text) & words_of(value)) or len(value) < 15
    )


def _spellings(day):
    return (f"{day:%d %m %y %Y %b %B}",) if day else ()


def _brackets(text):
    return " ".join(re.findall(r"\(([^)]*\d[^)]*)\)", text))


def levels(part, *texts, scheme="five-by-five"):
    return [parse_rating.match_level(getattr(preset(scheme), part), text) for text in texts]
