"""The forms of a risk: hostile values."""

import copy
import itertools
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hostile_values import (
    HOSTILE,
    NO_TEXT,
    as_read,
    as_stored,
    errors_in,
)
from risk_forms import (
    CHOICES,
    DATES,
    NEXT_DATES,
    PATHS,
    WORDS,
    World,
    control_values,
    every_form,
    is_whole,
    post_raw,
    rows,
)

from registers.models import Assessment, Review, Risk

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_world(module_db):
    return World()


@pytest.fixture
def world(module_world):
    return copy.deepcopy(module_world)


TEXTS = {label: value for label, value in HOSTILE.items() if label not in NO_TEXT}
SHORT = [
    value
    for value in TEXTS.values()
    if len(value) < 100 and not re.search(r"[\0-\x08\x0e-\x1f]", value)
]


def in_lines(values, most):
    """Texts of so many characters at most, of a value a line."""
    texts = [""]
    for value in values:
        if len(texts[-1]) + len(value) >= most:
            texts.append("")
        texts[-1] += f"{value}\n"
    return texts


# For what is chosen and not written, all words that are none of the choices are alike: one of each
# kind of value.
NO_CHOICE = (
    *(
        "NUL",
        "100 kB",
        "5,000 digits",
        "number too large",
        "negative",
        "NaN",
    ),
    *("Arabic digits", "full-width digits", "CRLF", "only spaces"),
)


@every_form
def test_hostile_text_is_taken_whole_or_refused_with_a_reason(world, name):
    """In all fields of words at once: each answers for itself."""
    wrong = {}
    for label, value in TEXTS.items():
        form = world.fill_in(name, **dict.fromkeys(WORDS[name], value))
        for field in WORDS[name]:
            if field in form.errors:
                is_right = all(form.errors[field]) and as_read(form[field].value()) == as_read(
                    value
                )
            else:
                is_right = form.cleaned_data[field] == as_stored(value, field)
            if not is_right:
                wrong[label, field] = (form.errors, form[field].value()[:50])
        if form.is_valid() == bool(form.errors):
            wrong[label] = form.errors
    assert wrong == {}


def record_of(risk, field):
    """The record that a field of words is stored on."""
    records = {
        "rationale": risk.assessments.last,
        "note": risk.reviews.last,
        "reason": risk.revisions.latest,
    }
    return records.get(field, lambda: risk)()


@every_form
def test_hostile_text_is_stored_whole(world, name):
    texts = {field: in_lines(SHORT, 200 if field == "title" else 1000) for field in WORDS[name]}
    for number in range(max(map(len, texts.values()))):
        fields = {field: lines[number % len(lines)] for field, lines in texts.items()}
        answer = world.send(name, world.form(name, **fields))
        assert answer.status_code == 302, errors_in(answer)
        risk = Risk.objects.latest("pk") if name == "new" else Risk.objects.get(pk=world.risk.pk)
        stored = {field: getattr(record_of(risk, field), field) for field in fields}
        assert stored == {field: as_stored(value, field) for field, value in fields.items()}
        assert is_whole(risk)


@every_form
def test_hostile_text_that_is_refused_is_shown_again_whole(world, name):
    before, value = rows(), "\n".join([*SHORT, "a\x07b"])
    answer = world.send(name, world.form(name, **dict.fromkeys(WORDS[name], value)))
    assert (answer.status_code, rows() == before) == (200, True)
    refusals = [words for words in errors_in(answer) if "cannot be stored" in words]
    values = control_values(answer)
    assert (len(refusals), [as_read(values[field]) for field in WORDS[name]]) == (
        len(WORDS[name]),
        [as_read(value)] * len(WORDS[name]),
    )


@every_form
@pytest.mark.parametrize("label", NO_TEXT)
def test_a_request_that_is_no_text_is_refused(world, name, label):
    before = rows()
    answer = post_raw(world, name, world.form(name, **{WORDS[name][0]: HOSTILE[label]}))
    assert (answer.status_code, rows() == before) == (400, True)


@every_form
def test_a_character_that_no_page_can_show_is_refused_with_a_message(world, name):
    forms = {
        (field, character): world.fill_in(name, **{field: f"a{character}b"})
        for field, character in itertools.product(WORDS[name], "\0\x07\x1b\x9b")
    }
    assert [
        place for place, form in forms.items() if "cannot be stored" not in str(form.errors)
    ] == []


@every_form
def test_each_field_with_a_character_that_no_page_can_show_has_its_message(world, name):
    before = rows()
    errors = errors_in(world.send(name, world.form(name, **dict.fromkeys(WORDS[name], "a\0b"))))
    refusals = [words for words in errors if "cannot be stored" in words]
    assert (len(refusals), rows() == before) == (len(WORDS[name]), True)


def choices_of(name):
    days = {"assess": DATES, "review": DATES + NEXT_DATES}
    return CHOICES[name] + days.get(name, [])


def has_right_answer(form, fields, value, label, name):
    """Whether these choices are refused, left out or read as a number, and the words are kept."""
    is_left_out = not value.strip() and form.is_valid()
    is_number = fields == ["version"] and "digits" in label and form.is_valid()
    are_kept = all(form[words].value() == form.data[words] for words in WORDS[name])
    return are_kept and (not form.is_valid() or is_left_out or is_number)


@every_form
def test_hostile_choices_are_refused_and_the_form_keeps_its_values(world, name):
    """Half of the values in each field alone, all of them in all fields at once."""
    fields = choices_of(name)
    mistakes = [([field], label) for field in fields for label in NO_CHOICE[::2]]
    mistakes += [(fields, label) for label in NO_CHOICE]
    wrong = []
    for wrong_fields, label in mistakes:
        value = HOSTILE[label]
        form = world.fill_in(name, **dict.fromkeys(wrong_fields, value))
        if not has_right_answer(form, wrong_fields, value, label, name):
            wrong.append((wrong_fields, label, form.errors))
    assert wrong == []


@every_form
def test_a_page_of_hostile_choices_lists_them_and_keeps_its_values(world, name):
    before = rows()
    fields = [field for field in choices_of(name) if field not in ("effective_on", "next_on")]
    values = itertools.cycle([HOSTILE["number too large"], HOSTILE["NUL"]])
    form = world.form(name, **dict(zip(fields, values, strict=False)))
    answer = world.send(name, form)
    values = control_values(answer)
    days = {"assess": 1, "review": 2}.get(name, 0)
    assert (answer.status_code, rows() == before) == (200, True)
    assert len(errors_in(answer)) >= len(CHOICES[name]) + days
    assert {field: values[field] for field in WORDS[name]} == {f: form[f] for f in WORDS[name]}


@pytest.mark.parametrize(
    ("name", "model"), [("new", Assessment), ("assess", Assessment), ("review", Review)]
)
def test_an_unreadable_token_counts_as_new(world, name, model):
    refusals = {
        label: form.errors
        for label in NO_CHOICE
        if not (form := world.fill_in(name, token=HOSTILE[label])).is_valid()
    }
    before = model.objects.count()
    answers = [
        world.send(name, world.form(name, token=HOSTILE[label])).status_code
        for label in ("NUL", "5,000 digits")
    ]
    assert (refusals, answers, model.objects.count() - before) == ({}, [302, 302], 2)


@every_form
def test_no_error_uses_technical_terms(world, name):
    errors = set()
    fields = choices_of(name) + WORDS[name]
    mistakes = [dict.fromkeys(fields, value) for value in ("\0", "9" * 30)]
    mistakes += [{field: value} for field in fields for value in ("x", "")]
    for mistake in mistakes:
        for messages in world.fill_in(name, **mistake).errors.values():
            errors |= {*messages}
    assert len(errors) > len(WORDS[name])
    assert [
        words for words in errors if re.search(r"valid |field|UUID|Null|null|integer|value", words)
    ] == []


@pytest.mark.parametrize("field", [*DATES[:3]])
def test_an_invalid_date_is_shown_again_as_typed(world, field):
    answer = world.send("assess", world.form("assess", **{field: "forty <b>"}))
    assert (control_values(answer)[field], answer.status_code) == ("forty <b>", 200)


@every_form
def test_five_megabytes_are_too_much(world, name):
    before = rows()
    answer = world.send(name, world.form(name, **{WORDS[name][0]: "x" * 5_000_000}))
    assert (answer.status_code, rows() == before) == (413, True)


@every_form
def test_more_fields_than_any_form_has_are_refused(world, name):
    before = rows()
    answer = post_raw(world, name, world.form(name) | {f"x{n}": "1" for n in range(1_001)})
    assert (answer.status_code, rows() == before) == (400, True)


@every_form
def test_the_same_field_a_hundred_times_does_no_harm(world, name):
    answer = post_raw(
        world, name, world.form(name) | {field: ["x"] * 100 for field in CHOICES[name]}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("new", "application/json"),
        ("edit", "text/plain"),
        ("assess", "application/xml"),
        ("review", "application/json"),
    ],
)
def test_a_malformed_request_counts_as_an_empty_form(world, name, kind):
    answer = world.client.generic("POST", PATHS[name], b'{"title": "x"}', kind)
    assert (answer.status_code, len(errors_in(answer)) > 0) == (200, True)


@every_form
def test_a_file_in_place_of_words_is_no_words(world, name):
    field = WORDS[name][0]
    answer = world.send(name, world.form(name) | {field: SimpleUploadedFile("x.txt", b"words")})
    assert (answer.status_code, len(errors_in(answer))) == (200, 1)


@pytest.mark.parametrize(("length", "status"), [(200, 302), (201, 200)])
def test_a_title_has_two_hundred_characters_at_most(world, length, status):
    assert world.send("new", world.form("new", title="x" * length)).status_code == status


def test_a_title_is_one_line(world):
    world.send("new", world.form("new", title="one\r\ntwo"))
    assert Risk.objects.latest("pk").title == "one two"


def test_an_invisible_title_counts_as_missing(world):
    assert world.send("new", world.form("new", title="\u200b\u200b")).status_code == 200


def test_words_are_stored_composed(world):
    world.send("new", world.form("new", title="Cafe\u0301"))
    assert Risk.objects.latest("pk").title == "Caf\u00e9"
