"""Choices that reveal further fields: their place, when they are open, and which are required."""

import re

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.test.html import parse_html
from govuk_pages import (
    ControlFormSet,
    ResponseFields,
    ResponseForm,
)

from registers.govuk import Helper, Reveals

BELOW = {
    "id_response_1": [
        "tolerate_reason",
        "tolerate_until_0",
        "tolerate_until_1",
        "tolerate_until_2",
    ],
    "id_response_2": ["transfer_to", "transfer_how"],
    "id_touched_1": ["which_partners"],
    "id_is_urgent": ["urgent_why"],
}
PAIRS = [(option, name) for option, names in BELOW.items() for name in names]
TRANSFER = {"response": "transfer", "transfer_to": "The insurer", "transfer_how": "insurance"}
TOLERATE = {"response": "tolerate", "tolerate_reason": "Cheap"}


def block(form, option):
    """The element that is revealed by the choice with that id."""

    def search(element):
        if dict(getattr(element, "attributes", ())).get("id") == f"conditional-{option}":
            return element
        return next(filter(None, map(search, getattr(element, "children", ()))), None)

    return search(parse_html(render_crispy_form(form)))


def control(form, option):
    """The radio or checkbox with that id."""
    return re.search(rf'<input[^>]* id="{option}"[^>]*>', render_crispy_form(form))[0]


def is_open(form, option):
    return "--hidden" not in dict(block(form, option).attributes)["class"]


# Where they stand


@pytest.mark.parametrize(("option", "name"), PAIRS)
def test_the_fields_of_a_choice_are_in_its_block(option, name):
    assert f'name="{name}"' in str(block(ResponseForm(), option))


@pytest.mark.parametrize("name", [name for _, name in PAIRS])
def test_it_is_printed_once(name):
    assert render_crispy_form(ResponseForm()).count(f'name="{name}"') == 1


@pytest.mark.parametrize("option", BELOW)
def test_a_choice_names_its_block(option):
    assert f'data-aria-controls="conditional-{option}"' in control(ResponseForm(), option)


def test_a_choice_that_reveals_nothing_names_no_block():
    assert "data-aria-controls" not in control(ResponseForm(), "id_response_0")


def test_the_layout_names_the_fields_in_the_order_they_are_asked():
    names = [pointer.name for pointer in ResponseForm.helper.layout.get_field_names()]
    assert names == [name for name in ResponseForm.base_fields if name != "note"]


def test_without_its_layout_the_form_has_every_field():
    assert all(f'name="{name}"' in str(ResponseForm()) for _, name in PAIRS)


def test_rows_of_a_formset_have_blocks_of_their_own():
    html = render_crispy_form(ControlFormSet(initial=[{}, {}]))
    assert {f"conditional-id_form-{row}-kind_1" for row in range(3)} == set(
        re.findall(r'id="(conditional-.*?)"', html)
    )


@pytest.mark.parametrize(("name", "value"), [("kind", "c"), ("size", "a"), ("word", "a")])
def test_a_layout_that_reveals_below_no_choice_is_refused(name, value):
    class Form(forms.Form):
        kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
        size = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
        word = forms.CharField()
        more = forms.CharField()
        helper = Helper(Reveals(name, {value: ["more"]}))

    with pytest.raises(ValueError, match=f"{name} has no choice {value}"):
        render_crispy_form(Form())


@pytest.mark.parametrize("name", ["response", "touched", "tolerate_until"])
def test_only_the_first_control_of_a_group_asks_for_the_focus(name):
    form = ResponseForm()
    form.fields[name].widget.attrs["autofocus"] = True
    assert len(re.findall(r"<input[^>]* autofocus", render_crispy_form(form))) == 1


# When they are open


@pytest.mark.parametrize("option", BELOW)
def test_a_block_starts_closed_without_a_choice(option):
    assert not is_open(ResponseForm(), option)


@pytest.mark.parametrize(
    ("option", "chosen"),
    [
        ("id_response_1", {"response": "tolerate"}),
        ("id_response_2", {"response": "transfer"}),
        ("id_touched_1", {"touched": ["staff", "partners"]}),
        ("id_is_urgent", {"is_urgent": True}),
    ],
)
@pytest.mark.parametrize("way", ["initial", "data"])
def test_the_block_of_the_choice_starts_open(option, chosen, way):
    assert is_open(ResponseForm(**{way: chosen}), option)


@pytest.mark.parametrize("option", BELOW)
def test_an_error_opens_its_block_though_nothing_was_chosen(option):
    form = ResponseFields({})
    assert is_open(form, option)
    assert "data-aria-controls" not in control(form, option)  # or the script would close it


def test_more_detail_is_open_when_something_revealed_in_it_is_filled_in():
    assert 'app-more" open' in render_crispy_form(
        ResponseForm(initial={"urgent_why": "It rains in"})
    )


# Required fields


def test_the_fields_of_the_choice_are_required():
    errors = ResponseForm(
        {"response": "tolerate", "touched": ["partners"], "is_urgent": "on"}
    ).errors
    assert set(errors) == {"tolerate_reason", "tolerate_until", "which_partners", "urgent_why"}


def test_the_fields_of_another_choice_are_not_required():
    assert ResponseForm(TRANSFER).errors == {}


def test_without_a_choice_only_the_choice_is_required():
    assert set(ResponseForm({}).errors) == {"response"}


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("tolerate_reason", {"tolerate_reason": "Cheap"}, ""),
        ("tolerate_until", {"tolerate_until_0": "31", "tolerate_until_1": "2"}, None),
        ("which_partners", {"which_partners": "The trust"}, ""),
    ],
)
def test_the_fields_of_an_abandoned_choice_are_dropped(name, typed, value):
    form = ResponseForm(TRANSFER | typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data[name] == value


def test_the_fields_of_the_choice_are_kept():
    form = ResponseForm(TRANSFER)
    assert form.is_valid()
    assert form.cleaned_data["transfer_to"] == "The insurer"
