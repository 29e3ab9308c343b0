"""Made-up workbooks as bytes, and the steps that take one through the import pages."""

import csv
import io
from datetime import date

from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile

from registers.import_files import begin_import, commit_import
from registers.imports.commit import staged_version
from registers.imports.staging import match_words, set_as_at, stage_rows
from registers.models import User

PLAIN = [
    "Risk ref",
    "Risk title",
    "Risk description",
    "Risk owner",
    "Current likelihood",
    "Current impact",
]


def csv_of(*rows):
    """The bytes of a CSV file with these rows, the first of them its headings."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def plain_rows(count, **replacements):
    """Rows below PLAIN. replacements: row_7=[...] replaces row 7 of the file."""
    rows = [
        [
            f"FIN {n}",
            f"Reserves run out in year {n}",
            "The budget cannot be balanced.",
            "Head of finance",
            "3",
            "4",
        ]
        for n in range(1, count + 1)
    ]
    for name, row in replacements.items():
        rows[int(name.removeprefix("row_")) - 2] = row
    return rows


def send(client, register, content, name="risks.csv", **fields):
    """Post a file; returns the response."""
    path = f"/registers/{register.slug}/import/"
    return client.post(path, {"file": SimpleUploadedFile(name, content), **fields})


def latest(register):
    return register.imports.latest("pk")


def columns_form(batch, **changes):
    """The data of an unchanged column form. changes: {"column_2": "notes"}."""
    from registers.forms.imports import ImportColumnsForm

    form = ImportColumnsForm(batch=batch)
    initial = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {
        "step": "mapping",
        **{name: value for name, value in initial.items() if value},
        **changes,
    }


def words_form(batch):
    """The data of an unchanged word form."""
    from registers.forms.import_values import ImportWordsForm

    form = ImportWordsForm(batch=batch)
    return {"step": "words", **{name: field.initial for name, field in form.fields.items()}}


def to_preview(client, register, content, name="risks.csv", *, as_at=None, **columns):
    """Bring a file in as its pages do, accept every guess up to the preview; returns the import.

    as_at: the past day of which the file speaks, as 2024-06-30.

    No page is requested: test_imports.py tests the pages of each step.
    """
    from registers.forms.import_values import ImportWordsForm
    from registers.forms.imports import ImportColumnsForm

    batch = begin_import(register, by=person_of(client), file_name=name, content=content)
    set_as_at(batch, as_at and date.fromisoformat(as_at))
    form = ImportColumnsForm(columns_form(batch, **columns), batch=batch)
    assert form.is_valid() and not form.is_elsewhere, form.errors
    match_words(batch, form.plan)
    for _ in range(100):
        batch.refresh_from_db()
        if batch.stage == "words":
            form = ImportWordsForm(words_form(batch), batch=batch)
            assert form.is_valid(), form.errors
            match_words(batch, form.plan)
        elif batch.stage == "staging":
            stage_rows(batch, after=batch.rows_read)
        else:
            break
    assert batch.stage == "ready", batch.stage
    return batch


def person_of(client):
    """Who is signed in there."""
    return User.objects.get(pk=client.session[SESSION_KEY])


def take_in(client, batch):
    """Press the button of the preview; returns the response."""
    return client.post(batch.get_absolute_url(), {"step": "ready", "seen": staged_version(batch)})


def import_workbook(client, register, content, name="risks.csv", **columns):
    """Import a file onto the register; returns the import."""
    batch = to_preview(client, register, content, name, **columns)
    commit_import(batch, by=person_of(client), shown_version=staged_version(batch))
    batch.refresh_from_db()
    return batch
