"""Formsets on a page: headings, errors, adding and removing a row."""

import re

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from govuk_pages import (
    FILLED,
    ControlForm,
    ControlFormSet,
    FileForm,
)
from page_space import collapse

from registers.govuk import GovukFormSet, Helper, MoreDetail

pytestmark = pytest.mark.urls("govuk_pages")

GOOD = {"name": "Two people sign", "kind": "prevent"}


def posted(*rows, initial=0, **more):
    """The data that a browser sends for rows, each a dict."""
    data = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": str(initial), **more}
    return data | {
        f"form-{number}-{name}": value
        for number, row in enumerate(rows)
        for name, value in row.items()
    }


def adding(*rows):
    return ControlFormSet(posted(*rows, **{"form-add": "1"}))


def summary(formset):
    return collapse(render_to_string("govuk/errors.html", {"formset": formset}))


# What is shown


def test_each_row_has_its_heading():
    html = collapse(render_crispy_form(ControlFormSet(initial=FILLED[ControlFormSet])))
    assert re.findall(r"<legend.*?<h2[^>]*>(Control.*?)</h2>", html) == [
        f"Control {row} of 3" for row in (1, 2, 3)
    ]


def test_the_page_has_the_number_of_rows():
    html = render_crispy_form(ControlFormSet(initial=[{}, {}]))
    assert 'name="form-TOTAL_FORMS" value="3"' in html
    assert 'name="form-INITIAL_FORMS" value="2"' in html


def test_every_field_of_every_row_is_printed_once():
    html = render_crispy_form(ControlFormSet(initial=[{}]))
    names = [
        f"form-{row}-{name}" for row in (0, 1) for name in ("name", "other", "since_0", "DELETE")
    ]
    assert [html.count(f'name="{name}"') for name in names] == [1] * len(names)


def test_a_tick_removes_a_row():
    row = ControlFormSet(initial=[{}])[0]
    assert "Remove this control" in row["DELETE"].as_field_group()
    assert row["DELETE"].kind == "checkbox"


def test_a_helper_may_be_given():
    html = render_crispy_form(
        ControlFormSet(), Helper(MoreDetail("Folded", "name", "kind", "other", "since"))
    )
    assert "Folded" in html


def test_a_form_without_a_helper_is_whole():
    class Form(forms.Form):
        name = forms.CharField()

    html = render_crispy_form(forms.formset_factory(Form, formset=GovukFormSet)())
    assert 'name="form-0-name"' in html and "Add another item" in html


def test_djangos_own_formset_is_shown_too():
    html = render_crispy_form(forms.formset_factory(ControlForm, extra=2)())
    assert "Item 2 of 2" in html and "Add another" not in html


def test_rows_with_files_are_sent_in_parts():
    assert 'enctype="multipart/form-data"' in render_crispy_form(
        forms.formset_factory(FileForm, GovukFormSet)()
    )


# What is wrong


def test_an_error_names_its_row_and_links_to_its_control():
    html = summary(ControlFormSet(posted(GOOD, {"kind": "prevent"})))
    assert '<a href="#id_form-1-name">Control 2: Enter what is done</a>' in html
    assert html.count("<li>") == 1


def test_an_error_of_a_whole_row_links_to_its_first_control():
    html = summary(
        ControlFormSet(posted(GOOD, {"name": "Audit", "kind": "other", "other": "Audit"}))
    )
    assert '<a href="#id_form-1-name">Control 2: Say it once only</a>' in html


def test_an_error_of_the_formset_is_shown():
    assert "<li>Give each control a name of its own</li>" in summary(
        ControlFormSet(posted(GOOD, GOOD))
    )


def test_a_form_and_rows_on_one_page_have_one_summary():
    context = {"form": FileForm({}, {}), "formset": ControlFormSet(posted({"kind": "prevent"}))}
    html = render_to_string("govuk/errors.html", context)
    assert html.count("There is a problem") == 1
    assert '<a href="#id_title">Enter title</a>' in html
    assert "Control 1: Enter what is done" in html


@pytest.mark.parametrize(("rows", "prefix"), [([{"kind": "prevent"}], "Error: "), ([GOOD], "")])
def test_the_title_begins_with_error_when_there_is_one(client, rows, prefix):
    assert f"<title>{prefix}A form" in client.post("/pack/controls/", posted(*rows)).text


def test_rows_left_empty_are_fine():
    formset = ControlFormSet(
        posted(GOOD, {"name": "", "other": "", "since_0": "", "since_1": "", "since_2": ""})
    )
    assert formset.is_valid(), formset.errors
    assert [bool(form.cleaned_data) for form in formset] == [True, False]


def test_removed_rows_have_no_errors():
    formset = ControlFormSet(posted({"DELETE": "on"}, {"kind": "prevent"}, initial=2))
    assert not formset.is_valid()
    assert "Control 1" not in summary(formset) + render_crispy_form(formset).replace(
        "Control 1 of", ""
    )
    assert "Enter what is done" not in formset[0].as_div()
    assert "Control 2: Enter what is done" in summary(formset)


def test_removed_rows_are_listed():
    formset = ControlFormSet(posted({**GOOD, "DELETE": "on"}, {**GOOD, "name": "Audit"}, initial=2))
    assert formset.is_valid()
    assert formset.deleted_forms == [formset[0]]


def test_a_missing_management_form_is_an_error():
    assert "Copy what you typed" in summary(ControlFormSet({"form-0-name": "Audit"}))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"min_num": 2, "validate_min": True}, "Enter 2 at least"),
        ({"max_num": 0, "validate_max": True}, "Enter 0 at most: remove some"),
    ],
)
def test_too_few_and_too_many_rows_have_messages(limits, words):
    formset = forms.formset_factory(ControlForm, GovukFormSet, **limits)(posted(GOOD))
    assert formset.non_form_errors() == [words]


# One more


def test_one_more_row_keeps_everything_typed():
    half = {"name": "Audit", "kind": "other", "since_0": "31", "since_1": "soon"}
    html = render_crispy_form(adding(half))
    assert "Control 2 of 2" in html
    assert 'name="form-TOTAL_FORMS" value="2"' in html
    for attribute in ('value="Audit"', 'value="31"', 'value="soon"'):
        assert attribute in html
    assert re.search(r'<input[^>]* id="id_form-0-kind_1"[^>]* value="other" checked', html)


def test_one_more_row_is_not_a_time_to_complain():
    formset = adding({"kind": "other", "since_0": "x"}, {"kind": "other"})
    assert not formset.is_valid()
    assert formset.total_error_count() == 0
    assert "rror" not in summary(formset) + render_crispy_form(formset)


def test_rows_that_are_right_are_not_saved_by_asking_for_one_more():
    assert not adding(GOOD).is_valid()


def test_one_more_row_has_the_focus_and_no_other():
    assert re.findall(r'autofocus[^>]* id="(.*?)"', render_crispy_form(adding(GOOD))) == [
        "id_form-1-name"
    ]


def test_no_row_has_the_focus_before():
    assert "autofocus" not in render_crispy_form(ControlFormSet()) + render_crispy_form(
        ControlFormSet(posted(GOOD))
    )


def test_a_tick_to_remove_a_row_stays():
    assert re.search(
        r'name="form-0-DELETE"[^>]* checked', render_crispy_form(adding({"DELETE": "on"}))
    )


def test_a_full_page_offers_no_more_rows():
    assert "Add another control" in render_crispy_form(ControlFormSet(posted(*[GOOD] * 3)))
    assert "Add another control" not in render_crispy_form(ControlFormSet(posted(*[GOOD] * 4)))
    assert len(adding(*[GOOD] * 4)) == 4


@pytest.mark.parametrize("total", ["", "x", "-1"])
def test_one_more_row_without_a_valid_count(total):
    formset = ControlFormSet(
        {"form-TOTAL_FORMS": total, "form-INITIAL_FORMS": "0", "form-add": "1"}
    )
    assert len(formset) == 0
    assert "Save" in render_crispy_form(formset, context={"submit": "Save"})


def test_a_file_is_asked_for_again_after_one_more_row():
    formset = forms.formset_factory(FileForm, GovukFormSet)(
        posted({"title": "Plan"}, **{"form-add": "1"}),
        {"form-0-plan": SimpleUploadedFile("plan.docx", b"hello")},
    )
    assert not formset.is_valid()
    assert "Select your file again" in formset[0]["plan"].as_field_group()
