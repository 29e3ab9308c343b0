"""The forms of a risk: conflicting edits."""

import copy
import html
from types import SimpleNamespace

import pytest
from hostile_values import (
    errors_in,
)
from risk_forms import World, control_values, rows
from risk_histories import rollback

from registers.models import Risk

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_world(module_db):
    return World()


@pytest.fixture
def world(module_world):
    return copy.deepcopy(module_world)


def save_edit(world):
    """The colleague saves an edit while the officer's form, of version 1, is open."""
    colleagues = {"title": "Reserves are gone", "event": "The colleague's words", "version": "1"}
    answer = world.send("edit", world.form("edit", **colleagues), world.client_of(world.colleague))
    assert answer.status_code == 302


@pytest.fixture
def edited_world(world):
    save_edit(world)
    return world


@pytest.fixture(scope="module")
def conflicts(module_world):
    """form -> what the officer sent over the colleague's edit, the answer, and rows around it."""
    world, results = copy.deepcopy(module_world), {}
    with rollback():
        save_edit(world)
        for name in EDITS:
            before, form = rows(), world.form(name, **EDITS[name])
            answer = world.send(name, form)
            results[name] = SimpleNamespace(form=form, answer=answer, rows=(before, rows()))
    return results


EDITS = {
    "edit": {"title": "My title", "consequence": "My consequence <b>", "version": "1"},
    "assess": {"rationale": "My reasons <b>", "version": "1"},
    "review": {"note": "My findings <b>", "version": "1"},
}


both_forms = pytest.mark.parametrize("name", EDITS)


@both_forms
def test_the_second_of_two_editors_gets_a_conflict(conflicts, name):
    before, after = conflicts[name].rows
    assert (conflicts[name].answer.status_code, after == before) == (409, True)


@both_forms
def test_a_conflict_names_the_author_and_the_changes(conflicts, name):
    text = html.unescape(conflicts[name].answer.text)
    words = ["an officer changed this risk", "Reserves are gone", "The colleague's words"]
    assert [part for part in words if part not in text] == []


def test_a_conflict_shows_a_new_assessment(world):
    colleague = world.client_of(world.colleague)
    world.send(
        "assess",
        world.form("assess", rationale="It burned down.", likelihood="5", impact="5"),
        colleague,
    )
    text = html.unescape(world.send("edit", world.form("edit", version="1")).text)
    assert ("It burned down." in text, "An officer added a residual assessment" in text) == (
        True,
        True,
    )


@both_forms
def test_a_conflict_keeps_the_typed_values(conflicts, name):
    fields = {
        "edit": ("title", "consequence", "reason"),
        "assess": ("rationale",),
        "review": ("note",),
    }[name]
    values, form = control_values(conflicts[name].answer), conflicts[name].form
    assert {field: values.get(field) for field in fields} == {
        field: form[field] for field in fields
    }


def test_a_conflict_fills_untouched_fields_with_the_other_edit(conflicts):
    assert control_values(conflicts["edit"].answer)["event"] == "The colleague's words"


def test_saving_again_after_a_conflict_keeps_the_other_edit(edited_world):
    form = control_values(edited_world.send("edit", edited_world.form("edit", **EDITS["edit"])))
    edited_world.send("edit", form)
    risk = Risk.objects.get(pk=edited_world.risk.pk)
    assert (risk.title, risk.event) == ("My title", "The colleague's words")


@both_forms
def test_saving_again_after_a_conflict_succeeds(edited_world, name):
    form = edited_world.form(name, **EDITS[name])
    version = control_values(edited_world.send(name, form))["version"]
    answer = edited_world.send(name, form | {"version": version})
    assert (version, answer.status_code) == ("2", 302)


def test_saving_again_after_a_conflict_keeps_both_in_the_history(edited_world):
    form = edited_world.form("edit", **EDITS["edit"])
    edited_world.send("edit", form)
    edited_world.send("edit", form | {"version": "2"})
    titles = [r.title for r in edited_world.risk.revisions.order_by("number")]
    assert titles == ["Reserves run out", "Reserves are gone", "My title"]


@both_forms
def test_a_version_that_never_was_is_a_conflict(world, name):
    before, versions = rows(), ["0", "2", str(2**31 - 1)]
    answers = {
        version: world.send(name, world.form(name, version=version)).status_code
        for version in versions
    }
    assert (answers, rows() == before) == (dict.fromkeys(versions, 409), True)


@both_forms
def test_a_version_that_is_none_is_refused_with_a_message(world, name):
    advice = "Copy what you typed"
    versions = ("", "x", "-1", str(2**31), "1.5", "9" * 5000)
    forms = {version: world.fill_in(name, version=version) for version in versions}
    assert [v for v, form in forms.items() if advice not in str(form.errors)] == []
    before = rows()
    answer = world.send(name, world.form(name, version="x"))
    assert (answer.status_code, rows() == before) == (200, True)
    assert advice in " ".join(errors_in(answer))
