"""Markup of forms that assistive technology and the error summary rely on. No database."""

import datetime
import re

import pytest
from crispy_forms.layout import Fieldset
from crispy_forms.utils import render_crispy_form
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from page_space import collapse

from registers.govuk import GovukCheckboxes, GovukDateField, GovukRadios, Helper, MoreDetail


class Sample(forms.Form):
    title = forms.CharField(label="Title", max_length=80, help_text="A few words.")
    story = forms.CharField(label="Story", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    likelihood = forms.ChoiceField(
        label="How likely is it?",
        choices=[(1, "Rare"), (2, "Likely")],
        widget=GovukRadios(hints={1: "Once in ten years"}),
        error_messages={"required": "Select how likely it is"},
    )
    types = forms.MultipleChoiceField(
        label="Types", choices=[("a", "Money"), ("b", "Law")], widget=GovukCheckboxes
    )
    owner = forms.ChoiceField(
        label="Owner", choices=[("", "Select a post"), ("x", "<script>alert(1)</script>")]
    )
    made_on = GovukDateField(label="When was it made?", subject="the day the judgement was made")
    cost = forms.IntegerField(label="Cost")
    file = forms.FileField(label="File")
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    is_read = forms.BooleanField(label="I have read it")
    note = forms.CharField(label="Note", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class Grouped(Sample):
    helper = Helper(
        Fieldset("What could happen", "title", "story"), MoreDetail("More detail", "note")
    )


class OnlyADate(forms.Form):
    made_on = GovukDateField(label="When?", subject="the day the judgement was made")


VISIBLE = [name for name in Sample.base_fields if name != "version"]
NEEDED = [name for name in VISIBLE if name != "note"]


def errors_of(form):
    return collapse(render_to_string("govuk/errors.html", {"form": form}))


def field_html(form, name):
    return collapse(form[name].as_field_group())


def date_from(**posted):
    return OnlyADate(posted)


# The error summary


@pytest.mark.parametrize("name", NEEDED)
def test_each_error_links_to_an_existing_control(name):
    form = Sample({})
    link = f'href="#{form[name].target_id}"'
    assert link in errors_of(form)


@pytest.mark.parametrize("name", NEEDED)
def test_each_link_target_is_the_id_of_a_control(name):
    form = Sample({})
    pattern = rf'<(input|select|textarea)[^>]* id="{re.escape(form[name].target_id)}"'
    assert re.search(pattern, field_html(form, name))


def test_errors_of_the_whole_form_are_in_the_summary():
    form = Sample({})
    form.add_error(None, "The register is closed")
    assert "<li>The register is closed</li>" in errors_of(form)


def test_errors_of_a_hidden_field_are_in_the_summary_without_a_link():
    form = Sample({"version": "x"})
    form.add_error("version", "This form is out of date")
    assert "<li>This form is out of date</li>" in errors_of(form)


def test_a_form_without_errors_has_no_summary():
    assert errors_of(Sample()).strip() == ""


# Fields


@pytest.mark.parametrize("name", NEEDED)
def test_the_group_of_a_field_with_an_error_is_marked(name):
    assert "govuk-form-group--error" in field_html(Sample({}), name)


@pytest.mark.parametrize("name", NEEDED)
def test_the_error_has_the_id_that_describes_the_control(name):
    assert f'id="id_{name}_error"' in field_html(Sample({}), name)


@pytest.mark.parametrize("name", ["title", "story", "owner", "cost", "file", "secret", "is_read"])
def test_the_control_is_described_by_its_error(name):
    assert re.search(rf'aria-describedby="[^"]*id_{name}_error', field_html(Sample({}), name))


@pytest.mark.parametrize("name", ["likelihood", "types", "made_on"])
def test_a_group_of_controls_is_a_fieldset_described_by_its_error(name):
    assert re.search(
        rf'<fieldset [^>]*aria-describedby="id_{name}_error"', field_html(Sample({}), name)
    )


@pytest.mark.parametrize(
    ("name", "css"),
    [
        ("title", "govuk-input govuk-input--error"),
        ("story", "govuk-textarea govuk-textarea--error"),
        ("owner", "govuk-select govuk-select--error"),
        ("cost", "govuk-input govuk-input--error"),
        ("file", "govuk-file-upload govuk-file-upload--error"),
        ("secret", "govuk-input govuk-input--error"),
        ("likelihood", "govuk-radios__input"),
        ("types", "govuk-checkboxes__input"),
        ("is_read", "govuk-checkboxes__input"),
    ],
)
def test_the_control_has_the_classes_of_its_kind(name, css):
    assert f'class="{css}' in field_html(Sample({}), name)


def test_checkboxes_are_not_taken_for_the_radios_they_inherit_from():
    assert Sample()["types"].kind == "checkboxes"


def test_a_class_of_the_widget_is_kept():
    form = Sample()
    form.fields["cost"].widget.attrs["class"] = "govuk-input--width-5"
    assert 'class="govuk-input--width-5 govuk-input"' in field_html(form, "cost")


def test_a_hint_has_the_id_that_describes_the_control():
    assert '<div id="id_title_helptext" class="govuk-hint">A few words.</div>' in field_html(
        Sample(), "title"
    )


def test_a_choice_is_described_by_its_own_hint():
    assert 'aria-describedby="id_likelihood_0_hint"' in field_html(Sample(), "likelihood")


def test_a_choice_without_a_hint_has_none():
    assert "id_likelihood_1_hint" not in field_html(Sample(), "likelihood")


def test_the_character_count_knows_its_limit():
    assert 'data-maxlength="500"' in field_html(Sample(), "story")


def test_the_browser_never_cuts_what_is_pasted():
    assert not re.search(
        r"\smaxlength=", field_html(Sample(), "title") + field_html(Sample(), "story")
    )


def test_a_number_is_a_text_box_so_that_nothing_typed_is_lost():
    form = Sample({"cost": "about 5"})
    assert 'type="text" name="cost" value="about 5"' in field_html(form, "cost")


def test_an_empty_field_without_its_own_message_is_named():
    assert Sample({}).errors["title"] == ["Enter title"]


def test_the_words_of_the_form_win():
    assert Sample({}).errors["likelihood"] == ["Select how likely it is"]


def test_a_hidden_field_is_only_its_input():
    assert (
        field_html(Sample({"version": "3"}), "version")
        == '<input type="hidden" name="version" value="3" id="id_version">'
    )


# What people typed is text


@pytest.mark.parametrize("name", ["title", "story", "made_on", "cost"])
def test_typed_values_are_escaped(name):
    assert "<script>" not in field_html(
        Sample({name: "<script>alert(1)</script>", f"{name}_0": "<script>"}), name
    )


def test_a_choice_is_escaped():
    assert "&lt;script&gt;alert(1)" in field_html(Sample(), "owner")


def test_a_hint_is_escaped():
    form = Sample()
    form.fields["likelihood"].widget.hints = {2: "<script>"}
    assert "&lt;script&gt;" in field_html(form, "likelihood")


def test_an_error_is_escaped():
    form = Sample({})
    form.add_error("title", "<script>")
    assert "<script>" not in errors_of(form) + field_html(form, "title")


# Editing


@pytest.mark.parametrize(
    ("name", "initial", "markup"),
    [
        ("title", "Savings", 'value="Savings"'),
        ("story", "Long", ">\nLong</textarea>"),
        ("likelihood", 2, 'name="likelihood" type="radio" value="2" checked'),
        ("types", ["b"], 'name="types" type="checkbox" value="b" checked'),
        ("owner", "x", '<option value="x" selected>'),
        (
            "made_on",
            datetime.date(2026, 3, 27),
            'name="made_on_1" type="text" inputmode="numeric" value="3"',
        ),
        ("cost", 12, 'value="12"'),
        ("is_read", True, "checked"),
    ],
)
def test_a_field_shows_its_stored_value(name, initial, markup):
    assert markup in field_html(Sample(initial={name: initial}), name)


@pytest.mark.parametrize(
    ("name", "posted", "markup"),
    [
        (
            "types",
            QueryDict("types=a"),
            'name="types" type="checkbox" value="a" checked',
        ),
        ("made_on", {"made_on_0": "31", "made_on_1": "2", "made_on_2": "2026"}, 'value="31"'),
        ("made_on", {"made_on": "2026-02-31"}, 'value="31"'),
        ("made_on", {"made_on": "soon"}, 'value="soon"'),
    ],
)
def test_a_field_with_an_error_shows_the_typed_value(name, posted, markup):
    assert markup in field_html(Sample(posted), name)


# Dates


@pytest.mark.parametrize(
    "posted",
    [
        {"made_on": "2026-11-22"},
        {"made_on_0": "22", "made_on_1": "11", "made_on_2": "2026"},
        {"made_on_0": " 22 ", "made_on_1": "Nov", "made_on_2": "2026"},
        {"made_on_0": "22", "made_on_1": "november", "made_on_2": "2026", "made_on": "1999-01-01"},
        {"made_on_0": "", "made_on_1": "", "made_on_2": "", "made_on": "2026-11-22"},
    ],
)
def test_a_date_comes_as_one_value_or_as_three_parts(posted):
    form = date_from(**posted)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["made_on"] == datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    "posted", [{}, {"made_on": ""}, {"made_on_0": "", "made_on_1": " ", "made_on_2": ""}]
)
def test_a_missing_date_has_a_message(posted):
    assert date_from(**posted).errors["made_on"] == ["Enter the day the judgement was made"]


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        (
            {"made_on_0": "22", "made_on_2": "2026"},
            "The day the judgement was made must include a month",
        ),
        ({"made_on_0": "22"}, "The day the judgement was made must include a month and a year"),
    ],
)
def test_an_incomplete_date_names_the_missing_parts(posted, words):
    assert date_from(**posted).errors["made_on"] == [words]


@pytest.mark.parametrize(
    "parts",
    [
        ("31", "2", "2026"),
        ("0", "1", "2026"),
        ("1", "13", "2026"),
        ("1", "1", "26"),
        ("1", "1", "0000"),
        ("1", "1", "9" * 5000),
        ("٣", "1", "2026"),
        ("1_0", "1", "2026"),
        ("-1", "1", "2026"),
        ("1", "ma", "2026"),
        ("x", "y", "z"),
    ],
)
def test_a_day_that_never_was_is_refused(parts):
    form = date_from(**{f"made_on_{n}": part for n, part in enumerate(parts)})
    assert form.errors["made_on"] == [
        "The day the judgement was made must be a real date, for example 27 3 2026"
    ]


@pytest.mark.parametrize("text", ["2026-13-01", "soon", "2026-11-22T10:00", "9" * 5000])
def test_one_value_that_is_no_date_is_refused(text):
    assert (
        date_from(made_on=text)
        .errors["made_on"][0]
        .endswith("must be a real date, for example 27 3 2026")
    )


def test_an_optional_date_may_be_empty():
    form = OnlyADate({})
    form.fields["made_on"].required = False
    assert form.is_valid()
    assert form.cleaned_data["made_on"] is None


def test_an_unchanged_date_counts_as_unchanged():
    posted = {"made_on_0": "22", "made_on_1": "11", "made_on_2": "2026"}
    form = OnlyADate(posted, initial={"made_on": datetime.date(2026, 11, 22)})
    assert not form.has_changed()


# The whole form


def test_every_field_of_a_plain_form_is_printed_once():
    groups = render_crispy_form(Sample()).count('<div class="govuk-form-group')
    assert groups == len(VISIBLE) + 3  # a date holds three groups of its own


def test_fields_that_the_layout_forgets_follow_at_the_end():
    html = render_crispy_form(Grouped())
    assert all(f'name="{name}' in html for name in Sample.base_fields)


def test_a_group_has_its_heading():
    assert '<h2 class="govuk-fieldset__heading">What could happen</h2>' in render_crispy_form(
        Grouped()
    )


def test_more_detail_is_collapsed_when_empty():
    assert '<details class="govuk-details app-more">' in render_crispy_form(Grouped())


def test_more_detail_is_open_when_filled():
    assert '<details class="govuk-details app-more" open>' in render_crispy_form(
        Grouped(initial={"note": "Seen"})
    )


def test_more_detail_is_open_when_something_in_it_is_wrong():
    form = Grouped({})
    form.add_error("note", "Too vague")
    assert '<details class="govuk-details app-more" open>' in render_crispy_form(form)


def test_a_form_with_a_file_is_sent_in_parts():
    assert 'enctype="multipart/form-data"' in render_crispy_form(Sample())


def test_the_browser_leaves_checking_to_us():
    assert "novalidate" in render_crispy_form(Sample())


def test_nothing_is_styled_or_scripted_in_place():
    assert not re.search(r"\s(style|on\w+)=", render_crispy_form(Grouped({})))


# What may be left empty


class Meeting(forms.Form):
    condition_in_hint = ("reason",)
    title = forms.CharField(label="Title")
    place = forms.CharField(label="Place", required=False)
    reason = forms.CharField(label="Reason", required=False)
    made_on = GovukDateField(label="When?", required=False)
    every = forms.ChoiceField(
        label="How often?", choices=[("", "Once"), ("1", "Monthly")], widget=GovukRadios
    )
    design = forms.ChoiceField(
        label="Design", choices=[("good", "Good")], widget=GovukRadios, required=False
    )
    is_voting = forms.BooleanField(label="They may vote", required=False)


class Narrowing(Meeting):
    marks_optional = False


def test_the_label_of_an_optional_field_says_so():
    marked = [name for name in Meeting.base_fields if "(optional)" in field_html(Meeting(), name)]
    assert marked == ["place", "made_on", "design"]


def test_radios_that_offer_none_are_not_called_optional():
    form = Meeting()
    form.fields["every"].required = False
    assert "(optional)" not in field_html(form, "every")


def test_a_filter_calls_nothing_optional():
    assert "(optional)" not in render_crispy_form(Narrowing())
