"""The forms of a risk: hostile values."""

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
    counts,
    every_form,
    is_whole,
    post_raw,
    rows,
)

from registers.models import Assessment, Review, Risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def once_but(pairs, *on_both):
    """(form, field) parameters: all on one database, a few on the other, which may differ."""
    return [
        pair if pair in on_both else pytest.param(*pair, marks=pytest.mark.look) for pair in pairs
    ]


every_field_of_words = pytest.mark.parametrize(
    ("name", "field"),
    once_but(
        [(n, f) for n in PATHS for f in WORDS[n]],
        ("new", "title"),
        ("new", "cause"),
        ("assess", "rationale"),
    ),
)


every_choice = pytest.mark.parametrize(
    ("name", "field"),
    once_but(
        [(n, f) for n in PATHS for f in CHOICES[n]]
        + [("assess", f) for f in DATES]
        + [("review", f) for f in DATES + NEXT_DATES],
        *(("edit", "owner"), ("edit", "version"), ("assess", "likelihood")),
    ),
)


# For what is chosen and not written, all words that are none of the choices are alike: one of each
# kind of value.
NO_CHOICE = (
    *(
        "NUL",
        "lone surrogates",
        "broken UTF-8",
        "100 kB",
        "5,000 digits",
        "number too large",
        "negative",
        "NaN",
    ),
    *("Arabic digits", "full-width digits", "CRLF", "only spaces"),
)


@every_field_of_words
def test_hostile_text_is_stored_whole_or_refused_with_a_reason(world, name, field):
    wrong = {}
    for number, (label, value) in enumerate(HOSTILE.items()):
        other = (
            {} if field == "title" or name in ("assess", "review") else {"title": f"Title {number}"}
        )
        count = counts()
        answer = post_raw(world, name, world.form(name, **{field: value}, **other))
        after = counts()
        if answer.status_code == 200:
            text = control_values(answer).get(field)
            if after != count or not errors_in(answer) or as_read(text or "") != as_read(value):
                wrong[label] = (after, count, errors_in(answer), text and text[:50])
        elif answer.status_code == 302:
            risk = (
                Risk.objects.latest("pk") if name == "new" else Risk.objects.get(pk=world.risk.pk)
            )
            record = risk.assessments.latest("pk") if field == "rationale" else risk
            record = risk.reviews.latest("pk") if field == "note" else record
            record = risk.revisions.latest() if field == "reason" else record
            if getattr(record, field) != as_stored(value, field) or not is_whole(risk):
                wrong[label] = ("stored", getattr(record, field)[:50])
        elif (answer.status_code, label in NO_TEXT, after) != (400, True, count):
            wrong[label] = answer.status_code
    assert wrong == {}


@every_form
def test_a_character_that_no_page_can_show_is_refused_with_a_message(world, name):
    before, accepted = rows(), []
    for field, character in itertools.product(WORDS[name], "\0\x07\x1b\x9b"):
        answer = world.send(name, world.form(name, **{field: f"a{character}b"}))
        if "cannot be stored" not in " ".join(errors_in(answer)):
            accepted.append((field, character))
    assert (accepted, rows() == before) == ([], True)


@every_choice
def test_hostile_choices_are_refused_and_the_form_keeps_its_values(world, name, field):
    wrong, after = {}, rows()
    for label, value in ((label, HOSTILE[label]) for label in NO_CHOICE):
        form = world.form(name, **{field: value})
        if field in ("effective_on", "next_on"):
            form = {key: v for key, v in form.items() if not key.startswith(f"{field}_")}
        answer = post_raw(world, name, form)
        before, after = after, rows()
        if label in NO_TEXT and (answer.status_code, after) == (400, before):
            continue
        values = control_values(answer)
        missing = [f for f in WORDS[name] if values.get(f, "").strip() != form.get(f, "")]
        if not as_read(value).strip() and answer.status_code == 302:
            continue  # what may be left out was
        if field == "version" and answer.status_code == 409 and after == before and not missing:
            continue  # digits of another script make a number
        if answer.status_code != 200 or after != before or not errors_in(answer) or missing:
            wrong[label] = (answer.status_code, after == before, errors_in(answer), missing)
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "model"), [("new", Assessment), ("assess", Assessment), ("review", Review)]
)
def test_an_unreadable_token_counts_as_new(world, name, model):
    before = model.objects.count()
    texts = [value for label, value in HOSTILE.items() if label not in NO_TEXT]
    answers = [post_raw(world, name, world.form(name, token=value)).status_code for value in texts]
    assert (set(answers), model.objects.count() - before) == ({302}, len(texts))


@pytest.mark.look
@every_form
def test_no_error_uses_technical_terms(world, name):
    errors = set()
    days = {"assess": DATES, "review": DATES + NEXT_DATES}.get(name, [])
    for field in CHOICES[name] + WORDS[name] + days:
        for value in ("\0", "x", "9" * 30, ""):
            errors |= set(errors_in(world.send(name, world.form(name, **{field: value}))))
    assert [
        words for words in errors if re.search(r"valid |field|UUID|Null|null|integer|value", words)
    ] == []


@pytest.mark.parametrize("field", [*DATES[:3]])
def test_an_invalid_date_is_shown_again_as_typed(world, field):
    answer = world.send("assess", world.form("assess", **{field: "forty <b>"}))
    assert (control_values(answer)[field], answer.status_code) == ("forty <b>", 200)


@pytest.mark.look
@every_form
def test_five_megabytes_are_too_much(world, name):
    before = rows()
    answer = world.send(name, world.form(name, **{WORDS[name][0]: "x" * 5_000_000}))
    assert (answer.status_code, rows() == before) == (413, True)


@pytest.mark.look
@every_form
def test_more_fields_than_any_form_has_are_refused(world, name):
    before = rows()
    answer = post_raw(world, name, world.form(name) | {f"x{n}": "1" for n in range(1_001)})
    assert (answer.status_code, rows() == before) == (400, True)


@pytest.mark.look
@every_form
def test_the_same_field_a_hundred_times_does_no_harm(world, name):
    answer = post_raw(
        world, name, world.form(name) | {field: ["x"] * 100 for field in CHOICES[name]}
    )
    assert answer.status_code == 200


@pytest.mark.look
@every_form
def test_a_malformed_request_counts_as_an_empty_form(world, name):
    for kind in ("application/json", "text/plain", "application/xml"):
        answer = world.client.generic("POST", PATHS[name], b'{"title": "x"}', kind)
        assert (answer.status_code, len(errors_in(answer)) > 0) == (200, True), kind


@pytest.mark.look
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
