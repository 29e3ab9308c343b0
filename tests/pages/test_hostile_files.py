"""Hostile values in imports and their files, in parameters of exports and in questions.

The values are those of test_forms.py; independent fields get one at the same time.
"""

import itertools
import json
import re
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hostile_values import (
    HOSTILE,
    NO_TEXT,
    Controls,
    as_read,
    as_stored,
    bound_form,
    encoded,
    errors_in,
    query_of,
)
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

from registers.forms.filters import PositionFilter
from registers.forms.import_values import ImportWordsForm
from registers.forms.imports import ImportColumnsForm, ImportFileForm
from registers.forms.questions import EditQuestionForm, QuestionForm
from registers.models import GatheredQuestion, Role
from registers.permissions import positions_for

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


@pytest.fixture(scope="module")
def module_records(module_db):
    return SimpleNamespace(register=make_register(make_organisation(), slug="ours", prefix="CORP"))


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


def is_untouched(batch, before):
    batch.refresh_from_db()
    return (batch.plan, batch.stage) == before and not batch.register.risks.exists()


def assert_refused_with_a_reason(form, data, names, may_be_left_out=()):
    """Ask the form: each hostile value in all fields, and some in each single field."""
    data = {name: [str(value)] for name, value in data.items()}
    cases = [(label, names) for label in TEXTS]
    cases += [(label, [name]) for name in names for label in MOST_HOSTILE if label in TEXTS]
    wrong = {}
    for label, fields in cases:
        bound = bound_form(form, data | {name: [TEXTS[label]] for name in fields})
        errors = [words for messages in bound.errors.values() for words in messages]
        is_left_out = bound.is_valid() and set(fields) <= set(may_be_left_out)
        is_refused = errors and all(errors) and not TECHNICAL_TERMS.search(" ".join(errors))
        if not (is_left_out or is_refused):
            wrong[label, *fields] = errors
    assert wrong == {}


def assert_nothing_is_written(client, batch, data, names):
    """Send a few hostile values in all fields: errors on the page, and 400 for what is no text."""
    wrong, before = {}, (batch.plan, batch.stage)
    for label in (*NO_TEXT, "NUL", "5,000 digits", "infinity", "script"):
        answer = post_raw(
            client, batch.get_absolute_url(), data | dict.fromkeys(names, HOSTILE[label])
        )
        is_refused = answer.status_code == (400 if label in NO_TEXT else 200)
        is_explained = label in NO_TEXT or errors_in(answer)
        if not (is_refused and is_explained and is_untouched(batch, before)):
            wrong[label] = answer.status_code
    assert wrong == {}


COLUMN_NAMES = ("sheet", "heading_row", "column_0", "column_4", "on_7")


def test_hostile_column_choices_are_refused_with_a_reason(register):
    batch = begin_import(client_of(register), register)
    assert_refused_with_a_reason(
        ImportColumnsForm(batch=batch),
        columns_form(batch),
        COLUMN_NAMES,
        may_be_left_out=("heading_row", "on_7"),
    )


def test_hostile_column_choices_write_nothing(register):
    client = client_of(register)
    batch = begin_import(client, register)
    assert_nothing_is_written(client, batch, columns_form(batch), COLUMN_NAMES)


def begin_words(client, register):
    """(import, form data, its fields): an import at its step of words."""
    batch = begin_import(client, register)
    client.post(batch.get_absolute_url(), columns_form(batch))
    batch.refresh_from_db()
    data = words_form(batch)
    names = [name for name in data if name != "step"]
    assert len(names) == 3  # a score, a category, an owner
    return batch, data, names


def test_hostile_meanings_of_words_are_refused_with_a_message(register):
    batch, data, names = begin_words(client_of(register), register)
    assert_refused_with_a_reason(ImportWordsForm(batch=batch), data, names)


def test_hostile_meanings_of_words_write_nothing(register):
    client = client_of(register)
    assert_nothing_is_written(client, *begin_words(client, register))


def test_hostile_steps_lead_to_the_present_step(register):
    client = client_of(register)
    batch = to_preview(client, register, csv_of(PLAIN, *plain_rows(1)))
    before, statuses = (batch.plan, batch.stage), set()
    for label in MOST_HOSTILE:
        value = HOSTILE[label]
        for form in ({"step": value, "after": value}, {"step": "ready", "seen": value}):
            statuses.add(post_raw(client, batch.get_absolute_url(), form).status_code)
    assert (statuses, is_untouched(batch, before)) == ({200, 302, 400, 409}, True)
    filter_statuses = {
        client.get(f"{batch.get_absolute_url()}?show={quote_plus(HOSTILE[label])}").status_code
        for label in MOST_HOSTILE
        if label in TEXTS
    }
    assert filter_statuses == {400}


def hostile_files(labels):
    """(label, file, token): a hostile value as the content, then as the file's name and token."""
    for label in labels:
        value = HOSTILE[label]
        content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        name = as_read(value).replace("\0", "")[:300] or "x"
        yield label, SimpleUploadedFile("x.csv", content), ""
        yield label, SimpleUploadedFile(name, b"Title\nRoof\n"), as_read(value)


def test_hostile_files_and_file_names_are_read_or_refused_with_a_reason(register):
    user, wrong = make_person(register.organisation, Role.MANAGER), {}
    for label, file, token in hostile_files(HOSTILE):
        form = ImportFileForm({"token": token}, {"file": file}, register=register, by=user)
        errors = " ".join(words for messages in form.errors.values() for words in messages)
        if not (errors or form.batch) or TECHNICAL_TERMS.search(errors):
            wrong[label, file.name] = errors
    assert wrong == {}


def test_hostile_texts_that_are_pasted_are_read_or_refused_with_a_reason(register):
    user, wrong = make_person(register.organisation, Role.MANAGER), {}
    for label, text in TEXTS.items():
        for pasted in (text, f"Title\tOwner\n{text}\tHead of law\n"):
            form = ImportFileForm({"pasted": as_read(pasted)}, {}, register=register, by=user)
            errors = " ".join(words for messages in form.errors.values() for words in messages)
            if not (errors or form.batch) or TECHNICAL_TERMS.search(errors):
                wrong[label, pasted[:20]] = errors
    assert wrong == {}


def test_the_page_takes_hostile_files_or_names_the_error(register):
    client, wrong = client_of(register), {}
    for label, file, token in hostile_files(MOST_HOSTILE):
        answer = client.post("/registers/ours/import/", {"file": file, "token": token})
        if answer.status_code != 302 and not (answer.status_code == 200 and errors_in(answer)):
            wrong[label, file.name] = answer.status_code
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
    "export.csv": "as_at agreed page".split(),
    "export.json": ["as_at"],
    "summary.docx": ["as_at"],
}


def test_hostile_parameters_of_an_export_are_refused(register):
    client, failures = client_of(register), {}
    for name, names in PARAMETERS.items():
        for parameter, label in itertools.product(names, MOST_HOSTILE):
            value = HOSTILE[label]
            text = value.decode() if isinstance(value, bytes) else quote_plus(value[:5000])
            status = client.get(
                f"/registers/ours/{name}", QUERY_STRING=f"{parameter}={text}"
            ).status_code
            if status not in (200, 400) or (status == 200) > (
                parameter == "page" or not as_read(value).strip()
            ):
                failures[name, parameter, label] = status
    assert failures == {}


def test_hostile_narrowings_of_an_export_are_refused(register):
    """The filter is asked; a page of it proves that an export answers its errors with 400."""
    user, wrong = make_person(register.organisation), []
    options = {
        "register": register,
        "reader": user,
        "day": timezone.localdate(),
        "recorded_by": None,
    }
    positions = positions_for(user, register, options["day"])
    for name, label in itertools.product("q status sort band owner".split(), TEXTS):
        narrowing = PositionFilter(query_of({name: [TEXTS[label]]}), positions, **options)
        list(narrowing.qs)
        if not narrowing.form.errors and name != "q" and TEXTS[label].strip():
            wrong.append((name, label))
    assert wrong == []


@pytest.mark.parametrize(("name", "status"), [("q", 200), ("band", 400)])
def test_an_export_with_a_hostile_narrowing_answers(register, name, status):
    make_risk(register)
    address = f"/registers/ours/export.csv?{name}={quote_plus(HOSTILE['script'])}"
    assert client_of(register).get(address).status_code == status


def test_hostile_questions_are_refused_with_a_reason_or_kept_whole(register):
    forms = {
        form: ("text", *names)
        for form, names in (
            (
                QuestionForm(reader=None, register=register, risks=register.risks),
                ["source", "source_path", "token"],
            ),
            (EditQuestionForm(register=register, risks=register.risks), []),
        )
    }
    wrong = {}
    for (form, names), (label, value) in itertools.product(forms.items(), TEXTS.items()):
        bound = bound_form(form, {name: [value] for name in names})
        if bound.is_valid():
            stored = bound.cleaned_data
            is_right = stored["text"] == as_stored(value, "text") and not stored.get("source_path")
        else:
            is_right = as_read(bound["text"].value()) == as_read(value) and is_explained(bound)
        if not is_right:
            wrong[type(form).__name__, label] = bound.errors
    assert wrong == {}


def is_explained(form):
    errors = " ".join(words for messages in form.errors.values() for words in messages)
    return errors and not TECHNICAL_TERMS.search(errors)


def test_a_hostile_reference_in_a_question_is_refused_with_a_reason(register):
    form = EditQuestionForm(register=register, risks=register.risks)
    bound_forms = {
        label: bound_form(form, {"text": ["Who?"], "risk": [value]})
        for label, value in TEXTS.items()
        if as_stored(value, "title")
    }
    assert [label for label, bound in bound_forms.items() if not is_explained(bound)] == []


def test_hostile_questions_are_stored_whole_or_shown_again(register):
    client, wrong = client_of(register, Role.MEMBER), {}
    own_question = make_question(register, by=client.user)
    path, other = "/registers/ours/questions/", f"/registers/ours/questions/{own_question.pk}/"
    requests = itertools.product(MOST_HOSTILE, (path, other))
    for label, address in requests:
        value = HOSTILE[label]
        fields = ("text", "source", "source_path", "token") if address == path else ("text",)
        answer = post_raw(client, address, dict.fromkeys(fields, value))
        if answer.status_code == 302:
            question = GatheredQuestion.objects.latest("pk") if address == path else own_question
            question.refresh_from_db()
            is_right = (question.text, question.source_path) == (as_stored(value, "text"), "")
        elif label in NO_TEXT:
            is_right = answer.status_code == 400
        else:
            texts = Controls(answer.text).values.get("text", [])
            is_right = errors_in(answer) and as_read(value) in texts
        if not is_right:
            wrong[label, address] = answer.status_code
    assert wrong == {}
