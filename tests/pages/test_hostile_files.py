"""Hostile values in imports and their files, in parameters of exports and in questions.

The values are those of test_forms.py; independent fields get one at the same time.
"""

import json
import re
from urllib.parse import quote_plus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hostile_values import HOSTILE, NO_TEXT, Controls, as_read, as_stored, encoded, errors_in
from makers import make_organisation, make_person, make_question, make_register, make_risk
from workbooks import (
    PLAIN,
    columns_form,
    csv_of,
    latest,
    plain_rows,
    send,
    take_in,
    to_preview,
    words_form,
)

from registers.models import GatheredQuestion, Role

pytestmark = pytest.mark.django_db
TECHNICAL_TERMS = re.compile(r"valid |field|UUID|Null|null|integer|value")
TEXTS = {label: value for label, value in HOSTILE.items() if label not in NO_TEXT}
MOST_HOSTILE = (
    "NUL",
    "lone surrogates",
    "5,000 digits",
    "Arabic digits",
    "infinity",
    "script",
    "only spaces",
)


@pytest.fixture
def register():
    return make_register(make_organisation(), slug="ours", prefix="CORP")


def client_of(register, role=Role.MANAGER):
    client = Client()
    client.user = make_person(register.organisation, role)
    client.force_login(client.user)
    return client


def post_raw(client, path, data):
    return client.generic("POST", path, encoded(data), "application/x-www-form-urlencoded")


def begin_import(client, register):
    """An import at its column step, with words that have no meaning yet."""
    rows = [[*row, "Money matters", "Amber"] for row in plain_rows(3)]
    send(client, register, csv_of([*PLAIN, "Category", "Target score"], *rows))
    return latest(register)


def answers_to_hostile_values(client, batch, form, names):
    """(label, answer, fields): each hostile value in all fields, and some in each single field."""
    for label, value in HOSTILE.items():
        yield (
            label,
            post_raw(client, batch.get_absolute_url(), form | dict.fromkeys(names, value)),
            names,
        )
    for name in names:
        for label in MOST_HOSTILE:
            yield (
                label,
                post_raw(client, batch.get_absolute_url(), form | {name: HOSTILE[label]}),
                [name],
            )


def is_untouched(batch, before):
    batch.refresh_from_db()
    return (batch.plan, batch.stage) == before and not batch.register.risks.exists()


def assert_refused_with_a_reason(client, batch, form, names, may_be_left_out=()):
    wrong, before = {}, (batch.plan, batch.stage)
    for label, answer, fields in answers_to_hostile_values(client, batch, form, names):
        errors = errors_in(answer)
        is_left_out = answer.status_code == 302 and set(fields) <= set(may_be_left_out)
        is_refused = (
            answer.status_code == 200 and errors and not TECHNICAL_TERMS.search(" ".join(errors))
        )
        if not (is_left_out or is_refused or (answer.status_code == 400 and label in NO_TEXT)):
            wrong[label, *fields] = (answer.status_code, errors)
        if is_left_out:
            type(batch).objects.filter(pk=batch.pk).update(plan=before[0], stage=before[1])
        elif not is_untouched(batch, before):
            wrong[label, *fields] = "written"
    assert wrong == {}


def test_hostile_column_choices_are_refused_with_a_reason(register):
    client = client_of(register)
    batch = begin_import(client, register)
    names = ("sheet", "heading_row", "column_0", "column_4", "on_7")
    assert_refused_with_a_reason(
        client, batch, columns_form(batch), names, may_be_left_out=("heading_row", "on_7")
    )


def test_hostile_meanings_of_words_are_refused_with_a_message(register):
    client = client_of(register)
    batch = begin_import(client, register)
    client.post(batch.get_absolute_url(), columns_form(batch))
    batch.refresh_from_db()
    form = words_form(batch)
    names = [name for name in form if name != "step"]
    assert len(names) == 3  # a score, a category, an owner
    assert_refused_with_a_reason(client, batch, form, names)


def test_hostile_steps_lead_to_the_present_step(register):
    client = client_of(register)
    batch = to_preview(client, register, csv_of(PLAIN, *plain_rows(1)))
    before, statuses = (batch.plan, batch.stage), set()
    for value in HOSTILE.values():
        statuses.add(
            post_raw(client, batch.get_absolute_url(), {"step": value, "after": value}).status_code
        )
        statuses.add(
            post_raw(client, batch.get_absolute_url(), {"step": "ready", "seen": value}).status_code
        )
    assert (statuses, is_untouched(batch, before)) == ({200, 302, 400, 409}, True)
    filter_statuses = {
        client.get(f"{batch.get_absolute_url()}?show={quote_plus(HOSTILE[label])}").status_code
        for label in TEXTS
    }
    assert filter_statuses == {400}


def test_hostile_files_and_file_names_are_read_or_refused_with_a_reason(register):
    client, wrong = client_of(register), {}
    for label, value in HOSTILE.items():
        content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        name = as_read(value).replace("\0", "")[:300] or "x"
        for file in (
            SimpleUploadedFile("x.csv", content),
            SimpleUploadedFile(name, b"Title\nRoof\n"),
        ):
            for token in ("", value):
                answer = client.post("/registers/ours/import/", {"file": file, "token": token})
                errors = errors_in(answer)
                if answer.status_code not in (302, 400) and not (
                    answer.status_code == 200 and errors
                ):
                    wrong[label] = answer.status_code
                if TECHNICAL_TERMS.search(" ".join(errors)):
                    wrong[label] = errors
                file.seek(0)
    assert (wrong, client.get("/registers/ours/import/").status_code) == ({}, 200)


def test_hostile_cells_are_imported_and_exported_whole(register):
    """Each value is the title, event, owner, notes and category of its own row."""
    client = client_of(register)
    values = {
        label: text.replace("\0", "\x01") for label, text in TEXTS.items() if len(text) < 32_000
    }
    headings = [
        "Ref",
        "Title",
        "Event",
        "Owner",
        "Notes",
        "Current likelihood",
        "Review date",
        "Category",
    ]
    rows = [
        [f"A{index}", f"{index} {text}", *[text] * 6] for index, text in enumerate(values.values())
    ]
    batch = to_preview(client, register, csv_of(headings, *rows))
    for place in ("", "report.csv", "?show=problems"):
        assert client.get(f"{batch.get_absolute_url()}{place}").status_code == 200
    take_in(client, batch)
    references = {row.cells[0] for row in batch.rows.all()}
    assert (references, register.risks.count() + batch.rows.filter(outcome="refused").count()) == (
        {row[0] for row in rows},
        len(rows),
    )
    for name in ("export.csv", "export.xlsx", "export.json", "open-data.csv", "summary.docx"):
        answer = client.get(f"/registers/ours/{name}")
        assert (answer.status_code, len(b"".join(answer)) > 500) == (200, True), name
    exported = json.loads(b"".join(client.get("/registers/ours/export.json")))
    assert len(exported["imports"][0]["rows"]) == len(rows)
    reimport = to_preview(
        client, register, b"".join(client.get("/registers/ours/export.csv?status=all"))
    )
    assert set(reimport.rows.values_list("outcome", flat=True)) == {"unchanged"}


PARAMETERS = {
    "export.csv": "as_at agreed q status sort page band owner".split(),
    "export.json": ["as_at"],
    "summary.docx": ["as_at"],
}


def test_hostile_parameters_of_an_export_are_refused(register):
    client, risk, failures = client_of(register), make_risk(register), {}
    for name, names in PARAMETERS.items():
        for parameter in names:
            for label in (
                HOSTILE if name == "export.csv" and parameter in ("as_at", "q") else MOST_HOSTILE
            ):
                value = HOSTILE[label]
                text = value.decode() if isinstance(value, bytes) else quote_plus(value[:5000])
                status = client.get(
                    f"/registers/ours/{name}", QUERY_STRING=f"{parameter}={text}"
                ).status_code
                if status not in (200, 400) or (status == 200) > (
                    parameter in ("q", "page") or not as_read(value).strip()
                ):
                    failures[name, parameter, label] = status
    assert (failures, risk.register.risks.count()) == ({}, 1)


def test_hostile_questions_are_stored_whole_or_refused_with_a_reason(register):
    client, risk, wrong = client_of(register, Role.MEMBER), make_risk(register), {}
    own_question = make_question(register, by=client.user)
    path, other = "/registers/ours/questions/", f"/registers/ours/questions/{own_question.pk}/"
    for label, value in HOSTILE.items():
        fields = {"source": value, "source_path": value, "token": value}
        requests = [
            (path, {"text": value, **fields}),
            (other, {"text": value}),
            (other, {"text": "Who?", "risk": value}),
        ]
        for address, data in requests:
            answer = post_raw(client, address, data)
            errors, texts = errors_in(answer), Controls(answer.text).values.get("text", [])
            if answer.status_code == 302:
                question = (
                    GatheredQuestion.objects.get(pk=own_question.pk)
                    if address == other
                    else GatheredQuestion.objects.last()
                )
                is_right = (
                    question.text == as_stored(data["text"], "text") and not question.source_path
                )
            else:
                is_right = (
                    errors
                    and as_read(data["text"]) in texts
                    and not TECHNICAL_TERMS.search(" ".join(errors))
                )
            if not is_right and (answer.status_code, label in NO_TEXT) != (400, True):
                wrong[label, address, *data] = (answer.status_code, errors)
    assert (wrong, risk.register.risks.count()) == ({}, 1)
