"""Each field of the catalogue, wherever a field of a risk goes: no test names one of them."""

import csv
import io
from types import SimpleNamespace

import pytest
from makers import days_ago, make_person, make_register, make_revision, make_risk, risk_form
from reimport import (
    assert_export_equals_register,
    assert_reimport_is_unchanged,
    client_of,
    export,
)
from rich_register import empty_twin, written
from workbooks import take_in, to_preview

from registers.forms.risks import LogRiskForm
from registers.history.differences import wording
from registers.imports.diff import NEVER_EMPTIED
from registers.json_file.restore import restore
from registers.models import Risk, RiskRevision, Role
from registers.pounds import in_pounds
from registers.risk_fields import FIELDS, FOLDED, Sort
from registers.risk_page.page import details_of

pytestmark = pytest.mark.django_db
QUESTIONS = [field for field in FIELDS if field.question and field.sort is not Sort.TYPES]


def value_of(field):
    """Of a choice the last one, but the response that asks for more."""
    if field.sort is Sort.CHOICE:
        choices = RiskRevision._meta.get_field(field.name).choices
        return "tolerate" if field.name == "response" else choices[-1][0]
    return {
        Sort.LINE: f"{field.name} in words",
        Sort.TEXT: f"{field.name} in words",
        Sort.DAY: days_ago(9 if field.is_past else -90),
        Sort.POUNDS: 1_200_000,
    }[field.sort]


def form_value(value):
    return in_pounds(value) if isinstance(value, int) else value


@pytest.fixture(scope="module")
def module_records(module_db):
    register = make_register(slug="ours", prefix="C")
    values = {field.name: value_of(field) for field in QUESTIONS}
    risk = make_risk(register, on=days_ago(40))
    make_revision(risk, **values)
    risk.refresh_from_db()
    manager = make_person(register.organisation, Role.MANAGER)
    return SimpleNamespace(register=register, risk=risk, values=values, manager=manager)


def test_what_is_typed_under_each_question_is_saved(records):
    client = client_of(records.manager)
    data = risk_form(
        owner="", **{name: form_value(value) for name, value in records.values.items()}
    )
    client.post("/registers/ours/risks/new/", data)
    risk = Risk.objects.latest("pk")
    assert {name: getattr(risk, name) for name in records.values} == records.values


def test_each_field_that_is_asked_for_stands_in_a_section_of_the_form():
    assert {field.name for field in FIELDS if field.question} <= {*LogRiskForm.field_order}


def test_the_page_shows_each_detail_under_its_label(records):
    client = client_of(records.manager)
    page = client.get(records.risk.get_absolute_url()).text
    details = details_of(records.risk.latest)
    folded = [field for field in QUESTIONS if field.section in FOLDED]
    assert [detail.label for detail in details] == [
        field.label for field in folded if not field.has_own_place
    ]
    for detail in details:
        assert detail.text and detail.text in page


def test_the_history_names_each_change_by_its_label(records):
    first, latest = records.risk.revisions.order_by("number")
    changes = {change.name: change for change in latest.changes_since(first)}
    assert {name: change.label for name, change in changes.items()} == {
        field.name: field.label for field in QUESTIONS
    }
    assert all(change.after == wording(latest, name) for name, change in changes.items())


def test_each_exported_field_is_the_same_when_the_file_comes_back(records):
    content = export(records.register, records.manager, "csv")
    assert_export_equals_register(records.register, content, "csv")
    assert_reimport_is_unchanged(records.register, content, records.manager, "csv")


def test_each_exported_field_comes_in_with_a_new_risk(records):
    content = export(records.register, records.manager, "csv")
    empty = make_register(records.register.organisation, slug="empty", prefix="E")
    client = client_of(records.manager)
    take_in(client, to_preview(client, empty, content, "export.csv"))
    risk = empty.risks.get()
    notes = f"Reference there: C-001\n{records.values['notes']}"
    expected = records.values | {"notes": notes}
    assert {name: getattr(risk, name) for name in records.values} == expected


def test_each_field_is_emptied_by_an_empty_cell(records):
    text = export(records.register, records.manager, "csv").decode("utf-8-sig")
    headings, row = csv.reader(io.StringIO(text, newline=""))
    labels = {field.label for field in QUESTIONS if field.name not in NEVER_EMPTIED}
    cells = ["" if name in labels else cell for name, cell in zip(headings, row, strict=True)]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([headings, cells])
    client = client_of(records.manager)
    take_in(client, to_preview(client, records.register, file.getvalue().encode(), "risks.csv"))
    risk = records.register.risks.get()
    fields = [field for field in QUESTIONS if field.label in labels]
    assert {field.name: getattr(risk, field.name) for field in fields} == {
        field.name: None if field.sort in (Sort.DAY, Sort.POUNDS) else "" for field in fields
    }


def test_each_field_is_the_same_when_the_json_file_is_restored(records):
    content = written(records.register)
    target = empty_twin(records.register)
    restore(content, target, by=records.manager)
    target.refresh_from_db()
    assert written(target) == content
    assert target.risks.get().content() == records.risk.content()


def test_a_copy_has_the_fields_that_are_copied_and_no_other(records):
    copy = records.risk.duplicate(by=records.manager)
    names = {name for name, value in records.values.items() if getattr(copy, name) == value}
    assert names == {field.name for field in QUESTIONS if field.is_copied} - {"title"}
