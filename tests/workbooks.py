"""Made-up workbooks as bytes, and the steps that take one through the import pages."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile

from registers.models import RegisterImport

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


def to_preview(client, register, content, name="risks.csv", **columns):
    """Send a file and accept every guess up to the preview; returns the import."""
    answer = send(client, register, content, name)
    assert answer.status_code == 302, answer.text
    batch = RegisterImport.objects.get(pk=int(answer["Location"].rstrip("/").split("/")[-1]))
    path = batch.get_absolute_url()
    assert client.post(path, columns_form(batch, **columns)).status_code == 302
    for _ in range(100):
        batch.refresh_from_db()
        if batch.stage == "words":
            assert client.post(path, words_form(batch)).status_code == 302
        elif batch.stage == "staging":
            client.post(path, {"step": "staging", "after": batch.rows_read})
        else:
            break
    assert batch.stage == "ready", client.get(path).text
    return batch


def take_in(client, batch):
    """Press the button of the preview; returns the response."""
    from registers.imports.commit import staged_version

    return client.post(batch.get_absolute_url(), {"step": "ready", "seen": staged_version(batch)})


def import_workbook(client, register, content, name="risks.csv", **columns):
    """Import a file onto the register; returns the import."""
    batch = to_preview(client, register, content, name, **columns)
    answer = take_in(client, batch)
    assert answer.status_code == 302, answer.text
    batch.refresh_from_db()
    return batch
