"""Made-up workbooks for tests of imports, as bytes, and the way of one through the pages."""

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


def plain_rows(count, **others):
    """Rows below PLAIN. others: {number of the row in the file: the row in its place}, as row_7."""
    made = [
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
    for name, row in others.items():
        made[int(name.removeprefix("row_")) - 2] = row
    return made


def send(client, register, content, name="risks.csv", **fields):
    """The answer to the file's form."""
    path = f"/registers/{register.slug}/import/"
    return client.post(path, {"file": SimpleUploadedFile(name, content), **fields})


def latest(register):
    return register.imports.latest("pk")


def columns_form(batch, **changes):
    """What the page of columns sends when nobody changes anything. changes:
    {"column_2": "notes"}.
    """
    from registers.forms.imports import ImportColumnsForm

    form = ImportColumnsForm(batch=batch)
    shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {"step": "mapping", **{name: value for name, value in shown.items() if value}, **changes}


def words_form(batch):
    """What the page of words sends when nobody changes anything."""
    from registers.forms.import_values import ImportWordsForm

    form = ImportWordsForm(batch=batch)
    return {"step": "words", **{name: field.initial for name, field in form.fields.items()}}


def to_preview(client, register, content, name="risks.csv", **columns):
    """Send a file and go on, as it is guessed, to where every row is shown; returns the import."""
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
    """The answer to the button of the preview."""
    from registers.imports.commit import staged_version

    return client.post(batch.get_absolute_url(), {"step": "ready", "seen": staged_version(batch)})


def brought_in(client, register, content, name="risks.csv", **columns):
    """A file all the way onto the register; returns the import."""
    batch = to_preview(client, register, content, name, **columns)
    answer = take_in(client, batch)
    assert answer.status_code == 302, answer.text
    batch.refresh_from_db()
    return batch
