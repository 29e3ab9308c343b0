"""Fields for a file: the control, and the messages about a missing, empty or stored file."""

import re

from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from govuk_pages import FileForm
from page_space import collapse

from registers.govuk import Helper, MoreDetail

NAME = "plan.docx"


class StoredFile(str):
    """As much of a stored file as a form asks about."""

    url = "/papers/plan.docx"


def form_with(content=b"hello", name=NAME, **options):
    return FileForm({"title": "Plan"}, {"plan": SimpleUploadedFile(name, content)}, **options)


def group(form):
    return collapse(form["plan"].as_field_group())


# Messages


def test_a_missing_file_gets_an_error_message():
    assert FileForm({"title": "Plan"}, {}).errors == {"plan": ["Select plan"]}


def test_an_empty_file_gets_an_error_message():
    assert form_with(b"").errors == {"plan": ["The file is empty. Select another file"]}


def test_a_long_name_gets_an_error_message():
    assert form_with(name="x" * 51).errors == {
        "plan": ["Give the file a shorter name: 50 characters or fewer"]
    }


def test_a_file_sent_as_text_is_asked_for_again():
    form = FileForm({"title": "Plan"}, {"plan": NAME})
    assert form.errors == {"plan": ["The file did not upload. Select it again"]}


def test_words_of_the_form_win():
    class Form(forms.Form):
        plan = forms.FileField(error_messages={"empty": "The plan is empty"})

    assert Form({}, {"plan": SimpleUploadedFile(NAME, b"")}).errors == {
        "plan": ["The plan is empty"]
    }


def test_the_error_leads_to_the_control():
    html = render_to_string("govuk/errors.html", {"form": FileForm({}, {})})
    assert 'href="#id_plan"' in html
    assert re.search(r'<input type="file"[^>]* id="id_plan"', group(FileForm({}, {})))


# The control


def test_a_form_with_a_hidden_file_field_is_multipart():
    form = FileForm()
    form.helper = Helper(MoreDetail("More detail", "plan"))
    assert 'enctype="multipart/form-data"' in render_crispy_form(form)


def test_a_stored_file_is_named():
    html = group(FileForm(initial={"plan": StoredFile("papers/2026/<b>plan.docx")}))
    assert "&lt;b&gt;plan.docx is the current file. Select another file to replace it." in html
    assert html.count("<input") == 1
    assert "papers" not in html and "<a " not in html


def test_without_a_stored_file_none_is_named():
    assert "id_plan-note" not in group(FileForm())


def test_the_control_is_described_by_hint_error_and_stored_file():
    form = FileForm({}, {}, initial={"plan": NAME})
    form.add_error("plan", "Wrong")
    assert 'aria-describedby="id_plan_helptext id_plan_error id_plan-note"' in group(form)


def test_a_stored_file_need_not_be_sent_again():
    form = FileForm({"title": "Plan"}, {}, initial={"plan": "papers/plan.docx"})
    assert form.is_valid()
    assert form.cleaned_data["plan"] == "papers/plan.docx"


def test_a_file_lost_by_an_error_in_another_field_is_asked_for_again():
    form = FileForm(
        {"title": ""}, {"plan": SimpleUploadedFile(NAME, b"hello")}, initial={"plan": "old.docx"}
    )
    assert "Select your file again" in group(form)
    assert "old.docx" not in group(form)


def test_a_file_with_an_error_of_its_own_is_not_asked_for_twice():
    assert "Select your file again" not in group(form_with(b""))
