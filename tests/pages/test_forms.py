"""The forms of a risk: hostile values, forged fields, repeated forms, conflicting edits."""

import html
import itertools
import re
import uuid

import pytest
from database import in_parallel
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hostile_values import HOSTILE, NO_TEXT, Controls, as_read, as_stored, encoded, errors_in
from makers import (
    days_ago,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    preset,
    risk_form,
)

from registers.models import Assessment, AuditEntry, Position, Register, Review, Risk, RiskRevision

pytestmark = pytest.mark.django_db

HISTORY = (Risk, RiskRevision, Assessment, Review, Position, AuditEntry, Register)


def rows():
    """All rows that a form may write, to compare before and after."""
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in HISTORY}


class World:
    """A signed-in officer, a register with their risk, and a register of another organisation."""

    def __init__(self):
        self.organisation = make_organisation("Northmoor")
        self.officer = make_person(self.organisation, name="Robin Ash")
        self.colleague = make_person(self.organisation, name="Sasha Birch")
        self.post = make_post(self.organisation, "Treasurer")
        self.register = make_register(self.organisation, slug="ours", prefix="C")
        self.risk = make_risk(
            self.register, by=self.officer, owner=self.post, assessed=(2, 2), on=days_ago(20)
        )
        elsewhere = make_organisation("Southmoor")
        self.their_post = make_post(elsewhere, "Their treasurer")
        self.their_register = make_register(elsewhere, slug="theirs")
        self.client = self.client_of(self.officer)

    @staticmethod
    def client_of(user):
        client = Client()
        client.force_login(user)
        return client

    def form(self, name, **fields):
        """The data of a completely filled-in form."""
        words = {"owner": str(self.post.pk)}
        version = str(Risk.objects.get(pk=self.risk.pk).version)
        if name == "new":
            return risk_form(**words) | fields
        if name == "edit":
            excluded = ("likelihood", "impact", "driver", "rationale", "token")
            content = {
                field: value for field, value in risk_form(**words).items() if field not in excluded
            }
            return {
                **content,
                "title": "Savings run late",
                "reason": "We looked again.",
                "version": version,
            } | fields
        if name == "review":
            following = days_ago(-31)
            words = {
                "outcome": "stands",
                "note": "We looked at the figures.",
                "token": risk_form()["token"],
            }
            following = dict(
                zip(NEXT_DATES, (following.day, following.month, following.year), strict=False)
            )
            return {**words, **today_in_parts(), **following, "version": version} | fields
        rating = {
            field: risk_form()[field]
            for field in ("likelihood", "impact", "driver", "rationale", "token")
        }
        return {**rating, **today_in_parts(), "kind": "current", "version": version} | fields

    def send(self, name, data, client=None):
        return (client or self.client).post(PATHS[name], data)


def today_in_parts():
    today = timezone.localdate()
    return {
        "effective_on_0": today.day,
        "effective_on_1": today.month,
        "effective_on_2": today.year,
    }


PATHS = {
    "new": "/registers/ours/risks/new/",
    "edit": "/registers/ours/risks/1/edit/",
    "assess": "/registers/ours/risks/1/assess/",
    "review": "/registers/ours/risks/1/review/",
}
WORDS = {
    "new": "title event cause consequence rationale notes".split(),
    "edit": "title event cause consequence reason notes".split(),
    "assess": ["rationale"],
    "review": ["note"],
}
CHOICES = {
    "new": "owner primary_failure_type other_failure_types likelihood impact driver".split(),
    "edit": "owner primary_failure_type other_failure_types version".split(),
    "assess": "kind likelihood impact driver version".split(),
    "review": "outcome version".split(),
}
DATES = ["effective_on_0", "effective_on_1", "effective_on_2", "effective_on"]
NEXT_DATES = ["next_on_0", "next_on_1", "next_on_2", "next_on"]
every_form = pytest.mark.parametrize("name", PATHS)


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


@pytest.fixture
def world():
    return World()


def control_values(answer):
    return {name: values[-1] for name, values in Controls(answer.text).values.items()}


# Hostile values


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


def post_raw(world, name, data):
    return world.client.generic(
        "POST", PATHS[name], encoded(data), "application/x-www-form-urlencoded"
    )


def is_whole(risk):
    """Whether all parts of a risk's history are consistent."""
    revisions = list(risk.revisions.order_by("number"))
    return (
        [r.number for r in revisions] == list(range(1, risk.version + 1))
        and revisions[-1].content() == risk.content()
        and risk.current == risk.assessments.current().last()
        and risk.positions.exists()
        and AuditEntry.objects.filter(subject=f"risk:{risk.pk}").count() == len(revisions)
    )


def counts():
    return [model.objects.count() for model in (Risk, RiskRevision, Assessment, Review)]


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


# Ratings and owners

OUTSIDE = ["0", "6", "-1", "1.5", "", " ", "99999999999999999999", "None", "true"]


@pytest.mark.parametrize("name", ["new", "assess"])
@pytest.mark.parametrize("field", ["likelihood", "impact"])
def test_a_rating_that_the_scheme_lacks_is_refused(world, name, field):
    before, results = rows(), {}
    words = {"likelihood": "Select how likely it is", "impact": "Select how bad it would be"}[field]
    due = {value: (200, [words]) for value in OUTSIDE}
    if name == "new":
        due[""] = (200, [f"{words}, or clear the rest of the judgement: it can wait"])
    for value in OUTSIDE:
        answer = world.send(name, world.form(name, **{field: value}))
        results[value] = (answer.status_code, errors_in(answer))
    assert (results, rows() == before) == (due, True)


@pytest.mark.parametrize("name", ["new", "assess"])
def test_a_smaller_scheme_has_fewer_ratings(world, name):
    world.register.scheme = preset("four-by-four")
    world.register.save()
    assert errors_in(world.send(name, world.form(name, likelihood="5"))) == [
        "Select how likely it is"
    ]


@pytest.mark.parametrize("left_out", ["likelihood", "impact", "driver", "rationale"])
def test_half_a_judgement_is_none(world, left_out):
    before = rows()
    answer = world.send("new", world.form("new", **{left_out: ""}))
    assert (answer.status_code, len(errors_in(answer)), rows() == before) == (200, 1, True)


def test_a_risk_may_be_logged_without_a_judgement(world):
    world.send(
        "new",
        world.form("new", **dict.fromkeys(("likelihood", "impact", "driver", "rationale"), "")),
    )
    assert Risk.objects.latest("pk").current is None


def test_a_risk_may_be_logged_before_its_type_is_decided(world):
    world.send("new", world.form("new", primary_failure_type="", other_failure_types=[]))
    assert Risk.objects.latest("pk").primary_failure_type is None


def test_a_risk_may_be_logged_before_its_owner_is_decided(world):
    world.send("new", world.form("new", owner=""))
    assert Risk.objects.get(number=2).owner is None


def raised(ago):
    on = days_ago(ago)
    return {"raised_on_0": on.day, "raised_on_1": on.month, "raised_on_2": on.year}


def test_a_risk_older_than_its_rating_counts_from_the_day_it_was_raised(world):
    world.send("new", world.form("new", **raised(400)))
    first, second = RiskRevision.objects.filter(risk__number=2)
    assert (first.effective_on, second.effective_on) == (days_ago(400), timezone.localdate())


def test_a_risk_cannot_be_raised_on_a_future_day(world):
    answer = world.send("new", world.form("new", **raised(-1)))
    assert "The day must be today or in the past" in answer.text


def test_notes_are_in_the_history(world):
    world.send("edit", world.form("edit", notes="Old score: 16, red"))
    assert world.risk.revisions.latest().notes == "Old score: 16, red"


@pytest.mark.parametrize("name", ["new", "edit"])
def test_an_owner_that_is_no_post_of_ours_is_refused(world, name):
    before = rows()
    owners = [world.their_post.pk, "0", "-1", "99999999999999999999", "x", "1e0"]
    errors = {
        owner: "; ".join(errors_in(world.send(name, world.form(name, owner=owner))))
        for owner in owners
    }
    assert (errors, rows() == before) == (
        dict.fromkeys(owners, "Select a post of this organisation"),
        True,
    )


@pytest.mark.parametrize("name", ["new", "edit"])
def test_a_refusal_does_not_name_another_organisations_post(world, name):
    assert (
        "Their treasurer" not in world.send(name, world.form(name, owner=world.their_post.pk)).text
    )


@pytest.mark.parametrize("name", ["new", "edit"])
def test_a_type_is_not_main_and_other_at_once(world, name):
    answer = world.send(name, world.form(name, other_failure_types=["financial", "governance"]))
    assert errors_in(answer) == ["Financial is the main type already: take its tick away here"]


# Everything right


def test_logging_leads_to_the_risk(world):
    answer = world.send("new", world.form("new"))
    assert answer["Location"] == "/registers/ours/risks/2/"


def test_logging_stores_the_content(world):
    world.send("new", world.form("new"))
    risk = Risk.objects.latest("pk")
    content = (
        risk.title,
        risk.owner,
        risk.primary_failure_type.slug,
        [t.slug for t in risk.other_failure_types.all()],
    )
    assert content == ("Reserves run out", world.post, "financial", ["governance"])


def test_logging_stores_the_rating(world):
    world.send("new", world.form("new"))
    rating = Risk.objects.latest("pk").current
    assert (rating.likelihood, rating.impact, rating.driver.slug, rating.by) == (
        3,
        4,
        "harm-to-users",
        world.officer,
    )


def test_editing_stores_the_content(world):
    world.send("edit", world.form("edit"))
    risk = Risk.objects.get(pk=world.risk.pk)
    assert (risk.title, risk.version, risk.revisions.latest().reason) == (
        "Savings run late",
        2,
        "We looked again.",
    )


def test_assessing_adds_a_judgement(world):
    world.send("assess", world.form("assess"))
    risk = Risk.objects.get(pk=world.risk.pk)
    assert (risk.assessments.count(), risk.current.score, risk.current.by) == (2, 12, world.officer)


@every_form
def test_a_form_starts_with_the_stored_title(world, name):
    page = world.client.get(PATHS[name])
    assert control_values(page).get("title", "") == (world.risk.title if name == "edit" else "")


@every_form
def test_a_refused_form_keeps_every_value(world, name):
    """One value is wrong; all others come back."""
    wrong = {"new": "event", "edit": "event", "assess": "rationale", "review": "note"}[name]
    form = world.form(name, **{wrong: ""})
    values = Controls(world.send(name, form).text).values
    expected = {
        field: value if isinstance(value, list) else [str(value)] for field, value in form.items()
    }
    assert {field: values.get(field) for field in expected} == expected


@every_form
def test_the_title_of_a_page_with_errors_begins_so(world, name):
    assert "<title>Error: " in world.send(name, {}).text


# Forged fields


@every_form
def test_forged_fields_change_nothing(world, name):
    forged = {
        "register": world.their_register.pk,
        "organisation": world.their_register.organisation_id,
        "raised_by": world.colleague.pk,
        "by": world.colleague.pk,
        "recorded_at": "2001-01-01",
        "number": 99,
        "id": 1,
        "pk": 1,
        "risk": 99,
        "is_exempt": "true",
        "status": "closed",
        "current": 1,
        "score": 25,
        "band": "severe",
        "scheme": 1,
        "perspective": "external",
        "what": "closed",
        "on_behalf_of": world.colleague.pk,
    }
    if name == "new":
        forged |= {"version": 7, "effective_on": "2001-01-01", "reason": "forged", "kind": "target"}
    if name == "edit":
        forged |= {
            "effective_on": "2001-01-01",
            "likelihood": 5,
            "impact": 5,
            "rationale": "forged",
        }
    if name != "new":
        forged |= {"raised_on": "2001-01-01"}
    if name in ("assess", "review"):
        forged |= {"title": "forged", "owner": world.their_post.pk, "reason": "forged"}
    plain, with_forged = (self_portrait(world, name, extra) for extra in ({}, forged))
    assert with_forged == plain


def self_portrait(world, name, extra):
    """What saving the form wrote, without values that always differ; rolled back."""
    differ = {
        "id",
        "token",
        "recorded_at",
        "at",
        "signature",
        "previous_signature",
        "text_digest",
        "revision_id",
    }
    excluded = differ | {"risk_id", "assessment_id", "review_id", "current_id", "subject", "facts"}
    with transaction.atomic():
        answer = world.send(name, world.form(name) | extra)
        content = {
            model: [{k: v for k, v in row.items() if k not in excluded} for row in records]
            for model, records in rows().items()
        }
        transaction.set_rollback(True)
    assert answer.status_code == 302
    return content


# The same form twice


def test_the_same_form_twice_makes_one_risk(world):
    form = world.form("new")
    first, second = world.send("new", form), world.send("new", form)
    assert (first["Location"], second["Location"], Risk.objects.count()) == (
        *[first["Location"]] * 2,
        2,
    )


def test_the_same_edit_twice_makes_one_revision(world):
    form = world.form("edit")
    answers = [world.send("edit", form).status_code for _ in range(2)]
    assert (answers, world.risk.revisions.count()) == ([302, 302], 2)


def test_the_same_assessment_twice_makes_one(world):
    form = world.form("assess")
    answers = [world.send("assess", form).status_code for _ in range(2)]
    assert (answers, world.risk.assessments.count()) == ([302, 302], 2)


def test_the_same_review_twice_makes_one(world):
    form = world.form("review")
    answers = [world.send("review", form).status_code for _ in range(2)]
    assert (answers, world.risk.reviews.count()) == ([302, 302], 1)


def test_every_form_for_a_new_risk_has_a_token_of_its_own(world):
    tokens = {control_values(world.client.get(PATHS["new"]))["token"] for _ in range(3)}
    assert len({uuid.UUID(token) for token in tokens}) == 3


def test_the_token_of_another_persons_risk_makes_a_new_one(world):
    other_risk = make_risk(world.their_register, token=uuid.uuid4(), title="Their secret")
    answer = world.send("new", world.form("new", token=str(other_risk.token)))
    risk = world.register.risks.latest("pk")
    assert (answer["Location"], risk.title, risk.token != other_risk.token) == (
        "/registers/ours/risks/2/",
        "Reserves run out",
        True,
    )


def test_the_token_of_a_colleagues_risk_makes_a_new_one(world):
    other_risk = make_risk(world.register, by=world.colleague, token=uuid.uuid4(), is_exempt=True)
    world.send("new", world.form("new", token=str(other_risk.token)))
    assert world.register.risks.latest("pk").raised_by == world.officer


def test_the_token_of_another_persons_risk_leaves_that_risk_alone(world):
    other_risk = make_risk(world.their_register, token=uuid.uuid4(), title="Their secret")
    world.send("new", world.form("new", token=str(other_risk.token)))
    other_risk.refresh_from_db()
    assert (other_risk.title, other_risk.version) == ("Their secret", 1)


def test_the_token_of_another_persons_assessment_makes_a_new_one(world):
    other_rating = make_risk(world.their_register, assessed=(1, 1)).current
    world.send("assess", world.form("assess", token=str(other_rating.token)))
    assert Risk.objects.get(pk=world.risk.pk).current.score == 12


# Two editors


@pytest.fixture
def edited_world(world):
    """The colleague saved an edit while the officer's form, of version 1, was open."""
    colleagues = {"title": "Reserves are gone", "event": "The colleague's words", "version": "1"}
    answer = world.send("edit", world.form("edit", **colleagues), world.client_of(world.colleague))
    assert answer.status_code == 302
    return world


EDITS = {
    "edit": {"title": "My title", "consequence": "My consequence <b>", "version": "1"},
    "assess": {"rationale": "My reasons <b>", "version": "1"},
    "review": {"note": "My findings <b>", "version": "1"},
}
both_forms = pytest.mark.parametrize("name", EDITS)


@both_forms
def test_the_second_of_two_editors_gets_a_conflict(edited_world, name):
    before = rows()
    answer = edited_world.send(name, edited_world.form(name, **EDITS[name]))
    assert (answer.status_code, rows() == before) == (409, True)


@both_forms
@pytest.mark.parametrize(
    "words", ["Sasha Birch changed this risk", "Reserves are gone", "The colleague's words"]
)
def test_a_conflict_names_the_author_and_the_changes(edited_world, name, words):
    assert words in html.unescape(
        edited_world.send(name, edited_world.form(name, **EDITS[name])).text
    )


def test_a_conflict_shows_a_new_assessment(world):
    colleague = world.client_of(world.colleague)
    world.send(
        "assess",
        world.form("assess", rationale="It burned down.", likelihood="5", impact="5"),
        colleague,
    )
    text = html.unescape(world.send("edit", world.form("edit", version="1")).text)
    assert ("It burned down." in text, "Sasha Birch added a current assessment" in text) == (
        True,
        True,
    )


@both_forms
def test_a_conflict_keeps_the_typed_values(edited_world, name):
    form = edited_world.form(name, **EDITS[name])
    fields = {
        "edit": ("title", "consequence", "reason"),
        "assess": ("rationale",),
        "review": ("note",),
    }[name]
    values = control_values(edited_world.send(name, form))
    assert {field: values.get(field) for field in fields} == {
        field: form[field] for field in fields
    }


def test_a_conflict_fills_untouched_fields_with_the_other_edit(edited_world):
    values = control_values(edited_world.send("edit", edited_world.form("edit", **EDITS["edit"])))
    assert values["event"] == "The colleague's words"


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
    before, versions = rows(), ["0", "2", "999", str(2**31 - 1)]
    answers = {
        version: world.send(name, world.form(name, version=version)).status_code
        for version in versions
    }
    assert (answers, rows() == before) == (dict.fromkeys(versions, 409), True)


@both_forms
def test_a_version_that_is_none_is_refused_with_a_message(world, name):
    before, wrong = rows(), {}
    for version in ("", "x", "-1", str(2**31), "1.5", "9" * 5000):
        answer = world.send(name, world.form(name, version=version))
        if answer.status_code != 200 or "copy what you typed" not in " ".join(errors_in(answer)):
            wrong[version] = (answer.status_code, errors_in(answer))
    assert (wrong, rows() == before) == ({}, True)


# The day of a judgement


def test_a_future_day_is_refused_with_a_message(world):
    before = rows()
    answer = world.send("assess", world.form("assess", **day_parts(days_ago(-1))))
    assert (errors_in(answer), rows() == before) == (["The day must be today or in the past"], True)


def test_a_day_before_the_risk_was_raised_is_refused_with_a_message(world):
    before = rows()
    answer = world.send("assess", world.form("assess", **day_parts(days_ago(21))))
    assert ("when the risk was raised, or later" in errors_in(answer)[0], rows() == before) == (
        True,
        True,
    )


def day_parts(day):
    return {"effective_on_0": day.day, "effective_on_1": day.month, "effective_on_2": day.year}


def iso(day):
    return {
        "effective_on_0": "",
        "effective_on_1": "",
        "effective_on_2": "",
        "effective_on": day.isoformat(),
    }


def named_month(day):
    return day_parts(day) | {"effective_on_1": f"{day:%B}"}


@pytest.mark.parametrize("date_format", [day_parts, iso, named_month])
@pytest.mark.parametrize("ago", [0, 5, 20])
def test_a_day_is_read_however_it_is_written(world, date_format, ago):
    world.send("assess", world.form("assess", **date_format(days_ago(ago))))
    assert world.risk.assessments.latest("pk").effective_on == days_ago(ago)


@pytest.mark.parametrize(
    "parts",
    [
        ("31", "2", "2026"),
        ("1", "13", "2026"),
        ("0", "1", "2026"),
        ("1", "1", "26"),
        ("1", "", "2026"),
    ],
)
def test_a_day_that_is_none_is_refused_with_a_message(world, parts):
    form = world.form("assess", **dict(zip(DATES, parts, strict=False)))
    errors = errors_in(world.send("assess", form))
    assert len(errors) == 1 and errors[0].startswith("The da")


def test_a_judgement_of_an_earlier_day_does_not_replace_a_later_one(world):
    world.send("assess", world.form("assess", **day_parts(days_ago(3)), likelihood="5", impact="5"))
    world.send("assess", world.form("assess", **day_parts(days_ago(9)), likelihood="1", impact="1"))
    assert Risk.objects.get(pk=world.risk.pk).current.score == 25


@pytest.mark.parametrize("kind", ["inherent", "target"])
def test_another_kind_of_judgement_leaves_the_current_one(world, kind):
    world.send("assess", world.form("assess", kind=kind))
    assert Risk.objects.get(pk=world.risk.pk).current.score == 4


# At once


def answers_at_once(world, name, forms):
    session = world.client.cookies

    def send(number):
        client = Client(raise_request_exception=False)
        client.cookies = session.copy()
        return client.post(PATHS[name], forms[number]).status_code

    return sorted(in_parallel(len(forms), send))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["edit", "assess", "review"])
def test_of_eight_saves_at_once_exactly_one_wins(world, name):
    field = WORDS[name][0]
    forms = [world.form(name, **{field: f"Version of {number}"}) for number in range(8)]
    answers = answers_at_once(world, name, forms)
    risk = Risk.objects.get(pk=world.risk.pk)
    assert (answers, risk.version, is_whole(risk)) == ([302] + [409] * 7, 2, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", PATHS)
def test_a_form_sent_eight_times_at_once_is_saved_once(world, name):
    count_before = counts()
    answers = answers_at_once(world, name, [world.form(name)] * 8)
    added = {
        "new": [1, 1, 1, 0],
        "edit": [0, 1, 0, 0],
        "assess": [0, 1, 1, 0],
        "review": [0, 1, 0, 1],
    }[name]
    assert (
        answers,
        [after - before for after, before in zip(counts(), count_before, strict=True)],
    ) == (
        [302] * 8,
        added,
    )


@pytest.mark.django_db(transaction=True)
def test_eight_risks_logged_at_once_get_eight_numbers(world):
    answers = answers_at_once(world, "new", [world.form("new") for _ in range(8)])
    numbers = sorted(world.register.risks.values_list("number", flat=True))
    assert (answers, numbers) == ([302] * 8, list(range(1, 10)))
